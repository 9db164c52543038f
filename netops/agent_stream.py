"""What is sent, cut into chunks; those the console has already are only counted."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

Send = Callable[[int, str, bytes], None]  # number, SHA-256, content


class Stream(io.RawIOBase):
    """Written to like a file; `chunks`, `sha256` (of all) and `sent` (bytes) are right once it is
    ended. The same files make the same chunks: that is how a broken delivery goes on."""

    def __init__(self, size: int, send: Send, held: dict[int, str]) -> None:
        self._size, self._send, self._held = size, send, held
        self._buffer = bytearray()
        self._whole = hashlib.sha256()
        self.chunks = self.sent = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        self._buffer += view
        while len(self._buffer) >= self._size:
            self._cut()
        return len(view)

    def end(self) -> None:
        """The rest goes, too."""
        if self._buffer:
            self._cut()

    @property
    def sha256(self) -> str:
        return self._whole.hexdigest()

    def _cut(self) -> None:
        chunk = bytes(self._buffer[: self._size])
        del self._buffer[: self._size]
        self._whole.update(chunk)
        digest = hashlib.sha256(chunk).hexdigest()
        if self._held.get(self.chunks) != digest:
            self._send(self.chunks, digest, chunk)
            self.sent += len(chunk)
        self.chunks += 1
