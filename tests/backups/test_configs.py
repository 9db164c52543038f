"""The shelf on both engines: what is kept, what is refused, and whoever is killed on the way."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backups.configs import Cause, NotKept, Shelf
from backups.content import untold
from inventory.act import EVERYTHING, Act, Scope, system
from inventory.audit import verify
from inventory.config_snapshot import ConfigSnapshot
from inventory.db import Database, open_database
from inventory.device import Device
from inventory.keys import new_key
from inventory.log_draft import LogDraft
from inventory.notice import Notice
from inventory.register import Rejected
from tests.backups.conftest import FIRST, NOW, PASSWORD, Stack, grown, read, stacked


def process(stack: Stack, stop: str = "", times: int = 1) -> int:
    """The id of another process that keeps FIRST, then so many more of it; it is killed after the
    step `stop`, and ends with 0 when nothing stops it."""
    url = stack.database.engine.url.render_as_string(hide_password=False)
    found = os.fork()
    if found:
        return found
    try:
        _keep_on(replace(stack, database=open_database(url)), stop, times)
    except BaseException:  # noqa: BLE001  (the fork of a test must never go on as the test)
        os._exit(1)
    os._exit(0)


def _keep_on(stack: Stack, stop: str, times: int) -> None:
    def step(name: str) -> None:
        if name == stop:
            os.kill(os.getpid(), signal.SIGKILL)

    for n in range(times):
        text = grown(FIRST, n) if n else FIRST
        at = NOW + timedelta(seconds=n, microseconds=os.getpid())
        cause = Cause("syslog", author="张三")
        stack.shelf(step).keep(stack.switch, read(text), cause, at)


def ended(process_id: int) -> int:
    """How it ended: a signal as a negative number, else its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])


def everywhere(stack: Stack) -> str:
    """All versions and messages git has in this home."""
    told = ""
    for folder in (stack.home / "configs").glob("*.git"):
        git = ["git", f"--git-dir={folder}", "log", "--all", "-p", "--text", "--format=fuller"]
        told += subprocess.run(git, capture_output=True, text=True, check=True).stdout
    return told


def test_a_change_is_kept_once_with_its_author_and_an_unchanged_read_is_success(
    stack: Stack,
) -> None:
    first = stack.keep(FIRST)
    assert first.changed
    assert stack.state().saved == "unknown"
    stack.keep(FIRST, 2)
    volatile = FIRST.replace(
        "!Software", "!Last configuration was saved at 2026-11-20 by ops\n!Software"
    )
    same = stack.keep(volatile, 3)
    assert (same.changed, same.snapshot_id, same.doubtful) == (False, first.snapshot_id, False)
    assert stack.state().success_at == NOW + timedelta(minutes=3)
    changed = stack.keep(grown(FIRST, 7), 4, author="张三", origin="syslog", saved=FIRST)
    rows = stack.rows()
    assert [row.id for row in rows][-1] == changed.snapshot_id == stack.state().snapshot_id
    assert [(row.added, row.removed) for row in rows[-1:]] == [(3, 0)]
    assert [row.before_id for row in rows] == [None, *(row.id for row in rows[:-1])]
    assert (rows[-1].repo, rows[-1].lines_total) == ("410225", len(FIRST.splitlines()) + 3)
    shelf = stack.shelf()
    assert shelf.raw(rows[-1]) == grown(FIRST, 7).encode()
    assert PASSWORD not in shelf.text(rows[-1])
    assert [(one.text, one.author) for one in shelf.blame(rows[-1]) if one.author] == [
        ("vlan 7", "张三"), (" description 第7次", "张三"), ("#", "张三")
    ]  # fmt: skip
    assert {one.snapshot_id for one in shelf.blame(rows[-1])} <= {row.id for row in rows}
    with stack.database.view(EVERYTHING) as session:
        drafts = list(session.scalars(select(LogDraft.text)))
        assert verify(session) is None
    assert any(text.startswith("首次备份设备配置，共") for text in drafts)
    assert any("由 张三 修改：增加 3 行，减少 0 行" in text for text in drafts)


