"""What the pages of the faults ask: the month's book, the open faults of a device, and with what a
new record begins when it is opened from a device or from the duty log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.cell import typed
from inventory.deployment import serving
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.fault import OPEN, WORKED, Fault
from inventory.fault_step import told
from inventory.log_entry import LogEntry
from inventory.register import field_of
from inventory.shanghai import SHANGHAI
from inventory.state import DeviceState
from web.queries.visits import days_of

MOST = 2_000  # rows on paper
_ILL = ("down", "unknown", "unreachable")


@dataclass(frozen=True, slots=True)
class Line:
    """One fault of the book, with its process as signed, or as it is while nobody has."""

    fault: Fault
    process: str
    participants: str


def month_faults(session: Session, first: date) -> Sequence[Line]:
    """Every fault that was found in that month, closed in it, or still open at its end, in the
    order they were found; mistakes that were taken back are left out."""
    begin, end = (datetime.combine(day, time(), SHANGHAI) for day in (first, days_of(first)[1]))
    then = or_(Fault.found_at >= begin, Fault.closed_at >= begin, Fault.state.in_(OPEN))
    query = select(Fault).where(
        Fault.found_at < end, then, Fault.state != "cancelled", Fault.retired_at.is_(None)
    )
    faults = session.scalars(query.order_by(Fault.found_at, Fault.id).limit(MOST)).all()
    return [Line(one, *_process(session, one)) for one in faults]


def _process(session: Session, fault: Fault) -> tuple[str, str]:
    if fault.state in WORKED:
        return told(session, fault.id)
    return fault.process or "", fault.participants or ""


def open_faults(session: Session, device_id: str) -> Sequence[Fault]:
    """The faults of a device that nobody has closed yet, oldest first."""
    query = select(Fault).where(
        Fault.device_id == device_id, Fault.state.in_(OPEN), Fault.retired_at.is_(None)
    )
    return session.scalars(query.order_by(Fault.found_at, Fault.id)).all()


def of_device(session: Session, device: Device) -> Mapping[str, str]:
    """Field → text of a new record: what the device has, since when and why, and its thing."""
    state = session.get(DeviceState, device.id)
    served = serving(session, device=device.id)
    thing = session.get(Equipment, served.equipment_id) if served else None
    known = {
        "centre_id": device.centre_id, "device_id": device.id, "found_how": "monitor",
        "equipment_id": thing.id if thing else "",
        "room_id": (thing.room_id or "") if thing else "",
    }  # fmt: skip
    if state is not None and state.state in _ILL:
        known["phenomenon"] = f"{device.name}：{state.why or '没有应答'}"[:300]
        known["began_at"] = _moment("began_at", state.since)
    return {name: text for name, text in known.items() if text}


def of_entry(entry: LogEntry) -> Mapping[str, str]:
    """Field → text of a new record: what the duty log says already."""
    known = {
        "centre_id": entry.centre_id, "log_entry_id": entry.id, "found_how": "duty",
        "phenomenon": entry.text[:300], "began_at": _moment("began_at", entry.occurred_at),
        "equipment_id": entry.equipment_id, "device_id": entry.device_id,
    }  # fmt: skip
    return {name: text for name, text in known.items() if text}


def _moment(name: str, at: datetime | None) -> str:
    return typed(field_of(Fault, name), at)
