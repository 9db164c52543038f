"""What the page of one thing asks: its life with the papers, what it serves as, what it could."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.category import categories
from inventory.deployment import Deployment, served
from inventory.device import Device
from inventory.equipment import Equipment, EquipmentEvent
from inventory.lifecycle import MOVES, STATES
from inventory.moving import events
from inventory.paper_line import PaperLine
from inventory.register import FieldError, Register, field_of, registers
from inventory.state import DeviceState
from web.registers.book import may, page_url
from web.registers.names import names

MOST = 500  # what a select offers
_PAPERS = sorted({paper for papers in MOVES.values() for paper in papers})


@dataclass(frozen=True, slots=True)
class Step:
    """One event as the page tells it; `url` leads to its paper, "" when there is none to see."""

    event: EquipmentEvent
    keeper: str
    room: str
    url: str


def life(session: Session, thing: Equipment) -> tuple[Step, ...]:
    """The life of a thing, the last step first."""
    told = tuple(reversed(events(session, thing)))
    keeper, room = field_of(Equipment, "keeper_id"), field_of(Equipment, "room_id")
    called = names(session, [p for e in told for p in ((keeper, e.keeper_id), (room, e.room_id))])
    return tuple(
        Step(
            one, called.get(("Staff", one.keeper_id or ""), ""),
            called.get(("Room", one.room_id or ""), ""), paper_url(one.paper, one.paper_id),
        )
        for one in told
    )  # fmt: skip


def paper_of(class_name: str) -> type[Register] | None:
    """The register of a paper, by its class name."""
    return next((c for c in registers().values() if c.__name__ == class_name), None)


def paper_url(class_name: str, paper_id: str) -> str:
    cls = paper_of(class_name)
    shown = cls is not None and cls.shown and may(cls, "view")
    return url_for("registers.show", slug=cls.slug, id=paper_id) if cls and shown else ""


def papers(session: Session, thing: Equipment) -> tuple[tuple[Register, str], ...]:
    """Every paper that names this thing, the newest first, with its address."""
    found = [row for name in _PAPERS for row in _papers_of(session, paper_of(name), thing)]
    found.sort(key=lambda row: row.id, reverse=True)
    return tuple((row, page_url(row)) for row in found)


def _papers_of(session: Session, cls: Any, thing: Equipment) -> Sequence[Any]:
    if cls is None or not may(cls, "view"):
        return ()
    lines = select(PaperLine.paper_id).where(
        PaperLine.paper == cls.__name__, PaperLine.equipment_id == thing.id
    )
    own = getattr(cls, "equipment_id", None)
    mine = cls.id.in_(lines) if own is None else own == thing.id
    return session.scalars(select(cls).where(mine, cls.retired_at.is_(None))).all()


def onward(thing: Equipment) -> Iterator[tuple[str, str]]:
    """(label, address) of the papers that this person may begin with this thing as it is."""
    for one in Equipment.onward:
        cls = registers().get(one.slug)
        if cls is None or not may(cls, "write") or not _moves(thing.state, cls.__name__):
            continue
        known: dict[str, Any] = {"equipment_id": thing.id} if hasattr(cls, "equipment_id") else {}
        yield one.label, url_for("registers.new", slug=one.slug, thing=thing.id, **known)


def _moves(state: str, paper: str) -> bool:
    return any(old == state and paper in papers for (old, _new), papers in MOVES.items())


@dataclass(frozen=True, slots=True)
class Service:
    """What a thing serves as: now (`device` with its `seen` state), before, and what it could."""

    now: Deployment | None
    device: Device | None
    seen: DeviceState | None
    before: tuple[tuple[Deployment, str], ...]


def service(session: Session, thing: Equipment) -> Service:
    """The device a thing serves as, and those it was before."""
    told = served(session, thing=thing.id)
    now = next((one for one in told if one.until is None), None)
    device = session.get(Device, now.device_id) if now else None
    called = names(session, [(field_of(Deployment, "device_id"), one.device_id) for one in told])
    before = tuple(
        (one, called.get(("Device", one.device_id), "")) for one in told if one.until is not None
    )
    return Service(now, device, session.get(DeviceState, device.id) if device else None, before)


def unserved(session: Session) -> Sequence[Device]:
    """Devices that nothing serves as, by name."""
    taken = select(Deployment.device_id).where(Deployment.until.is_(None))
    query = select(Device).where(Device.id.not_in(taken), Device.retired_at.is_(None))
    return session.scalars(query.order_by(Device.sort_key, Device.id).limit(MOST)).all()


def spare(session: Session, kind: str) -> Sequence[Equipment]:
    """Things in use that serve as nothing yet and could be a device of this kind."""
    fitting = [w for w, one in categories().items() if kind in one.devices] or list(categories())
    taken = select(Deployment.equipment_id).where(Deployment.until.is_(None))
    query = select(Equipment).where(
        Equipment.state == "in_use", Equipment.category.in_(fitting),
        Equipment.id.not_in(taken), Equipment.retired_at.is_(None),
    )  # fmt: skip
    return session.scalars(query.order_by(Equipment.tag).limit(MOST)).all()


def unchosen(cls: type[Register], name: str) -> FieldError:
    """What a form says whose select was left empty."""
    return FieldError(name, cls.title, "请选择一项")


def keeping(session: Session, device: Device) -> Mapping[str, Any]:
    """What stands behind a device: the thing that serves as it, who keeps it."""
    told = served(session, device=device.id)
    now = next((one for one in told if one.until is None), None)
    thing = session.get(Equipment, now.equipment_id) if now else None
    keeper = field_of(Equipment, "keeper_id")
    called = names(session, [(keeper, thing.keeper_id)]) if thing else {}
    return {
        "deployment": now, "thing": thing, "served": len(told), "EQUIPMENT_STATES": STATES,
        "keeper": called.get(("Staff", thing.keeper_id or ""), "") if thing else "",
    }  # fmt: skip
