"""A set is written: what was gathered → tar → zstd → encrypted parts; the manifest comes last and
makes it a set. Whatever goes wrong before, nothing is left; what a kill leaves is swept away later.

A set that was cut off is begun anew, under a key of its own: half a dump is none.
"""

import errno
import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, BinaryIO

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backups.digests import digests
from backups.gathering import Item, NotGathered
from backups.pace import Pace
from backups.set_entry import BLOCK, listed, tar_header
from backups.set_format import Stream, new_set_key, seal_of, wrap
from backups.set_manifest import NAME, Manifest, Part, SetFacts
from backups.set_parts import Cut, PartWriter, settle
from backups.vault import NotKept
from inventory.durable import make_folder, sync_folder, write_whole
from inventory.os_words import cause_of

LOCK = ".writing"  # beside the sets of a source: who holds it is writing one of them
DRAFT = "manifest.draft"
MARK = (
    "unfinished"  # in a folder that is being filled: a set that merely lost its manifest has none
)
_LEVEL = 3
_THREADS = {"content": 2, "listing": 0}  # zstandard's own: they work while digests are taken
_CHUNK = 1 << 20
_TOLD = 20  # warnings that are told one by one
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ACCEPT = "认可变小"  # what a person chooses for a set that is rightly empty or half as big
_EMPTY = f"来源里一个文件也没有；请核对目录和排除规则；确实没有的，选“{ACCEPT}”再备份一次"


def _on(_step: str) -> None:
    """Nobody looks over the shoulder."""


@dataclass(frozen=True, slots=True)
class SetWriter:
    """Writes one set into `folder`, encrypted for whoever has `key` (32 bytes, fingerprint
    `print_id`). `step` is told "begun", each part, "manifest": a seam for tests that pull the plug
    there."""

    folder: Path
    key: bytes = field(repr=False)
    print_id: str
    cut: Cut = field(default_factory=Cut)
    step: Callable[[str], None] = _on

    def write(self, facts: SetFacts, items: Iterator[Item], pace: Pace) -> Manifest:
        """See `write_set`."""
        with alone(self.folder.parent), self._whole():
            self.step("begun")
            set_key = new_set_key()
            manifest = self._streams(facts, set_key, items, pace)
            manifest = replace(manifest, wrapped=wrap(self.key, facts.set_id, set_key))
            manifest = replace(manifest, seal=seal_of(set_key, manifest))
            settle(self.folder, manifest.parts)
            data = manifest.sealed_bytes()
            write_whole(self.folder / NAME, self.folder / DRAFT, data)
            self.step("manifest")
            (self.folder / MARK).unlink()
        own = digests(data)
        return replace(manifest, sha256=own.sha256, sm3=own.sm3)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """A folder that is whole afterwards, or not there."""
        if (self.folder / NAME).exists():
            raise NotKept(f"{self.folder.name} 已有一份完整的备份，不会覆盖")
        try:
            remove(self.folder)
            make_folder(self.folder)
            (self.folder / MARK).touch(0o600)
            yield
        except BaseException as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise unkept(error) from None
            raise

    def _streams(
        self, facts: SetFacts, set_key: bytes, items: Iterator[Item], pace: Pace
    ) -> Manifest:
        cipher = AESGCM(set_key)
        with (
            self._packed(Stream("content", facts.set_id, cipher)) as (content, parts),
            self._packed(Stream("listing", facts.set_id, cipher)) as (listing, more),
        ):
            told = _Archive(content, listing, pace)
            told.take(items)
            if not told.entries and not facts.may_be_empty:
                raise NotGathered(_EMPTY, permanent=True)
        return Manifest(
            facts, told.entries, told.size, told.changed, self.print_id, "",
            parts=(*parts, *more), warnings=tuple(told.warnings),
        )  # fmt: skip

    @contextmanager
    def _packed(self, stream: Stream) -> Iterator[tuple[IO[bytes], list[Part]]]:
        """A stream that packs what it is given, and the list its parts are in afterwards."""
        parts = PartWriter(self.folder, stream, self.cut, self._closed)
        packer = zstandard.ZstdCompressor(
            _LEVEL, threads=_THREADS[stream.name], write_checksum=True
        )
        try:
            with packer.stream_writer(parts, closefd=False) as file:  # type: ignore[arg-type]
                yield file, parts.parts
            parts.finish()
        finally:
            parts.abandon()

    def _closed(self, part: Part) -> None:
        self.step(part.name)


