"""The register of addresses and what was seen, as frozen values: bare columns, a few statements."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.address_alias import AddressAlias
from inventory.address_homes import Home, Homes
from inventory.address_ranges import set_aside
from inventory.binding import Binding
from inventory.centre import CENTRE_TIERS, Centre
from inventory.device import Device
from inventory.interface import Interface
from inventory.macs import single, virtual
from inventory.message import Message
from inventory.port_names import port_key
from inventory.prefix import Prefix
from inventory.sighting import ArpSighting, FdbSighting, PortRole, TableWalk
from inventory.sighting_pace import lasting, lately
from inventory.text import ip as canonical_ip
from inventory.text import mac as canonical_mac
from netops.reconcile_facts import Answer, Book, Bound, Key, Place, Range, Seen

SAID = timedelta(minutes=15)  # what a device said of a conflict counts as long as an ARP entry
MOST_SAID = 2000  # of these messages in one turn, the newest: a storm says the same again and again
_JUDGED = ("enforce", "watch")


def load(session: Session, now: datetime) -> tuple[Book, Seen]:
    """Everything in sight that is to be held against each other at `now`."""
    cards = _cards(session)
    fixed, unsure = _devices(session, cards)
    book = Book(
        ranges=_ranges(session, cards),
        bindings=tuple(_bindings(session)),
        others=_others(session, fixed),
        own=frozenset().union(*cards.values()),
        vlans=_vlans(session),
    )
    answers = [*_answers(session, now), *_said(session, now)]
    told = [one._replace(prefix="") if (one.prefix, one.ip) in unsure else one for one in answers]
    return book, Seen(told, tuple(_places(session, now)), _learned(session), _read(session, now))


def _cards(session: Session) -> Mapping[str, frozenset[str]]:
    """The network cards of each monitored device."""
    query = select(Interface.device_id, Interface.mac).where(Interface.mac != "")
    alive = query.join(Device, Device.id == Interface.device_id).where(Device.retired_at.is_(None))
    found: dict[str, set[str]] = defaultdict(set)
    for device, mac in session.execute(alive):
        found[device].add(mac)
    return {device: frozenset(macs) for device, macs in found.items()}


def _ranges(session: Session, cards: Mapping[str, frozenset[str]]) -> Mapping[str, Range]:
    columns = (
        Prefix.id, Prefix.mode, Prefix.gateway, Prefix.gateway_device_id, Centre.path,
        Prefix.reserved, Prefix.cidr,
    )  # fmt: skip
    query = select(*columns).join(Centre, Centre.id == Prefix.centre_id)
    query = query.where(Prefix.retired_at.is_(None), Prefix.mode.in_(_JUDGED))
    groups = frozenset(mac for macs in cards.values() for mac in macs if virtual(mac))
    told = _groups_told(session)
    return {
        prefix: Range(
            prefix, mode, gateway or "",
            cards[device] | groups | told.get(prefix, frozenset())
            if device and device in cards else frozenset(),
            path, set_aside(reserved or "", ip_network(cidr)),
        )
        for prefix, mode, gateway, device, path, reserved, cidr in session.execute(query)
    }  # fmt: skip


def _groups_told(session: Session) -> Mapping[str, frozenset[str]]:
    """The card of a router group (VRRP, HSRP) that the gateway's own table tells for its address.
    A dynamic row whose card hangs at a port for end devices is somebody who made it up."""
    row, place = ArpSighting, FdbSighting
    hanging = select(place.mac).where(
        place.mac == row.mac, place.until.is_(None), place.edge.is_(True)
    )  # fmt: skip
    query = (
        select(Prefix.id, row.mac)
        .join(Prefix, (Prefix.gateway_device_id == row.device_id) & (Prefix.gateway == row.ip))
        .where(row.until.is_(None), row.origin == "arp", row.prefix_id == Prefix.id)
        .where(or_(row.static.is_(True), ~hanging.exists()))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for prefix, mac in session.execute(query):
        if virtual(mac):
            found[prefix].add(mac)
    return {prefix: frozenset(macs) for prefix, macs in found.items()}


def _bindings(session: Session) -> Iterator[Bound]:
    columns = (
        Binding.id, Binding.prefix_id, Binding.ip, Binding.mac, Binding.equipment_id,
        Binding.device_id, Binding.port, Centre.path,
    )  # fmt: skip
    query = select(*columns).join(Centre, Centre.id == Binding.centre_id)
    query = query.where(Binding.state == "active", Binding.retired_at.is_(None))
    ports = _ports(session)
    for key, prefix, ip, mac, asset, device, port, path in session.execute(query):
        number = ports.get((device, port_key(port)), 0) if device and port else 0
        yield Bound(key, prefix, ip, mac, asset or "", device or "", number, path)


def _ports(session: Session) -> Mapping[tuple[str, str], int]:
    """Our number of a port by either of its names; only of switches that bindings name."""
    named = select(Binding.device_id).where(Binding.device_id.is_not(None), Binding.port != "")
    columns = Interface.device_id, Interface.id, Interface.name, Interface.descr
    query = select(*columns).where(Interface.device_id.in_(named), Interface.gone_at.is_(None))
    found: dict[tuple[str, str], int] = {}
    for device, number, name, descr in session.execute(query):
        found.setdefault((device, port_key(descr)), number)
        found[device, port_key(name)] = number
    return found


def _devices(
    session: Session, cards: Mapping[str, frozenset[str]]
) -> tuple[Mapping[Key, frozenset[str]], set[Key]]:
    """Addresses of monitored devices are given to them: who may answer there, and those where that
    is not known, because the device does not tell its cards."""
    homes: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    query = select(Prefix.id, Prefix.centre_id, Prefix.cidr).where(Prefix.retired_at.is_(None))
    for prefix, centre, cidr in session.execute(query):
        homes[centre].append((-ip_network(cidr).prefixlen, prefix, cidr))
    known: dict[Key, frozenset[str]] = {}
    unsure: set[Key] = set()
    devices = select(Device.id, Device.centre_id, Device.address)
    for device, centre, address in session.execute(devices.where(Device.retired_at.is_(None))):
        prefix = _holding(address, homes.get(centre, ()))
        if prefix and device in cards:
            known[prefix, address] = cards[device]
        elif prefix:
            unsure.add((prefix, address))
    return known, unsure


def _holding(address: str, ranges: Iterable[tuple[int, str, str]]) -> str:
    asked = ip_address(address)
    return next((prefix for _, prefix, cidr in sorted(ranges) if asked in ip_network(cidr)), "")


def _others(session: Session, fixed: Mapping[Key, frozenset[str]]) -> Mapping[Key, frozenset[str]]:
    found = dict(fixed)
    query = select(AddressAlias.prefix_id, AddressAlias.ip, AddressAlias.mac)
    for prefix, ip, mac in session.execute(query.where(AddressAlias.retired_at.is_(None))):
        found[prefix, ip] = found.get((prefix, ip), frozenset()) | {mac}
    return found


def _vlans(session: Session) -> Mapping[tuple[str, int], str]:
    """VLAN numbers mean something within one centre, its towns and departments included where they
    have no such VLAN themselves; and only where one range has it."""
    query = select(Prefix.centre_id, Prefix.vlan, Prefix.id)
    query = query.where(Prefix.retired_at.is_(None), Prefix.vlan.is_not(None))
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for unit, vlan, prefix in session.execute(query):
        if vlan:
            found[unit][vlan] = "" if vlan in found[unit] else prefix
    units = session.execute(select(Centre.id, Centre.tier, Centre.parent_id).order_by(Centre.path))
    for unit, tier, above in units.all():  # from the top down
        if tier not in CENTRE_TIERS:
            found[unit] = found[above or ""] | found[unit]
    return {(unit, vlan): one for unit, own in found.items() for vlan, one in own.items() if one}


def _answers(session: Session, now: datetime) -> Iterator[Answer]:
    """A static entry is what somebody configured, not who answers. An address that changes hands
    and back within a while is a conflict."""
    row = ArpSighting
    columns = row.prefix_id, row.ip, row.mac, row.device_id, row.since, row.until
    query = select(*columns).where(
        row.origin == "arp", row.static.is_(False),
        or_(row.until.is_(None), row.until > now - lately(session)),
    )  # fmt: skip
    for prefix, ip, mac, device, since, until in session.execute(query):
        yield Answer(prefix or "", ip, mac, device, since, until)


def _said(session: Session, now: datetime) -> Iterator[Answer]:
    """A device that tells of a conflict has seen both cards."""
    query = select(Message.device_id, Message.at, Message.facts)
    query = query.where(Message.kind == "arp_conflict", Message.at > now - SAID)
    newest = session.execute(query.order_by(Message.at.desc()).limit(MOST_SAID)).all()
    first: dict[tuple[str, str, str], datetime] = {}
    for device, at, facts in reversed(newest):
        ip = ip_of(facts.get("ip", ""))
        for mac in filter(None, (card(facts.get(name, "")) for name in ("mac", "other"))):
            if ip:
                first.setdefault((device, ip, mac), at)
    homes = _homes(session, {device for device, _ip, _mac in first})
    for (device, ip, mac), at in first.items():
        prefix = homes[device].of(ip) if device in homes else None
        yield Answer(prefix or "", ip, mac, device, at, said=True)


def _homes(session: Session, devices: set[str]) -> Mapping[str, Home]:
    """The ranges as each of these devices sees them."""
    if not devices:
        return {}
    homes = Homes(session)
    query = select(Device).where(Device.id.in_(devices))
    return {one.id: homes.seen_from(one) for one in session.scalars(query)}


def _canonical(read: Callable[[str], str], text: str) -> str:
    """What a device wrote, as we write it; "" for what is none."""
    try:
        return read(text)
    except ValueError:
        return ""


def ip_of(text: str) -> str:
    return _canonical(canonical_ip, text)


def card(text: str) -> str:
    """arpwatch leaves out zeros: 0:50:56:1:2:3."""
    padded = ":".join(part.zfill(2) for part in text.split(":"))
    mac = _canonical(canonical_mac, padded)
    return mac if mac and single(mac) else ""


def _places(session: Session, now: datetime) -> Iterator[Place]:
    """Where a card is now, by the last completed walk of its switch."""
    row = FdbSighting
    columns = (
        row.mac, row.device_id, row.interface_id, row.vlan, row.centre_id, row.since, row.static,
        PortRole.role,
    )  # fmt: skip
    query = select(*columns).outerjoin(PortRole, PortRole.interface_id == row.interface_id)
    query = query.where(row.until.is_(None), row.misses == 0, row.edge.is_(True))
    settled = now - lasting(session)
    for mac, device, port, vlan, centre, since, static, role in session.execute(query):
        long = since <= settled
        yield Place(mac, device, port, vlan, centre, since, static, role == "many", long)


def _read(session: Session, now: datetime) -> frozenset[str]:
    """Switches whose forwarding table was lately read whole; of any other nobody knows who left."""
    walk = TableWalk
    query = select(walk.device_id).where(
        walk.origin == "fdb", walk.complete_at > now - lately(session)
    )
    return frozenset(session.scalars(query))


def _learned(session: Session) -> frozenset[str]:
    query = select(FdbSighting.mac).where(FdbSighting.until.is_(None)).distinct()
    return frozenset(session.scalars(query))
