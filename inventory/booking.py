"""Writing into the book of equipment what a device tells of itself: one act, no typing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.category import categories
from inventory.deployment import deploy
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.register import field_of
from inventory.room import Room
from inventory.state import DeviceState

_SILENT = "设备不报告序列号"  # the reason written when a device tells none


def category_of(kind: str) -> str:
    """The category of equipment that a kind of monitored device most likely is."""
    fitting = (word for word, one in categories().items() if kind in one.devices)
    return "other" if kind == "other" else next(fitting, "other")


def facts_of(session: Session, device: Device, seen: DeviceState | None) -> Mapping[str, Any]:
    """What a new row of the book begins with: told by the device, or known of it here."""
    room = _room(session, device)
    category = category_of(device.kind)
    told = {name: getattr(seen, name) for name in ("vendor", "model", "serial")} if seen else {}
    facts: dict[str, Any] = {
        "centre_id": device.centre_id, "name": device.name, "category": category,
        "opening": "in_use", "ip": device.address, "hostname": seen.sys_name if seen else "",
        "has_storage": categories()[category].storage, "powered": categories()[category].powered,
        "room_id": room.id if room else None, "rack": None if room else device.location, **told,
    }  # fmt: skip
    if not facts.get("serial"):
        facts["no_serial"] = _SILENT
    return {name: _fitting(name, value) for name, value in facts.items() if value is not None}


def book(session: Session, device: Device) -> Equipment:
    """Write a device without a thing into the book, in use as that device. Raises Rejected."""
    thing = Equipment(**facts_of(session, device, session.get(DeviceState, device.id)))
    session.add(thing)
    session.flush()
    deploy(session, thing, device, "建账")
    return thing


def _room(session: Session, device: Device) -> Room | None:
    """The room that the device's place names, if the book of rooms has it."""
    if not device.location:
        return None
    query = select(Room).where(Room.centre_id == device.centre_id, Room.name == device.location)
    return session.scalars(query).first()


def _fitting(name: str, value: Any) -> Any:
    """No longer than the field: agents tell whatever they like."""
    if not isinstance(value, str):
        return value
    longest = field_of(Equipment, name).entry.longest
    return value.strip()[:longest]
