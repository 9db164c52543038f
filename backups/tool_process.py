"""One program of this machine, started without a shell and without our environment. Whoever waits
for it looks every moment whether to stop; ended, all that it started itself ends with it."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from backups.gathering import NotGathered
from backups.pace import Pace
from inventory.os_words import cause_of

CHUNK = 1 << 16
SILENCE = 600.0  # seconds in which a program may do nothing we see before it counts as hung
_TICK = 0.2  # seconds between two looks whether somebody wants to stop
_GRACE = 5.0  # seconds to end by itself: pg_dump then cancels what it asked of the server
_COMPLAINTS = 1 << 16  # bytes of its complaints that are looked at


def _seen() -> dict[str, str]:
    """Its environment: ours may hold secrets, and messages are understood in English."""
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


@contextmanager
def running(
    words: Sequence[str],
    pace: Pace,
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    further: Mapping[str, str] | None = None,
    folder: Path | None = None,
    silence: float = SILENCE,
) -> Iterator["Local"]:
    """Start it; `further` is added to its environment, `folder` is where it works. Raises
    NotGathered where it cannot be started."""
    with TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                words, stdin=stdin, stdout=subprocess.PIPE, stderr=complaints, cwd=folder,
                env=_seen() | dict(further or {}), start_new_session=True, umask=0o077,
            )  # fmt: skip
        except OSError as error:
            raise NotGathered(
                f"{words[0]} 启动不了：{cause_of(error)}；请核对程序路径和执行权限",
                permanent=True,
            ) from None
        if process.stdin:
            os.set_blocking(process.stdin.fileno(), False)
        try:
            yield Local(process, complaints, pace, Path(words[0]).name, silence)
        finally:
            _end(process)


@dataclass(slots=True)
class Local:
    """A program that has been started (see `running`)."""

    process: "subprocess.Popen[bytes]"
    complaints: IO[bytes]
    pace: Pace
    name: str
    silence: float

    def read(self, size: int) -> bytes:
        """At most so many bytes of what it tells; b"" at the end. Raises NotGathered when it tells
        nothing for too long, Stopped."""
        assert self.process.stdout
        mouth = self.process.stdout.fileno()
        self._wait(lambda: _ready(mouth, select.POLLIN))
        return os.read(mouth, size)

    def write(self, data: bytes) -> bool:
        """Give it all of `data`; False when it does not listen any more: it has ended."""
        assert self.process.stdin
        ear, left = self.process.stdin.fileno(), memoryview(data)
        try:
            while left:
                self._wait(lambda: _ready(ear, select.POLLOUT))
                left = left[os.write(ear, left) :]
        except BrokenPipeError:
            return False
        return True

    def exit_status(self) -> int:
        """How it ended, waited for; negative when a signal ended it. Raises as `read`."""
        if self.process.stdin:
            self.process.stdin.close()
        self._wait(self._over)
        return self.process.returncode

    @property
    def stderr(self) -> str:
        """The end of what it complained."""
        size = self.complaints.seek(0, os.SEEK_END)
        self.complaints.seek(max(0, size - _COMPLAINTS))
        return self.complaints.read().decode(errors="replace")

    def _over(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_TICK)
        return self.process.returncode is not None

    def _wait(self, so: Callable[[], bool]) -> None:
        end = time.monotonic() + self.silence
        while not so():
            self.pace.spend(0)
            if time.monotonic() > end:
                raise NotGathered(
                    f"{self.name} 已有 {self.silence / 60:g} 分钟没有动静，已停止；"
                    "请检查数据库是否繁忙、有没有别的会话长时间锁表，稍后会再试"
                )


def _ready(descriptor: int, what: int) -> bool:
    asked = select.poll()
    asked.register(descriptor, what)
    return bool(asked.poll(_TICK * 1000))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Nobody of its group is left when this returns; first it may end by itself."""
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(BrokenPipeError):
                pipe.close()
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: "subprocess.Popen[bytes]", what: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, what)
