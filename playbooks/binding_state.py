"""What a device holds people to, noted whenever its configuration is read and kept."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.device_binding import CheckedPort, DeviceBinding
from netops.binding_text import enforced
from netops.enforced import Enforced
from netops.errors import Unreadable
from netops.profile import profile_named
from playbooks.site import Site

_PORT, _LINE = 60, 255  # as long as the columns


def noted(site: Site, device_id: str, running: str, at: datetime) -> None:
    """As `note`, in a transaction of its own."""
    with site.database.observe() as session:
        device = session.get(Device, device_id)
        if device is not None:
            note(session, device, running, at)


def note(session: Session, device: Device, running: str, at: datetime) -> None:
    """Write down what this running configuration binds and checks; only what differs from what is
    written there already. Nothing for a kind of device that binds nothing we know of."""
    try:
        profile = profile_named(device.profile)
    except Unreadable:
        return
    if profile.binding.known and running:
        found = enforced(profile, running)
        _entries(session, device, found, at)
        _checks(session, device, found, at)


def _entries(session: Session, device: Device, found: Enforced, at: datetime) -> None:
    there = {(ip, mac, port[:_PORT], vlan): line for ip, mac, port, vlan, line in found.entries}
    query = select(DeviceBinding).where(DeviceBinding.device_id == device.id)
    for row in session.scalars(query):
        if there.pop((row.ip, row.mac, row.port, row.vlan), None) is None:
            session.delete(row)
        else:
            row.read_at = at
    for (ip, mac, port, vlan), line in there.items():
        session.add(
            DeviceBinding(
                centre_id=device.centre_id, device_id=device.id, ip=ip, mac=mac, port=port,
                vlan=vlan, line=line[:_LINE], read_at=at,
            )
        )  # fmt: skip


def _checks(session: Session, device: Device, found: Enforced, at: datetime) -> None:
    ports = {port[:_PORT] for port in (*found.checks, *found.trusted)}
    query = select(CheckedPort).where(CheckedPort.device_id == device.id)
    rows = {row.port: row for row in session.scalars(query)}
    for port in rows.keys() - ports:
        session.delete(rows[port])
    for port in sorted(ports):
        row = rows.get(port) or CheckedPort(
            centre_id=device.centre_id, device_id=device.id, port=port
        )
        row.checks, row.trusted = found.checks.get(port, ""), port in found.trusted
        row.read_at = at
        session.add(row)
