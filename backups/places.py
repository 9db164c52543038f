"""Where copies of sets lie: a folder of this machine (a mounted share, a stick) or of another one.

A place holds sets in the same tree as our own home, `sets/<centre>/<source>/<set>/`, so that a
catalogue can be rebuilt from any of them. Every failure is a PlaceError in words.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from inventory.durable import make_folder, sync_folder
from inventory.explained import Explained
from inventory.os_words import cause_of

PART = ".part"
_CHUNK = 1 << 20
Tell = Callable[[int], None]


class PlaceError(Explained):
    """The place did not do it; `reason` (Chinese) says why and what to do. `permanent`: another
    try without a person's doing cannot succeed. Nothing that was there before is lost."""

    def __init__(self, reason: str, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Folder(Protocol):
    """One set's folder at a place; its files have plain names. `reads_there`: a digest costs no
    line, because the place computes it itself. Raises PlaceError; FileNotFoundError where said."""

    reads_there: bool

    def make(self) -> None:
        """Make it, and those above it; there already is well, too."""

    def names(self) -> Mapping[str, int]:
        """Its files and their sizes in bytes; empty when there is no such folder."""

    def put(self, source: Path, name: str, tell: Tell) -> int:
        """Write a file so that it lasts, going on where an earlier try was cut off; the number of
        bytes that were there already."""

    def digest(self, name: str, tell: Tell) -> str:
        """SHA-256 (hex) of a file as it lies there. Raises FileNotFoundError."""

    def fetch(self, name: str, into: Path, tell: Tell) -> None:
        """Bring a file here, going on where an earlier try was cut off. FileNotFoundError."""

    def read(self, name: str, most: int) -> bytes:
        """A small file. Raises FileNotFoundError."""

    def rename(self, name: str, to: str) -> None:
        """Give a file its final name."""

    def remove(self, name: str) -> None:
        """Delete a file; gone already is well, too."""

    def move_to(self, name: str) -> None:
        """Rename the folder itself, beside where it stood. Raises FileNotFoundError."""

    def drop(self) -> None:
        """Delete it and its files; gone already is well, too."""


class Place(Protocol):
    """An open place."""

    def folder(self, centre_id: str, source_id: str, set_id: str) -> Folder:
        """The folder of one set."""

    def sets(self) -> Iterator[tuple[str, str, str]]:
        """The sets that lie there, as `folder` takes them, complete or not."""


@dataclass(slots=True)
class LocalFolder:
    """A set's folder on this machine. `guard` is asked before each act whether this is still the
    place it was: a share that fell off, a stick that was pulled out and another one put in."""

    path: Path
    guard: Callable[[], None]
    reads_there: bool = True

    def make(self) -> None:
        with self._words():
            make_folder(self.path)

    def names(self) -> Mapping[str, int]:
        with self._words():
            if not self.path.is_dir():
                return {}
            return {one.name: one.stat().st_size for one in sorted(self.path.iterdir())}

    def put(self, source: Path, name: str, tell: Tell) -> int:
        with self._words():
            target = self.path / name
            begun = _begun(target, source.stat().st_size)
            more = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if begun else os.O_TRUNC)
            with _file(source, os.O_RDONLY) as file, _file(target, more) as out:
                file.seek(begun)
                _pour(file.read, out.write, tell)
                out.flush()
                os.fsync(out.fileno())
            return begun

    def digest(self, name: str, tell: Tell) -> str:
        with self._words(), _file(self.path / name, os.O_RDONLY) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # from the disk itself
            told = hashlib.sha256()
            _pour(file.read, told.update, tell)
            return told.hexdigest()

    def fetch(self, name: str, into: Path, tell: Tell) -> None:
        with self._words():
            LocalFolder(into.parent, lambda: None).put(self.path / name, into.name, tell)

    def read(self, name: str, most: int) -> bytes:
        with self._words(), _file(self.path / name, os.O_RDONLY) as file:
            return file.read(most)

    def rename(self, name: str, to: str) -> None:
        with self._words():
            (self.path / name).replace(self.path / to)
            _sync(self.path)

    def remove(self, name: str) -> None:
        with self._words():
            (self.path / name).unlink(missing_ok=True)

    def move_to(self, name: str) -> None:
        with self._words():
            self.path.rename(self.path.with_name(name))
            _sync(self.path.parent)

    def drop(self) -> None:
        for name in self.names():
            self.remove(name)
        with self._words():
            if self.path.is_dir():
                self.path.rmdir()

    @contextmanager
    def _words(self) -> Iterator[None]:
        self.guard()
        try:
            with in_words(self.path):
                yield
        except (FileNotFoundError, PlaceError):
            self.guard()  # because the whole place is gone?
            raise


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """A place below one folder of this machine."""

    root: Path
    guard: Callable[[], None]

    def folder(self, centre_id: str, source_id: str, set_id: str) -> LocalFolder:
        path = self.root / "sets" / centre_id / source_id / set_id

        def guard() -> None:
            self.guard()
            _on_it(self.root, path)

        return LocalFolder(path, guard)

    def sets(self) -> Iterator[tuple[str, str, str]]:
        self.guard()
        for path in sorted((self.root / "sets").glob("*/*/*")):
            if path.is_dir() and "." not in path.name:
                yield path.parent.parent.name, path.parent.name, path.name


def _on_it(root: Path, path: Path) -> None:
    """What a link leads to, or another disk is mounted on, lies elsewhere, maybe with us: it is no
    copy on this one, and nothing is written there. Raises PlaceError."""
    place, disk = root, root.stat().st_dev
    for name in path.relative_to(root).parts:
        place /= name
        try:
            told = place.lstat()
        except FileNotFoundError:
            return
        if not stat.S_ISDIR(told.st_mode) or told.st_dev != disk:
            raise PlaceError(
                f"{place} 是链接，或在另一个盘上：里面的不能算这里的副本；请移走它再复制",
                permanent=True,
            )


def _file(path: Path, flags: int) -> BinaryIO:
    """Open a file itself, never what a link leads to."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    return os.fdopen(descriptor, "rb" if flags == os.O_RDONLY else "wb")


def _begun(target: Path, size: int) -> int:
    """How much of it is there already; more than there is to send is something else."""
    there = target.lstat().st_size if target.exists() else 0
    return there if there <= size else 0


def _pour(read: Callable[[int], bytes], write: Callable[[bytes], object], tell: Tell) -> None:
    while chunk := read(_CHUNK):
        write(chunk)
        tell(len(chunk))


def _sync(folder: Path) -> None:
    """Some file systems of sticks know no fsync of a folder: they write at once."""
    try:
        sync_folder(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What the file system refused, as a PlaceError; FileNotFoundError stays what it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _put_into_words(error, path) from error


def _put_into_words(error: OSError, path: Path) -> PlaceError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return PlaceError(f"{path} 所在的磁盘已满：请清理或换更大的盘，值守台会再试")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PlaceError(f"{path} 不能写入（{cause_of(error)}）：请检查目录权限", permanent=True)
    if error.errno == errno.ELOOP:
        return PlaceError(f"{path} 里有链接冒充文件：不能算副本，请移走它再复制", permanent=True)
    return PlaceError(f"{path} 读写失败（{cause_of(error)}）：请检查磁盘、共享或介质是否还在")
