"""The cable before each SNMP engine: passes datagrams as they are, or garbled, or not at all.

Nothing is rewritten, so SNMPv3 passes as well as v2c; and the port stays the device's own while
the device is dead, so that nobody else can take it meanwhile.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from netops.simulator.power import Mood

Address = tuple[str, int]
LOOPBACK = "127.0.0.1"
IDLE = 20.0  # seconds after which a client's way back is forgotten


class Wire(asyncio.DatagramProtocol):
    """One device's UDP port. `mood` decides what happens to a datagram: up, dead or garbled."""

    def __init__(self, agent: Address, mood: Callable[[], Mood]) -> None:
        self._agent = agent
        self._mood = mood
        self._ways: dict[Address, tuple[socket.socket, float]] = {}
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._front = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, client: Address) -> None:
        if self._mood() != "dead":
            with suppress(OSError):  # the agent is not there (yet, or any more)
                self._way(client).send(data)

    def connection_lost(self, _error: Exception | None) -> None:
        for way, _used in self._ways.values():
            self._close(way)
        self._ways.clear()

    def _way(self, client: Address) -> socket.socket:
        """The socket that speaks to the agent for this client, so that answers find back."""
        way = self._ways[client][0] if client in self._ways else self._open(client)
        self._ways[client] = way, self._loop.time()
        return way

    def _open(self, client: Address) -> socket.socket:
        way = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        way.setblocking(False)
        way.connect(self._agent)
        self._loop.add_reader(way, self._answer, way, client)
        self._loop.call_later(IDLE, self._forget, client)
        return way

    def _answer(self, way: socket.socket, client: Address) -> None:
        mood = self._mood()
        with suppress(OSError):
            data = way.recv(65535)
            if mood != "dead":
                self._front.sendto(garbled(data) if mood == "garbled" else data, client)

    def _forget(self, client: Address) -> None:
        if client not in self._ways:
            return
        way, used = self._ways[client]
        rest = used + IDLE - self._loop.time()
        if rest > 0:
            self._loop.call_later(rest, self._forget, client)
        else:
            del self._ways[client]
            self._close(way)

    def _close(self, way: socket.socket) -> None:
        self._loop.remove_reader(way)
        way.close()


def garbled(data: bytes) -> bytes:
    """What a failing line makes of an answer: cut short, every third byte turned over."""
    return bytes(byte ^ 0xFF if n % 3 == 2 else byte for n, byte in enumerate(data[:-4]))


async def lay(agent_port: int, mood: Callable[[], Mood]) -> asyncio.DatagramTransport:
    """Open a free UDP port of the loopback that leads to an agent's."""
    transport, _wire = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Wire((LOOPBACK, agent_port), mood), local_addr=(LOOPBACK, 0)
    )
    return transport
