"""What the ports of a switch are, judged anew after each walk and kept (see `port_roles`)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.device import Device
from inventory.interface import Interface
from inventory.port_names import port_key
from inventory.port_rule import declared
from inventory.sighting import ENDS, FdbSighting, PortRole
from inventory.sighting_pace import forgetting
from netops.neighbours import Neighbour, Neighbourhood
from netops.port_roles import MOST, Evidence, Role, roles, suspects
from netops.router_groups import vouched
from netops.sighting_ports import Ports, ports_of

LINKED = ("router", "switch", "firewall")  # kinds of devices that links lead to
RADIO = "wireless"
_LAG = 161
_ALONE = 2  # MACs below which a port needs no second look at who is behind it
_HOUSED = timedelta(days=31)  # for which a port stays one where end devices have hung
_LATELY = timedelta(days=1)  # a link that was given up shows nobody any more
_SAVE = (
    update(PortRole)
    .where(PortRole.__table__.c.interface_id == bindparam("of"))
    .values({name: bindparam(f"put_{name}") for name in Role._fields})
)


@dataclass(frozen=True, slots=True)
class Watched:
    """Cards of the network devices we watch: MAC → (device id, its name, its kind); and the names
    of those that links lead to."""

    cards: Mapping[str, tuple[str, str, str]]
    names: frozenset[str]


def watched(session: Session) -> Watched:
    """Read once for a whole cycle."""
    query = select(Interface.mac, Device.id, Device.name, Device.kind).join(
        Device, Device.id == Interface.device_id
    )
    told = query.where(Interface.mac != "", Interface.gone_at.is_(None))
    living = Device.retired_at.is_(None), Device.kind.in_((*LINKED, RADIO))
    cards = {row[0]: (row[1], row[2], row[3]) for row in session.execute(told.where(*living))}
    named = select(Device.name).where(Device.retired_at.is_(None), Device.kind.in_(LINKED))
    return Watched(cards, frozenset(session.scalars(named)))


def judge_ports(
    session: Session,
    device: Device,
    at: datetime,
    around: Watched,
    told: Neighbourhood | None = None,
    most: int = MOST,
) -> int:
    """Judge the ports of one switch by what is open there now; `told`: its neighbours, when they
    were asked for. How many ports are another thing than before; their open sightings follow.
    For a session of `observe`, after `keep_fdb`."""
    before = {
        row.interface_id: Role(row.role, row.why, row.macs, row.quiet, row.forged)
        for row in session.execute(_roles(device.id))
    }
    evidence = _evidence(session, device, around, told or Neighbourhood(), before)
    evidence = _doubted(session, device, at, evidence)
    return _keep(session, device, at, before, roles(evidence, most))


def _roles(device_id: str) -> Any:
    row = PortRole
    return select(row.interface_id, row.role, row.why, row.macs, row.quiet, row.forged).where(
        row.device_id == device_id
    )


def _evidence(
    session: Session,
    device: Device,
    around: Watched,
    told: Neighbourhood,
    before: Mapping[int, Role],
) -> Evidence:
    ports = ports_of(session, device)
    living = Interface.device_id == device.id, Interface.gone_at.is_(None)
    types = dict(session.execute(select(Interface.id, Interface.type).where(*living)).all())
    shown = _shown(session, device.id)
    forwarding, radios = _plugged(told, ports, around)
    cards = _theirs(shown, device.id, around, (RADIO,))
    radios |= {port: cards[mac] for port, macs in shown.items() for mac in macs if mac in cards}
    return Evidence(
        types=types,
        macs=shown,
        monitored=_theirs(shown, device.id, around, LINKED),
        groups=vouched(session, device, frozenset[str]().union(*shown.values()), LINKED),
        settled=_settled(session, device.id, shown),
        neighbours=forwarding,
        radios=radios,
        bundles=_members(told, ports, types, session),
        declared=_declared(session, device.id, ports),
        before=before,
        patience=forgetting(session),
    )


def _doubted(session: Session, device: Device, at: datetime, evidence: Evidence) -> Evidence:
    """With what is known of ports whose cards may be forged; there hardly ever is one."""
    doubted = suspects(evidence)
    if not doubted:
        return evidence
    cards = frozenset[str]().union(*doubted.values())
    row = FdbSighting
    links = select(row.mac, row.interface_id).where(
        row.mac.in_(cards), row.device_id == device.id, row.edge.is_(False),
        or_(row.until.is_(None), row.until > at - _LATELY),
    )  # fmt: skip
    elsewhere: dict[str, set[int]] = defaultdict(set)
    for mac, port in session.execute(links):
        elsewhere[mac].add(port)
    return replace(
        evidence,
        housed=frozenset(port for port, some in doubted.items() if _lived(session, port, some)),
        elsewhere={mac: frozenset(ports) for mac, ports in elsewhere.items()},
    )


def _lived(session: Session, port: int, cards: Collection[str]) -> bool:
    """Did an end device hang there before the first of these cards was shown, and not long ago?"""
    row = FdbSighting
    here = row.interface_id == port
    first = session.scalar(select(func.min(row.since)).where(here, row.mac.in_(cards)))
    if first is None:
        return False
    lived = select(row.id).where(
        here, row.mac.not_in(cards), row.edge.is_(True), row.since < first,
        or_(row.until.is_(None), row.until > first - _HOUSED),
    )  # fmt: skip
    return session.scalar(lived.limit(1)) is not None


def _shown(session: Session, device_id: str) -> dict[int, frozenset[str]]:
    """What the last walk told at each port; what it missed for the first time counts as well."""
    query = select(FdbSighting.interface_id, FdbSighting.mac).where(
        FdbSighting.device_id == device_id, FdbSighting.until.is_(None)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for port, mac in session.execute(query):
        found[port].add(mac)
    return {port: frozenset(macs) for port, macs in found.items()}


def _theirs(
    shown: Mapping[int, frozenset[str]], device_id: str, around: Watched, kinds: Collection[str]
) -> dict[str, str]:
    """The cards of other devices of these kinds that are seen here, and whose they are."""
    known = {
        mac: around.cards[mac] for macs in shown.values() for mac in macs & around.cards.keys()
    }
    return {
        mac: name for mac, (of, name, kind) in known.items() if of != device_id and kind in kinds
    }


def _settled(
    session: Session, device_id: str, shown: Mapping[int, frozenset[str]]
) -> dict[str, str]:
    """MACs at crowded ports that have a port of their own at another switch, and that switch."""
    crowd = {mac for macs in shown.values() if len(macs) > _ALONE for mac in macs}
    query = (
        select(FdbSighting.mac, Device.name)
        .join(PortRole, PortRole.interface_id == FdbSighting.interface_id)
        .join(Device, Device.id == FdbSighting.device_id)
        .where(FdbSighting.until.is_(None), FdbSighting.device_id != device_id)
        .where(PortRole.role == "edge")
    )
    return {
        mac: name
        for batch in batches(sorted(crowd))
        for mac, name in session.execute(query.where(FdbSighting.mac.in_(batch)))
    }


def _plugged(
    told: Neighbourhood, ports: Ports, around: Watched
) -> tuple[dict[int, str], dict[int, str]]:
    """Neighbours that forward, or that we know to, and access points; by our number of the port."""
    forwarding: dict[int, str] = {}
    radios: dict[int, str] = {}
    for one in told.neighbours:
        port = _plugged_at(one, ports)
        if port is None:
            continue
        if one.radio:
            radios[port] = one.name
        elif one.forwards or one.chassis in around.cards or one.name in around.names:
            forwarding[port] = around.cards.get(one.chassis, ("", one.name, ""))[1]
    return forwarding, radios


def _plugged_at(one: Neighbour, ports: Ports) -> int | None:
    """By what the device calls its port. Its number there is an ifIndex only where it is called
    nothing: to take another port for a link would hide who hangs there."""
    if not one.ports:
        return ports.find(one.index, "")
    named = (ports.by_name.get(port_key(name)) for name in one.ports)
    return next(filter(None, named), None)


def _members(
    told: Neighbourhood, ports: Ports, types: Mapping[int, int], session: Session
) -> dict[int, str]:
    """Ports below a bundle. Other things lie upon ports, too: VLAN interfaces, for one."""
    pairs = ((ports.find(low, ""), ports.find(high, "")) for low, high in told.bundles)
    found = {low: high for low, high in pairs if low and high and types.get(high) == _LAG}
    named = select(Interface.id, Interface.name).where(Interface.id.in_(found.values()))
    names = dict(session.execute(named).all()) if found else {}
    return {low: names[high] for low, high in found.items()}


def _declared(session: Session, device_id: str, ports: Ports) -> dict[int, str]:
    rules = declared(session, device_id)
    return {ports.by_name[key]: one.kind for key, one in rules.items() if key in ports.by_name}


def _keep(
    session: Session,
    device: Device,
    at: datetime,
    before: Mapping[int, Role],
    now: Mapping[int, Role],
) -> int:
    gone = before.keys() - now.keys()
    if gone:
        session.execute(delete(PortRole).where(PortRole.interface_id.in_(gone)))
    new = [_row(device, port, role, at) for port, role in now.items() if port not in before]
    if new:
        session.execute(insert(PortRole), new)
    other = {port: role for port, role in now.items() if role != before.get(port)}
    turned = {p: r for p, r in other.items() if p not in before or before[p].role != r.role}
    changed = [_set(port, role) for port, role in other.items() if port in before]
    if changed:
        session.connection().execute(_SAVE, changed)
    for port, role in turned.items():
        _turn(session, port, role, at)
    return len(turned)


def _row(device: Device, port: int, role: Role, at: datetime) -> dict[str, Any]:
    named = {"interface_id": port, "device_id": device.id, "centre_id": device.centre_id}
    return named | role._asdict() | {"since": at}


def _set(port: int, role: Role) -> dict[str, Any]:
    return {"of": port} | {f"put_{name}": value for name, value in role._asdict().items()}


def _turn(session: Session, port: int, role: Role, at: datetime) -> None:
    """Open sightings at a port that turns out to be another thing are of that thing."""
    session.execute(update(PortRole).where(PortRole.interface_id == port).values(since=at))
    shown = FdbSighting.interface_id == port, FdbSighting.until.is_(None)
    session.execute(update(FdbSighting).where(*shown).values(edge=role.role in ENDS))
