"""Who answers ping: ICMP echo to many addresses at once, by gufo_ping."""

import asyncio
import socket
from collections.abc import Sequence

from gufo.ping import Ping
from gufo.ping.socket import SelectionPolicy

# A burst of 100 fits every socket buffer; 1 ms between bursts lets the answers in. Open loop:
# a window would let each dead host hold up those after it (25,000 dead, 1 s, 512: 49 s).
BURST, PAUSE = 100, 0.001


def available() -> bool:
    """May this process ping? Raw sockets need CAP_NET_RAW, datagram ones ping_group_range."""
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        return True
    return False


def ping(
    addresses: Sequence[str], *, timeout: float = 1.0, tries: int = 2
) -> dict[str, float | None]:
    """Address -> round trip in ms, or None without an answer (or when it is no IP address).

    Takes at most about `tries` x `timeout` seconds, however many are dead: the silent ones are
    asked again together. Raises PermissionError where `available()` is False.
    """
    found: dict[str, float | None] = dict.fromkeys(addresses)
    for _ in range(tries):
        silent = [address for address, answer in found.items() if answer is None]
        if not silent:
            break
        found.update(asyncio.run(_round(silent, timeout)))
    return found


async def _round(addresses: Sequence[str], timeout: float) -> dict[str, float | None]:
    pinger = Ping(policy=SelectionPolicy.RAW_DGRAM, timeout=timeout)
    asked: dict[asyncio.Task[float | None], str] = {}
    for start in range(0, len(addresses), BURST):
        for address in addresses[start : start + BURST]:
            asked[asyncio.ensure_future(pinger.ping(address))] = address
        await asyncio.sleep(PAUSE)
    await asyncio.wait(asked, timeout=timeout)
    return {address: _answer(task) for task, address in asked.items()}


def _answer(task: asyncio.Task[float | None]) -> float | None:
    if not task.done():
        task.cancel()
        return None
    if isinstance(task.exception(), ValueError):
        return None  # no IP address
    seconds = task.result()
    return None if seconds is None else seconds * 1000
