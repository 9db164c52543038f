"""Which ports may be checked: those where everybody who is there has an entry, and nobody else's
way leads through. Judged by what is seen, and again just before anything is sent."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.address_alias import AddressAlias
from inventory.batches import batches
from inventory.binding import Binding
from inventory.device import Device
from inventory.interface import Interface
from inventory.port_names import is_bundle, port_key
from inventory.port_rule import KINDS, declared
from inventory.shanghai import SHANGHAI
from inventory.sighting import ArpSighting, FdbSighting, PortRole, TableWalk
from inventory.sighting_pace import lately
from netops.enforced import Entry
from netops.own_address import own_address

_UNREAD = "没有读完整过这台设备的 MAC 地址表，不知道端口上接着谁"
_STALE = "最近 {} 分钟没有读完整这台设备的 MAC 地址表，不知道端口上现在接着谁：请先“立即扫描”"
_ABSENT = timedelta(days=30)  # whoever was there within it is switched off rather than gone
_SHOWN = 3  # addresses named in a sentence


@dataclass(frozen=True, slots=True)
class Port:
    """What is known of one port: its role with the evidence, what people declared of it, and the
    MACs there, with the VLAN each was seen in (0: not told); `off` tells of those not there now
    and seen nowhere else since, when they were last seen."""

    name: str
    role: str = ""
    why: str = ""
    declared: str = ""
    macs: Mapping[str, frozenset[int]] = field(default_factory=dict)
    off: Mapping[str, datetime] = field(default_factory=dict)

    def told(self, mac: str) -> str:
        """A MAC of this port, with when it was last seen if it is not there now."""
        return _last(mac, self.off.get(mac))

    @property
    def link(self) -> bool:
        """Does it lead to other devices?"""
        return self.declared == "uplink" or (not self.declared and self.role in ("uplink", "lag"))


@dataclass(frozen=True)
class Scenery:
    """One device's ports by `port_key`; `unread`: why its forwarding table tells nothing of now,
    "" when it does; `addresses`: MAC → the IPv4 addresses it answers for, None, or answered for
    until when; `console` the MACs of this console."""

    ports: Mapping[str, Port]
    unread: str
    addresses: Mapping[str, Mapping[str, datetime | None]]
    console: frozenset[str]

    def refusal(self, port: str, entries: Collection[Entry]) -> str:
        """Why this port may not be checked with these entries, "" when it may."""
        if self.unread:
            return self.unread
        known = self.ports.get(port_key(port))
        if known is None:
            return "监测里没有这个端口，不知道上面接着谁"
        causes = (one(self, known, entries) for one in _RULES)
        return next((cause for cause in causes if cause), "")

    def closed(self, port: str) -> str:
        """Why not even an entry belongs at this port: it leads elsewhere, or was declared shut to
        bindings. "" for one of end devices, or of which nothing is known yet."""
        known = self.ports.get(port_key(port), Port(port))
        seen = known.role and known.role != "edge"
        cause = _role(self, known, ()) if seen or is_bundle(port) else ""
        return _declared(self, known, ()) or cause

    def links(self) -> list[str]:
        """Where answers of gateways come from; of a bundle its own name, not those of its ports."""
        found = [one for one in self.ports.values() if one.link]
        return sorted(one.name for one in found if one.role != "lag" or is_bundle(one.name))


def scenery(session: Session, device: Device, now: datetime | None = None) -> Scenery:
    """What is known now of one device's ports."""
    now = now or datetime.now(UTC)
    ports = _ports(session, device, now)
    macs = {mac for one in ports.values() for mac in one.macs}
    console = own_address(device.address)
    ours = select(ArpSighting.mac).where(ArpSighting.ip == console, ArpSighting.until.is_(None))
    return Scenery(
        ports, _unread(session, device, now), _addresses(session, macs, now),
        frozenset(session.scalars(ours)) if console else frozenset(),
    )  # fmt: skip


def _unread(session: Session, device: Device, now: datetime) -> str:
    walk = session.get(TableWalk, (device.id, "fdb"))
    if walk is None or walk.complete_at is None:
        return _UNREAD
    fresh = lately(session)  # a table told longer ago says nothing of who is there now
    minutes = round(fresh.total_seconds() / 60)
    return _STALE.format(minutes) if walk.complete_at < now - fresh else ""


def _ports(session: Session, device: Device, now: datetime) -> dict[str, Port]:
    standing = Interface.device_id == device.id, Interface.gone_at.is_(None)
    names = session.execute(select(Interface.id, Interface.name).where(*standing)).all()
    roles = session.scalars(select(PortRole).where(PortRole.device_id == device.id))
    role = {one.interface_id: (one.role, one.why) for one in roles}
    rules = {port: one.kind for port, one in declared(session, device.id).items()}
    there = _there(session, device, now)
    return {
        port_key(name): Port(
            name, *role.get(key, ("", "")), rules.get(port_key(name), ""),
            *there.get(key, ({}, {})),
        )
        for key, name in names
    }  # fmt: skip


_There = tuple[dict[str, frozenset[int]], dict[str, datetime]]


