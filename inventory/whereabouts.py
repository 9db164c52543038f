"""Who had an address then, and at which port; where a network card is; what hangs at a switch.

All three ask the intervals of `sighting`. Tables are read every few minutes and entries age out of
them (ARP after twenty at Huawei and H3C), so what was told shortly before or after counts as well
(see `sighting_pace`), marked as not `exact`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.binding import Binding
from inventory.device import Device
from inventory.interface import Interface
from inventory.sighting import ArpSighting, FdbSighting, PortRole
from inventory.sighting_pace import lately

PORT_NEAR = timedelta(days=1)  # a silent host's MAC is forgotten in minutes; its cable stays
_MANY = 1_000_000  # more MACs than any port shows: of a port that has not been judged


@dataclass(frozen=True, slots=True)
class Place:
    """A port where a MAC was learned. `edge`: end devices hang there, no other switch; `macs` how
    many it shows now; `until` None while it is still told; `exact`: told at the moment asked."""

    device_id: str
    device: str
    interface_id: int
    port: str
    vlan: int
    edge: bool
    role: str
    macs: int
    since: datetime
    seen: datetime
    until: datetime | None
    exact: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Who the register says an address was given to at that time."""

    binding_id: str
    name: str
    mac: str
    device_id: str | None
    port: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A MAC that answered for an address, as the device `device` told, and the ports where that
    MAC was, the nearest first. `since` None: nobody told it; the register alone names `holder`."""

    ip: str
    mac: str
    since: datetime | None
    until: datetime | None
    exact: bool
    device_id: str
    device: str
    prefix_id: str | None
    places: tuple[Place, ...]
    holder: Holder | None


def who_had(session: Session, ip: str, at: datetime) -> list[Held]:
    """Who answered for `ip` (any notation) at `at`, the surest first; with the holder registered
    then. Where nobody was seen, the registered holders alone."""
    holders = _holders(session, ip, at)
    told: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(_answers(ip, at, lately(session))):
        told[row.ArpSighting.id].append(row)
    held = [_held(rows, at, holders) for rows in told.values()]
    held.sort(key=lambda one: (not one.exact, abs(at - (one.until or at)), one.mac))
    return held or [_only_registered(ip, holder) for holder in holders.values()]


def where_is(session: Session, mac: str, at: datetime | None = None) -> list[Place]:
    """The ports that show `mac` now, or showed it around `at`; the nearest first: where end devices
    hang and fewest are seen."""
    around = FdbSighting.until.is_(None) if at is None else _around(FdbSighting, at, PORT_NEAR)
    query = _with_ports(select(FdbSighting)).where(FdbSighting.mac == mac, around)
    return _places(session.execute(query), at)


def _answers(ip: str, at: datetime, near: timedelta) -> Any:
    """One statement: the intervals of the address, and beside them those of its MACs."""
    teller = aliased(Device)
    shown = and_(FdbSighting.mac == ArpSighting.mac, _around(FdbSighting, at, PORT_NEAR))
    query: Any = (
        select(ArpSighting, teller.name.label("teller"), FdbSighting)
        .outerjoin(teller, teller.id == ArpSighting.device_id)
        .outerjoin(FdbSighting, shown)
    )
    return _with_ports(query).where(ArpSighting.ip == ip, _around(ArpSighting, at, near))


def _with_ports(query: Any) -> Any:
    return (
        query.add_columns(Interface.name.label("port"), Device.name.label("switch"))
        .add_columns(PortRole.role, PortRole.macs)
        .outerjoin(Interface, Interface.id == FdbSighting.interface_id)
        .outerjoin(Device, Device.id == FdbSighting.device_id)
        .outerjoin(PortRole, PortRole.interface_id == FdbSighting.interface_id)
    )


def _around(
    cls: type[ArpSighting] | type[FdbSighting], at: datetime, near: timedelta
) -> ColumnElement[bool]:
    return and_(cls.since <= at + near, or_(cls.until.is_(None), cls.until >= at - near))


def _held(rows: Sequence[Row[Any]], at: datetime, holders: dict[str | None, Holder]) -> Held:
    arp: ArpSighting = rows[0].ArpSighting
    places = _places((row for row in rows if row.FdbSighting is not None), at)
    alone = next(iter(holders.values())) if arp.prefix_id is None and len(holders) == 1 else None
    return Held(
        ip=arp.ip, mac=arp.mac, since=arp.since, until=arp.until, exact=_covers(arp, at),
        device_id=arp.device_id, device=rows[0].teller or "", prefix_id=arp.prefix_id,
        places=tuple(places), holder=holders.get(arp.prefix_id, alone),
    )  # fmt: skip


def _place(row: Row[Any], at: datetime | None) -> Place:
    fdb: FdbSighting = row.FdbSighting
    return Place(
        device_id=fdb.device_id, device=row.switch or "", interface_id=fdb.interface_id,
        port=row.port or "", vlan=fdb.vlan, edge=fdb.edge, role=row.role or "",
        macs=_MANY if row.macs is None else row.macs, since=fdb.since, seen=fdb.seen,
        until=fdb.until, exact=at is None or _covers(fdb, at),
    )  # fmt: skip


def _covers(row: ArpSighting | FdbSighting, at: datetime) -> bool:
    return row.since <= at and (row.until is None or at <= row.until)


def _places(rows: Iterable[Row[Any]], at: datetime | None) -> list[Place]:
    """The nearest first; of the times at one port the one next to the moment asked."""
    found: dict[tuple[int, int], Place] = {}
    for row in rows:
        place = _place(row, at)
        key = place.interface_id, place.vlan
        known = found.get(key)
        if known is None or _distance(place, at) < _distance(known, at):
            found[key] = place
    return sorted(found.values(), key=lambda p: (not p.edge, not p.exact, p.macs, p.device, p.port))


def _distance(place: Place, at: datetime | None) -> timedelta:
    if at is None or place.exact:
        return timedelta()
    return place.since - at if at < place.since else at - (place.until or at)


def _holders(session: Session, ip: str, at: datetime) -> dict[str | None, Holder]:
    """By range: whom the address was given to, in force at that moment."""
    given = and_(Binding.since <= at, or_(Binding.until.is_(None), Binding.until > at))
    decided = Binding.state.in_(("active", "released"))
    query = select(Binding).where(Binding.ip == ip, decided, given).order_by(Binding.since)
    return {row.prefix_id: _holder(row) for row in session.scalars(query)}


def _holder(row: Binding) -> Holder:
    return Holder(row.id, row.holder, row.mac, row.device_id, row.port, row.since, row.until)


def _only_registered(ip: str, holder: Holder) -> Held:
    return Held(ip, holder.mac, None, None, False, "", "", None, (), holder)
