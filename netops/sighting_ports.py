"""Ports as tables name them, and ours: by ifIndex while that can be trusted, else by name."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.interface import Interface
from inventory.port_names import port_key, vlan_of
from inventory.state import DeviceState
from netops import fit

_SLACK = timedelta(seconds=30)  # by which a boot time may wander between two readings
_LONGEST = 255


@dataclass(slots=True)
class Ports:
    """The living ports of one device. `trusted`: its ifIndexes are those we know the names of;
    after a restart they may be others until the names have been read again (RFC 2863 §3.1.5)."""

    session: Session
    device: Device
    trusted: bool
    by_index: dict[int, int] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    vlans: dict[int, int] = field(default_factory=dict)  # our number of a Vlanif → its VLAN

    def find(self, index: int, name: str) -> int | None:
        """Our number of the port; None when it is not known, or not for sure."""
        if index and self.trusted:
            return self.by_index.get(index)
        return self.by_name.get(port_key(name)) if name else None

    def found_or_made(self, index: int, name: str, at: datetime) -> int | None:
        """The same, but a device that is not polled by SNMP tells its ports nowhere else."""
        found = self.find(index, name)
        if found is None and name and self.device.snmp_id is None:
            found = self.by_name[port_key(name)] = self._made(name, at)
        return found

    def _made(self, name: str, at: datetime) -> int:
        port = Interface(
            device_id=self.device.id, centre_id=self.device.centre_id, if_index=0, seen_at=at,
            name=fit.text(name, _LONGEST),
        )  # fmt: skip
        self.session.add(port)
        self.session.flush()
        return port.id


def ports_of(session: Session, device: Device, booted: datetime | None = None) -> Ports:
    """The ports of a device. `booted`: when it says it started, as told beside the table: a restart
    that no sweep has noticed yet must not put machines at other ports."""
    told = session.scalar(select(DeviceState.identity_at).where(DeviceState.device_id == device.id))
    trusted = told is not None and (booted is None or booted <= told + _SLACK)
    ports = Ports(session, device, trusted)
    living = select(Interface.id, Interface.if_index, Interface.name)
    rows = session.execute(
        living.where(Interface.device_id == device.id, Interface.gone_at.is_(None))
    ).all()
    ports.by_index = {row.if_index: row.id for row in rows}
    ports.vlans = {row.id: vlan for row in rows if (vlan := vlan_of(row.name))}
    named = Counter(port_key(row.name) for row in rows)
    ports.by_name = {key: row.id for row in rows if (key := port_key(row.name)) and named[key] == 1}
    return ports
