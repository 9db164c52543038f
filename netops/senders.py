"""Which device a message came from: by its address, and by its name where several share one."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.credential import Credential
from inventory.device import Device
from inventory.secret import Key, SecretError
from inventory.state import DeviceState
from netops.reading import SnmpAuth
from netops.targets import snmp_auth


@dataclass(frozen=True, slots=True)
class Sender:
    """One device that may send: `names` are what it may call itself."""

    device: str
    profile: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Senders:
    """Every device of the register by its address."""

    at: Mapping[str, tuple[Sender, ...]]

    def who(self, address: str, host: str) -> Sender | None:
        """The device behind an address. Behind one that several share (NAT, a relay, a simulation)
        the one that calls itself so; None when that is nobody or not one alone."""
        here = self.at.get(address, ())
        if len(here) == 1:
            return here[0]
        named = {host.casefold(), host.casefold().partition(".")[0]} - {""}
        found = [sender for sender in here if sender.names & named]
        return found[0] if len(found) == 1 else None


def senders(session: Session) -> Senders:
    """The living devices, paused ones too: what they say is heard though nobody asks them."""
    query = (
        select(Device.id, Device.address, Device.profile, Device.name, DeviceState.sys_name)
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .where(Device.retired_at.is_(None))
    )
    found: dict[str, list[Sender]] = defaultdict(list)
    for device, address, profile, *names in session.execute(query):
        called = frozenset(name.casefold() for name in names if name)
        found[plain(address)].append(Sender(device, profile, called))
    return Senders({address: tuple(each) for address, each in found.items()})


def ways(session: Session, key: Key) -> Mapping[str, tuple[SnmpAuth, ...]]:
    """The SNMP credentials of the devices by address; one that does not open is left out."""
    rows = session.scalars(
        select(Credential).where(
            Credential.kind.in_(("v2c", "v3")), Credential.retired_at.is_(None)
        )
    )
    opened = {row.id: way for row in rows if (way := _opened(row, key)) is not None}
    query = select(Device.address, Device.snmp_id).where(Device.retired_at.is_(None))
    found: dict[str, dict[SnmpAuth, None]] = defaultdict(dict)
    for address, way_id in session.execute(query.order_by(Device.id)):
        if way_id in opened:
            found[plain(address)][opened[way_id]] = None
    return {address: tuple(each) for address, each in found.items()}


def plain(address: str) -> str:
    """One spelling for one address: no zone, and IPv4 that came by an IPv6 socket is IPv4."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


def _opened(row: Credential, key: Key) -> SnmpAuth | None:
    try:
        return snmp_auth(row, key)
    except SecretError:
        return None
