"""The files below the agent's folders, packed for the console: contents that are new, and last the
list of all files. Each file is read once; the list tells what was read."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO, cast

from netops.agent_memory import Memory
from netops.agent_settings import Settings
from netops.agent_stream import Stream
from netops.local_files import listing, opened
from netops.walking import Found, walk

_TOLD = 20


class Nothing(Exception):
    """There is nothing to send, or nothing that could be read."""


class Packing:
    """One delivery. `files` are on its list, `fresh` of them are sent, `unreadable` are left out
    and told in `warnings`."""

    def __init__(self, settings: Settings, memory: Memory, stream: Stream) -> None:
        self._settings, self._memory, self._stream = settings, memory, stream
        self.files = self.fresh = self.unreadable = 0
        self.warnings: list[str] = []

    def pack(self) -> str:
        """Write everything into the stream; the SHA-256 of the list of files. Raises Nothing."""
        with tempfile.TemporaryFile(dir=self._settings.memory.parent) as lines:
            with (
                gzip.GzipFile("", "wb", 6, cast("BinaryIO", self._stream), 0) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
            ):
                for folder in outermost(self._settings.folders):
                    for line in self._lines(folder, archive):
                        lines.write(json.dumps(line, sort_keys=True).encode() + b"\n")
                if not self.files:
                    raise Nothing("folders 中没有一个可读的文件，没有上传：请核对目录和读取权限")
                digest = self._list(archive, lines)
            self._stream.end()
        return digest

    def _list(self, archive: tarfile.TarFile, lines: IO[bytes]) -> str:
        info = tarfile.TarInfo("manifest")
        info.size = lines.tell()
        lines.seek(0)
        reading = _Whole(lines, info.size)
        archive.addfile(info, cast("IO[bytes]", reading))
        return reading.sha256

    def _lines(self, folder: str, archive: tarfile.TarFile) -> Iterator[dict[str, object]]:
        top = _top(folder)
        before = named(folder)
        for found in self._walked(top, folder):
            path = f"{before}/{found.path}".strip("/")
            if found.kind == "file":
                place = top / found.path if found.path else top
                yield from self._file(place, replace(found, path=path), archive)
            elif found.kind != "other":
                yield _line(replace(found, path=path))

    def _walked(self, top: Path, folder: str) -> Iterator[Found]:
        try:
            if top.is_dir():
                return walk(listing(top), self._settings.exclude, self._refused)
            told = top.stat()
            return iter([Found("", "file", told.st_size, told.st_mtime)])
        except OSError as error:
            raise Nothing(
                f"{folder} 打不开（{error.strerror}），没有上传：请核对 folders"
            ) from None

    def _file(
        self, place: Path, found: Found, archive: tarfile.TarFile
    ) -> Iterator[dict[str, object]]:
        """At most one line; nothing for what cannot be read to its end."""
        digest = self._memory.known(found)
        if not digest:
            try:
                with opened(place) as file:
                    told = os.fstat(file.fileno())
                    found = replace(found, size=told.st_size, modified=told.st_mtime)
                    digest = self._content(file, found, archive)
            except OSError as error:
                self._refused(found.path, error)
                return
        self.files += 1
        self._memory.note(found, digest)
        yield _line(found, digest)

    def _content(self, file: BinaryIO, found: Found, archive: tarfile.TarFile) -> str:
        """Send it; what was begun must be ended, so a read that fails is told afterwards."""
        info = tarfile.TarInfo(str(self.fresh))
        info.size = found.size
        reading = _Whole(file, found.size)
        archive.addfile(info, cast("IO[bytes]", reading))
        self.fresh += 1
        if reading.error:
            raise reading.error
        if reading.short:
            self._tell(f"{found.path} 在读取时变短，缺少的部分以零补齐")
        return reading.sha256

    def _refused(self, path: str, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            self.unreadable += 1
            self._tell(f"{path} 读不出来（{error.strerror or error}），没有上传")

    def _tell(self, words: str) -> None:
        if len(self.warnings) < _TOLD:
            self.warnings.append(words.encode("utf-8", "replace").decode())


class _Whole(io.RawIOBase):
    """As many bytes as were promised, whatever happens to the file meanwhile, and their digest."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size
        self._told = hashlib.sha256()
        self.short = False
        self.error: OSError | None = None

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = b"" if self.error else self._read(wanted)
        if len(data) < wanted:
            self.short = True
            data += bytes(wanted - len(data))
        self._told.update(data)
        self._left -= len(data)
        return data

    def _read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            self.error = error
            return b""

    @property
    def sha256(self) -> str:
        return self._told.hexdigest()


def _line(found: Found, sha256: str = "") -> dict[str, object]:
    told = {name: getattr(found, name) for name in _SHAPE}
    return {**told, "sha256": sha256} if sha256 else told


_SHAPE = ("path", "kind", "size", "modified", "mode", "link")


def _top(folder: str) -> Path:
    """Windows takes paths of more than 260 characters only in this spelling."""
    plain = os.path.abspath(folder)  # noqa: PTH100  (no links resolved)
    return Path(f"\\\\?\\{plain}") if os.name == "nt" else Path(plain)


def outermost(folders: Iterable[str]) -> list[str]:
    """Those that lie below no other, each once: a list that names a file twice is refused."""
    plain = {os.path.normcase(os.path.abspath(one)): one for one in folders}  # noqa: PTH100
    tops = {one: one.rstrip(os.sep) + os.sep for one in plain}
    inner = {one for one in plain for top in plain if top != one and one.startswith(tops[top])}
    return [folder for one, folder in plain.items() if one not in inner]


def named(folder: str) -> str:
    """What a folder is called in the set: its path without root; a drive's letter without colon."""
    plain = os.path.abspath(folder).replace(os.sep, "/")  # noqa: PTH100
    return plain.replace(":", "", 1).strip("/") if os.name == "nt" else plain.strip("/")
