"""A set is read: verified whole, listed, or files of it taken out. Always from its first part on,
each frame decrypted and each file compared with its digest; nothing is believed unread."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from tarfile import TarError, TarFile
from tarfile import open as open_tar
from typing import IO

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backups.digests import Digests
from backups.pace import Pace
from backups.set_entry import Listed, read_line
from backups.set_format import FRAME, Stream, unwrap
from backups.set_manifest import Manifest, Part, read_manifest
from backups.set_outlet import Outlet
from backups.set_parts import PartReader, open_part
from backups.set_writing import shown, unkept
from inventory.explained import Explained
from inventory.os_words import cause_of
from inventory.store import Damaged

_CHUNK = 1 << 20
_TAKEN = 1 << 15  # by tarfile at once: what is left of it is copied for every small file
_Pair = tuple[Listed, IO[bytes] | None]


class NotInSet(Explained):
    """What was asked for is not in the set; `reason` names it, in Chinese."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was taken out: `files` and folders and links, `size` in bytes of all files, `changed`
    (paths, the first ones) those that were written to while they were backed up."""

    files: int
    size: int
    changed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Opened:
    """A set whose manifest was proved by the key."""

    folder: Path
    manifest: Manifest
    set_key: bytes = field(repr=False)

    @classmethod
    def of(cls, folder: Path, key: bytes) -> "_Opened":
        manifest = read_manifest(folder)
        opened = cls(folder, manifest, unwrap(key, manifest))
        for part in manifest.parts:  # what is missing or swapped is told before hours of reading
            open_part(folder, part, _stream(part), manifest.facts.set_id).close()
        return opened

    @contextmanager
    def unpacked(self, name: str, pace: Pace) -> Iterator[IO[bytes]]:
        """One stream, decrypted and unpacked; proved to end where it should once it is read whole.
        Raises Damaged."""
        parts = tuple(part for part in self.manifest.parts if _stream(part) == name)
        stream = Stream(name, self.manifest.facts.set_id, AESGCM(self.set_key))
        reader = PartReader(self.folder, stream, parts, pace)
        unpacker = zstandard.ZstdDecompressor()
        try:
            with unpacker.stream_reader(reader, read_size=FRAME, closefd=False) as file:  # type: ignore[arg-type]
                yield file
                whole = not file.read(1)
            if whole and reader.read():
                raise Damaged(f"{parts[-1].name} 在压缩流结束之后还有内容")
        except zstandard.ZstdError as error:
            raise Damaged(f"{parts[0].name} 起的内容无法解压：{error}") from None
        finally:
            reader.close()

    @contextmanager
    def entries(self, pace: Pace) -> Iterator[Iterator[_Pair]]:
        """Listing and archive side by side."""
        with (
            self.unpacked("listing", Pace()) as listing,
            self.unpacked("content", pace) as content,
            open_tar(
                fileobj=content, mode="r|", bufsize=_TAKEN,
                encoding="utf-8", errors="surrogateescape",
            ) as tar,
        ):  # fmt: skip
            yield _side_by_side(_lines(listing), tar, content)


def verify(folder: Path, key: bytes | None, pace: Pace, sha256: str = "") -> None:
    """Read a set whole: every part decrypted and unpacked, every file compared with its digest;
    without the key only the parts' digests. `sha256` is what the catalogue says of the manifest, ""
    when it is not known. The pace is told stored bytes.

    Raises Damaged naming what is wrong (WrongKey for another key), Stopped.
    """
    manifest = read_manifest(folder)
    if sha256 and manifest.sha256 != sha256:
        raise Damaged("清单 manifest.json 与登记的 SHA-256 不符：已被改动，或放的是另一份备份")
    if key is None:
        _digests_only(folder, manifest, pace)
        return
    opened, files, size = _Opened.of(folder, key), 0, 0
    with opened.entries(pace) as pairs:
        for entry, file in pairs:
            _through(entry, file, _nowhere)
            files, size = files + 1, size + entry.size
    if (files, size) != (manifest.entries, manifest.size):
        raise Damaged(f"应有 {manifest.entries} 个文件，实有 {files} 个：与清单不符")


def listing(folder: Path, key: bytes) -> Iterator[Listed]:
    """What is in a set, in the order it was read. Raises Damaged, WrongKey."""
    with _Opened.of(folder, key).unpacked("listing", Pace()) as file:
        yield from _lines(file)


def extract(
    folder: Path, key: bytes, into: Path, only: Collection[str] | None, pace: Pace
) -> Extracted:
    """Take files out of a set into a folder (made when there is none); `only` names files or whole
    folders, None means everything. Nothing that stands there is written over, nothing is written
    outside it. The pace is told stored bytes.

    Raises NotInSet, Damaged, WrongKey, NotKept (the disk refused, or something is there already),
    Stopped; nothing of it is left then.
    """
    wanted = _wanted(only)
    left = _expected(folder, key, wanted)
    out = Outlet(into)
    try:
        with _Opened.of(folder, key).entries(pace) as pairs:
            for entry, file in pairs if left else ():
                if _named(entry.path, wanted):
                    out.take(entry, partial(_through, entry, file))
                    left -= 1
                if wanted is not None and not left:
                    break  # the rest of a big set need not be read for one file
        return Extracted(*out.finish())
    except OSError as error:
        raise unkept(error) from None
    finally:
        out.clear()


def _wanted(only: Collection[str] | None) -> frozenset[str] | None:
    return frozenset(name.strip("/") for name in only) if only is not None else None


def _expected(folder: Path, key: bytes, wanted: frozenset[str] | None) -> int:
    """How many entries are to be taken out. Raises NotInSet."""
    if wanted is None:
        return read_manifest(folder).entries
    count, found = 0, set[str]()
    for entry in listing(folder, key):
        if names := _above(entry.path) & wanted:
            count, found = count + 1, found | names
    if missing := sorted(wanted - found):
        raise NotInSet(f"这份备份里没有 {shown(missing[0])}；请从它的文件清单里选")
    return count


def _named(path: str, wanted: frozenset[str] | None) -> bool:
    return wanted is None or bool(_above(path) & wanted)


def _above(path: str) -> set[str]:
    """A path and the folders it lies in."""
    parts = path.split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}


def _side_by_side(lines: Iterator[Listed], tar: TarFile, content: IO[bytes]) -> Iterator[_Pair]:
    """Each entry of the listing with its content (None for what is no file), as long as the archive
    tells the same; then the rest of the stream."""
    try:
        for entry in lines:
            info = tar.next()
            tar.members = []  # type: ignore[attr-defined]  # it would remember a million of them
            if info is None or not entry.fits(info):
                raise Damaged(f"文件清单与内容对不上：{shown(entry.path)}")
            yield entry, tar.extractfile(info) if entry.kind == "file" else None
        if tar.next() is not None:
            raise Damaged("内容里有文件清单没有的文件")
    except TarError as error:
        raise Damaged(f"内容不是完整的归档：{error}") from None
    while content.read(_CHUNK):
        pass


def _lines(file: IO[bytes]) -> Iterator[Listed]:
    """The lines of a listing, with no more than one chunk of it in memory."""
    rest = b""
    try:
        while chunk := file.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from map(read_line, lines)
        if rest:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise Damaged("文件清单已损坏，无法读出") from None


def _through(entry: Listed, file: IO[bytes] | None, write: Callable[[bytes], object]) -> None:
    """All of a file, compared with its digest."""
    if file is None:
        return
    told = sha256()
    while chunk := file.read(_CHUNK):
        told.update(chunk)
        write(chunk)
    if told.hexdigest() != entry.sha256:
        raise Damaged(f"{shown(entry.path)} 的内容与文件清单里的 SHA-256 不符")


def _nowhere(_chunk: bytes) -> None:
    """It is only compared."""


def _digests_only(folder: Path, manifest: Manifest, pace: Pace) -> None:
    for part in manifest.parts:
        told = Digests()
        with open_part(folder, part, _stream(part), manifest.facts.set_id) as file:
            file.seek(0)
            while chunk := _read(part, file):
                told.update(chunk)
                pace.spend(len(chunk))
        if told.sha256 != part.sha256 or (part.sm3 and told.sm3 not in ("", part.sm3)):
            raise Damaged(f"{part.name} 与清单里的 SHA-256、SM3 不符；请用另一份副本")


def _read(part: Part, file: IO[bytes]) -> bytes:
    try:
        return file.read(_CHUNK)
    except OSError as error:
        raise Damaged(f"{part.name} 读不出来：{cause_of(error)}；请用另一份副本") from None


def _stream(part: Part) -> str:
    return part.name.partition(".")[0]
