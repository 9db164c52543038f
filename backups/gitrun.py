"""The git program, run so that nobody's settings, hooks or templates have a say in it, and one
writer at a time."""

import fcntl
import os
import re
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile

from backups.vault import NotKept
from inventory.durable import make_folder, sync_folder
from inventory.store import Damaged

_PATIENCE = 120  # seconds for one command, and for whoever is writing to be done
WHOLE = 3600  # seconds for what reads a whole repository
_THINKING = 20  # seconds of computing for one search: an expression may ask for more than a century
_STEP = 0.02  # seconds between two tries at the lock
_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0",
}  # fmt: skip
_SETTINGS = (
    "core.fsync=all", "core.fsyncMethod=fsync", f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}", "core.logAllRefUpdates=false", "core.quotePath=false",
    "core.bare=true", "core.pager=cat", "gc.auto=0", "commit.gpgSign=false", "color.ui=never",
    "pack.threads=1", "pack.windowMemory=64m", "safe.directory=*", "grep.threads=1",
)  # fmt: skip
_LEFT = ("*.lock", "refs/**/*.lock", "fast_import_crash_*", "objects/**/tmp_*")
TOO_LONG = "too long"
_MISSING = "服务器上没有安装 git，请安装 git 软件包"
_FULL = re.compile("no space left|out of diskspace|disk quota|file too large|^-25$", re.IGNORECASE)


class GitFailed(Exception):
    """The program answered with an error; `words` is what it said."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Git:
    """One bare repository; `others` are the object folders of repositories it may look into,
    `held` the lock while it is held (a file descriptor)."""

    folder: Path
    others: tuple[Path, ...] = ()
    held: tuple[int, ...] = ()

    def make(self) -> None:
        """Found it where there is none. Raises NotKept, Damaged."""
        if all((self.folder / part).exists() for part in ("HEAD", "refs", "objects")):
            return
        try:
            make_folder(self.folder)
            self.run("init", "--quiet", "--bare", "--template=", "--initial-branch=main")
            sync_folder(self.folder)
        except (GitFailed, OSError) as error:
            raise refused(error) from None

    @contextmanager
    def alone(self) -> Iterator["Git"]:
        """Be the only writer. The lock is handed to every git that is started by what is yielded:
        it holds as long as one of them lives, so whoever gets it knows that all the others are
        gone, and removes what they left. Raises NotKept naming the process that does not let go."""
        with self.locked() as held:
            self.make()
            self.clear()
            yield held

    @contextmanager
    def locked(self) -> Iterator["Git"]:
        """Keep all writers away, whatever is there or is not. Raises NotKept."""
        with _locked(self.folder.with_suffix(".lock")) as lock:
            yield replace(self, held=(lock,))

    def run(self, *words: str, given: bytes = b"", seconds: int = _PATIENCE) -> bytes:
        """What it answers within so many seconds. Raises GitFailed."""
        try:
            done = subprocess.run(
                self._command(words), input=given, capture_output=True, timeout=seconds,
                env=self._environment(), umask=0o077, pass_fds=self.held, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise GitFailed(f"{words[0]}：超过 {seconds} 秒没有完成") from None
        except FileNotFoundError:
            raise GitFailed(_MISSING) from None
        if done.returncode:
            raise GitFailed(done.stderr.decode(errors="replace").strip() or str(done.returncode))
        return done.stdout

    def lines(self, *words: str) -> Iterator[bytes]:
        """What a search answers, line by line; it is stopped when the reader has enough, and when
        it computes for too long. Nothing found (exit code 1) is no failure. Raises GitFailed."""
        with TemporaryFile() as errors, subprocess.Popen(
            self._command(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            env=self._environment(),
        ) as running:  # fmt: skip
            resource.prlimit(running.pid, resource.RLIMIT_CPU, (_THINKING, _THINKING))
            assert running.stdout
            try:
                for line in running.stdout:
                    yield line.removesuffix(b"\n")
            except GeneratorExit:
                running.kill()
                raise
            if running.wait() not in (0, 1):
                errors.seek(0)
                raise GitFailed(errors.read(2000).decode(errors="replace").strip() or TOO_LONG)

    def _command(self, words: tuple[str, ...]) -> list[str]:
        settings = [part for one in _SETTINGS for part in ("-c", one)]
        return ["git", *settings, f"--git-dir={self.folder}", *words]

    def _environment(self) -> dict[str, str]:
        others = os.pathsep.join(map(str, self.others))
        return {**_ENVIRONMENT, "GIT_ALTERNATE_OBJECT_DIRECTORIES": others}

    def clear(self) -> None:
        """Remove what a git that was killed, or had no room, has left. Only in `alone`."""
        for pattern in _LEFT:
            for left in self.folder.glob(pattern):
                left.unlink(missing_ok=True)


def refused(error: GitFailed | OSError) -> NotKept | Damaged:
    """What a person is told when the history took nothing: for want of room, or because what is
    there already cannot be built upon."""
    words = error.words if isinstance(error, GitFailed) else str(error)
    if _FULL.search(words):
        return NotKept("磁盘已满，这份配置没有保存；请先清理磁盘，再重新备份")
    if isinstance(error, OSError) or words == _MISSING:
        return NotKept(f"配置没有写入历史库：{words[:300]}")
    return Damaged(f"配置历史库不能写入：{words[:300]}")


@contextmanager
def _locked(place: Path) -> Iterator[int]:
    """The lock file, held; in it stands whose it is."""
    try:
        make_folder(place.parent)
        lock = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise refused(error) from None
    try:
        _wait(lock, place)
        with suppress(OSError):  # on a full disk nobody knows who holds it, but it is held
            os.truncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _wait(descriptor: int, named: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                owner = named.read_text().strip() or "?"
                raise NotKept(f"配置历史库一直被进程 {owner} 占用，没有保存") from None
            time.sleep(_STEP)
