"""A Linux bridge's forwarding table over SNMP: BRIDGE-MIB (RFC 4188) and Q-BRIDGE-MIB (RFC 4363)
for net-snmp's `pass_persist`, which has neither. The rows are the kernel's own.

    pass_persist .1.3.6.1.2.1.17 python3 bridge_mib.py br0
"""

import json
import subprocess
import sys
import time
from bisect import bisect_right
from pathlib import Path
from typing import TextIO

Oid = tuple[int, ...]
Row = tuple[str, str]  # type and value as net-snmp takes them

BRIDGE: Oid = (1, 3, 6, 1, 2, 1, 17)
LEARNED, SELF, MANAGED = 3, 4, 5  # dot1dTpFdbStatus
_FRESH = 0.5  # seconds: one walk is one look
_NETWORK = Path("/sys/class/net")
_VLAN = 1  # the bridge knows no others


class Bridge:
    """The tables of one bridge as they are now, for as long as one walk takes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows: dict[Oid, Row] = {}
        self._order: list[Oid] = []
        self._at = 0.0

    def exactly(self, oid: Oid) -> tuple[Oid, Row] | None:
        self._look()
        return (oid, self._rows[oid]) if oid in self._rows else None

    def after(self, oid: Oid) -> tuple[Oid, Row] | None:
        self._look()
        at = bisect_right(self._order, oid)
        return (self._order[at], self._rows[self._order[at]]) if at < len(self._order) else None

    def _look(self) -> None:
        if time.monotonic() - self._at > _FRESH:
            self._rows = tables(self._name)
            self._order = sorted(self._rows)
            self._at = time.monotonic()


def tables(name: str) -> dict[Oid, Row]:
    """Every object of a bridge with its value."""
    numbers = {
        port.name: int((port / "port_no").read_text(), 16)
        for port in (_NETWORK / name / "brif").iterdir()
    }
    rows: dict[Oid, Row] = {
        (*BRIDGE, 1, 1, 0): _octets((_NETWORK / name / "address").read_text().strip()),
        (*BRIDGE, 1, 2, 0): _whole(len(numbers)),
        (*BRIDGE, 1, 3, 0): _whole(2),  # dot1dBaseType: transparent-only
        (*BRIDGE, 7, 1, 4, 2, 1, 3, 0, _VLAN): _whole(_VLAN),  # dot1qVlanFdbId
    }
    for port, number in numbers.items():
        index = int((_NETWORK / port / "ifindex").read_text())
        rows[(*BRIDGE, 1, 4, 1, 1, number)] = _whole(number)
        rows[(*BRIDGE, 1, 4, 1, 2, number)] = _whole(index)
    for mac, port, status in _learned(name):
        if port in numbers:
            rows |= _forwarded(mac, numbers[port], status)
    return rows


def _forwarded(mac: str, number: int, status: int) -> dict[Oid, Row]:
    octets = tuple(bytes.fromhex(mac.replace(":", "")))
    return {
        (*BRIDGE, 4, 3, 1, 1, *octets): _octets(mac),
        (*BRIDGE, 4, 3, 1, 2, *octets): _whole(number),
        (*BRIDGE, 4, 3, 1, 3, *octets): _whole(status),
        (*BRIDGE, 7, 1, 2, 2, 1, 2, _VLAN, *octets): _whole(number),
        (*BRIDGE, 7, 1, 2, 2, 1, 3, _VLAN, *octets): _whole(status),
    }


def _learned(name: str) -> list[tuple[str, str, int]]:
    """MAC, port and status of each entry that a frame could match."""
    line = ["/usr/sbin/bridge", "-j", "fdb", "show", "br", name]
    told = json.loads(subprocess.run(line, capture_output=True, check=True).stdout or b"[]")
    states = {"permanent": SELF, "static": MANAGED}
    return [
        (entry["mac"], entry["ifname"], states.get(entry.get("state", ""), LEARNED))
        for entry in told
        if "self" not in entry.get("flags", ()) and not int(entry["mac"][:2], 16) & 1
    ]


def serve(bridge: Bridge, asked: TextIO, told: TextIO) -> None:
    """Answer net-snmp until it goes away; nothing of this can be set."""
    for line in asked:
        match line.strip():
            case "PING":
                answer = "PONG"
            case "get":
                answer = _told(bridge.exactly(_oid(asked.readline())))
            case "getnext":
                answer = _told(bridge.after(_oid(asked.readline())))
            case "set":
                asked.readline(), asked.readline()
                answer = "not-writable"
            case _:
                return
        told.write(f"{answer}\n")
        told.flush()


def _told(found: tuple[Oid, Row] | None) -> str:
    if found is None:
        return "NONE"
    oid, (kind, value) = found
    return f".{'.'.join(map(str, oid))}\n{kind}\n{value}"


def _oid(text: str) -> Oid:
    return tuple(int(part) for part in text.strip().strip(".").split("."))


def _whole(number: int) -> Row:
    return "integer", str(number)


def _octets(mac: str) -> Row:
    return "octet", mac.replace(":", " ")


if __name__ == "__main__":
    serve(Bridge(sys.argv[1]), sys.stdin, sys.stdout)
