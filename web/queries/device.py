"""What the pages of one device ask: the device within the person's scope, and what it told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.centre import Centre
from inventory.device import Device
from inventory.fault import Fault
from inventory.interface import Interface
from inventory.register import Field, fields
from inventory.run import Event, JobRun
from inventory.state import DeviceState, Gauge
from web.queries.faults import open_faults
from web.registers.names import UNSEEN, Names, names

_SHOWN_ABOVE = ("name", "paused", "simulated")
MOST_GAUGES = 500  # a chassis has a few dozen sensors; a runaway agent must not fill the page


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a device shows above itself; `parent` is None outside the scope."""

    device: Device
    state: DeviceState | None
    unit: str
    parent: Device | None
    ports: int
    gauges: int
    faults: Sequence[Fault] = ()


def frame(session: Session, device_id: str) -> Frame | None:
    """None when there is no such device within the scope."""
    query = (
        select(Device, DeviceState, Centre.name)
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .join(Centre, Centre.id == Device.centre_id)
        .where(Device.id == device_id)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    device, state, unit = found
    parent = session.get(Device, device.parent_id) if device.parent_id else None
    told = (Interface.device_id == device_id, Interface.gone_at.is_(None))
    ports = session.scalar(select(func.count()).select_from(Interface).where(*told)) or 0
    sensors = select(func.count()).select_from(Gauge).where(Gauge.device_id == device_id)
    number = session.scalar(sensors) or 0
    return Frame(device, state, unit, parent, ports, number, open_faults(session, device_id))


def facts(session: Session, device: Device) -> list[tuple[str, str]]:
    """(label, text) of what people decided about the device: never a secret, and of what can be
    ticked only what differs from the default."""
    told = [(f, getattr(device, f.name)) for f in fields(Device) if f.name not in _SHOWN_ABOVE]
    called = names(session, [(f, value) for f, value in told if f.kind == "ref"])
    return [
        (f.label, f"{_text(f, value, called)} {f.entry.unit}".rstrip())
        for f, value in told
        if f.kind != "secret" and value not in (None, "", f.default if f.kind == "yes" else None)
    ]


def gauges(session: Session, device_id: str) -> Sequence[Gauge]:
    query = select(Gauge).where(Gauge.device_id == device_id)
    return session.scalars(query.order_by(Gauge.metric, Gauge.slot).limit(MOST_GAUGES)).all()


def gauge(session: Session, device_id: str, key: int) -> Gauge | None:
    """One sensor, if it belongs to this device."""
    return session.scalar(select(Gauge).where(Gauge.id == key, Gauge.device_id == device_id))


def events(session: Session, device_id: str, number: int) -> Sequence[Event]:
    """The newest events of the device."""
    query = select(Event).where(Event.device_id == device_id)
    return session.scalars(query.order_by(Event.at.desc(), Event.id.desc()).limit(number)).all()


def job(session: Session, device_id: str, run_id: str) -> JobRun | None:
    """A run that was asked for on this device's page."""
    return session.scalar(select(JobRun).where(JobRun.id == run_id, JobRun.subject == device_id))


def _text(field: Field, value: Any, called: Names) -> str:
    if field.kind == "ref":
        return called.get((field.entry.refers, value), UNSEEN)
    return cell.write(field, value, {})
