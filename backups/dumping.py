"""A database's own program is run, and what it tells becomes a file, whole or not at all.

It tells into a pipe that is read into `X.part`, so that its pace can be kept, here and over SSH
alike. Exit code 0 is not believed alone: the caller's check reads the whole file before it gets its
name. Passwords travel in files of mode 0600, never in the words of a command line, which every
user of a machine can read.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Protocol

from backups.dump_faults import disk_refused, dump_failed, from_device
from backups.gathering import NotGathered, Order
from backups.pace import Pace
from backups.tool_process import CHUNK, SILENCE, running
from inventory.durable import sync_folder
from inventory.keys import new_key
from netops.errors import DeviceError

# On another machine: the secret file is made anew (-C: never through a planted link) for that login
# alone; $0 is its name, $1 how many bytes of standard input are the secret. When the connection is
# gone, so is our parent: all of the session ends then, a silent program as well, and the file goes.
_THERE = """umask 077; set -C
trap 'rm -f "$0"' EXIT; trap 'exit 74' HUP INT TERM
head -c "$1" >"$0" || exit 73
shift; exec 3<&0
"$@" <&3 3<&- & program=$!
(trap - EXIT HUP INT TERM; while kill -0 $PPID; do sleep 2; done; rm -f "$0"; kill 0) \\
>/dev/null 2>&1 3<&- &
watch=$!
wait $program; status=$?
kill $watch; exit $status"""


class Speaking(Protocol):
    """A program that has been started, here or on another machine (`netops.ssh_files.Streamed`)."""

    def read(self, size: int) -> bytes: ...

    def exit_status(self) -> int: ...

    @property
    def stderr(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Tool:
    """A program of a database: `words` makes its command line from the name of the file that holds
    `secret`; `given` is its standard input. It runs where the order's source is (`reach`)."""

    order: Order
    words: Callable[[str], Sequence[str]]
    secret: str = field(default="", repr=False)
    given: bytes = b""
    silence: float = SILENCE

    @contextmanager
    def started(self, pace: Pace) -> Iterator[Speaking]:
        """Raises NotGathered where it cannot be started, or is lost on the way; Stopped."""
        if self.order.reach == "ssh":
            try:
                with self._there(pace) as speaking:
                    yield speaking
            except DeviceError as error:
                raise from_device(error) from None
            return
        with secret_file(self.order.work, self.secret) as place, TemporaryFile() as given:
            given.write(self.given)
            given.seek(0)
            words = self.words(str(place))
            with running(words, pace, stdin=given, silence=self.silence) as speaking:
                yield speaking

    def _there(self, pace: Pace) -> AbstractContextManager[Speaking]:
        from netops.ssh_files import streamed  # only what is far needs what speaks to it

        assert self.order.remote is not None
        place, secret = f"/tmp/netops-{new_key()}", self.secret.encode()  # noqa: S108 - see -C
        words = ["sh", "-c", _THERE, place, str(len(secret)), *self.words(place)]
        given, beat = secret + self.given, partial(pace.spend, 0)
        return streamed(self.order.remote, words, given, beat=beat)

    def told(self, pace: Pace) -> str:
        """All it answers, for answers that are short. Raises NotGathered, Stopped."""
        heard = bytearray()
        with self.started(pace) as speaking:
            while chunk := speaking.read(CHUNK):
                heard += chunk
                pace.spend(0)
            self.judge(speaking)
        return heard.decode(errors="replace")

    def into(self, place: Path, pace: Pace, check: Callable[[Path], None]) -> None:
        """Dump into `place`: it is there, checked and on disk, when this returns, and nothing of it
        otherwise. Raises NotGathered, Stopped, and whatever `check` raises."""
        with whole(place) as part, self.started(pace) as speaking:
            received(speaking, part, pace)
            self.judge(speaking)
            check(part)

    def judge(self, speaking: Speaking) -> None:
        """Raises NotGathered unless it says itself that it has done its work."""
        if status := speaking.exit_status():
            raise dump_failed(self.order, self.words("")[0], status, speaking.stderr)


@contextmanager
def whole(place: Path) -> Iterator[Path]:
    """The name to write under: it becomes `place`, on disk, when the block ends well, else nothing
    is left. Raises NotGathered where the disk refuses."""
    part = place.with_name(place.name + ".part")
    try:
        yield part
        part.replace(place)
        sync_folder(place.parent)
    except OSError as error:
        raise disk_refused(error) from None
    finally:
        part.unlink(missing_ok=True)


def received(speaking: Speaking, part: Path, pace: Pace) -> None:
    """All it tells, into a new file (0600), on disk when this returns. Raises OSError, Stopped."""
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := speaking.read(CHUNK):
            file.write(chunk)
            pace.spend(len(chunk))
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def secret_file(work: Path, text: str) -> Iterator[Path]:
    """A file that only we can read, gone when the block ends. Raises NotGathered."""
    place = work / new_key()
    try:
        _write_secret(place, text)
        yield place
    finally:
        place.unlink(missing_ok=True)


def _write_secret(place: Path, text: str) -> None:
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise disk_refused(error) from None


def program(order: Order, name: str, package: str) -> str:
    """The program's place, its mere name where it runs on another machine. Raises NotGathered."""
    return name if order.reach == "ssh" else installed(name, package)


def installed(name: str, package: str) -> str:
    """Where a program of this machine lies. Raises NotGathered naming its Debian package."""
    found = shutil.which(name)
    if found is None:
        raise NotGathered(
            f"值守台服务器上没有 {name}；请安装 {package} 软件包（apt install {package}）后重做",
            permanent=True,
        )
    return found
