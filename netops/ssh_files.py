"""Files of another machine over SFTP, and programs run there: `files`, `run`, `streamed`.

Every failure is a DeviceError whose reason names the machine, what was not done and what to do.
"""

import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

import paramiko

from netops.errors import CommandRejected, Unreadable
from netops.local_files import kind_of
from netops.remote import KnownHosts, Remote
from netops.sftp_streams import Reading, Tell, write
from netops.sftp_wire import Answer, Ended, Wire, number, text
from netops.ssh_run import Ran, Streamed, run, streamed
from netops.ssh_way import channel, connected
from netops.walking import Found, Refused, text_of, walk

__all__ = ["Ran", "RemoteFiles", "Streamed", "files", "run", "streamed"]

_OPEN, _CLOSE, _LSTAT, _FSTAT, _OPENDIR, _READDIR, _REMOVE = 3, 4, 7, 8, 11, 12, 13
_MKDIR, _RMDIR, _STAT, _RENAME, _READLINK, _EXTENDED = 14, 15, 17, 18, 19, 200
_TO_READ, _TO_WRITE, _NEW, _EMPTY = 0x1, 0x2, 0x8, 0x10
_SIZE, _OWNER, _MODE, _TIMES, _MORE = 0x1, 0x2, 0x4, 0x8, 0x80000000
_AGAIN = 1 << 20  # octets of what is there already that are sent once more when resuming
_LISTS = 8  # requests for more names under way


