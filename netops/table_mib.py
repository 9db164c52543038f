"""The neighbour tables of the standard MIBs, decoded: which index says what. Pure.

RFC 4293 (ipNetToMediaTable, ipNetToPhysicalTable), RFC 4188 (dot1dTpFdbTable), RFC 4363
(dot1qTpFdbTable), HUAWEI-L2MAM-MIB (hwDynFdbTable).
"""

from collections.abc import Iterable, Mapping

from netops.cells import EMPTY, Rows
from netops.reading import Value
from netops.sighted import ArpRow, FdbRow
from netops.table_rows import LAST_VLAN, arcs_of, arp, fdb, ip_of_arcs, mac_of, mac_of_arcs

MEDIA_MAC, MEDIA_TYPE = "1.3.6.1.2.1.4.22.1.2", "1.3.6.1.2.1.4.22.1.4"
PHYSICAL_MAC, PHYSICAL_TYPE = "1.3.6.1.2.1.4.35.1.4", "1.3.6.1.2.1.4.35.1.6"
PHYSICAL_STATE = "1.3.6.1.2.1.4.35.1.7"
BASE_PORT = "1.3.6.1.2.1.17.1.4.1.2"  # dot1dBasePortIfIndex
FLAT_PORT, FLAT_STATUS = "1.3.6.1.2.1.17.4.3.1.2", "1.3.6.1.2.1.17.4.3.1.3"
VLAN_PORT, VLAN_STATUS = "1.3.6.1.2.1.17.7.1.2.2.1.2", "1.3.6.1.2.1.17.7.1.2.2.1.3"
VLAN_FDB = "1.3.6.1.2.1.17.7.1.4.2.1.3"  # dot1qVlanFdbId
HUAWEI_PORT = "1.3.6.1.4.1.2011.5.25.42.2.1.3.1.4"  # hwDynFdbPort, an ifIndex

ARP = (MEDIA_MAC, MEDIA_TYPE, PHYSICAL_MAC, PHYSICAL_TYPE, PHYSICAL_STATE)
FLAT = (BASE_PORT, FLAT_PORT, FLAT_STATUS)
VLANS = (BASE_PORT, VLAN_FDB, VLAN_PORT, VLAN_STATUS)

_INVALID, _STATIC = 2, 4  # both type columns
_DEAD = (5, 7)  # invalid, incomplete (ipNetToPhysicalState)
_GONE, _OWN, _MANAGED = 2, 4, 5  # both status columns
_FORMS = {1: 4, 2: 16, 3: 8, 4: 20}  # InetAddressType → octets; the last two with a zone of four


def arp_rows(rows: Rows) -> tuple[ArpRow, ...]:
    """Both tables as one. Invalid and incomplete entries are left out, static ones marked; what
    both tell stands once."""
    found: dict[tuple[str, str, int], ArpRow] = {}
    for row in (*_media(rows), *_physical(rows)):
        known = found.get(row[:3])
        found[row[:3]] = row if known is None or row.static else known
    return tuple(found.values())


def _media(rows: Rows) -> Iterable[ArpRow]:
    types = rows.get(MEDIA_TYPE, EMPTY)
    for suffix, value in rows.get(MEDIA_MAC, EMPTY).items():
        arcs, kind = arcs_of(suffix), types.get(suffix)
        if len(arcs) == 5 and kind != _INVALID:
            yield from arp(ip_of_arcs(arcs[1:]), mac_of(value), arcs[0], static=kind == _STATIC)


def _physical(rows: Rows) -> Iterable[ArpRow]:
    types, states = rows.get(PHYSICAL_TYPE, EMPTY), rows.get(PHYSICAL_STATE, EMPTY)
    for suffix, value in rows.get(PHYSICAL_MAC, EMPTY).items():
        kind = types.get(suffix)
        if kind != _INVALID and states.get(suffix) not in _DEAD:
            index, ip = _neighbour(arcs_of(suffix))
            yield from arp(ip, mac_of(value), index, static=kind == _STATIC)


