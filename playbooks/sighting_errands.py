"""Whose tables are read: everything that forwards, the gateways of registered ranges, and servers
that lend addresses; as far as they answer."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory import usage
from inventory.credential import Credential
from inventory.device import Device
from inventory.prefix import Prefix
from inventory.sighting import TableWalk
from inventory.state import DeviceState
from netops import tables
from netops.profile import profiles
from netops.reading import Target
from netops.sighted import Table
from netops.targets import targets
from playbooks.sighting_visit import LONGEST, Errand
from playbooks.site import Site

BRIDGES = ("router", "switch", "firewall", "wireless")
_AWAY = ("down", "unreachable")  # whoever does not answer is asked each minute already
_NEIGHBOURS = timedelta(hours=1)  # cables are not moved every five minutes
_REFUSED = timedelta(days=1)


def errands(
    session: Session, site: Site, now: datetime, only: Collection[str] | None
) -> list[Errand]:
    """Every walk that is due now, or that of `only` these devices."""
    known = {row.id: row for row in session.execute(_walked(only))}
    asked = _asked(session, now)
    refused = _refused(session, now)
    found, _no_way = targets(session, site.key, list(known))
    most = min(LONGEST, site.sighting_seconds / 2)
    return [
        Errand(target, offered, target.device not in asked, target.device not in refused, most)
        for target in found
        if (offered := _offered(target, known[target.device]))
    ]


def _walked(only: Collection[str] | None) -> Any:
    lending = [name for name, one in profiles().items() if one.tables.leases]
    gateway = Device.id.in_(
        select(Prefix.gateway_device_id).where(
            Prefix.retired_at.is_(None), Prefix.gateway_device_id.is_not(None)
        )
    )
    query: Any = (
        select(Device.id, Device.kind, gateway.label("gateway"))
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .where(Device.retired_at.is_(None), Device.paused.is_(False))
        .where(or_(Device.snmp_id.is_not(None), Device.ssh_id.is_not(None)))
        .where(or_(DeviceState.state.is_(None), DeviceState.state.not_in(_AWAY)))
        .where(or_(Device.kind.in_(BRIDGES), gateway, Device.profile.in_(lending)))
    )
    return query if only is None else query.where(Device.id.in_(only))


def _offered(target: Target, row: Any) -> tuple[Table, ...]:
    """What the make can tell, and what a device registered as a switch or gateway must."""
    offered = set(tables.offered(target))
    if row.kind in BRIDGES:
        offered |= {"arp", "fdb"}
    if row.gateway:
        offered.add("arp")
    return tuple(table for table in ("arp", "fdb", "lease") if table in offered)


def _asked(session: Session, now: datetime) -> set[str]:
    """Devices whose neighbours were asked for within the hour."""
    lately = TableWalk.attempt_at.between(now - _NEIGHBOURS, now)
    query = select(TableWalk.device_id).where(TableWalk.origin == "neighbours", lately)
    return set(session.scalars(query))


def _refused(session: Session, now: datetime) -> set[str]:
    """Devices that refused a login within the day and have been given no other secret since."""
    query = (
        select(TableWalk.device_id)
        .join(Device, Device.id == TableWalk.device_id)
        .join(Credential, Credential.id == Device.ssh_id)
        .where(TableWalk.refused_at.between(now - _REFUSED, now))
        .where(or_(Credential.set_at.is_(None), Credential.set_at <= TableWalk.refused_at))
    )
    return set(session.scalars(query))


def count(session: Session, todo: Collection[Errand], now: datetime) -> None:
    """Note the use of their SNMP credentials."""
    used = Counter(each.target.snmp.credential for each in todo if each.target.snmp is not None)
    usage.count(session, "tables", used, now)


def count_logins(session: Session, todo: Collection[Errand], now: datetime) -> None:
    """Note the use of their logins."""
    used = Counter(each.target.ssh.credential for each in todo if each.target.ssh is not None)
    usage.count(session, "tables", used, now)
