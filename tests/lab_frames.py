"""What somebody at the port of a switch may say, frame by frame, and what the others hear of it."""

import itertools
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab_nodes import Node
from tests.patience import PATIENCE

SERVER = "10.20.1.21"
OWNED, OWN = "10.20.1.101", "00:1b:21:00:01:65"
OTHER, SPOOF = "10.20.1.102", "00:1b:21:00:01:66"
_ALL = b"\xff" * 6
_IP, _ARP, _IP6, _TAG = 0x0800, 0x0806, 0x86DD, 0x8100


def _frame(mac: str, kind: int, body: bytes) -> bytes:
    return _ALL + bytes.fromhex(mac.replace(":", "")) + struct.pack("!H", kind) + body


def _arp(mac: str, ip: str, operation: int = 1) -> bytes:
    who = bytes.fromhex(mac.replace(":", "")) + socket.inet_aton(ip)
    target = bytes(6) + socket.inet_aton(SERVER)
    return struct.pack("!HHBBH", 1, _IP, 6, 4, operation) + who + target + bytes(18)


def _udp(ip: str, source: int, to: int) -> bytes:
    told = struct.pack("!HHHH", source, to, 26, 0) + bytes(18)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(told), 0, 0, 64, 17, 0)
    head += socket.inet_aton(ip) + b"\xff" * 4
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack("!H", 0xFFFF - total) + head[12:] + told


def _six() -> bytes:
    ends = (
        socket.inet_pton(socket.AF_INET6, "fe80::66"),
        socket.inet_pton(socket.AF_INET6, "ff02::1"),
    )
    return struct.pack("!IHBB", 6 << 28, 6, 59, 255) + b"".join(ends) + bytes(6)


# What the spoofer's port says → whether the others may hear it.
FRAMES = {
    "own address": (_frame(SPOOF, _ARP, _arp(SPOOF, OTHER)), True),
    "own packet": (_frame(SPOOF, _IP, _udp(OTHER, 9, 9)), True),
    "owner's address": (_frame(SPOOF, _ARP, _arp(SPOOF, OWNED)), False),
    "owner's address, as an answer": (_frame(SPOOF, _ARP, _arp(SPOOF, OWNED, 2)), False),
    "owner's packet": (_frame(SPOOF, _IP, _udp(OWNED, 9, 9)), False),
    "owner's card and address": (_frame(OWN, _ARP, _arp(OWN, OWNED)), False),
    "owner's card, another protocol": (_frame(OWN, _IP6, _six()), False),
    "own frame, owner's card inside": (_frame(SPOOF, _ARP, _arp(OWN, OTHER)), False),
    "a free address": (_frame(SPOOF, _IP, _udp("10.20.1.200", 9, 9)), False),
    "a tag before it": (_frame(SPOOF, _TAG, b"\0\0\x08\0" + _udp(OWNED, 9, 7)), False),
    "a probe": (_frame(SPOOF, _ARP, _arp(SPOOF, "0.0.0.0")), True),
    "a probe that answers": (_frame(SPOOF, _ARP, _arp(SPOOF, "0.0.0.0", 2)), False),
    "asking for an address": (_frame(SPOOF, _IP, _udp("0.0.0.0", 68, 67)), True),
    "giving addresses": (_frame(SPOOF, _IP, _udp(OTHER, 67, 68)), True),
    "another protocol": (_frame(SPOOF, _IP6, _six()), True),
    "a stranger's protocol": (_frame("00:1b:21:00:01:77", _IP6, _six()), False),
    "a stranger asking": (_frame("00:1b:21:00:01:77", _IP, _udp("0.0.0.0", 68, 67)), True),
}  # fmt: skip
_TAGGED = b"\x81\0\0\0"
_NUMBER = itertools.count(1)


def passing(server: Node, spoofer: Node) -> set[str]:
    """Which of FRAMES reach the server, sent by the spoofer's card."""
    here = server.within(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, _every()))
    there = spoofer.within(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
    with here, there, _one_processor():
        here.bind(("eth0", 3))
        there.bind(("eth0", 0))
        _until_marked(here, there)  # a port just plugged in takes a moment to forward
        for frame, _heard in FRAMES.values():
            there.send(frame)
        heard = _until_marked(here, there)
    # A socket tells a frame without its tag.
    return {name for name, (frame, _) in FRAMES.items() if frame.replace(_TAGGED, b"") in heard}


@contextmanager
def _one_processor() -> Iterator[None]:
    """Frames of one processor come in the order they were sent; of several they overtake."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _until_marked(here: socket.socket, there: socket.socket) -> set[bytes]:
    """What came until a frame that nobody else sends, sent again where nothing comes. Those of
    before may come late: each time it is another one."""
    mark = _frame(SPOOF, _ARP, _arp(SPOOF, OTHER, 2)[:28] + struct.pack("!Q", next(_NUMBER)))
    heard: set[bytes] = set()
    here.settimeout(1)
    end = time.monotonic() + PATIENCE
    there.send(mark)
    while time.monotonic() < end:
        try:
            frame = here.recv(2000)
        except TimeoutError:
            there.send(mark)
            continue
        if frame == mark:
            return heard
        heard.add(frame)
    raise AssertionError("nothing of the frame that marks the end")


def _every() -> int:
    return socket.htons(3)  # ETH_P_ALL
