"""What the register wants a device to bind, and what the device binds already."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from inventory.address_alias import AddressAlias
from inventory.batches import batches
from inventory.binding import Binding
from inventory.device import Device
from inventory.device_binding import DeviceBinding
from inventory.interface import Interface
from inventory.port_names import port_key
from inventory.prefix import Prefix
from inventory.sighting import FdbSighting
from netops.enforced import Entry
from netops.profile import Profile

_Held = tuple[Binding, Prefix]


@dataclass(frozen=True, slots=True)
class Want:
    """One binding as an entry of this device. `told` says where its port is known from, where the
    register leaves it open; `why` is why it cannot be bound here, "" when it can."""

    binding_id: str
    prefix_id: str
    entry: Entry
    told: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a MAC is seen at this device: at a port for end devices."""

    port: str
    vlan: int | None


def wants(session: Session, device: Device, profile: Profile) -> list[Want]:
    """Bindings in force of ranges that are enforced, which this device has to hold."""
    if not profile.binding.known:
        return []
    return Wanted(session, [device.id]).of(device.id, profile)


class Wanted:
    """The same of many devices (a few hundred at most), read in a few statements."""

    def __init__(self, session: Session, devices: Sequence[str]) -> None:
        self._spots = _spots(session, devices)
        self._gates: dict[str, list[_Held]] = defaultdict(list)
        self._named: dict[str, list[_Held]] = defaultdict(list)
        self._loose: dict[str, list[_Held]] = defaultdict(list)  # by MAC: bound at no device
        here = Prefix.gateway_device_id.in_(devices), Binding.device_id.in_(devices)
        seen = Binding.device_id.is_(None) & Binding.mac.in_(_macs(devices))
        for one, prefix in session.execute(_in_force().where(or_(*here, seen))):
            self._gates[prefix.gateway_device_id or ""].append((one, prefix))
            if one.device_id is None:
                self._loose[one.mac].append((one, prefix))
            else:
                self._named[one.device_id].append((one, prefix))

    def of(self, device: str, profile: Profile) -> list[Want]:
        """What one of them has to hold, by address."""
        if profile.binding.at == "gateway":
            return [_anywhere(one, prefix) for one, prefix in self._gates[device]]
        spots = self._spots.get(device, {})
        held = [*self._named[device], *(one for mac in spots for one in self._loose.get(mac, ()))]
        held.sort(key=lambda pair: pair[0].ip)
        return [_at_port(one, prefix, spots) for one, prefix in held]


def entries_of(session: Session, device_id: str) -> list[Entry]:
    """What its configuration binds, as it was read last."""
    return entries_of_all(session, [device_id]).get(device_id, [])


def entries_of_all(session: Session, devices: Sequence[str]) -> dict[str, list[Entry]]:
    """The same of many devices."""
    row = DeviceBinding
    query = select(row.device_id, row.ip, row.mac, row.port, row.vlan, row.line)
    found: dict[str, list[Entry]] = defaultdict(list)
    rows = session.execute(query.where(row.device_id.in_(devices)).order_by(row.id))
    for device, ip, mac, port, vlan, line in rows:
        found[device].append(Entry(ip, mac, port, vlan, line))
    return found


def entries_at(port: str, entries: Iterable[Entry]) -> list[Entry]:
    """What holds at this port: entries of it, and those of every port."""
    return [one for one in entries if not one.port or port_key(one.port) == port_key(port)]


def in_force(session: Session, entries: Iterable[Entry]) -> list[Entry]:
    """What is in force of the addresses of these entries, wherever it is to be bound."""
    found: list[Entry] = []
    for batch in batches(sorted({one.ip for one in entries})):
        rows = session.execute(_in_force().where(Binding.ip.in_(batch)))
        found += [Entry(one.ip, one.mac) for one, _prefix in rows]
    return found


def given_back(session: Session, device_id: str, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Those that the register knows of and wants here no more: released, or moved elsewhere."""
    known = {(one.ip, one.mac): one for one in entries}
    over: dict[tuple[str, str], bool] = {}
    for batch in batches(sorted({ip for ip, _mac in known})):
        for one in session.scalars(_settled(batch)):
            gone = one.state == "released" or one.device_id not in (None, device_id)
            over[one.ip, one.mac] = over.get((one.ip, one.mac), True) and gone
    return (known[key] for key in known if over.get(key))


def declared(session: Session, entries: Iterable[Entry]) -> set[tuple[str, str]]:
    """Addresses with a further MAC that may answer for them, too: teamed cards, clusters."""
    found: set[tuple[str, str]] = set()
    for batch in batches(sorted({one.ip for one in entries})):
        query = select(AddressAlias.ip, AddressAlias.mac).where(
            AddressAlias.ip.in_(batch), AddressAlias.retired_at.is_(None)
        )
        found.update((ip, mac) for ip, mac in session.execute(query))
    return found


def _settled(ips: list[str]) -> Select[Binding]:
    return select(Binding).where(Binding.ip.in_(ips), Binding.state.in_(("active", "released")))


def _in_force() -> Select[Binding, Prefix]:
    return (
        select(Binding, Prefix)
        .join(Prefix, Prefix.id == Binding.prefix_id)
        .where(
            Binding.state == "active", Binding.retired_at.is_(None),
            Prefix.mode == "enforce", Prefix.retired_at.is_(None),
        )
        .order_by(Binding.ip)
    )  # fmt: skip


def _macs(devices: Sequence[str]) -> Select[str]:
    return select(FdbSighting.mac).where(
        FdbSighting.device_id.in_(devices), FdbSighting.until.is_(None), FdbSighting.edge
    )


def _spots(session: Session, devices: Sequence[str]) -> dict[str, dict[str, list[Spot]]]:
    """By device and MAC."""
    row = FdbSighting
    query = (
        select(row.device_id, row.mac, row.vlan, Interface.name)
        .join(Interface, Interface.id == row.interface_id)
        .where(row.device_id.in_(devices), row.until.is_(None), row.edge)
        .order_by(row.seen.desc(), row.id)
    )
    found: dict[str, dict[str, list[Spot]]] = defaultdict(dict)
    for device, mac, vlan, port in session.execute(query):
        found[device].setdefault(mac, []).append(Spot(port, vlan or None))
    return found


def _anywhere(one: Binding, prefix: Prefix) -> Want:
    why = _IPV6 if ":" in one.ip else ""
    return Want(one.id, prefix.id, Entry(one.ip, one.mac), why=why)


def _at_port(one: Binding, prefix: Prefix, spots: Mapping[str, list[Spot]]) -> Want:
    seen = next(iter(spots.get(one.mac, ())), None)
    port = one.port or (seen.port if seen else "")
    vlan = one.vlan or prefix.vlan or (seen.vlan if seen else None)
    told = "" if one.port else f"登记里没有端口，按 MAC 地址表取 {port}"
    why = "" if port else "没有登记端口，本机的 MAC 地址表里也没有这张网卡"
    why = _IPV6 if ":" in one.ip else why
    return Want(one.id, prefix.id, Entry(one.ip, one.mac, port, vlan), told if port else "", why)


_IPV6 = "IPv6 地址的绑定值守台还不下发"
