"""A readable history that is lost or damaged comes back from the vault, word for word."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from backups.mending import curable, flaws, mend
from backups.rewriting import Rewritten
from backups.textgit import TextRepo
from inventory.act import EVERYTHING, system
from inventory.audit import verify
from inventory.chain import AuditRow
from inventory.config_snapshot import ConfigSnapshot
from inventory.db import Database
from inventory.device import Device
from inventory.notice import Notice
from inventory.store import Damaged
from tests.backups.conftest import FIRST, PASSWORD, Stack, grown, stacked


@pytest.fixture
def stack(sqlite_database: Database, tmp_path: Path) -> Stack:
    """Five versions of two devices, the last of them by somebody."""
    stack = stacked(sqlite_database, tmp_path)
    stack.keep(FIRST)
    stack.keep(grown(FIRST, 1), 1)
    stack.keep(FIRST.replace("LK-CORE", "LK-PBX"), 2, device=stack.far)
    stack.keep(grown(FIRST, 2), 3, author="张三", origin="syslog")
    stack.keep(grown(FIRST.replace("LK-CORE", "LK-PBX"), 4), 4, device=stack.far)
    return stack


def told(stack: Stack) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Of every version its text, and of every line whose it is."""
    shelf, rows = stack.shelf(), [*stack.rows(), *stack.rows(stack.far)]
    return [
        (shelf.text(row), [(one.text, one.author, one.snapshot_id) for one in shelf.blame(row)])
        for row in rows
    ]


def found(stack: Stack) -> list[tuple[str, int, str]]:
    hits = stack.shelf().search("vlan", [stack.switch, stack.far])
    return sorted((hit.device_id, hit.number, hit.text) for hit in hits)


def mended(stack: Stack) -> Rewritten:
    shelf = stack.shelf()
    with shelf.repo("410225").git.locked():
        wrong = flaws(shelf, "410225")
        assert wrong
        assert curable(shelf, "410225", wrong)
        return mend(shelf, "410225", system("重建配置历史库"), datetime.now(UTC))


def objects(repo: TextRepo) -> list[Path]:
    return sorted(p for p in (repo.git.folder / "objects").glob("??/*") if p.is_file())


def gone(repo: TextRepo, _stack: Stack) -> None:
    shutil.rmtree(repo.git.folder)


def without_its_text(repo: TextRepo, stack: Stack) -> None:
    asked = f"{stack.rows()[1].commit}:{stack.switch}.txt"
    blob = repo.git.run("rev-parse", asked).decode().strip()
    (repo.git.folder / "objects" / blob[:2] / blob[2:]).unlink()


def without_a_commit(repo: TextRepo, stack: Stack) -> None:
    commit = stack.rows()[0].commit
    (repo.git.folder / "objects" / commit[:2] / commit[2:]).unlink()


def with_a_torn_branch(repo: TextRepo, stack: Stack) -> None:
    (repo.git.folder / "refs" / "heads" / stack.switch).write_text("d34db33f")


