"""Walks of ARP and forwarding tables become intervals: opened by the first walk that tells a row,
closed by a complete one that does not (idea: NAV's ipdevpoll, whose rows end the same way)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import macs
from inventory.address_homes import Homes
from inventory.device import Device
from inventory.sighting import ENDS, ArpSighting, FdbSighting, PortRole
from netops.sighted import ArpRow, FdbRow, TableRead
from netops.sighting_ports import Ports, ports_of
from netops.sighting_walk import Kept, Walk, begin

MISSES = 3  # complete walks without a MAC: forwarding tables forget who is silent for a while
_UNNAMED = "设备重新启动过或刚登记，端口名称还没有读到；等名称读到后再采集"


def keep_arp(
    session: Session,
    device: Device,
    read: TableRead,
    at: datetime,
    *,
    booted: datetime | None = None,
    homes: Homes | None = None,
) -> Kept:
    """Keep one reading of a device's ARP table or leases, begun `at`; what a complete one no longer
    tells has ended. `booted`: when the device says it started; `homes` spares reading all ranges
    for each device. For a session of `observe`."""
    walk = begin(session, device, read, at)
    if walk is None:
        return Kept()
    ports = ports_of(session, device, booted)
    told = _told_arp(read, ports)
    home = (homes or Homes(session)).seen_from(device)
    known = _open_arp(session, device.id, read.table)
    for (ip, mac), (port, static) in told.items():
        prefix = home.of(ip, ports.vlans.get(port or 0, 0))
        facts = {"interface_id": port, "prefix_id": prefix, "static": static}
        _told_again(walk, known.pop((ip, mac), None), facts, ip=ip, mac=mac)
    if read.complete:
        for row in known.values():
            walk.end(row)
    return walk.write(ArpSighting, len(told))


def _told_arp(read: TableRead, ports: Ports) -> dict[tuple[str, str], tuple[int | None, bool]]:
    """By address and MAC; of several interfaces that tell the same the first counts."""
    told: dict[tuple[str, str], tuple[int | None, bool]] = {}
    for row in cast("tuple[ArpRow, ...]", read.rows):
        if macs.single(row.mac):
            told.setdefault((row.ip, row.mac), (ports.find(row.index, row.port), row.static))
    return told


def _open_arp(session: Session, device_id: str, origin: str) -> dict[tuple[str, str], Any]:
    row = ArpSighting
    query = select(
        row.id, row.ip, row.mac, row.interface_id, row.prefix_id, row.static, row.since, row.seen
    ).where(row.device_id == device_id, row.origin == origin, row.until.is_(None))
    return {(each.ip, each.mac): each for each in session.execute(query)}


def _told_again(walk: Walk, row: Any, facts: dict[str, Any], ip: str, mac: str) -> None:
    """An open row goes on; at another interface it is another one. An interface that cannot be
    named for the moment has not changed."""
    port = facts["interface_id"]
    if row is not None and port and row.interface_id and port != row.interface_id:
        walk.end(row)
        row = None
    if row is None:
        walk.open(ip=ip, mac=mac, origin=walk.read.table, **facts)
        return
    if not port:
        known = facts["prefix_id"] or row.prefix_id
        facts |= {"interface_id": row.interface_id, "prefix_id": known}
    if not walk.spared(row) or any(getattr(row, name) != new for name, new in facts.items()):
        walk.change(row, seen=walk.at, **facts)


def keep_fdb(
    session: Session,
    device: Device,
    read: TableRead,
    at: datetime,
    *,
    booted: datetime | None = None,
) -> Kept:
    """Keep one reading of a switch's forwarding table, begun `at`. A MAC that is told at another
    port has left the first at once; one that is told nowhere, after three complete readings.
    `booted`: when the device says it started. For a session of `observe`."""
    walk = begin(session, device, read, at)
    if walk is None:
        return Kept()
    ports = ports_of(session, device, booted)
    rows = [row for row in cast("tuple[FdbRow, ...]", read.rows) if _host(row)]
    if not ports.trusted and any(row.index for row in rows):
        return walk.leave(_UNNAMED)
    told, strange = _told_fdb(rows, ports, at)
    _compare(walk, told, _open_fdb(session, device.id))
    why = f"有 {strange} 条记录的端口还不认识，等端口名称更新" if strange else ""
    return walk.write(FdbSighting, len(told), why)


def _host(row: FdbRow) -> bool:
    """Neither the switch itself nor what nobody can be, at a port that is told."""
    return not row.own and macs.single(row.mac) and bool(row.index or row.port)


_Place = tuple[str, int, int]  # MAC, VLAN, our number of the port


def _told_fdb(rows: list[FdbRow], ports: Ports, at: datetime) -> tuple[dict[_Place, bool], int]:
    """Place → learned or configured; and how many rows name a port we do not know."""
    told: dict[_Place, bool] = {}
    for row in rows:
        port = ports.found_or_made(row.index, row.port, at)
        if port is not None:
            told[row.mac, row.vlan, port] = row.static
    strange = sum(ports.find(row.index, row.port) is None for row in rows)
    return told, strange


def _open_fdb(session: Session, device_id: str) -> dict[_Place, Any]:
    row = FdbSighting
    query = select(
        row.id, row.mac, row.vlan, row.interface_id, row.static, row.misses, row.since, row.seen
    ).where(row.device_id == device_id, row.until.is_(None))
    return {(one.mac, one.vlan, one.interface_id): one for one in session.execute(query)}


def _compare(walk: Walk, told: Mapping[_Place, bool], known: Mapping[_Place, Any]) -> None:
    edge = _edges(walk.session, walk.device.id)
    for place, static in told.items():
        row = known.get(place)
        if row is None:
            mac, vlan, port = place
            walk.open(
                mac=mac, vlan=vlan, interface_id=port, static=static, misses=0, edge=edge[port]
            )
        elif row.misses or row.static != static or not walk.spared(row):
            walk.change(row, seen=walk.at, misses=0, static=static)
    here = {(mac, vlan) for mac, vlan, _ in told}
    for place, row in known.items():
        if place not in told:
            _missed(walk, row, moved=place[:2] in here)


def _missed(walk: Walk, row: Any, *, moved: bool) -> None:
    if moved or (walk.read.complete and row.misses + 1 >= MISSES):
        walk.end(row)
    elif walk.read.complete:
        walk.change(row, seen=walk.last_told(row), misses=row.misses + 1, static=row.static)


def _edges(session: Session, device_id: str) -> Mapping[int, bool]:
    """Whether end devices hang at a port; until it was judged they do."""
    query = select(PortRole.interface_id, PortRole.role).where(PortRole.device_id == device_id)
    edges: dict[int, bool] = defaultdict(lambda: True)
    edges.update({port: role in ENDS for port, role in session.execute(query)})
    return edges