def write_set(
    folder: Path, facts: SetFacts, key: bytes, print_id: str, items: Iterator[Item], pace: Pace
) -> Manifest:
    """Write a set whole, on disk for good when this returns; `folder` is made for it. The pace is
    told bytes as they are read.

    Raises NotGathered (a source that cannot be read, or is empty), NotKept (the disk refused, or
    there is such a set), Stopped; nothing of it is left then.
    """
    return SetWriter(folder, key, print_id).write(facts, items, pace)


@contextmanager
def alone(source: Path) -> Iterator[None]:
    """Be the only one who writes or sweeps sets of a source. The lock ends with its process, so
    that a dead writer holds nobody up. Raises NotKept while another is at it."""
    try:
        make_folder(source)
        lock = (source / LOCK).open("w")
    except OSError as error:
        raise unkept(error) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotKept("这个来源正在由另一个任务备份，请等它完成") from None
        yield


def remove(folder: Path) -> None:
    """Remove a set's folder; half removed, it is no set any more. Raises OSError."""
    if folder.is_dir():
        (folder / NAME).unlink(missing_ok=True)
        shutil.rmtree(folder)
        sync_folder(folder.parent)


def unkept(error: OSError) -> NotKept:
    """What a person is told when the disk refused."""
    if error.errno in _FULL:
        return NotKept("磁盘已满，这份备份没有保存；请先清理磁盘或更换存放目录，再重新备份")
    return NotKept(f"备份没有保存：{cause_of(error)}；请检查磁盘和目录权限")


class _Archive:
    """The archive and its listing, entry by entry, never more than a chunk in memory."""

    def __init__(self, content: IO[bytes], listing: IO[bytes], pace: Pace) -> None:
        self._content, self._listing, self._pace = content, listing, pace
        self.entries = self.size = self.changed = 0
        self.warnings: list[str] = []

    def take(self, items: Iterator[Item]) -> None:
        """Everything, and the two empty blocks an archive ends with."""
        for item in items:
            if item.kind == "file":
                self._file(item)
            else:
                self._content.write(tar_header(item))
                self._enter(item)
        self._content.write(bytes(2 * BLOCK))

    def _file(self, item: Item) -> None:
        try:
            file = item.open()
        except FileNotFoundError:
            self._warn(f"{shown(item.path)} 在备份时已被删除，没有备份")
            return
        except OSError as error:
            raise _unread(item, error) from None
        with file:
            self._content.write(tar_header(item))
            told, why = hashlib.sha256(), ""
            left = item.size
            for chunk in self._chunks(item, file):
                told.update(chunk)
                self._content.write(chunk)
                left -= len(chunk)
            if left:
                why = "变短，缺少的部分以零补齐"
                self._pad(left, told.update)
            elif _read(item, file, 1):
                why = "变长，只备份到开始时的长度"
        self._content.write(bytes(-item.size % BLOCK))
        self._enter(item, told.hexdigest(), why)

    def _chunks(self, item: Item, file: BinaryIO) -> Iterator[bytes]:
        left = item.size
        while left and (chunk := _read(item, file, min(left, _CHUNK))):
            yield chunk
            left -= len(chunk)
            self._pace.spend(len(chunk))

    def _pad(self, size: int, told: Callable[[bytes], None]) -> None:
        """The archive was promised this much already."""
        while size:
            zeros = bytes(min(size, _CHUNK))
            told(zeros)
            self._content.write(zeros)
            size -= len(zeros)

    def _enter(self, item: Item, sha256: str = "", why: str = "") -> None:
        entry = listed(item, sha256, bool(why))
        self._listing.write(entry.line())
        self.entries += 1
        self.size += entry.size
        if why:
            self.changed += 1
            self._warn(f"{shown(item.path)} 在备份时{why}")
        self._pace.spend(0)

    def _warn(self, words: str) -> None:
        if len(self.warnings) < _TOLD:
            self.warnings.append(words)


def shown(path: str) -> str:
    """A path as a message or a page can carry it: bytes that are no UTF-8 as question marks."""
    return path.encode("utf-8", "replace").decode()


def _read(item: Item, file: BinaryIO, size: int) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise _unread(item, error) from None


def _unread(item: Item, error: OSError) -> NotGathered:
    return NotGathered(
        f"{shown(item.path)} 读不出来：{cause_of(error)}；请检查文件和读取权限，再重新备份"
    )
