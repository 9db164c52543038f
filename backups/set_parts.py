"""A stream written into parts, and read from them again."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from backups.digests import Digests
from backups.pace import Pace
from backups.set_format import FRAME, LAST, LENGTH, PART, TAG, Stream, part_line
from backups.set_manifest import Part, part_name
from inventory.durable import sync_folder
from inventory.os_words import cause_of
from inventory.store import Damaged

_LONGEST_LINE = 100  # bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """Bytes of one part at most, and of the content in one frame. A part has at least one frame."""

    part: int = PART
    frame: int = FRAME


class PartWriter:
    """Takes the bytes of one stream; `closed` is told of each part. None is on disk for good before
    `settle`: waiting for the disk once is quicker than for each part. Raises OSError."""

    def __init__(
        self, folder: Path, stream: Stream, cut: Cut, closed: Callable[[Part], None]
    ) -> None:
        self._folder, self._stream, self._cut, self._closed = folder, stream, cut, closed
        self._waiting = bytearray()
        self._file: BinaryIO | None = None
        self._told = Digests()
        self._length = self._frames = 0
        self.parts: list[Part] = []

    def write(self, data: bytes) -> int:
        """Like a file."""
        self._waiting += data
        size = self._cut.frame
        while len(self._waiting) > size:
            self._frame(bytes(self._waiting[:size]), last=False)
            del self._waiting[:size]
        return len(data)

    def finish(self) -> None:
        """Mark the end: a stream that lacks it is known as cut off."""
        self._frame(bytes(self._waiting), last=True)
        self._close()

    def abandon(self) -> None:
        """Let go of the file; whoever gave the folder removes it."""
        if self._file is not None:
            self._file.close()

    def _frame(self, data: bytes, last: bool) -> None:
        longer = self._length + LENGTH.size + len(data) + TAG
        if self._file is not None and longer > self._cut.part:
            self._close()
        if self._file is None:
            self._open()
        self._put(self._stream.seal(len(self.parts), self._frames, data, last))
        self._frames += 1

    def _open(self) -> None:
        name = part_name(self._stream.name, len(self.parts))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._file = os.fdopen(os.open(self._folder / name, flags, 0o600), "wb", buffering=0)
        self._told, self._length = Digests(), 0
        self._put(part_line(self._stream.name, len(self.parts), self._stream.set_id))

    def _put(self, data: bytes) -> None:
        assert self._file is not None
        left = memoryview(data)
        while left:  # a disk that is nearly full takes less than it is given, and says so next time
            left = left[self._file.write(left) :]
        self._told.update(data)
        self._length += len(data)

    def _close(self) -> None:
        assert self._file is not None
        self._file.close()
        self._file = None
        name = part_name(self._stream.name, len(self.parts))
        part = Part(name, self._length, self._told.sha256, self._told.sm3)
        self.parts.append(part)
        self._closed(part)


def settle(folder: Path, parts: Sequence[Part]) -> None:
    """Return when every part is on disk for good. Raises OSError."""
    for part in parts:
        with (folder / part.name).open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(folder)


class PartReader:
    """Gives the bytes of one stream again, frame by frame, each as it was sealed. Raises Damaged
    naming the part, and Stopped."""

    def __init__(self, folder: Path, stream: Stream, parts: Sequence[Part], pace: Pace) -> None:
        self._folder, self._stream, self._parts, self._pace = folder, stream, parts, pace
        self._number, self._frames = -1, 0
        self._file: BinaryIO = BytesIO()
        self._told = Digests(sm3=False)
        self._ended = False

    def read(self, _size: int = -1) -> bytes:
        """The next frame; b"" after the one that is marked as the last."""
        while not self._ended:
            if data := self._next():
                return data
        return b""

    def close(self) -> None:
        """Let go of the file that is being read."""
        self._file.close()

    def _next(self) -> bytes:
        length = self._take(LENGTH.size)
        while not length:
            self._turn()
            length = self._take(LENGTH.size)
        told = LENGTH.unpack(length)[0] if len(length) == LENGTH.size else 0
        if not TAG <= told & ~LAST <= FRAME + TAG:
            raise self._torn()
        try:
            sealed = self._take(told & ~LAST)
            data = self._stream.open(self._number, self._frames, length, sealed)
        except InvalidTag:
            raise self._torn() from None
        self._frames += 1
        if told & LAST:
            self._end()
        self._pace.spend(len(sealed))
        return data

    def _take(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except OSError as error:
            name = self._parts[self._number].name
            raise Damaged(f"{name} 读不出来：{cause_of(error)}；请用另一份副本") from None
        self._told.update(data)
        return data

    def _turn(self) -> None:
        """On to the next part, this one compared with the manifest."""
        self._compare()
        self._number += 1
        if self._number == len(self._parts):
            raise Damaged(f"{self._parts[-1].name} 之后还应有内容：备份不完整")
        self._file.close()
        part = self._parts[self._number]
        self._file = open_part(self._folder, part, self._stream.name, self._stream.set_id)
        self._told = Digests(sm3=False)
        self._told.update(part_line(self._stream.name, self._number, self._stream.set_id))

    def _end(self) -> None:
        if self._take(1) or self._number != len(self._parts) - 1:
            raise Damaged(f"{self._parts[self._number].name} 的结束标记之后还有多余的内容")
        self._compare()
        self._ended = True

    def _compare(self) -> None:
        if self._number >= 0 and self._told.sha256 != self._parts[self._number].sha256:
            raise Damaged(f"{self._parts[self._number].name} 与清单里的 SHA-256 不符")

    def _torn(self) -> Damaged:
        name, frame = self._parts[self._number].name, self._frames + 1
        return Damaged(f"{name} 第 {frame} 段已被改动或损坏，无法解密；请用另一份副本")


def open_part(folder: Path, part: Part, stream: str, set_id: str) -> BinaryIO:
    """A part behind its first line, of the right length and of this set and number. Raises Damaged
    saying what lies there instead."""
    number = int(part.name.rpartition(".")[2])
    wanted = part_line(stream, number, set_id)
    try:
        file = (folder / part.name).open("rb")
        size = os.fstat(file.fileno()).st_size
        line = file.readline(_LONGEST_LINE)
    except FileNotFoundError:
        raise Damaged(f"缺少 {part.name}；请从另一份副本补齐") from None
    except OSError as error:
        raise Damaged(f"{part.name} 读不出来：{cause_of(error)}；请用另一份副本") from None
    if line != wanted or size != part.size:
        file.close()
        raise Damaged(_instead(part, line, size, set_id))
    return file


def _instead(part: Part, line: bytes, size: int, set_id: str) -> str:
    words = line.split()
    if len(words) == 4 and words[:2] == [b"netops-set", b"1"]:
        name, owner = (word.decode(errors="replace") for word in words[2:])
        if owner != set_id:
            return f"{part.name} 属于另一份备份（{owner}），不是这一份"
        if name != part.name:
            return f"{part.name} 的位置上放的是 {name}：分卷被调换"
    elif size >= len(line) and line:
        return f"{part.name} 的开头已损坏；请用另一份副本"
    how = "被截断" if size < part.size else "多出了内容"
    return f"{part.name} 应为 {part.size} 字节，现为 {size} 字节：{how}；请用另一份副本"
