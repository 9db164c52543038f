"""What `display arp`, `show mac-address-table` and their kin say, line by line. Pure.

Each family has few forms of a row; a line that has none of them is a headline, a total, or an
entry without a sender. Forms not seen in a recording follow the vendors' command references.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from netops.errors import Unreadable
from netops.sighted import ArpRow, FdbRow
from netops.table_rows import arp, fdb, ip_in, mac_in

R = TypeVar("R", ArpRow, FdbRow)

_HYPHENED = r"[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}"
_DOTTED = r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}"
_IP = r"[0-9A-Fa-f.:]+"
# "VLAN 1", "GigabitEthernet 0/1": Ruijie writes names of ports in two words.
_PORT = r"[A-Za-z][\w/.:-]*(?: \d[\d/.:]*)?"

_ARP: Mapping[str, re.Pattern[str]] = {
    "vrp": re.compile(
        rf"\s*(?P<ip>{_IP})\s+(?P<mac>{_HYPHENED})\s+(?:\d+\s+)?(?P<kind>[A-Z]) ?\S+"
        r"\s+(?P<port>\S+)"
    ),
    "comware": re.compile(
        rf"\s*(?P<ip>{_IP})\s+(?P<mac>{_HYPHENED})\s+\S+\s+(?P<port>\S+)\s+\S+\s+(?P<kind>[A-Z])"
    ),
    "ios": re.compile(
        rf"Internet\s+(?P<ip>{_IP})\s+(?P<kind>\S+)\s+(?P<mac>{_DOTTED})\s+\S+(?:\s+(?P<port>\S+))?"
    ),
    "rgos": re.compile(
        rf"Internet\s+(?P<ip>{_IP})\s+(?P<kind>\S+)\s+(?P<mac>{_DOTTED})\s+\S+\s+(?P<port>{_PORT})"
    ),
    "zxros": re.compile(
        rf"(?P<ip>{_IP})\s+(?P<kind>\S+)\s+(?P<mac>{_DOTTED})\s+(?P<port>\S+)(?:\s|$)"
    ),
}
_STATIC = {"vrp": ("S",), "comware": ("S",), "rgos": ("<static>",), "zxros": ("S", "P")}
_INVALID = {"comware": ("I",)}  # VRP's I is the interface's own address
_REST = re.compile(r" {24,}(?P<rest>\S+)")
_FOURTH = re.compile(r"^(?:\S+\s+){3}\S+")
_SENDER = re.compile(rf"(?<![\w.-])(?:{_HYPHENED}|{_DOTTED})(?![\w.-])")

_VLAN = r"(?P<vlan>\d+|-|All)"
_FDB: Mapping[str, tuple[re.Pattern[str], ...]] = {
    "vrp": (
        re.compile(rf"\s*(?P<mac>{_HYPHENED})\s+{_VLAN}/\S*\s+(?P<port>\S+)\s+(?P<kind>\w+)"),
        re.compile(
            rf"\s*(?P<mac>{_HYPHENED})\s+{_VLAN}\s+\S+\s+\S+\s+(?P<port>\S+)\s+(?P<kind>[a-z]+)\b"
        ),
        re.compile(
            rf"\s*(?P<mac>{_HYPHENED})\s+{_VLAN}\s+(?P<kind>[A-Z]\w+(?: \w+)?)\s+(?P<port>\S+)"
            r"\s+\S+"
        ),
    ),
    "comware": (
        re.compile(
            rf"\s*(?P<mac>{_HYPHENED})\s+{_VLAN}\s+(?P<kind>[A-Z]\w+(?: \w+)?)\s+(?P<port>\S+)"
        ),
    ),
    "ios": (
        re.compile(
            rf"[* ]*(?:[A-Z#] +)?{_VLAN}\s+(?P<mac>{_DOTTED})\s+(?P<kind>\w+)\s+(?:.*\s)?"
            r"(?P<port>\S+)"
        ),
        re.compile(rf"\s*(?P<mac>{_DOTTED})\s+(?P<kind>\w+)\s+{_VLAN}\s+(?P<port>\S+)"),
    ),
    "rgos": (re.compile(rf"\s*{_VLAN}\s+(?P<mac>{_DOTTED})\s+(?P<kind>\w+)\s+(?P<port>{_PORT})"),),
    "zxros": (
        re.compile(rf"\s*(?P<mac>{_DOTTED})\s+{_VLAN}\s+(?P<port>{_PORT})(?:\s+(?P<kind>\w+))?"),
    ),
}
_FIXED = ("static", "config static", "security", "sticky", "secure")
_NOWHERE = ("blackhole", "multiport", "drop", "filter")
_SELF = re.compile(r"(?i)cpu|router|switch|self|system|vl(?:an)?\d+")


def arp_rows(family: str, text: str) -> tuple[ArpRow, ...]:
    """The rows of an ARP table in the grammar of a family. `Unreadable` when a line names a
    sender, but not in a form that this family's devices use: rows would be missing in silence."""
    if family == "linux":
        return _once(row for told in _objects(text) for row in _neighbour(told))
    lines = _continued(text) if family == "zxros" else text.splitlines()
    return _once(row for each in _matched((_ARP[family],), lines) for row in _arp(family, each))


