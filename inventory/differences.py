"""Where the book of equipment and the network tell different things (Articles 27 and 29, duty A6):
discovered = registered, both ways."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from inventory.category import categories
from inventory.deployment import Deployment
from inventory.device import Device
from inventory.difference_note import KINDS
from inventory.equipment import Equipment
from inventory.lifecycle import ENDED
from inventory.state import DeviceState

__all__ = ["KINDS", "Difference", "differences", "watched"]


class Named(NamedTuple):
    """A row a difference is about, as much of it as is shown."""

    id: str
    name: str


class Difference(NamedTuple):
    """One difference. `key` is of this very one, `told` what the device says, `booked` what the
    book says; `device` and `thing` are what it is about, None where there is none."""

    kind: str
    key: str
    centre_id: str
    about: str
    told: str = ""
    booked: str = ""
    device: Named | None = None
    thing: Named | None = None


def differences(session: Session) -> tuple[Difference, ...]:
    """Every difference within the session's scope, devices without a thing first."""
    return (
        *_unbooked(session), *_unlike(session), *_unused(session), *_duplicates(session)
    )  # fmt: skip


def watched() -> frozenset[str]:
    """Categories whose things in use are devices that can be watched; what is only sometimes
    reached over the network (devices: other) is not asked for."""
    return frozenset(w for w, one in categories().items() if set(one.devices) - {"other"})


_THING = (Equipment.id, Equipment.tag, Equipment.name)


def _serving(column: str) -> Select[tuple[str]]:
    return select(getattr(Deployment, column)).where(Deployment.until.is_(None))


def _unbooked(session: Session) -> Iterator[Difference]:
    seen = (DeviceState.vendor, DeviceState.model, DeviceState.serial)
    query = select(Device.id, Device.name, Device.centre_id, *seen)
    alone = query.outerjoin(DeviceState, DeviceState.device_id == Device.id).where(
        Device.retired_at.is_(None), Device.id.not_in(_serving("device_id"))
    )
    for key, name, centre_id, *facts in session.execute(alone.order_by(Device.sort_key, Device.id)):
        told = " ".join(filter(None, facts))
        yield Difference(
            "unbooked", f"unbooked:{key}", centre_id, name, told, device=Named(key, name)
        )


def _unused(session: Session) -> Iterator[Difference]:
    booked = (Equipment.vendor, Equipment.model, Equipment.serial)
    query = select(*_THING, Equipment.centre_id, *booked).where(
        Equipment.state == "in_use", Equipment.category.in_(watched()),
        Equipment.retired_at.is_(None), Equipment.id.not_in(_serving("equipment_id")),
    )  # fmt: skip
    for key, tag, name, centre_id, *facts in session.execute(query.order_by(Equipment.tag)):
        thing = Named(key, f"{tag} {name}")
        yield Difference(
            "unused", f"unused:{key}", centre_id, thing.name, booked=" ".join(filter(None, facts)),
            thing=thing,
        )  # fmt: skip


def _unlike(session: Session) -> Iterator[Difference]:
    """Another serial than the book's: the box was swapped, or the book is wrong."""
    query = (
        select(Equipment, Device, DeviceState)
        .join(Deployment, Deployment.equipment_id == Equipment.id)
        .join(Device, Device.id == Deployment.device_id)
        .join(DeviceState, DeviceState.device_id == Device.id)
        .where(Deployment.until.is_(None), Device.retired_at.is_(None))
        .where(or_(DeviceState.serial != "", DeviceState.model != ""))
    )
    for thing, device, seen in session.execute(query.order_by(Equipment.tag)):
        for kind, same in (("serial", _equal), ("model", _alike)):
            told, booked = getattr(seen, kind), getattr(thing, kind) or ""
            if told and not same(told, booked):
                yield Difference(
                    kind, f"{kind}:{device.id}:{thing.id}:{told}"[:200], thing.centre_id,
                    f"{thing.label} · {device.name}", told, booked, Named(device.id, device.name),
                    Named(thing.id, thing.label),
                )  # fmt: skip


def _duplicates(session: Session) -> Iterator[Difference]:
    one = func.upper(func.trim(Equipment.serial))
    here = (Equipment.retired_at.is_(None), Equipment.state.not_in(ENDED), one != "")
    twice = select(one).where(*here).group_by(one).having(func.count() > 1)
    rows = session.scalars(select(Equipment).where(*here, one.in_(twice)).order_by(Equipment.tag))
    found: dict[str, list[Equipment]] = {}
    for thing in rows:
        found.setdefault((thing.serial or "").strip().upper(), []).append(thing)
    for serial, things in found.items():
        tags = "、".join(thing.tag for thing in things)
        yield Difference(
            "duplicate", f"duplicate:{serial}:{tags}"[:200], things[0].centre_id, serial,
            booked=tags, thing=Named(things[0].id, things[0].label),
        )  # fmt: skip


def _plain(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def _equal(told: str, booked: str) -> bool:
    return _plain(told) == _plain(booked)


def _alike(told: str, booked: str) -> bool:
    """People write less of a model than the device does, or put the vendor before it."""
    ours, theirs = _plain(booked), _plain(told)
    return bool(ours) and (ours in theirs or theirs in ours)
