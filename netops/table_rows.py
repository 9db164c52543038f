"""One row of a neighbour table, believed only when it can be true: the first of all filters.

What devices send beside true rows: addresses of six zeros for requests nobody answered, groups,
seven octets with the type in front, VLANs that are numbers of something else.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from inventory import macs, text
from netops.reading import Value
from netops.sighted import ArpRow, FdbRow

LAST_VLAN = 4094  # IEEE 802.1Q


def mac_of(value: Value | None) -> str:
    """A cell as one sender's address in canonical form, or ""."""
    if isinstance(value, bytes) and len(value) == 6:
        return _single(value.hex(":"))
    return ""


def mac_in(word: str) -> str:
    """A word in any vendor's notation as one sender's address, or ""."""
    try:
        return _single(text.mac(word))
    except ValueError:
        return ""


def mac_of_arcs(arcs: tuple[int, ...]) -> str:
    """Six arcs of an index as one sender's address, or ""."""
    if len(arcs) != 6 or max(arcs) > 255:
        return ""
    return _single(bytes(arcs).hex(":"))


def _single(mac: str) -> str:
    return mac if macs.single(mac) else ""


def ip_of_arcs(arcs: tuple[int, ...]) -> str:
    """Four or sixteen arcs of an index as one host's address, or ""."""
    if len(arcs) not in (4, 16) or max(arcs) > 255:
        return ""
    if len(arcs) == 4:
        host = 0 < arcs[0] < 224 and arcs[0] != 127
        return ".".join(map(str, arcs)) if host else ""
    return _host(IPv6Address(bytes(arcs)))


def ip_in(word: str) -> str:
    """A word as one host's address in canonical form, or ""."""
    try:
        return _host(ip_address(word.partition("%")[0]))
    except ValueError:
        return ""


def _host(address: IPv4Address | IPv6Address) -> str:
    """Not of everybody, not of nobody, not of the device's own boards among themselves."""
    if address.version == 4:
        return ip_of_arcs(tuple(address.packed))
    unusual = address.is_multicast or address.is_loopback or address.is_unspecified
    return "" if unusual else str(address)


def arp(ip: str, mac: str, index: int = 0, port: str = "", *, static: bool = False) -> list[ArpRow]:
    """The row in a list, or none when an address is missing."""
    return [ArpRow(ip, mac, index, port, static)] if ip and mac else []


def fdb(row: FdbRow) -> list[FdbRow]:
    """The row in a list, or none when it names no sender, no port or no VLAN there can be."""
    placed = row.index > 0 or row.port or row.own
    return [row] if row.mac and placed and 0 <= row.vlan <= LAST_VLAN else []


def arcs_of(suffix: str) -> tuple[int, ...]:
    """The index of a cell as numbers; () when it is none."""
    return tuple(map(int, suffix.split("."))) if _INDEX.fullmatch(suffix) else ()


_INDEX = re.compile(r"\d{1,10}(?:\.\d{1,10})*")