def _neighbour(arcs: tuple[int, ...]) -> tuple[int, str]:
    """ifIndex and address of ipNetToPhysicalTable's index: ifIndex, type, length, octets."""
    if len(arcs) < 4 or arcs[2] != len(arcs) - 3 or _FORMS.get(arcs[1]) != arcs[2]:
        return 0, ""
    return arcs[0], ip_of_arcs(arcs[3 : 3 + (4 if arcs[1] in (1, 3) else 16)])


def ports(rows: Rows) -> Mapping[int, int]:
    """Bridge port → ifIndex; they are not the same number."""
    cells = rows.get(BASE_PORT, EMPTY).items()
    return {arcs[0]: index for suffix, value in cells
            if len(arcs := arcs_of(suffix)) == 1 and (index := _number(value)) > 0}  # fmt: skip


def vlans(rows: Rows) -> Mapping[int, int]:
    """Forwarding database → VLAN, 0 where several VLANs share one; agents leave out the time mark
    in front, and VLANs."""
    told = {arcs[-1]: _number(value) for suffix, value in rows.get(VLAN_FDB, EMPTY).items()
            if 0 < len(arcs := arcs_of(suffix)) <= 2 and 0 < arcs[-1] <= LAST_VLAN}  # fmt: skip
    found: dict[int, int] = {}
    for vlan, database in told.items():
        found[database] = 0 if database in found else vlan
    return found


def by_vlan(rows: Rows) -> tuple[FdbRow, ...]:
    """dot1qTpFdbTable. A database nobody names is the VLAN of its number, as RFC 4363 suggests,
    unless that VLAN has another one."""
    known, placed = vlans(rows), ports(rows)
    elsewhere = set(known.values())
    found: list[FdbRow] = []
    for suffix, value in rows.get(VLAN_PORT, EMPTY).items():
        arcs = arcs_of(suffix)
        if len(arcs) == 7:
            guess = 0 if arcs[0] in elsewhere or arcs[0] > LAST_VLAN else arcs[0]
            vlan = known.get(arcs[0], guess)
            status = rows.get(VLAN_STATUS, EMPTY).get(suffix)
            found += _entry(arcs[1:], placed.get(_number(value), 0), vlan, status)
    return tuple(found)


def flat(rows: Rows, vlan: int = 0) -> tuple[FdbRow, ...]:
    """dot1dTpFdbTable, which knows no VLANs; `vlan` the one it was asked for."""
    placed, statuses = ports(rows), rows.get(FLAT_STATUS, EMPTY)
    found: list[FdbRow] = []
    for suffix, value in rows.get(FLAT_PORT, EMPTY).items():
        index = placed.get(_number(value), 0)
        found += _entry(arcs_of(suffix), index, vlan, statuses.get(suffix))
    return tuple(found)


def huawei(rows: Rows) -> tuple[FdbRow, ...]:
    """hwDynFdbTable: MAC, VLAN, name of the virtual switch (length first); values are ifIndexes."""
    found: list[FdbRow] = []
    for suffix, value in rows.get(HUAWEI_PORT, EMPTY).items():
        arcs = arcs_of(suffix)
        if len(arcs) > 7 and arcs[7] == len(arcs) - 8:
            found += fdb(FdbRow(mac_of_arcs(arcs[:6]), _number(value), vlan=arcs[6]))
    return tuple(found)


def joined(precise: Iterable[FdbRow], plain: Iterable[FdbRow]) -> tuple[FdbRow, ...]:
    """Two tables of one bridge: of the one without VLANs, what the other does not have."""
    first = tuple(precise)
    known = {(row.mac, row.index) for row in first}
    return (*first, *(row for row in plain if (row.mac, row.index) not in known))


def _entry(arcs: tuple[int, ...], index: int, vlan: int, status: Value | None) -> list[FdbRow]:
    if status == _GONE:
        return []
    own, static = status == _OWN, status == _MANAGED
    return fdb(FdbRow(mac_of_arcs(arcs), index, vlan=vlan, static=static, own=own))


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0