def _there(session: Session, device: Device, now: datetime) -> dict[int, _There]:
    """Those seen at each port now, and within _ABSENT unless they went elsewhere since."""
    query = select(
        FdbSighting.interface_id, FdbSighting.mac, FdbSighting.vlan, FdbSighting.until
    ).where(
        FdbSighting.device_id == device.id,
        or_(FdbSighting.until.is_(None), (FdbSighting.until > now - _ABSENT) & ~_elsewhere()),
    )
    found: dict[int, _There] = {}
    present: set[tuple[int, str]] = set()
    for port, mac, vlan, until in session.execute(query):
        macs, off = found.setdefault(port, ({}, {}))
        macs[mac] = macs.get(mac, frozenset()) | {vlan}
        if until is None:
            present.add((port, mac))
        else:
            off[mac] = max(until, off.get(mac, until))
    for port, mac in present:
        found[port][1].pop(mac, None)
    return found


def _elsewhere() -> ColumnElement[bool]:
    """Was the card seen at another port since: of end devices, or any other of this switch?"""
    other = aliased(FdbSighting)
    return exists().where(
        other.mac == FdbSighting.mac, other.interface_id != FdbSighting.interface_id,
        or_(other.edge, other.device_id == FdbSighting.device_id),
        or_(other.until.is_(None), other.until > FdbSighting.until),
    )  # fmt: skip


def _addresses(
    session: Session, macs: Iterable[str], now: datetime
) -> dict[str, dict[str, datetime | None]]:
    """What each card answers for, and did within _ABSENT unless another card has the address
    since; but for what is somebody else's: that is to be cut off."""
    found: dict[str, dict[str, datetime | None]] = {}
    for batch in batches(sorted(macs)):
        query = select(ArpSighting.mac, ArpSighting.ip, ArpSighting.until).where(
            ArpSighting.mac.in_(batch), ~_of_another(),
            or_(ArpSighting.until.is_(None), (ArpSighting.until > now - _ABSENT) & ~_passed_on()),
        )  # fmt: skip
        for mac, ip, until in session.execute(query.order_by(ArpSighting.until)):
            if ":" not in ip:
                mine = found.setdefault(mac, {})
                mine[ip] = None if until is None or mine.get(ip, until) is None else until
    return found


def _passed_on() -> ColumnElement[bool]:
    """Did another card answer for the address since?"""
    other = aliased(ArpSighting)
    same = other.ip == ArpSighting.ip, other.prefix_id == ArpSighting.prefix_id
    later = or_(other.until.is_(None), other.until > ArpSighting.until)
    return exists().where(*same, other.mac != ArpSighting.mac, later)


def _of_another() -> ColumnElement[bool]:
    """Is the address bound to another card, and this one not declared beside it?"""
    same = Binding.prefix_id == ArpSighting.prefix_id, Binding.ip == ArpSighting.ip
    force = Binding.state == "active", Binding.retired_at.is_(None)
    held = exists().where(*same, *force, Binding.mac != ArpSighting.mac)
    beside = exists().where(
        AddressAlias.prefix_id == ArpSighting.prefix_id, AddressAlias.ip == ArpSighting.ip,
        AddressAlias.mac == ArpSighting.mac, AddressAlias.retired_at.is_(None),
    )  # fmt: skip
    return held & ~beside


def _declared(_all: Scenery, port: Port, _entries: Collection[Entry]) -> str:
    if port.declared in ("uplink", "many", "never"):
        return f"已登记为“{KINDS[port.declared]}”"
    return ""


def _role(_all: Scenery, port: Port, _entries: Collection[Entry]) -> str:
    if is_bundle(port.name) or port.role == "lag":
        return f"是聚合口或它的成员（{port.why}）" if port.why else "是聚合口"
    if port.declared == "edge" or port.role == "edge":
        return ""
    told = {"uplink": "通向别的设备", "many": "接着多台机器"}.get(port.role, "还没有判明接着什么")
    return f"{told}（{port.why}）" if port.why else told


def _own_way(everything: Scenery, port: Port, _entries: Collection[Entry]) -> str:
    ours = everything.console & port.macs.keys()
    return "值守台自己接在这个端口上" if ours else ""


def _strangers(_all: Scenery, port: Port, entries: Collection[Entry]) -> str:
    """Pitfall: whoever is there without an entry is cut off, now or when switched on again."""
    strange = sorted(port.macs.keys() - {one.mac for one in entries})
    missing = [port.told(mac) for mac in strange]
    return f"端口上还有没有绑定的网卡：{_named(missing)}" if missing else ""


def _other_addresses(everything: Scenery, port: Port, entries: Collection[Entry]) -> str:
    """One card with several addresses is normal: each wants an entry."""
    bound = {(one.ip, one.mac) for one in entries}
    used = (
        (ip, mac, until)
        for mac in port.macs
        for ip, until in everything.addresses.get(mac, {}).items()
    )
    missing = sorted(_last(ip, until) for ip, mac, until in used if (ip, mac) not in bound)
    return f"端口上的网卡还在用没有绑定的地址：{_named(missing)}" if missing else ""


def _last(name: str, until: datetime | None) -> str:
    if until is None:
        return name
    return f"{name}（最后一次见到 {until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}，可能只是关机）"


def _named(items: Sequence[str]) -> str:
    more = f" 等 {len(items)} 个" if len(items) > _SHOWN else ""
    return "、".join(items[:_SHOWN]) + more


_RULES: tuple[Callable[[Scenery, Port, Collection[Entry]], str], ...] = (
    _declared, _role, _own_way, _strangers, _other_addresses,
)  # fmt: skip
