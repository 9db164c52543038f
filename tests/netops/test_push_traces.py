"""What is pushed over a login's shell stays nowhere on the device: a real shell, with a history."""

import os
import pty
import select
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netops.config_push import run_lines, send_file
from netops.push_facts import Push, Timer
from netops.ssh_shell import Shell
from netops.undo_timer import Undo, arm, disarm, strip
from tests.patience import PATIENCE, until

PUSH = Push(shell=True, apply="cat {file}", timer=Timer(kind="shell"))
SECRET = "Tr4ce-s3cret"


class Terminal:
    """The characters of a terminal with a shell in it."""

    def __init__(self, side: int) -> None:
        self._side = side

    def read(self) -> str:
        if not select.select([self._side], [], [], 0)[0]:
            return ""
        return os.read(self._side, 65536).decode("latin-1")

    def write(self, text: str) -> None:
        os.write(self._side, text.encode("latin-1"))


@contextmanager
def session(program: list[str], home: Path) -> Iterator[Shell]:
    """A login that ends as one does: by `exit`, when a shell writes its history."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (1000, 511))
    env = {"HOME": str(home), "PS1": "R1$ ", "PATH": os.environ["PATH"], "TERM": "vt100"}
    env["HISTFILE"] = str(home / "history")
    with subprocess.Popen(
        program, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
    ) as process:
        os.close(theirs)
        terminal = Terminal(ours)
        shell = Shell(terminal, "R1", "192.0.2.1")
        try:
            shell.command("true")
            yield shell
            terminal.write("exit\n")
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
            os.close(ours)


BASH = ["bash", "--norc", "--noprofile", "-i"]


@pytest.mark.parametrize("program", [BASH, ["dash", "-i"]], ids=lambda one: one[0])
def test_no_history_keeps_what_was_typed_and_no_stranger_reads_the_files(
    tmp_path: Path, program: list[str]
) -> None:
    (tmp_path / ".netops").mkdir(mode=0o755)
    (tmp_path / ".netops" / "c1.new").touch(mode=0o644)
    with session(program, tmp_path) as shell:
        shell.command("echo before")
        send_file(shell, "c1.new", f"password {SECRET}\n" * 40)
        run_lines(shell, PUSH, [f"true {SECRET}"])
    written = tmp_path / "history"
    told = written.read_text() if written.exists() else ""
    assert SECRET not in told and "printf" not in told
    file = tmp_path / ".netops" / "c1.new"
    assert file.read_text() == f"password {SECRET}\n" * 40
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [one.name for one in file.parent.iterdir()] == ["c1.new"]


def test_a_failed_change_leaves_only_what_its_own_undo_still_needs(tmp_path: Path) -> None:
    folder, undone = tmp_path / ".netops", tmp_path / "undone"
    with session(BASH, tmp_path) as shell:
        for name, seconds in (("late", 600), ("soon", 4)):
            undo = Undo(name, seconds, (f"sleep 0.5; echo {SECRET} >> {undone}",))
            arm(shell, PUSH, undo)
            send_file(shell, f"{name}.new", SECRET)
            strip(shell, PUSH, name)
            assert {one.suffix for one in folder.glob(f"{name}.*")} == {".token", ".undo", ".sh"}
        send_file(shell, "soon.back", SECRET)
        until(
            lambda: {one.name for one in folder.glob("soon.*")} == {"soon.fired"},
            lambda: list(folder.iterdir()),
        )
        assert undone.read_text() == f"{SECRET}\n"
        assert disarm(shell, PUSH, "late") is False
        for name in ("late", "soon"):
            strip(shell, PUSH, name)
    assert list(folder.iterdir()) == []
