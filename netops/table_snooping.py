"""What switches overheard of DHCP: who was lent which address, at which port. Pure.

HUAWEI-DHCP-SNOOPING-MIB (hwDhcpSnpBindTable), HH3C-DHCPSNOOP-MIB (hh3cDhcpSnoopTable) and
CISCO-DHCP-SNOOPING-MIB (cdsBindingsTable), by the words of the MIBs: there is no recording of a
device. What a person typed there is no lease and is left out.
"""

from collections.abc import Callable, Iterable, Mapping

from netops.cells import EMPTY, Rows, text
from netops.reading import Value
from netops.sighted import ArpRow
from netops.table_rows import arcs_of, arp, ip_of_arcs, mac_of, mac_of_arcs

_HUAWEI = "1.3.6.1.4.1.2011.5.25.112.1.14.1"
_H3C = "1.3.6.1.4.1.25506.2.36.1.2.1"
_CISCO = "1.3.6.1.4.1.9.9.380.1.4.1.1"
HUAWEI_MAC, HUAWEI_PORT, HUAWEI_KIND = f"{_HUAWEI}.11", f"{_HUAWEI}.6", f"{_HUAWEI}.13"
H3C_MAC, H3C_KIND = f"{_H3C}.3", f"{_H3C}.4"
CISCO_IP, CISCO_PORT = f"{_CISCO}.4", f"{_CISCO}.5"

# The first column is asked alone: where it is empty nothing is overheard.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "huawei": (HUAWEI_MAC, HUAWEI_PORT, HUAWEI_KIND),
    "h3c": (H3C_MAC, H3C_KIND),
    "cisco": (CISCO_IP, CISCO_PORT),
}
_HUAWEI_TYPED, _H3C_TYPED = 2, 1


def rows(way: str, columns: Rows) -> tuple[ArpRow, ...]:
    """The leases of a table read in a way of COLUMNS."""
    return tuple(dict.fromkeys(_DECODED[way](columns)))


def _huawei(columns: Rows) -> Iterable[ArpRow]:
    """Index: address, two VLANs, VRF, virtual switch; the port by its name."""
    ports, kinds = columns.get(HUAWEI_PORT, EMPTY), columns.get(HUAWEI_KIND, EMPTY)
    for suffix, value in columns.get(HUAWEI_MAC, EMPTY).items():
        arcs = arcs_of(suffix)
        if len(arcs) == 8 and kinds.get(suffix) != _HUAWEI_TYPED:
            port = text(ports.get(suffix, b""))
            yield from arp(ip_of_arcs(arcs[:4]), mac_of(value), port=port)


def _h3c(columns: Rows) -> Iterable[ArpRow]:
    """Index: type and length of the address, its octets. No port is told."""
    kinds = columns.get(H3C_KIND, EMPTY)
    for suffix, value in columns.get(H3C_MAC, EMPTY).items():
        arcs = arcs_of(suffix)
        if len(arcs) > 2 and arcs[1] == len(arcs) - 2 and kinds.get(suffix) != _H3C_TYPED:
            yield from arp(ip_of_arcs(arcs[2:]), mac_of(value))


def _cisco(columns: Rows) -> Iterable[ArpRow]:
    """Index: VLAN and MAC; the port by its ifIndex."""
    ports = columns.get(CISCO_PORT, EMPTY)
    for suffix, value in columns.get(CISCO_IP, EMPTY).items():
        arcs = arcs_of(suffix)
        if len(arcs) == 7 and isinstance(value, bytes):
            yield from arp(
                ip_of_arcs(tuple(value)), mac_of_arcs(arcs[1:]), _index(ports.get(suffix))
            )


def _index(value: Value | None) -> int:
    return value if isinstance(value, int) else 0


_DECODED: Mapping[str, Callable[[Rows], Iterable[ArpRow]]] = {
    "huawei": _huawei, "h3c": _h3c, "cisco": _cisco,
}  # fmt: skip