def with_a_torn_pack(repo: TextRepo, _stack: Stack) -> None:
    repo.git.run("gc", "--quiet")
    (pack,) = (repo.git.folder / "objects" / "pack").glob("*.pack")
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[: pack.stat().st_size // 2])


def without_a_head(repo: TextRepo, _stack: Stack) -> None:
    (repo.git.folder / "HEAD").unlink()


def with_rotten_settings(repo: TextRepo, _stack: Stack) -> None:
    (repo.git.folder / "config").write_text("[core\n")


HARM = [gone, without_its_text, without_a_commit, with_a_torn_branch, with_a_torn_pack,
        without_a_head, with_rotten_settings]  # fmt: skip


@pytest.mark.parametrize("harm", HARM, ids=lambda one: one.__name__)
def test_it_comes_back_commit_by_commit(
    stack: Stack, harm: Callable[[TextRepo, Stack], None]
) -> None:
    shelf, before, hits = stack.shelf(), told(stack), found(stack)
    harm(shelf.repo("410225"), stack)
    done = mended(stack)
    assert (done.versions, done.lost) == (5, ())
    assert flaws(stack.shelf(), "410225") == []
    assert (told(stack), found(stack)) == (before, hits)
    git = shelf.repo("410225").git
    assert git.run("for-each-ref", "refs/replace") == b""  # the very same commits
    aside = [*(stack.home / "configs" / "damaged").glob("*")]
    assert aside == ([done.aside] if done.aside else [])
    assert (done.aside is None) == (harm is gone)
    stack.keep(grown(FIRST, 9), 9)
    assert shelf.repo("410225").log(stack.switch)[1:] == [r.commit for r in stack.rows()[2::-1]]


def test_the_trail_and_a_notice_say_so(stack: Stack) -> None:
    gone(stack.shelf().repo("410225"), stack)
    mended(stack)
    with stack.database.view(EVERYTHING) as session:
        row = session.scalars(select(AuditRow).where(AuditRow.thing == "ConfigHistory")).one()
        notice = session.scalars(select(Notice).where(Notice.kind == "wrong")).one()
        assert verify(session) is None
    assert (row.thing_id, row.centre_id) == ("410225", stack.county.id)
    assert "配置历史库 410225 已用加密原文重建" in notice.title
    assert "重建了 5 版" in notice.text


def test_versions_told_otherwise_by_now_are_found_under_their_names(stack: Stack) -> None:
    """A device got another name: its commits say it, and are others."""
    before, hits, rows = told(stack), found(stack), stack.rows()
    with stack.database.transaction(system("改名")) as session:
        session.get_one(Device, stack.switch).name = "汇聚交换机"
    gone(stack.shelf().repo("410225"), stack)
    mended(stack)
    shelf = stack.shelf()
    assert shelf.repo("410225").log(stack.switch)[0] != rows[-1].commit
    assert flaws(shelf, "410225") == []
    assert (told(stack), found(stack)) == (before, hits)
    assert shelf.counts(rows[0], rows[-1]) == (3, 0)
    with shelf.repo("410225").alone() as writer:
        writer.git.run("gc", "--quiet", "--prune=now")
    stack.keep(grown(FIRST, 9), 9)
    assert told(stack)[: len(rows)] == before[: len(rows)]
    assert {one.snapshot_id for one in shelf.blame(stack.rows()[-1])} >= {rows[0].id}


def test_the_next_backup_mends_a_history_that_is_gone(stack: Stack) -> None:
    before = told(stack)
    gone(stack.shelf().repo("410225"), stack)
    stack.keep(grown(FIRST, 9), 9)
    assert flaws(stack.shelf(), "410225") == []
    assert "vlan 9" in stack.shelf().text(stack.rows()[-1])
    assert told(stack)[:3] == before[:3]


def test_what_the_vault_lost_too_is_taken_from_the_damaged_history_or_named(stack: Stack) -> None:
    shelf, rows, before = stack.shelf(), stack.rows(), told(stack)
    for row in rows[:2]:
        shelf.vault.find(row.centre_id, row.device_id, row.id).unlink()
    without_its_text(shelf.repo("410225"), stack)
    done = mended(stack)
    assert done.lost == (rows[1].id,)
    assert stack.shelf().text(rows[0]) == before[0][0]
    with pytest.raises(Damaged):
        stack.shelf().text(rows[1])
    left = flaws(stack.shelf(), "410225")
    assert left == [f"{rows[1].commit} missing"]
    assert not curable(stack.shelf(), "410225", left)  # nothing is gained by doing it again


def test_a_rewriting_that_was_cut_off_is_begun_anew(stack: Stack) -> None:
    left = TextRepo(stack.home / "configs" / "rewriting", "410225")
    with left.alone() as writer:
        writer.git.run("update-ref", "--stdin", given=b"")
    (left.git.folder / "HEAD").write_text("half")
    before = told(stack)
    gone(stack.shelf().repo("410225"), stack)
    mended(stack)
    assert told(stack) == before
    assert not left.git.folder.exists()


def test_a_history_damaged_again_within_a_day_is_told_instead(stack: Stack) -> None:
    shelf = stack.shelf()
    for times, n in enumerate((8, 9)):
        for place in objects(shelf.repo("410225")):
            place.chmod(0o600)
            place.write_bytes(b"rotten")
        kept = stack.keep(grown(FIRST, n), n)
        row = stack.rows()[-1]
        assert (kept.changed, bool(row.commit)) == (True, not times)
        assert shelf.raw(row) == grown(FIRST, n).encode()
        assert f"vlan {n}\n" in shelf.text(row)  # also of what only the vault has
        assert PASSWORD not in shelf.text(row)
    with stack.database.view(EVERYTHING) as session:
        titles = set(session.scalars(select(Notice.title).where(Notice.kind == "wrong")))
        assert session.scalars(select(ConfigSnapshot.id)).all()
    assert "配置历史库损坏，新的配置只存了加密原文" in titles
