"""Whose the cards of router groups (VRRP, HSRP, GLBP) are. Their addresses stand in every manual:
a frame from one proves nothing, unless people or a device we watch speak for the group."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_alias import AddressAlias
from inventory.centre import Centre
from inventory.device import Device
from inventory.macs import virtual
from inventory.sighting import ArpSighting
from netops.reconcile_facts import of_one_line


def vouched(
    session: Session, device: Device, shown: Collection[str], linked: Collection[str]
) -> Mapping[str, str]:
    """Of the cards `shown` at a device those of router groups that are spoken for in its line of
    centres, and by whom: a registered alias, or a device of a kind in `linked` whose own table has
    the card fixed (what it has only heard, anybody may have said)."""
    groups = [mac for mac in shown if virtual(mac)]
    if not groups:
        return {}
    alias, row = AddressAlias, ArpSighting
    registered = (
        select(alias.mac, Centre.path, alias.ip)
        .join(Centre, Centre.id == alias.centre_id)
        .where(alias.mac.in_(groups), alias.retired_at.is_(None))
    )
    fixed = (
        select(row.mac, Centre.path, Device.name)
        .join(Device, Device.id == row.device_id)
        .join(Centre, Centre.id == Device.centre_id)
        .where(row.mac.in_(groups), row.until.is_(None), row.static.is_(True))
        .where(row.origin == "arp", Device.kind.in_(linked), Device.retired_at.is_(None))
    )
    here = session.get_one(Centre, device.centre_id).path
    told = (*session.execute(fixed), *session.execute(registered))
    return {mac: name for mac, path, name in told if of_one_line(here, path)}
