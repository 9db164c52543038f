"""One file over SFTP, read or written with many requests under way (see `netops.sftp_wire`)."""

import io
from collections import deque
from contextlib import suppress
from typing import BinaryIO, NamedTuple, Protocol

from netops.errors import DeviceError
from netops.sftp_wire import DATA, Ended, Wire, long, number, text

_CLOSE, _READ, _WRITE = 4, 5, 6
_PIECE = 32 * 1024  # octets of one request: what every server gives and takes
_MOST = 64  # requests under way: 2 MiB, a second of 16 Mbit/s


class Tell(Protocol):
    """Told how many bytes were just moved; may wait, to keep a limit, or raise, to stop."""

    def __call__(self, size: int, /) -> None: ...


class _Asked(NamedTuple):
    request: int
    start: int
    size: int


class Reading(io.RawIOBase):
    """The bytes of a file from `start` to `end`, its size when it was opened: what is appended
    meanwhile belongs to the next time. Ends early when the file became shorter."""

    def __init__(self, wire: Wire, handle: bytes, start: int, end: int, what: str) -> None:
        self._wire, self._handle, self._what = wire, handle, what
        self._next, self._end = start, end
        self._asked: deque[_Asked] = deque()
        self._window = 4  # grows with each answer: a small file is not asked for beyond its end
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._left:
            self._left = self._piece()
        taken = min(len(view), len(self._left))
        view[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken

    def _piece(self) -> bytes:
        self._wire.doing = self._what
        self._ask_ahead()
        if not self._asked:
            return b""
        head = self._asked.popleft()
        try:
            kind, answer = self._wire.answer(head.request)
        except Ended:
            self._forget()
            return b""
        data = answer.text() if kind == DATA else b""
        self._window = min(self._window + 1, _MOST)
        if 0 < len(data) < head.size:  # servers may give less than was asked for
            self._asked.appendleft(self._ask(head.start + len(data), head.size - len(data)))
        return data

    def _ask_ahead(self) -> None:
        while len(self._asked) < self._window and self._next < self._end:
            size = min(_PIECE, self._end - self._next)
            self._asked.append(self._ask(self._next, size))
            self._next += size

    def _ask(self, start: int, size: int) -> _Asked:
        request = self._wire.ask(_READ, text(self._handle), long(start), number(size))
        return _Asked(request, start, size)

    def _forget(self) -> None:
        for asked in self._asked:
            self._wire.forget(asked.request)
        self._asked.clear()
        self._next = self._end

    def close(self) -> None:
        if not self.closed:
            self._forget()
            with suppress(DeviceError):  # the line is gone, and with it the server's open file
                self._wire.forget(self._wire.ask(_CLOSE, text(self._handle)))
        super().close()


def write(wire: Wire, handle: bytes, source: BinaryIO, start: int, tell: Tell) -> int:
    """Send what `source` has from where it stands, to be written from `start` on; the file's size
    after it. Every piece was acknowledged on return."""
    asked: deque[int] = deque()
    while piece := source.read(_PIECE):
        asked.append(wire.ask(_WRITE, text(handle), long(start), text(piece)))
        start += len(piece)
        tell(len(piece))
        if len(asked) > _MOST:
            wire.answer(asked.popleft())
    for request in asked:
        wire.answer(request)
    return start
