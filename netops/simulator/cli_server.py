"""Simulated devices on the network: one listening port each, real SSH (or telnet), no root."""

import asyncio
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

import asyncssh

from netops.simulator.cli import Cli
from netops.simulator.cli_dialect import LABEL
from netops.simulator.cli_session import Session
from netops.simulator.cli_telnet import talk

_LEGACY = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-cbc", "3des-cbc"],
}
_Process = asyncssh.SSHServerProcess[str]


class _Connection(Protocol):
    def close(self) -> None: ...

    async def wait_closed(self) -> None: ...


class Device:
    """One simulated device's open port and the connections made to it."""

    def __init__(self, cli: Cli, keys: Path, host: str) -> None:
        self._cli = cli
        self._keys = keys
        self._host = host
        self._server: asyncssh.SSHAcceptor | asyncio.Server | None = None
        self.connections: set[_Connection] = set()

    async def open(self) -> None:
        """Listen; the port stays the same when a closed device is opened again."""
        self._server = await (self._telnet() if self._cli.telnet else self._ssh())
        self._cli.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and drop everybody: the device is dead."""
        if self._server is not None:
            self._server.close()
        leaving = list(self.connections)
        for connection in leaving:
            connection.close()
        gone = (connection.wait_closed() for connection in leaving)
        await asyncio.gather(*gone, return_exceptions=True)
        self.connections.clear()

    async def _ssh(self) -> asyncssh.SSHAcceptor:
        if self._cli.legacy:  # old on purpose: no need to be told that it is
            warnings.filterwarnings("ignore", "Diffie-Hellman over finite fields")
        return await asyncssh.listen(
            self._host,
            self._cli.port,
            server_factory=partial(_Door, self._cli, self),
            server_host_keys=[host_key(self._keys, self._cli.name)],
            process_factory=partial(_login, self._cli),
            line_editor=False,
            encoding=self._cli.encoding,
            errors="replace",
            **(_LEGACY if self._cli.legacy else {}),
        )

    async def _telnet(self) -> asyncio.Server:
        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections.add(writer)
            try:
                await talk(self._cli, reader, writer)
            finally:
                self.connections.discard(writer)

        return await asyncio.start_server(one, self._host, self._cli.port)


class _Door(asyncssh.SSHServer):
    """Asks for the password, counts, and shuts after too many wrong ones."""

    def __init__(self, cli: Cli, device: Device) -> None:
        self._cli = cli
        self._device = device
        self._wrong = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._device.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._device.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        self._connection.send_auth_banner(f"{LABEL} {self._cli.name}\r\n")
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        if (username, password) == (self._cli.user, self._cli.password):
            self._cli.logins += 1
            return True
        self._cli.refused += 1
        self._wrong += 1
        if self._wrong >= self._cli.tries:
            self._connection.disconnect(
                asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many authentication failures"
            )
        return False


async def _login(cli: Cli, process: _Process) -> None:
    """One shell (or one `ssh host command`) on a device."""
    terminal = cli.terminal(partial(_key, process), partial(_show, process))
    peer = process.get_extra_info("peername") or ("127.0.0.1", 0)
    session = Session(cli, terminal, str(peer[0]))
    if process.command:
        terminal.paging = False
        await session.obey(process.command)
    else:
        await session.run()
    process.exit(0)


def _show(process: _Process, text: str) -> None:
    if not process.is_closing():  # what a user who has gone typed ahead is echoed to nobody
        process.stdout.write(text)


async def _key(process: _Process) -> str:
    """The next character; a window change or a break is not a character."""
    while True:
        await asyncio.sleep(0)  # typed-ahead keys do not wait: let a hang-up be noticed meanwhile
        try:
            return await process.stdin.read(1)
        except (asyncssh.TerminalSizeChanged, asyncssh.BreakReceived, asyncssh.SignalReceived):
            continue
        except (ConnectionError, asyncssh.Error):
            return ""


def host_key(folder: Path, name: str) -> asyncssh.SSHKey:
    """A device's own host key: made at first use, the same ever after."""
    file = folder / f"{name}.key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = asyncssh.generate_private_key("ssh-ed25519", comment=name)
        file.touch(mode=0o600)
        key.write_private_key(file)
    return asyncssh.read_private_key(file)


async def serve(
    devices: Sequence[Cli], *, keys: Path, host: str = "127.0.0.1"
) -> dict[str, Device]:
    """Open every device's port and fill in `Cli.port`; `keys` is the folder of host keys.

    Returns the opened devices by name; raises OSError when a wanted port is taken, and then
    nothing stays open.
    """
    opened: dict[str, Device] = {}
    try:
        for cli in devices:
            opened[cli.name] = Device(cli, keys, host)
            await opened[cli.name].open()
    except BaseException:
        await stop(opened)
        raise
    return opened


async def stop(opened: Mapping[str, Device]) -> None:
    """Close every port and every connection."""
    for device in opened.values():
        await device.close()


@contextmanager
def serving(devices: Sequence[Cli], *, keys: Path) -> Iterator[dict[str, int]]:
    """Serve from a thread of its own, for callers that block (netmiko, a test).

    Yields the port of each device by name.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    try:
        opened = asyncio.run_coroutine_threadsafe(serve(devices, keys=keys), loop).result()
        try:
            yield {cli.name: cli.port for cli in devices}
        finally:
            asyncio.run_coroutine_threadsafe(stop(opened), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_tidied_up())
        loop.close()


async def _tidied_up() -> None:
    """End what sessions were still doing, and let their sockets close."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    await asyncio.sleep(0)
