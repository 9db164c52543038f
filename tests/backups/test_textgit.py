"""The history: real repositories, other people's settings, killed writers, damaged objects."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backups.difference import counted, lines, side_by_side
from backups.textgit import BadPattern, Note, TextRepo, fsck, grep
from backups.vault import NotKept
from inventory.keys import new_key
from inventory.store import Damaged

AT = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
ONE, TWO = "01kq0000000000000000000001", "01kq0000000000000000000002"
_HELD = """
import sys
from pathlib import Path
from backups.textgit import TextRepo
with TextRepo(Path(sys.argv[1]), "410225").alone() as writer:
    print("held", flush=True)
    writer.git.run("-c", "alias.wait=!sleep 60", "wait")
"""


@pytest.fixture
def repo(tmp_path: Path) -> TextRepo:
    return TextRepo(tmp_path / "configs", "410225")


def commit(repo: TextRepo, text: str, n: int = 0, author: str = "", device: str = ONE) -> str:
    with repo.alone() as writer:
        note = Note(author, AT + timedelta(days=n), f"第 {n} 次\n\n备份编号：{n}\n")
        return writer.commit(device, text, note)


def plain(repo: TextRepo, *words: str) -> str:
    """What git itself says, without our settings."""
    command = ["git", f"--git-dir={repo.git.folder}", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_each_version_is_a_commit_of_whoever_changed_it(repo: TextRepo) -> None:
    first = commit(repo, "a\nb\n")
    second = commit(repo, "a\nc\n", 1, "张三")
    assert commit(repo, "a\nc\n", 2, "李四") == second  # nothing is different: no version
    other = commit(repo, "x\n", 3, device=TWO)
    assert (repo.text(ONE, first), repo.text(ONE, second)) == ("a\nb\n", "a\nc\n")
    assert repo.log(ONE) == [second, first]
    told = plain(repo, "log", "--format=%an|%ae|%aI|%cn|%s", second)
    assert told.split("\n")[0] == "张三||2026-03-02T12:05:06+08:00|值守台|第 1 次"
    assert plain(repo, "ls-tree", "--name-only", other) == f"{TWO}.txt\n"
    blamed = [
        (line.number, line.text, line.commit, line.author) for line in repo.blame(ONE, second)
    ]
    assert blamed == [(1, "a", first, ""), (2, "c", second, "张三")]
    assert repo.blame(ONE, second)[1].at == AT + timedelta(days=1)
    assert fsck(repo) == []


def test_nobody_s_settings_or_hooks_have_a_say(
    repo: TextRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = tmp_path / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (tmp_path / ".gitconfig").write_text(
        f"[core]\n hooksPath = {hook.parent}\n autocrlf = true\n[commit]\n gpgSign = true\n"
        f"[init]\n templateDir = {tmp_path}\n[diff]\n external = false\n"
    )
    elsewhere = {"GIT_DIR": "nowhere", "GIT_AUTHOR_NAME": "mallory", "GIT_INDEX_FILE": "x"}
    for name, value in {"HOME": str(tmp_path), **elsewhere}.items():
        monkeypatch.setenv(name, value)
    first = commit(repo, "a\r\nb\n")
    second = commit(repo, "a\r\nc\n", 1, "张三")
    assert repo.text(ONE, second) == "a\r\nc\n"
    assert [hit.number for hit in grep(repo, "C", [second], regex=False)] == [2]
    assert "@@ -2 +2 @@" in repo.git.run("diff", "-U0", first, second).decode()
    assert not (repo.git.folder / "hooks").exists()


@pytest.mark.parametrize(
    "author", ["a <b@c> d", "x\ncommitter evil <e> 0 +0000", "…", "<>", "。", "\0", "-n", "a" * 300]
)
def test_a_device_may_call_its_users_anything(repo: TextRepo, author: str) -> None:
    note = Note(author, AT, "from refs/heads/x\ndone\n")
    with repo.alone() as writer:
        found = writer.commit(ONE, "done\nM 100644 inline x\n", note)
    assert plain(repo, "log", "--format=%cn|%B", found).strip() == "值守台|from refs/heads/x\ndone"
    assert plain(repo, "ls-tree", "--name-only", found) == f"{ONE}.txt\n"
    assert "\n" not in repo.blame(ONE, found)[0].author


def test_only_ids_become_words_of_a_command(repo: TextRepo) -> None:
    good = commit(repo, "a\n")
    for bad in ("--all", "../x", "a/b", "", "x y", "HEAD:"):
        with pytest.raises(ValueError, match="not a"):
            repo.text(bad, good)
        with pytest.raises(ValueError, match="not a"):
            repo.text(ONE, bad)
        with pytest.raises(ValueError, match="not a"):
            repo.tip(bad)
        with pytest.raises(ValueError, match="not a"):
            list(grep(repo, "a", [bad], regex=False))
        with pytest.raises(ValueError, match="not a"):
            _ = TextRepo(repo.folder, bad or "/").git


def test_words_are_found_as_written_or_as_an_expression(repo: TextRepo) -> None:
    version = commit(repo, "interface Gi0/0\n ip address 10.1.2.3\n描述 政务外网\n--all\n")
    commits = [version, commit(repo, "ip route 0.0.0.0\n", device=TWO)]

    def found(words: str, *, regex: bool = False) -> list[tuple[str, int]]:
        return [(hit.device_id, hit.number) for hit in grep(repo, words, commits, regex=regex)]

    assert found("IP ") == [(ONE, 2), (TWO, 1)]
    assert found("10.1.2.3") == [(ONE, 2)]
    assert found("0.0.2.3") == []  # a dot is a dot
    assert found("^ip", regex=True) == [(TWO, 1)]
    assert found("政务") == [(ONE, 3)]
    assert found("--all") == [(ONE, 4)]
    assert found("-e") == []
    with pytest.raises(BadPattern, match="正则表达式有误"):
        found("(", regex=True)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    *(st.lists(st.sampled_from(["a", "b", "#", " x", ""]), max_size=12) for _ in range(2)),
)  # fmt: skip
def test_side_by_side_tells_both_texts_whole(
    repo: TextRepo, left: list[str], right: list[str]
) -> None:
    older, newer = ("".join(f"{line}\n" for line in one) for one in (left, right))
    device = new_key()
    sides = [f"{commit(repo, one, device=device)}:{device}.txt" for one in (older, newer)]
    hunks = repo.git.run("diff", "-U0", "--histogram", "--text", *sides).decode()
    rows = side_by_side(older, newer, hunks)
    assert [row.left for row in rows if row.left_number] == lines(older) == left
    assert [row.right for row in rows if row.right_number] == lines(newer) == right
    for numbers in (
        [row.left_number for row in rows if row.left_number],
        [row.right_number for row in rows if row.right_number],
    ):
        assert numbers == list(range(1, len(numbers) + 1))
    assert all(row.left == row.right for row in rows if row.kind == "same")
    added, removed = counted(hunks)
    assert added - removed == len(right) - len(left)


def test_a_writer_killed_leaves_the_lock_to_its_git_and_then_to_the_next(
    repo: TextRepo, tmp_path: Path
) -> None:
    """What is left by kill -9 is cleared away; but not while a git of the dead one still writes."""
    first = commit(repo, "a\n")
    with subprocess.Popen(
        [sys.executable, "-c", _HELD, str(repo.folder)], stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as held:  # fmt: skip
        assert held.stdout
        assert held.stdout.readline() == "held\n"
        children = Path(f"/proc/{held.pid}/task/{held.pid}/children")
        while not children.read_text():  # its git has been started
            time.sleep(0.01)
        held.kill()
        held.wait()
        lock = (repo.folder / "410225.lock").open("a+")
        with lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert (repo.folder / "410225.lock").read_text() == f"{held.pid}\n"
        os.killpg(held.pid, signal.SIGKILL)
    for name in (f"refs/heads/{ONE}.lock", "packed-refs.lock", "HEAD.lock", "index.lock"):
        (repo.git.folder / name).write_bytes(b"")
    second = commit(repo, "b\n")
    assert repo.log(ONE) == [second, first]
    assert not list(repo.git.folder.glob("**/*.lock"))


def test_a_flipped_byte_is_named_by_the_check(repo: TextRepo) -> None:
    first = commit(repo, "a\n" * 200)
    blob = plain(repo, "rev-parse", f"{first}:{ONE}.txt").strip()
    commit(repo, "b\n", device=TWO)
    place = repo.git.folder / "objects" / blob[:2] / blob[2:]
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 4
    place.chmod(0o600)
    place.write_bytes(data)
    assert any(blob in line for line in fsck(repo))
    with pytest.raises(Damaged, match="410225"):
        repo.text(ONE, first)


def test_packing_keeps_every_version(repo: TextRepo) -> None:
    versions = [commit(repo, f"line {n}\n", n) for n in range(4)]
    with repo.alone() as writer:
        assert not writer.pack()  # little to pack
        writer.git.run("gc", "--quiet")
    assert [repo.text(ONE, one) for one in versions] == [f"line {n}\n" for n in range(4)]
    assert commit(repo, "after\n", 5) == repo.tip(ONE)
    assert fsck(repo) == []


def test_a_history_that_cannot_be_built_upon_is_told_as_damage(repo: TextRepo) -> None:
    commit(repo, "a\n")
    (repo.git.folder / "HEAD").write_text("nonsense")
    with pytest.raises(Damaged, match="410225"):
        commit(repo, "b\n")


def test_a_place_where_nothing_can_be_made_is_refused_with_a_cause(repo: TextRepo) -> None:
    repo.folder.mkdir()
    repo.git.folder.write_bytes(b"")
    with pytest.raises(NotKept, match="没有写入历史库"):
        commit(repo, "a\n")
