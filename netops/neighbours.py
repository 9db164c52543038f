"""Who is plugged in where, as devices tell each other: LLDP (IEEE 802.1AB), CDP, and which ports
are bundled (IEEE 802.3ad, ifStackTable of RFC 2863). Read by SNMP; decoding is pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from netops import cells
from netops.cells import EMPTY, Rows
from netops.reading import Target, Value
from netops.snmp import read

_LLDP = "1.0.8802.1.1.2.1.4.1.1"  # lldpRemTable: time mark, local port, number
_CHASSIS, _SYS_NAME, _CAPABLE = f"{_LLDP}.5", f"{_LLDP}.9", f"{_LLDP}.12"
_LOCAL = "1.0.8802.1.1.2.1.3.7.1"  # lldpLocPortTable: local port
_LOCAL_ID, _LOCAL_DESC = f"{_LOCAL}.3", f"{_LOCAL}.4"
_CDP = "1.3.6.1.4.1.9.9.23.1.2.1.1"  # cdpCacheTable: ifIndex, number
_CDP_ID, _CDP_CAPABLE = f"{_CDP}.6", f"{_CDP}.9"
_AGGREGATE = "1.2.840.10006.300.43.1.2.1.1.13"  # dot3adAggPortAttachedAggID: ifIndex
_STACK = "1.3.6.1.2.1.31.1.2.1.3"  # ifStackStatus: higher, lower
_COLUMNS = (
    _CHASSIS, _SYS_NAME, _CAPABLE, _LOCAL_ID, _LOCAL_DESC, _CDP_ID, _CDP_CAPABLE, _AGGREGATE,
    _STACK,
)  # fmt: skip
# LldpSystemCapabilitiesMap, first octet; CDP's capabilities, last octet.
_BRIDGE, _RADIO, _ROUTER, _TELEPHONE = 0x20, 0x10, 0x08, 0x04
_CDP_FORWARDS = 0x0F


class Neighbour(NamedTuple):
    """One that tells its name at a port: `index` may be its ifIndex, `ports` what else the port is
    called; `chassis` the MAC it goes by, "" when it goes by something else; `forwards`: it says it
    is a bridge or router and no telephone; `radio`: an access point."""

    index: int  # type: ignore[assignment]  # hides tuple.index
    ports: tuple[str, ...]
    name: str
    chassis: str = ""
    forwards: bool = False
    radio: bool = False


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Everything one device tells of its neighbours; `bundles`: ifIndex of a member → that of what
    lies above it, which need not be a bundle."""

    neighbours: tuple[Neighbour, ...] = ()
    bundles: tuple[tuple[int, int], ...] = ()


def neighbourhood(target: Target) -> Neighbourhood:
    """Ask a device. Raises a `DeviceError`."""
    return decoded(read(target, (), _COLUMNS))


def decoded(rows: Rows) -> Neighbourhood:
    """What the tables say; a device that lacks them has no neighbours."""
    return Neighbourhood((*_lldp(rows), *_cdp(rows)), tuple(sorted(set(_bundles(rows)))))


def _lldp(rows: Rows) -> Iterator[Neighbour]:
    names, capable = rows.get(_SYS_NAME, EMPTY), rows.get(_CAPABLE, EMPTY)
    for suffix, chassis in rows.get(_CHASSIS, EMPTY).items():
        parts = suffix.split(".")
        if len(parts) != 3:
            continue
        bits = _octet(capable.get(suffix, b""), 0)
        mac = cells.mac(chassis)
        yield Neighbour(
            int(parts[1]), _local(rows, parts[1]),
            cells.text(names.get(suffix, b"")) or mac or cells.text(chassis), mac,
            bool(bits & (_BRIDGE | _ROUTER)) and not bits & (_TELEPHONE | _RADIO),
            bool(bits & _RADIO),
        )  # fmt: skip


def _local(rows: Rows, number: str) -> tuple[str, ...]:
    """What the device calls its own port: its number there is not always its ifIndex."""
    told = (rows.get(column, EMPTY).get(number, b"") for column in (_LOCAL_ID, _LOCAL_DESC))
    return tuple(name for value in told if (name := cells.text(value)))


def _cdp(rows: Rows) -> Iterator[Neighbour]:
    capable = rows.get(_CDP_CAPABLE, EMPTY)
    for suffix, name in rows.get(_CDP_ID, EMPTY).items():
        bits = _octet(capable.get(suffix, b""), -1)
        index = suffix.partition(".")[0]
        yield Neighbour(int(index), (), cells.text(name), forwards=bool(bits & _CDP_FORWARDS))


def _bundles(rows: Rows) -> Iterator[tuple[int, int]]:
    for member, bundle in rows.get(_AGGREGATE, EMPTY).items():
        if bundle not in (0, member) and member.isdecimal():
            yield int(member), int(cells.number(bundle) or 0)
    for suffix in _active(rows.get(_STACK, EMPTY)):
        higher, _, lower = suffix.partition(".")
        if higher != "0" and lower.isdecimal() and lower != "0":
            yield int(lower), int(higher)


def _active(stack: Mapping[str, Value]) -> Iterator[str]:
    return (suffix for suffix, status in stack.items() if status == 1)


def _octet(value: Value, place: int) -> int:
    return value[place] if isinstance(value, bytes) and value else 0
