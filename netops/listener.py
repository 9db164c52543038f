"""The ears: syslog by UDP and TCP, notifications by UDP, in one thread that only listens.

Whatever arrives is bounded before anybody looks at it: by sender, by queue, by connection.
"""

import selectors
import socket
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from netops.doors import Door, closed, open_doors
from netops.pacing import Pace
from netops.senders import plain
from netops.syslog import Frames
from netops.traps import Trapped, Traps

QUEUE = 20_000  # messages waiting to be written; at 4 KB each not more than 80 MB
CONNECTIONS, OF_ONE = 256, 32
LONGEST_TRAP = 8192
_AT_ONCE = 200  # datagrams of one socket before the next is looked at
_CHUNK = 65536
Place = tuple[str, int] | tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it came: `via` is a key of VIAS, `origin` the sender's address; a line of
    syslog in `octets`, or a notification."""

    via: str
    origin: str
    at: datetime
    octets: bytes = b""
    trapped: Trapped | None = None


class Listener:
    """Opens its doors when made; `turn` is to be called again and again by one thread.

    `counts` tells what became of messages: received, limited (too many from one sender), dropped
    (nobody wrote them down in time), refused (a notification nobody can read).
    """

    def __init__(self, host: str, syslog: int, trap: int) -> None:
        self.counts = Counter(received=0, limited=0, dropped=0, refused=0)  # all keys: two threads
        self.known: frozenset[str] = frozenset()
        self.traps: Traps | None = None
        self._queue: deque[Heard] = deque()
        self._pace = Pace()
        self._lines: dict[socket.socket, tuple[str, Frames]] = {}
        self._selector = selectors.DefaultSelector()
        self.doors = (self._open("syslog", host, syslog), self._open("trap", host, trap))

    def turn(self, seconds: float = 0.5) -> None:
        """Wait so long for something to arrive, and take what has."""
        for key, _events in self._selector.select(seconds):
            key.data(key.fileobj)
        if self.traps is not None:
            self.traps.tick()

    def take(self, most: int) -> list[Heard]:
        """What has arrived, the oldest first; safe beside `turn`."""
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    def put_back(self, heard: Iterable[Heard]) -> None:
        """What could not be written keeps its place."""
        self._queue.extendleft(reversed(list(heard)))

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()

    def _open(self, kind: str, host: str, port: int) -> Door:
        if not port:
            return closed(kind)
        door, opened = open_doors(kind, host, port)
        for one in opened:
            self._selector.register(one, selectors.EVENT_READ, self._ear(kind, one))
        return door

    def _ear(self, kind: str, one: socket.socket) -> Callable[[socket.socket], None]:
        if kind == "trap":
            return self._notified
        return self._accept if one.type == socket.SOCK_STREAM else self._told

    def _told(self, door: socket.socket) -> None:
        for octets, address, _place in _datagrams(door):
            if self._admitted(address):
                self._put(Heard("udp", address, datetime.now(UTC), octets))

    def _notified(self, door: socket.socket) -> None:
        for octets, address, place in _datagrams(door):
            if not self._admitted(address):
                continue
            if address not in self.known:
                self._put(Heard("trap", address, datetime.now(UTC)))  # to be counted, unread
                continue
            trapped = self._read_trap(octets, address, partial(_answer, door, place))
            if trapped is None:
                self.counts["refused"] += 1
                continue
            via = "inform" if trapped.confirmed else "trap"
            self._put(Heard(via, address, datetime.now(UTC), trapped=trapped))

    def _read_trap(
        self, octets: bytes, address: str, reply: Callable[[bytes], object]
    ) -> Trapped | None:
        """Decoding is dear, and dearer the longer: a real one fits into a few packets."""
        if self.traps is None or len(octets) > LONGEST_TRAP:
            return None
        return self.traps.read(octets, address, reply)

    def _accept(self, door: socket.socket) -> None:
        try:
            line, place = door.accept()
        except OSError:
            return
        address = plain(place[0])
        if address not in self.known:
            if self._admitted(address):
                self._put(Heard("tcp", address, datetime.now(UTC)))
            line.close()  # strangers are counted, and must not take the places of devices
            return
        same = sum(address == known for known, _frames in self._lines.values())
        if len(self._lines) >= CONNECTIONS or same >= OF_ONE:
            line.close()
            return
        line.setblocking(False)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a dead sender frees its place
        self._lines[line] = address, Frames()
        self._selector.register(line, selectors.EVENT_READ, self._read)

    def _read(self, line: socket.socket) -> None:
        address, frames = self._lines[line]
        try:
            octets = line.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        found = frames.feed(octets) if octets else frames.end()
        for each in found:
            if self._admitted(address):
                self._put(Heard("tcp", address, datetime.now(UTC), each))
        if not octets:
            self._selector.unregister(line)
            del self._lines[line]
            line.close()

    def _admitted(self, address: str) -> bool:
        self.counts["received"] += 1
        if self._pace.admits(address, known=address in self.known):
            return True
        self.counts["limited"] += 1
        return False

    def _put(self, heard: Heard) -> None:
        if len(self._queue) < QUEUE:
            self._queue.append(heard)
        else:
            self.counts["dropped"] += 1


def _answer(door: socket.socket, place: Place, octets: bytes) -> None:
    with suppress(OSError):  # whoever asked asks again
        door.sendto(octets, place)


def _datagrams(door: socket.socket) -> Iterable[tuple[bytes, str, Place]]:
    """What waits at a door, up to a bound: (octets, address, where to answer)."""
    with suppress(OSError):  # nothing left; or an ICMP answer to what we sent
        for _ in range(_AT_ONCE):
            octets, place = door.recvfrom(_CHUNK)
            yield octets, plain(place[0]), place