class RemoteFiles:
    """An open SFTP session. Paths are absolute text (surrogates for bytes that are no UTF-8).

    Raises FileNotFoundError and PermissionError where the other machine says so, DeviceError
    (Unreachable: worth another try) where it refuses or says nothing any more.
    """

    def __init__(self, talk: Wire, place: str) -> None:
        self._wire = talk
        self.place = place

    def walk(
        self, path: str, exclude: Collection[str] = (), refused: Refused | None = None
    ) -> Iterator[Found]:
        """Everything below a folder, sorted, folders before what is in them; links as links, none
        followed but `path` itself. A folder that cannot be listed is told to `refused`, else it
        raises OSError."""
        return walk(lambda folder: self._listed(path, folder), exclude, refused or _raised)

    def found(self, path: str) -> Found:
        """What is at `path`, links followed. Raises FileNotFoundError."""
        return self._attributes(self._told(f"查看 {path}", _STAT, _path(path)), path)

    def open(self, path: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """Read a file from byte `start` on, pipelined; nothing is fetched that nobody reads. `end`
        saves asking for its size; what is appended meanwhile belongs to the next time."""
        what = f"读取 {_shown(path)}"
        handle = self._told(what, _OPEN, _path(path), number(_TO_READ), number(0)).text()
        if end is None:
            end = self._attributes(self._told(what, _FSTAT, text(handle)), path).size
        return cast("BinaryIO", Reading(self._wire, handle, start, end, what))

    def put(
        self, source: BinaryIO, path: str, resume: bool = False, tell: Tell = lambda size: None
    ) -> int:
        """Write a file and make it last; its size. With `resume` what is already there is kept and
        `source`, which must seek, is sent from there on: whoever resumes compares checksums after.

        Raises CommandRejected also when less arrived than was sent.
        """
        start = max((self.size(path) or 0) - _AGAIN, 0) if resume else 0
        source.seek(start)
        what = f"写入 {_shown(path)}"
        flags = number(_TO_WRITE | _NEW | (0 if start else _EMPTY))
        private = number(_MODE) + number(0o600)
        handle = self._told(what, _OPEN, _path(path), flags, private).text()
        written = write(self._wire, handle, source, start, tell)
        if b"fsync@openssh.com" in self._wire.abilities:
            self._told(what, _EXTENDED, text(b"fsync@openssh.com"), text(handle))
        self._told(what, _CLOSE, text(handle))
        if self.size(path) != written:
            raise CommandRejected(
                f"{self.place} 上 {_shown(path)} 的大小与写入的不符，没有采用。"
                "请检查它的磁盘空间，然后重新复制。"
            )
        return written

    def size(self, path: str) -> int | None:
        """Bytes of a file; None when there is none."""
        with suppress(FileNotFoundError):
            return self.found(path).size
        return None

    def rename(self, path: str, to: str) -> None:
        """Move, replacing what is there; at once where the server knows posix-rename."""
        what = f"把 {_shown(path)} 改名"
        both = _path(path), _path(to)
        if b"posix-rename@openssh.com" in self._wire.abilities:
            self._told(what, _EXTENDED, text(b"posix-rename@openssh.com"), *both)
            return
        self.remove(to)
        self._told(what, _RENAME, *both)

    def remove(self, path: str) -> None:
        """Delete a file; gone already is well, too."""
        with suppress(FileNotFoundError):
            self._told(f"删除 {_shown(path)}", _REMOVE, _path(path))

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it (0700); there already is well, too."""
        if path in ("", "/") or self.is_folder(path):
            return
        self.make_folder(path.rstrip("/").rpartition("/")[0])
        mode = number(_MODE) + number(0o700)
        self._told(f"建立目录 {_shown(path)}", _MKDIR, _path(path), mode)

    def remove_folder(self, path: str) -> None:
        """Delete an empty folder; gone already is well, too."""
        with suppress(FileNotFoundError):
            self._told(f"删除目录 {_shown(path)}", _RMDIR, _path(path))

    def is_folder(self, path: str) -> bool:
        """Is there a folder, links followed?"""
        with suppress(FileNotFoundError):
            return self.found(path).kind == "folder"
        return False

    def _listed(self, top: str, folder: str) -> Iterator[Found]:
        place = f"{top.rstrip('/')}/{folder}" if folder else top
        what = f"列出 {_shown(place)}"
        handle = text(self._told(what, _OPENDIR, _path(place)).text())
        before = f"{folder}/" if folder else ""
        try:
            for found in self._names(handle, before, what):
                if found.kind == "link":
                    yield self._link(top, found)
                else:
                    yield found
        finally:
            self._wire.forget(self._wire.ask(_CLOSE, handle))

    def _names(self, handle: bytes, before: str, what: str) -> Iterator[Found]:
        """The names of an open folder; several requests are under way until the first "no more"."""
        asked = [self._wire.ask(_READDIR, handle) for _each in range(_LISTS)]
        try:
            while True:
                self._wire.doing = what
                answer = self._wire.answer(asked.pop(0))[1]
                asked.append(self._wire.ask(_READDIR, handle))
                for _each in range(answer.number()):
                    name = text_of(answer.text())
                    answer.text()  # the line `ls -l` would show
                    found = self._attributes(answer, before + name)
                    if name not in (".", "..") and "/" not in name:
                        yield found
        except Ended:
            return
        finally:
            for request in asked:
                self._wire.forget(request)

    def _link(self, top: str, found: Found) -> Found:
        place = f"{top.rstrip('/')}/{found.path}"
        answer = self._told(f"查看 {_shown(place)}", _READLINK, _path(place))
        answer.number()
        to = text_of(answer.text())
        return Found(found.path, "link", 0, found.modified, found.mode, to)

    def _attributes(self, answer: Answer, path: str) -> Found:
        flags = answer.number()
        size = answer.long() if flags & _SIZE else 0
        if flags & _OWNER:
            answer.long()
        mode = answer.number() if flags & _MODE else stat.S_IFREG | 0o644
        modified = answer.long() & 0xFFFFFFFF if flags & _TIMES else 0
        for _each in range(answer.number() * 2 if flags & _MORE else 0):
            answer.text()
        kind = kind_of(mode)
        return Found(path, kind, size if kind == "file" else 0, modified, stat.S_IMODE(mode))

    def _told(self, what: str, kind: int, *fields: bytes) -> Answer:
        self._wire.doing = what
        return self._wire.told(kind, *fields)


@contextmanager
def files(remote: Remote, known: KnownHosts | None = None) -> Iterator[RemoteFiles]:
    """Log in and open SFTP; `known` in place of the remote's own.

    Raises Unreachable, AuthRejected (HostKeyChanged), Unreadable (no SFTP there).
    """
    with connected(remote, known) as transport, channel(transport, remote) as opened:
        try:
            opened.invoke_subsystem("sftp")
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise Unreadable(
                f"{remote.place} 登录成功，但没有 SFTP 服务，没有传文件。"
                "请在它的 sshd_config 中启用 Subsystem sftp。",
                str(error),
            ) from error
        yield RemoteFiles(Wire(opened, remote.place, remote.patience), remote.place)


def _path(path: str) -> bytes:
    return text(path.encode("utf-8", "surrogateescape"))


def _shown(path: str) -> str:
    """A path as a message may tell it, whatever bytes it is made of."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _raised(_path: str, error: OSError) -> None:
    raise error
