"""A place on another machine, over SFTP; digests are computed there where its login may run
sha256sum, otherwise what lies there is read back."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backups.places import PlaceError, Tell
from netops import ssh_files
from netops.errors import DeviceError
from netops.remote import Remote
from netops.ssh_files import RemoteFiles
from netops.ssh_run import Beat, Ran, runner

_CHUNK = 1 << 20
Run = Callable[[Sequence[str], Beat], Ran]
_DIGEST = re.compile(rb"\\?([0-9a-f]{64}) ")  # sha256sum marks escaped names by a backslash
_SET = re.compile(r"([^/.]+)/([^/.]+)/([^/.]+)")


@dataclass(slots=True)
class SftpFolder:
    """One set's folder there."""

    files: RemoteFiles
    path: str
    run: Run
    reads_there: bool = True

    def make(self) -> None:
        with self._words():
            try:
                self.files.make_folder(self.path)
            except FileNotFoundError as error:
                raise PlaceError(
                    f"{self.files.place} 上建不了 {self.path}", permanent=True
                ) from error

    def names(self) -> Mapping[str, int]:
        with self._words():
            try:
                found = self.files.walk(self.path)
                return {one.path: one.size for one in found if one.kind == "file"}
            except FileNotFoundError:
                return {}

    def put(self, source: Path, name: str, tell: Tell) -> int:
        with self._words(), source.open("rb") as file:
            target = self._at(name)
            begun = self.files.size(target) or 0
            if begun > source.stat().st_size:
                self.files.remove(target)
                begun = 0
            self.files.put(file, target, resume=bool(begun), tell=tell)
            return begun

    def digest(self, name: str, tell: Tell) -> str:
        with self._words():
            told = self._computed_there(name, lambda: tell(0)) if self.reads_there else ""
            if told:
                return told
            self.reads_there = False
            digest = hashlib.sha256()
            self._pour(name, 0, digest.update, tell)
            return digest.hexdigest()

    def fetch(self, name: str, into: Path, tell: Tell) -> None:
        with self._words():
            begun = into.stat().st_size if into.exists() else 0
            if begun > (self.files.size(self._at(name)) or 0):
                begun = 0
            with into.open("ab" if begun else "wb") as out:
                self._pour(name, begun, out.write, tell)
                out.flush()
                os.fsync(out.fileno())

    def read(self, name: str, most: int) -> bytes:
        with self._words(), self.files.open(self._at(name)) as file:
            pieces, left = [], most
            while left and (piece := file.read(min(left, _CHUNK))):
                pieces.append(piece)
                left -= len(piece)
            return b"".join(pieces)

    def rename(self, name: str, to: str) -> None:
        with self._words():
            self.files.rename(self._at(name), self._at(to))

    def remove(self, name: str) -> None:
        with self._words():
            self.files.remove(self._at(name))

    def move_to(self, name: str) -> None:
        with self._words():
            self.files.rename(self.path, f"{self.path.rpartition('/')[0]}/{name}")

    def drop(self) -> None:
        for name in self.names():
            self.remove(name)
        with self._words():
            self.files.remove_folder(self.path)

    def _at(self, name: str) -> str:
        return f"{self.path}/{name}"

    def _computed_there(self, name: str, beat: Beat) -> str:
        """ "" when the login there may not run programs, or has no such program."""
        if self.files.size(self._at(name)) is None:
            raise FileNotFoundError(name)
        try:
            ran = self.run(["sha256sum", "--", self._at(name)], beat)
        except DeviceError as error:
            if not error.permanent:
                raise
            return ""
        found = _DIGEST.match(ran.out) if ran.status == 0 else None
        return found[1].decode() if found else ""

    def _pour(self, name: str, begun: int, take: Callable[[bytes], object], tell: Tell) -> None:
        with self.files.open(self._at(name), begun) as file:
            while piece := file.read(_CHUNK):
                take(piece)
                tell(len(piece))

    @contextmanager
    def _words(self) -> Iterator[None]:
        with in_words(self.files.place, self.path):
            yield


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """A place below one folder of another machine."""

    files: RemoteFiles
    root: str
    run: Run

    def folder(self, centre_id: str, source_id: str, set_id: str) -> SftpFolder:
        path = f"{self.root}/sets/{centre_id}/{source_id}/{set_id}"
        return SftpFolder(self.files, path, self.run)

    def sets(self) -> Iterator[tuple[str, str, str]]:
        with in_words(self.files.place, self.root):
            try:
                for one in self.files.walk(f"{self.root}/sets"):
                    found = _SET.fullmatch(one.path) if one.kind == "folder" else None
                    if found:
                        yield found[1], found[2], found[3]
            except FileNotFoundError:
                return


@contextmanager
def opened(remote: Remote, root: str) -> Iterator[SftpPlace]:
    """Log in and be at the place; a second login, for digests, is kept once it is needed. Raises
    PlaceError."""
    with in_words(remote.place, root), ExitStack() as stack:
        files = stack.enter_context(ssh_files.files(remote))
        login = cache(lambda: stack.enter_context(runner(remote)))

        def run(argv: Sequence[str], beat: Beat) -> Ran:
            return login()(argv, beat)

        yield SftpPlace(files, root.rstrip("/"), run)


@contextmanager
def in_words(place: str, path: str) -> Iterator[None]:
    """What the other machine refused, as a PlaceError."""
    try:
        yield
    except DeviceError as error:
        raise PlaceError(error.reason, error.permanent) from error
    except PermissionError as error:
        raise PlaceError(
            f"{place} 的 {path} 不能写入：请检查目录属主和权限", permanent=True
        ) from error
