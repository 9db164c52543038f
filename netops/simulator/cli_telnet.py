"""The telnet door of a simulated device: RFC 854 with echo done by the device (RFC 857, 858)."""

import asyncio
import codecs

from netops.simulator.cli import Cli
from netops.simulator.cli_dialect import LABEL
from netops.simulator.cli_session import Session
from netops.simulator.cli_terminal import HungUp, Terminal

_IAC, _SB, _SE = 255, 250, 240
_OPTIONS = range(251, 255)  # WILL, WONT, DO, DONT
_ECHO_AND_NO_GO_AHEAD = bytes((_IAC, 251, 1, _IAC, 251, 3))


class _Wire:
    """Characters of one connection, telnet negotiation taken out."""

    def __init__(
        self, encoding: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._encoding = encoding
        self._reader = reader
        self._writer = writer
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    async def read(self) -> str:
        """One character, or "" when the other side has gone."""
        while byte := await self._byte():
            if byte[0] == _IAC and not await self._literal():
                continue
            if text := self._decoder.decode(byte):
                return text
        return ""

    def write(self, text: str) -> None:
        self._writer.write(text.encode(self._encoding))

    async def _byte(self) -> bytes:
        try:
            return await self._reader.read(1)
        except ConnectionError:
            return b""

    async def _literal(self) -> bool:
        """Swallow one telnet command; True when it was an escaped 0xFF."""
        command = await self._byte()
        if command and command[0] in _OPTIONS:
            await self._byte()
        elif command and command[0] == _SB:
            await self._reader.readuntil(bytes((_IAC, _SE)))
        return command == bytes((_IAC,))


async def talk(cli: Cli, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one telnet connection: login dialogue, then an ordinary session."""
    wire = _Wire(cli.encoding, reader, writer)
    terminal = cli.terminal(wire.read, wire.write)
    writer.write(_ECHO_AND_NO_GO_AHEAD)
    try:
        if await _logged_in(cli, terminal):
            await Session(cli, terminal).run()
    except (HungUp, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


async def _logged_in(cli: Cli, terminal: Terminal) -> bool:
    terminal.write(f"\n{LABEL} {cli.name}\n\nLogin authentication\n\n")
    for _ in range(cli.tries):
        terminal.write("\nUsername:")
        user = await terminal.line()
        terminal.write("Password:")
        password = await terminal.line(echo=False)
        if (user, password) == (cli.user, cli.password):
            cli.logins += 1
            return True
        cli.refused += 1
        terminal.write("Error: Authentication fail\n")
    return False
