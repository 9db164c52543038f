"""Programs run on another machine: all of their output, or as it comes."""

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import paramiko

from netops.errors import CommandRejected, Unreachable
from netops.remote import KnownHosts, Remote
from netops.ssh_way import channel, connected

_TAIL = 64 * 1024  # octets of its complaints that are kept
_PIECE = 32 * 1024
_LOOK = 0.2  # seconds between two looks at its complaints while nothing comes
_SILENCE = 6 * 3600.0  # seconds: a checksum of a big file says nothing until its end

Beat = Callable[[], object]  # called while a program is waited for; may raise to stop


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that has ended: what it wrote, what it complained, its exit status."""

    out: bytes
    err: str
    status: int


class Streamed:
    """A program still running on the other machine. Its complaints are drained beside its output,
    else it would wait for us and we for it."""

    def __init__(self, opened: paramiko.Channel, place: str, name: str) -> None:
        self._channel = opened
        self.beat: Beat = _quiet
        self._place, self._name = place, name
        self._complaints = b""
        opened.settimeout(_LOOK)

    def read(self, size: int) -> bytes:
        """At most `size` bytes of its output, waiting for them; b"" once it has ended. Raises
        Unreachable when the connection is lost or nothing came for hours."""
        since = time.monotonic()
        while time.monotonic() - since < _SILENCE:
            self._drain()
            self.beat()
            try:
                data = self._channel.recv(size)
            except TimeoutError:
                continue
            if not data:
                self._drain()
                self._check_alive()
            return data
        raise self._lost(f"{_SILENCE / 3600:g} 小时没有输出")

    def exit_status(self) -> int:
        """How it ended (waits for it); -1 when a signal killed it. Raises Unreachable."""
        while self.read(_PIECE):  # what nobody wants keeps it from ending
            continue
        if not self._channel.status_event.wait(_SILENCE):
            raise self._lost("没有结束")
        self._check_alive()
        return self._channel.recv_exit_status()

    @property
    def stderr(self) -> str:
        """What it complained so far; the last 64 KiB."""
        return self._complaints.decode("utf-8", "replace")

    def _drain(self) -> None:
        while self._channel.recv_stderr_ready():
            piece = self._channel.recv_stderr(_PIECE)
            self._complaints = (self._complaints + piece)[-_TAIL:]
            if not piece:
                return

    def _check_alive(self) -> None:
        """A lost connection looks like the end of the output."""
        transport = self._channel.get_transport()
        if not transport.is_active() and self._channel.exit_status == -1:
            raise self._lost("断开了连接")

    def _lost(self, how: str) -> Unreachable:
        return Unreachable(
            f"{self._place} 在运行 {self._name} 时{how}，结果不完整，没有采用。"
            "请检查线路和服务器，稍后会再试。"
        )


def _quiet() -> None:
    """Nobody wants to stop it."""


@contextmanager
def streamed(
    remote: Remote,
    argv: Sequence[str],
    stdin: bytes = b"",
    known: KnownHosts | None = None,
    beat: Beat = _quiet,
) -> Iterator[Streamed]:
    """Run one program there and read its output as it comes, in constant memory. Each argument
    arrives as it is; `stdin` is sent whole before the first read. On leaving it is hung up on.
    `beat` is called while it is waited for, and may raise to stop.

    Raises Unreachable, AuthRejected, Unreadable, CommandRejected (no program may be run).
    """
    with connected(remote, known) as transport, _begun(transport, remote, argv, stdin) as program:
        program.beat = beat
        yield program


def run(
    remote: Remote, argv: Sequence[str], stdin: bytes = b"", known: KnownHosts | None = None
) -> Ran:
    """Run one program there and wait for its end; as `streamed`, for short output."""
    with streamed(remote, argv, stdin, known) as program:
        return _ended(program)


@contextmanager
def runner(
    remote: Remote, known: KnownHosts | None = None
) -> Iterator[Callable[[Sequence[str], Beat], Ran]]:
    """Log in once and `run` many programs with short output, one after the other."""
    with connected(remote, known) as transport:

        def ran(argv: Sequence[str], beat: Beat) -> Ran:
            with _begun(transport, remote, argv, b"") as program:
                program.beat = beat
                return _ended(program)

        yield ran


@contextmanager
def _begun(
    transport: paramiko.Transport, remote: Remote, argv: Sequence[str], stdin: bytes
) -> Iterator[Streamed]:
    with channel(transport, remote) as opened:
        try:
            opened.exec_command(shlex.join(argv))
            if stdin:
                opened.sendall(stdin)
            opened.shutdown_write()
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise CommandRejected(
                f"{remote.place} 不让用户「{remote.user}」运行程序，没有运行 {argv[0]}。"
                "请给这个用户命令行权限，或改用只需 SFTP 的方式。",
                str(error),
            ) from error
        yield Streamed(opened, remote.place, argv[0])


def _ended(program: Streamed) -> Ran:
    pieces = iter(lambda: program.read(_PIECE), b"")
    out = b"".join(pieces)
    status = program.exit_status()
    return Ran(out, program.stderr, status)