def fdb_rows(family: str, text: str) -> tuple[FdbRow, ...]:
    """The rows of a MAC address table; as `arp_rows`."""
    if family == "linux":
        return _once(row for told in _objects(text) for row in _forwarded(told))
    return _once(row for each in _matched(_FDB[family], text.splitlines()) for row in _fdb(each))


def _once(rows: Iterable[R]) -> tuple[R, ...]:
    """Members of a stack tell the same."""
    return tuple(dict.fromkeys(rows))


def _continued(text: str) -> Iterator[str]:
    """The lines, with what the name of a port goes on with in the next line."""
    held = ""
    for line in text.splitlines():
        rest, name = _REST.match(line), _FOURTH.match(held)
        if rest and name:
            held = f"{name[0]}{rest['rest']}{held[name.end() :]}"
        else:
            yield held
            held = line
    yield held


def _matched(
    patterns: tuple[re.Pattern[str], ...], lines: Iterable[str]
) -> Iterator[Mapping[str, str]]:
    """The parts of each line that is a row."""
    for line in map(str.rstrip, lines):
        found = next(filter(None, (pattern.match(line) for pattern in patterns)), None)
        if found is not None:
            yield found.groupdict("")
        elif any(map(mac_in, _SENDER.findall(line))):
            raise Unreadable(
                "设备应答中有一行认不出来，没有采用这张表。请核对设备的厂商档案。", line[:200]
            )


def _arp(family: str, told: Mapping[str, str]) -> list[ArpRow]:
    kind = told["kind"]
    if kind in _INVALID.get(family, ()):
        return []
    static = kind in _STATIC.get(family, ())
    return arp(ip_in(told["ip"]), mac_in(told["mac"]), port=told["port"], static=static)


def _fdb(told: Mapping[str, str]) -> list[FdbRow]:
    """A port written as a processor or a VLAN interface is the device itself."""
    kind, port = told["kind"].lower(), told["port"]
    own = _SELF.fullmatch(port) is not None
    if kind in _NOWHERE or "," in port or (port.startswith("-") and not own):
        return []
    vlan = int(told["vlan"]) if told["vlan"].isdecimal() else 0
    row = FdbRow(mac_in(told["mac"]), port=port, vlan=vlan, static=kind in _FIXED, own=own)
    return fdb(row._replace(static=row.static and not own))


def _objects(text: str) -> list[Mapping[str, Any]]:
    """`-j` of iproute2: a list of objects, nothing at all when there is none."""
    try:
        told = json.loads(text.strip() or "[]")
    except json.JSONDecodeError as error:
        raise Unreadable("设备的应答不是完整的 JSON，没有采用这张表。", str(error)) from error
    if not isinstance(told, list):
        raise Unreadable("设备的应答不是一张表，没有采用。", text[:200])
    return [each for each in told if isinstance(each, dict)]


def _neighbour(told: Mapping[str, Any]) -> list[ArpRow]:
    """ip-neighbour(8): what failed or is no neighbour (NOARP) is left out."""
    states = set(told.get("state", ()))
    if states & {"FAILED", "INCOMPLETE", "NOARP", "NONE"}:
        return []
    ip, mac = ip_in(str(told.get("dst", ""))), mac_in(str(told.get("lladdr", "")))
    return arp(ip, mac, port=str(told.get("dev", "")), static="PERMANENT" in states)


def _forwarded(told: Mapping[str, Any]) -> list[FdbRow]:
    """bridge(8): `permanent` is the port's own address, `static` one that a person set."""
    state = told.get("state", "")
    return fdb(
        FdbRow(
            mac_in(str(told.get("mac", ""))),
            port=str(told.get("ifname", "")),
            vlan=int(told.get("vlan", 0)),
            static=state == "static",
            own=state == "permanent",
        )
    )
