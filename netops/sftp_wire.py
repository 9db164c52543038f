"""The SFTP protocol, version 3 (draft-ietf-secsh-filexfer-02): packets over an open channel.

Several requests are under way at once, so that a long line does not wait for each answer; paths are
bytes, because files have names in GBK, too. paramiko's own client can do neither in bounded memory.
"""

import struct
from collections.abc import Mapping
from typing import Protocol

from netops.errors import CommandRejected, Unreachable, Unreadable

_INIT, _VERSION = 1, 2
STATUS, HANDLE, DATA, NAME, ATTRS = 101, 102, 103, 104, 105
_LONGEST = 1 << 20  # octets of one packet; servers stay below 256 KiB
_OK, _EOF, _MISSING, _DENIED = 0, 1, 2, 3


class Channel(Protocol):
    """What paramiko's channel does; raises TimeoutError when nobody answers."""

    def recv(self, size: int, /) -> bytes: ...

    def sendall(self, data: bytes, /) -> None: ...


class Ended(Exception):
    """There is no more of a file or a folder."""


class Answer:
    """One packet, read from its beginning."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def number(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def long(self) -> int:
        return int.from_bytes(self._take(8), "big")

    def text(self) -> bytes:
        return self._take(self.number())

    @property
    def more(self) -> bool:
        return self._at < len(self._body)

    def _take(self, size: int) -> bytes:
        taken = self._body[self._at : self._at + size]
        if len(taken) != size:
            raise Unreadable("SFTP 应答不完整，没有继续传输。请检查服务器的 SFTP 服务。")
        self._at += size
        return taken


class Wire:
    """One SFTP conversation. `doing` (Chinese) is what failures say was not done."""

    def __init__(self, channel: Channel, place: str, patience: float) -> None:
        self._channel = channel
        self._place = place
        self._patience = patience
        self._next = 0
        self._waiting: dict[int, tuple[int, Answer]] = {}
        self._unwanted: set[int] = set()
        self.doing = "打开 SFTP"
        self.abilities = self._greet()

    def _greet(self) -> Mapping[bytes, bytes]:
        self._send(struct.pack(">BI", _INIT, 3))
        kind, answer = self._packet()
        if kind != _VERSION:
            raise self._garbled()
        answer.number()
        told: dict[bytes, bytes] = {}
        while answer.more:
            name = answer.text()
            told[name] = answer.text()
        return told

    def ask(self, kind: int, *fields: bytes) -> int:
        """Send one request without waiting; the number its answer will have."""
        self._next = (self._next + 1) & 0xFFFFFFFF
        self._send(struct.pack(">BI", kind, self._next) + b"".join(fields))
        return self._next

    def forget(self, number: int) -> None:
        """Nobody will fetch this answer."""
        if self._waiting.pop(number, None) is None:
            self._unwanted.add(number)

    def answer(self, number: int) -> tuple[int, Answer]:
        """The kind and content of one answer, whatever else arrives before it.

        Raises Ended, FileNotFoundError, PermissionError, CommandRejected for a status that says so.
        """
        while number not in self._waiting:
            kind, answer = self._packet()
            other = answer.number()
            if other in self._unwanted:
                self._unwanted.remove(other)
            else:
                self._waiting[other] = kind, answer
        kind, answer = self._waiting.pop(number)
        if kind == STATUS:
            self._status(answer)
        return kind, answer

    def told(self, kind: int, *fields: bytes) -> Answer:
        """Ask and wait."""
        return self.answer(self.ask(kind, *fields))[1]

    def _status(self, answer: Answer) -> None:
        code = answer.number()
        said = answer.text().decode("utf-8", "replace") if answer.more else ""
        if code == _OK:
            return
        if code == _EOF:
            raise Ended
        if code == _MISSING:
            raise FileNotFoundError(2, f"{self._place} 上没有这个文件或目录", self.doing)
        if code == _DENIED:
            raise PermissionError(13, f"{self._place} 不允许", self.doing)
        raise CommandRejected(
            f"{self._place} 没有{self.doing}：服务器答复“{said[:200] or code}”。"
            "请检查它的磁盘空间、目录和登录用户的权限。"
        )

    def _send(self, body: bytes) -> None:
        try:
            self._channel.sendall(len(body).to_bytes(4, "big") + body)
        except (OSError, EOFError) as error:
            raise self._silent(error) from error

    def _packet(self) -> tuple[int, Answer]:
        size = int.from_bytes(self._exactly(4), "big")
        if not 0 < size <= _LONGEST:
            raise self._garbled()
        body = self._exactly(size)
        return body[0], Answer(body[1:])

    def _exactly(self, size: int) -> bytes:
        pieces: list[bytes] = []
        while size:
            try:
                piece = self._channel.recv(size)
            except (OSError, EOFError) as error:
                raise self._silent(error) from error
            if not piece:
                raise self._gone()
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _silent(self, error: Exception) -> Unreachable:
        if not isinstance(error, TimeoutError):
            return self._gone()
        return Unreachable(
            f"{self._place} 在{self.doing}时 {self._patience:g} 秒没有应答，没有完成。"
            "可能线路中断或服务器停止响应，恢复后会接着做。"
        )

    def _gone(self) -> Unreachable:
        return Unreachable(
            f"{self._place} 在{self.doing}时断开了连接，没有完成。"
            "请检查线路和服务器，恢复后会接着做。"
        )

    def _garbled(self) -> Unreadable:
        return Unreadable(
            f"{self._place} 的 SFTP 应答混有别的内容，没有{self.doing}。"
            "请确认登录用户的启动脚本（如 .bashrc）不向屏幕输出，并已启用 sftp 子系统。"
        )


def text(value: bytes) -> bytes:
    """A string as the protocol writes it."""
    return len(value).to_bytes(4, "big") + value


def number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def long(value: int) -> bytes:
    return value.to_bytes(8, "big")
