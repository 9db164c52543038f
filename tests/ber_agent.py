"""A small SNMPv2c agent (RFC 3416) for what no healthy agent does: it can be made to misbehave.

Independent of the client under test: its own BER (X.690), standard library only.
"""

import socket
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from netops.reading import SnmpAuth, Target
from tests.patience import ANSWER

GET, GETNEXT, GETBULK, RESPONSE = 0xA0, 0xA1, 0xA5, 0xA2
TOO_BIG, GEN_ERR = 1, 5
COMMUNITY = SnmpAuth("v2c", community="public")

Oid = tuple[int, ...]


def tlv(tag: int, body: bytes) -> bytes:
    """One BER element."""
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + body


def integer(value: int, tag: int = 0x02) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def counter64(value: int) -> bytes:
    return integer(value, 0x46)


def ticks(value: int) -> bytes:
    return integer(value, 0x43)


def octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def oid(dotted: str) -> Oid:
    return tuple(map(int, dotted.split(".")))


def _encode(path: Oid) -> bytes:
    body = bytearray((path[0] * 40 + path[1],))
    for arc in path[2:]:
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(0x80 | arc & 0x7F)
        body += bytes(reversed(part))
    return tlv(0x06, bytes(body))


def _decode(body: bytes) -> Oid:
    path, arc = [body[0] // 40, body[0] % 40], 0
    for octet in body[1:]:
        arc = arc << 7 | octet & 0x7F
        if octet < 0x80:
            path.append(arc)
            arc = 0
    return tuple(path)


def _elements(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(body):
        size, start = body[at + 1], at + 2
        if size > 0x7F:
            start += size & 0x7F
            size = int.from_bytes(body[at + 2 : start])
        yield body[at], body[start : start + size]
        at = start + size


@dataclass(frozen=True, slots=True)
class Request:
    """A question as the agent understands it."""

    community: bytes
    kind: int
    id: bytes
    repetitions: int
    oids: tuple[Oid, ...]

    @classmethod
    def read(cls, datagram: bytes) -> "Request":
        [(_, message)] = _elements(datagram)
        (_, _version), (_, community), (kind, pdu) = _elements(message)
        (_, number), _, (_, third), (_, bindings) = _elements(pdu)
        names = [next(_elements(binding))[1] for _, binding in _elements(bindings)]
        repetitions = int.from_bytes(third) if kind == GETBULK else 1
        return cls(community, kind, number, repetitions, tuple(map(_decode, names)))

    def reply(self, bindings: bytes, status: int = 0) -> bytes:
        pdu = tlv(0x02, self.id) + integer(status) + integer(0) + tlv(0x30, bindings)
        return tlv(0x30, integer(1) + octets(self.community) + tlv(RESPONSE, pdu))


Answer = Callable[["BerAgent", Request], bytes | None]


@dataclass
class BerAgent:
    """`table` maps OIDs to encoded values; answers larger than `room` octets are tooBig (GET) or
    cut to fewer rows (GETBULK). `answer` replaces the honest `BerAgent.honest`."""

    table: Mapping[Oid, bytes]
    room: int = 1400
    answer: Answer = field(default=lambda agent, request: agent.honest(request))
    asked: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._cells = {path: tlv(0x30, _encode(path) + value) for path, value in self.table.items()}
        self._order = sorted(self._cells)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def target(self, **changes: object) -> Target:
        facts = {"timeout": ANSWER, "retries": 0, "ping": False, "snmp_port": self.port, **changes}
        return Target("agent", "127.0.0.1", "generic", COMMUNITY, **facts)  # type: ignore[arg-type]

    def honest(self, request: Request) -> bytes:
        if request.kind == GET:
            found = [self._cells.get(path) or self._absent(path, 0x81) for path in request.oids]
            if sum(map(len, found)) > self.room:
                return request.reply(b"", TOO_BIG)
        else:
            found = list(self._following(request.oids[0], request.repetitions))
        return request.reply(b"".join(found))

    def _following(self, path: Oid, most: int) -> Iterator[bytes]:
        start, room = bisect_right(self._order, path), self.room
        for name in self._order[start : start + most]:
            room -= len(self._cells[name])
            if room < 0:
                return
            yield self._cells[name]
        if start + most > len(self._order):
            yield self._absent(self._order[-1] if start < len(self._order) else path, 0x82)

    def _absent(self, path: Oid, tag: int) -> bytes:
        return tlv(0x30, _encode(path) + tlv(tag, b""))

    def serve(self) -> None:
        with suppress(OSError):  # the socket was closed: the test is over
            while True:
                datagram, client = self._socket.recvfrom(65_535)
                if not datagram:
                    return
                request = Request.read(datagram)
                self.asked.append(request)
                answer = self.answer(self, request)
                if answer is not None:
                    self._socket.sendto(answer, client)

    def stop(self) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))

    def close(self) -> None:
        self._socket.close()


@contextmanager
def serving(agent: BerAgent) -> Iterator[BerAgent]:
    """The agent answers on its port until the end of the block."""
    thread = threading.Thread(target=agent.serve)
    thread.start()
    try:
        yield agent
    finally:
        agent.stop()
        thread.join()
        agent.close()


@contextmanager
def relay(port: int, change: Callable[[bytes], bytes]) -> Iterator[int]:
    """A middlebox on loopback: passes requests on to `port`, and answers back `change`d."""
    outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    outside.bind(("127.0.0.1", 0))
    inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    inside.connect(("127.0.0.1", port))
    inside.settimeout(ANSWER)

    def pass_on() -> None:
        while True:
            request, client = outside.recvfrom(65_535)
            if not request:
                return
            inside.send(request)
            with suppress(TimeoutError):
                outside.sendto(change(inside.recv(65_535)), client)

    thread = threading.Thread(target=pass_on)
    thread.start()
    try:
        yield outside.getsockname()[1]
    finally:
        outside.sendto(b"", outside.getsockname())
        thread.join()
        outside.close()
        inside.close()