def test_unsaved_is_told_from_the_first_read_that_saw_it(stack: Stack) -> None:
    seen = []
    for minutes, saved in enumerate((FIRST, "", "", None, "", FIRST)):
        stack.keep(FIRST, minutes, saved=saved)
        state = stack.state()
        seen.append(
            (state.saved, state.unsaved_since and (state.unsaved_since - NOW).seconds // 60)
        )
    told = [("yes", None), *[("no", 1)] * 4, ("yes", None)]  # not to tell is not to have saved
    assert seen == told


def test_half_a_configuration_replaces_nothing_until_it_is_seen_twice(stack: Stack) -> None:
    kept = stack.keep(FIRST)
    half = "sysname LK-CORE\nreturn\n"
    doubtful = stack.keep(half, 1)
    assert (doubtful.changed, doubtful.doubtful) == (False, True)
    assert doubtful.snapshot_id == stack.state().snapshot_id == kept.snapshot_id
    assert stack.state().success_at == NOW
    assert "不到上次的一半" in stack.state().why
    assert stack.keep("sysname X\nreturn\n", 2).doubtful  # another half is no second look
    assert not stack.keep(FIRST, 3).changed  # and a whole one ends the doubt
    assert (stack.state().suspect, stack.state().why) == ("", "")
    assert stack.keep(half, 4).doubtful
    second = stack.keep(half, 5)
    assert (second.changed, second.doubtful) == (True, False)
    assert len(stack.rows()) == 2


def test_no_secret_reaches_git_row_draft_notice_or_trail(stack: Stack) -> None:
    stack.keep(FIRST)
    stack.keep(FIRST.replace(PASSWORD, "Other@Secret-78"), 1, author="张三")
    rows = stack.rows()
    assert [(row.added, row.removed) for row in rows] == [(rows[0].lines_total, 0), (1, 1)]
    told = everywhere(stack) + "".join(stack.shelf().unified(*rows))
    assert told.count("<已隐去 ") >= 2
    with stack.database.engine.connect() as connection:
        for table in ConfigSnapshot.metadata.sorted_tables:
            told += "".join(map(str, connection.execute(select(table))))
    # Nor a plain digest: of a text known but for one secret, it lets anybody guess that secret.
    assert sha256(FIRST.encode()).hexdigest()[:12] not in told
    assert [row.sha256 for row in rows] == ["", ""]
    for place in (*stack.shelf().vault.files(), *(stack.home / "configs").rglob("*")):
        told += place.read_bytes().decode(errors="ignore") if place.is_file() else ""
    assert PASSWORD not in told
    assert "Other@Secret-78" not in told
    assert repr(stack.shelf().vault.key) not in repr(stack.shelf().vault)


def test_search_sees_only_the_devices_it_is_given_now_and_at_a_moment(stack: Stack) -> None:
    stack.keep(FIRST)
    stack.keep(FIRST.replace("LK-CORE", "LK-FAR"), 1, device=stack.far)
    stack.keep(grown(FIRST, 7), 60)
    shelf, both = stack.shelf(), [stack.switch, stack.far]
    assert {hit.device_id for hit in shelf.search("SYSNAME", both)} == set(both)
    assert [hit.device_id for hit in shelf.search("sysname", [stack.far])] == [stack.far]
    assert [hit.text for hit in shelf.search("^vlan", both, regex=True)] == ["vlan 7"]
    assert list(shelf.search("vlan", both, NOW + timedelta(minutes=30))) == []
    assert len(list(shelf.search("sysname", both, NOW))) == 1
    assert list(shelf.search("sysname", both, NOW - timedelta(days=1))) == []
    assert list(shelf.search(PASSWORD, both)) == []


def test_a_device_that_moves_begins_anew_there_and_both_histories_compare(stack: Stack) -> None:
    stack.keep(FIRST)
    with stack.database.transaction(system("划转")) as session:
        session.get_one(Device, stack.switch).centre_id = stack.other.id
    assert stack.keep(FIRST, 1).changed
    stack.keep(grown(FIRST, 3), 2)
    rows = stack.rows()
    assert [row.repo for row in rows] == ["410225", "410222", "410222"]
    assert [row.centre_id for row in rows][1:] == [stack.other.id] * 2
    kinds = [row.kind for row in stack.shelf().diff(rows[0], rows[2]) if row.kind != "same"]
    assert kinds == ["added"] * 3
    assert stack.shelf().raw(rows[0]) == FIRST.encode()
    found = {hit.commit for hit in stack.shelf().search("sysname", [stack.switch])}
    assert found == {rows[2].commit}


def test_what_a_person_exported_is_taken_in_once_and_only_with_a_reason(stack: Stack) -> None:
    shelf = stack.shelf()
    who = Act("导入配置", "nobody", "李工", "网络管理员", "page", Scope((stack.county.path,)))
    binary, text = bytes(range(256)) * 40, FIRST.encode("gb18030")
    kept = shelf.take_in(stack.far, "C:\\导出\\PBX.bin", binary, who, "年检前导出", NOW)
    later = shelf.take_in(stack.far, "pbx.txt", text, who, "换成文本", NOW + timedelta(1))
    first, second = stack.rows(stack.far)
    assert (first.id, second.id) == (kept.snapshot_id, later.snapshot_id)
    assert (first.file_name, first.author, first.size) == ("PBX.bin", "李工", len(binary))
    assert (first.commit, shelf.text(first), shelf.raw(first)) == ("", "", binary)
    assert first.sha256 == sha256(binary).hexdigest()
    assert "政务外网" in shelf.text(second)
    assert PASSWORD not in shelf.text(second)
    assert shelf.raw(second) == text
    assert shelf.diff(first, second)[0].kind == "added"
    with stack.database.view(EVERYTHING) as session:
        drafts = "".join(session.scalars(select(LogDraft.text).order_by(LogDraft.at)))
    assert "人工导入设备配置文件“PBX.bin”（10240 字节），导入人 李工：年检前导出" in drafts
    far = Act("导入配置", "p", "外人", "网络管理员", "page", Scope((stack.other.path,)))
    for data, reason, by, cause in (
        (text, "再来一次", who, "完全相同"),
        (b"", "空的", who, "空的"),
        (b"x" * 20_000_001, "太大", who, "超过 20 MB"),
        (b"x", " ", who, "为什么"),
        (b"x", "不归我管", far, "权限范围"),
    ):
        with pytest.raises(Rejected, match=cause):
            shelf.take_in(stack.far, "pbx.txt", data, by, reason, NOW)
    assert len(stack.rows(stack.far)) == len(list(shelf.vault.of_device(stack.far))) == 2
    large = FIRST.encode() + b"#\n" * 2_000_000  # hiding its secrets would take too long
    alone = shelf.take_in(stack.far, "large.txt", large, who, "全部导出", NOW + timedelta(2))
    third = stack.rows(stack.far)[-1]
    assert (third.id, third.commit, shelf.text(third)) == (alone.snapshot_id, "", "")
    assert shelf.raw(third) == large
    assert (untold(large), untold(binary), untold(text)) == ("超过 4 MB", "不是文字", "")


@pytest.mark.parametrize("stop", ["vault", "git", "row"])
def test_killed_after_any_step_nothing_is_lost_and_nothing_doubled(stack: Stack, stop: str) -> None:
    assert ended(process(stack, stop)) == -signal.SIGKILL
    found = stack.shelf().reconcile()
    assert len(found.adopted) == (0 if stop == "row" else 1)
    assert stack.shelf().reconcile().adopted == ()
    (row,) = stack.rows()
    assert stack.shelf().raw(row) == FIRST.encode()
    assert PASSWORD not in stack.shelf().text(row)
    assert (row.author, row.origin, row.lines_total) == ("张三", "syslog", len(FIRST.splitlines()))
    assert not stack.keep(FIRST, 1).changed
    assert len(stack.shelf().repo("410225").log(stack.switch)) == 1


def test_what_was_cut_off_is_entered_before_the_next_is_kept(stack: Stack) -> None:
    assert ended(process(stack, "vault")) == -signal.SIGKILL
    stack.keep(grown(FIRST, 1), 1)
    first, second = stack.rows()
    assert second.before_id == first.id
    assert (second.added, second.removed) == (3, 0)


def test_processes_that_keep_at_once_lose_and_double_nothing(stack: Stack) -> None:
    others = [process(stack, times=4) for _ in range(2)]
    for n in range(1, 4):
        stack.keep(grown(FIRST, 100 + n), n)
    assert [ended(one) for one in others] == [0, 0]
    rows = stack.rows()
    ids = [row.id for row in rows]
    assert len(ids) == len(set(ids)) == len(list(stack.shelf().vault.of_device(stack.switch)))
    assert stack.shelf().reconcile().adopted == ()
    by_id = {row.id: row for row in rows}
    chain = [stack.state().snapshot_id]
    while before := by_id[chain[-1] or ""].before_id:
        chain.append(before)
    assert sorted(filter(None, chain)) == sorted(ids)  # one line from the newest to the first
    forms = [by_id[key or ""].form for key in chain]
    assert all(a != b for a, b in pairwise(forms))
    for row in rows:
        stack.shelf().text(row)
        stack.shelf().raw(row)


def test_an_older_database_is_brought_up_to_date_from_the_files(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """What the catalogue forgot by being restored from last night's copy, the vault still knows."""
    stack = stacked(sqlite_database, tmp_path)
    stack.keep(FIRST)
    with sqlite3.connect(tmp_path / "netops.db") as now, sqlite3.connect(tmp_path / "old") as old:
        now.backup(old)
    stack.keep(grown(FIRST, 1), 1, author="张三")
    stack.keep(grown(FIRST, 2), 2, author="李四", origin="syslog")
    before = stack.rows()
    sqlite_database.close()
    with sqlite3.connect(tmp_path / "netops.db") as now, sqlite3.connect(tmp_path / "old") as old:
        old.backup(now)
    assert len(stack.rows()) == 1
    assert len(stack.shelf().reconcile().adopted) == 2
    after = stack.rows()
    for name in ("id", "taken_at", "author", "origin", "sha256", "form", "added", "before_id"):
        assert [getattr(row, name) for row in after] == [getattr(row, name) for row in before]
    assert [stack.shelf().text(row) for row in after] == [stack.shelf().text(r) for r in before]
    assert stack.state().snapshot_id == after[-1].id
    assert not stack.keep(grown(FIRST, 2), 3).changed


def test_a_start_sets_aside_what_is_damaged_or_belongs_to_no_device(stack: Stack) -> None:
    shelf = stack.shelf()
    kept = stack.keep(FIRST)
    good = shelf.vault.find(stack.county.id, stack.switch, kept.snapshot_id)
    torn = good.with_name(f"{new_key()}.cfg")
    torn.write_bytes(good.read_bytes()[:-9])
    alien = shelf.vault.find(stack.county.id, new_key(), new_key())
    alien.parent.mkdir()
    shutil.copy(good, alien)
    found = shelf.reconcile()
    assert found.adopted == ()
    assert sorted(why[:4] for _name, why in found.aside) == ["备份文件", "登记里没"]
    assert [path.name for path in shelf.vault.files()] == [good.name]
    assert len(list((shelf.vault.folder / "quarantine").iterdir())) == 2
    assert shelf.reconcile().aside == ()


def test_a_damaged_history_stops_no_backup_and_is_mended_by_it(stack: Stack) -> None:
    stack.keep(FIRST)
    objects = stack.home / "configs" / "410225.git" / "objects"
    for place in objects.glob("??/*"):
        place.chmod(0o600)
        place.write_bytes(b"rotten")
    kept = stack.keep(grown(FIRST, 1), 1)
    first, second = stack.rows()
    assert (kept.changed, second.added, second.removed) == (True, 3, 0)
    assert stack.shelf().raw(second) == grown(FIRST, 1).encode()
    assert "sysname LK-CORE" in stack.shelf().text(first)
    assert len(list((stack.home / "configs" / "damaged").iterdir())) == 1
    with stack.database.view(EVERYTHING) as session:
        told = session.scalars(select(Notice).where(Notice.kind == "wrong")).one()
        assert verify(session) is None
    assert "历史库 410225 已用加密原文重建" in told.title


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Eight megabytes, where this account may mount."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("full_after", ["", "vault"])
def test_a_full_disk_refuses_the_whole(
    sqlite_database: Database, tmp_path: Path, small_disk: Path, full_after: str
) -> None:
    stack = stacked(sqlite_database, tmp_path)
    for folder in ("vault", "configs"):
        (small_disk / folder).mkdir()
        (tmp_path / folder).symlink_to(small_disk / folder)
    stack.keep(FIRST)

    def fill(name: str = "") -> None:
        if name == full_after:
            with (
                (small_disk / "rest").open("wb", buffering=0) as file,
                pytest.raises(OSError, match="space"),
            ):
                while True:
                    file.write(bytes(4096))

    if not full_after:
        fill()
    big = grown(FIRST, 1) + "".join(f"vlan {n} {new_key()}\n" for n in range(2000))
    shelf = Shelf(stack.database, stack.key, stack.home, fill)
    with pytest.raises(NotKept, match="磁盘已满"):
        shelf.keep(stack.switch, read(big), Cause("sweep"), NOW + timedelta(minutes=1))
    (small_disk / "rest").unlink()
    assert len(stack.rows()) == len(list(shelf.vault.of_device(stack.switch))) == 1
    assert not list((shelf.vault.folder / "drafts").iterdir())
    assert not [*shelf.repo("410225").git.folder.glob("objects/pack/tmp_*")]
    assert stack.shelf().reconcile().adopted == ()
    assert stack.keep(big, 2).changed
    assert stack.shelf().raw(stack.rows()[-1]) == big.encode()


def test_whoever_is_told_of_a_change_sees_it_only_within_their_centre(stack: Stack) -> None:
    stack.keep(FIRST)
    with stack.database.view(Scope((stack.other.path,))) as session:
        assert session.scalar(select(func.count()).select_from(ConfigSnapshot)) == 0
