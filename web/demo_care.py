"""Things of the demo county that were put away, batteries that grow old, and a shelf of spares."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from inventory import stock
from inventory.act import EVERYTHING
from inventory.care import end_of
from inventory.caring import record_care
from inventory.db import Database
from inventory.equipment import Equipment, EquipmentEvent
from inventory.grant import standing
from inventory.part import Part
from inventory.person import Person
from inventory.registers.room_reading import RoomReading
from inventory.role import Standing
from inventory.room import Room
from inventory.shanghai import today

_LONG_AGO = timedelta(days=150)
_THINGS: tuple[dict[str, Any], ...] = (
    {"name": "备用接入交换机", "category": "switch", "vendor": "华为", "model": "S5720-28P-LI"},
    {"name": "闲置台式机", "category": "desktop", "opening": "idle", "model": "启天 M4600"},
    {"name": "机房 UPS 主机", "category": "ups", "opening": "in_use", "model": "山特 3C20KS",
     "battery_on": date(2021, 6, 1), "started_on": date(2021, 6, 1)},
    {"name": "机房灭火器", "category": "extinguisher", "opening": "in_use", "model": "MT/5"},
)  # fmt: skip
_PARTS: tuple[tuple[str, str, bool, int | None, tuple[str, ...]], ...] = (
    ("交换机风扇", "FAN-031A", False, 2, ("",)),
    ("SAS 硬盘", "2.4TB 10K", True, 2, ("WFJ0A1X1", "WFJ0A1X2", "WFJ0A1X3")),
    ("光模块", "SFP-GE-LX-SM1310", True, 4, ("ZX2208-01", "ZX2208-02", "ZX2208-03", "ZX2208-04")),
    ("光纤跳线", "LC-LC 单模 3 m", False, None, ("2026 甲批",)),
)  # fmt: skip


@contextmanager
def written_down(at: datetime) -> Iterator[None]:
    """Things first written down in here have stood in the book since `at`: a demo begun a minute
    ago has no past of its own."""

    def earlier(_event: EquipmentEvent, _given: Any, told: dict[str, Any]) -> None:
        told["at"] = told["noted_at"] = at

    event.listen(EquipmentEvent, "init", earlier)
    try:
        yield
    finally:
        event.remove(EquipmentEvent, "init", earlier)


def care_for(database: Database) -> None:
    """A few things, their care so far, and what lies on the shelf, by a technician's own hand."""
    with database.view(EVERYTHING) as session:
        tech = standing(
            session, session.scalars(select(Person).where(Person.login == "tech")).one()
        )
    with database.transaction(tech.act("准备演示台账", "demo")) as session:
        place = {"centre_id": tech.centre_id}
        hall = _room(session, place, "县中心三楼机房", "machine")
        store = _room(session, place, "县中心一楼库房", "store")
        with written_down(datetime.now(UTC) - _LONG_AGO):
            things = [_thing(session, facts, place, hall, store) for facts in _THINGS]
        _past(session, things[0], hall, tech)
        _shelf(session, place, store, things[2], tech)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        told = {"room_id": hall.id, "at": now - timedelta(hours=1), **place}
        session.add(RoomReading(temperature=24.5, humidity=52.0, **told))
        told["at"] = now - timedelta(days=1)
        session.add(RoomReading(temperature=25.0, humidity=71.0, note="梅雨，已开除湿机", **told))


def _room(session: Session, place: dict[str, str], name: str, kind: str) -> Room:
    """The room of that name, there already or new."""
    query = select(Room).where(Room.centre_id == place["centre_id"], Room.name == name)
    found = session.scalars(query).first() or Room(name=name, kind=kind, **place)
    session.add(found)
    session.flush()
    return found


def _thing(
    session: Session, facts: dict[str, Any], place: dict[str, str], hall: Room, store: Room
) -> Equipment:
    room = hall if facts.get("opening") == "in_use" else store
    made = Equipment(**place, room_id=room.id, **facts)
    session.add(made)
    session.flush()
    return made


def _past(session: Session, spare: Equipment, hall: Room, tech: Standing) -> None:
    """Run two months ago, forgotten last month; the earth measured in time."""
    first = today().replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1) - timedelta(days=1)
    why = "月底断网，次月补记"
    record_care(session, spare, "power_on", "normal", why, tech, before, due_on=end_of(before))
    record_care(session, hall, "earth", "normal", "", tech, first - timedelta(days=40), value=1.8)


def _shelf(
    session: Session, place: dict[str, str], store: Room, thing: Equipment, tech: Standing
) -> None:
    came = datetime.now(UTC) - timedelta(days=60)
    for name, model, serialised, minimum, batches in _PARTS:
        part = Part(name=name, model=model, serialised=serialised, minimum=minimum, **place)
        session.add(part)
        session.flush()
        for batch in batches:
            number = 1 if serialised else 3
            stock.receive(session, part, store, number, batch, tech, at=came, supplier="省网络公司")
        if name == "交换机风扇":
            gone = came + timedelta(days=20)
            stock.use_part(session, None, thing, part, store, 2, "", tech, at=gone)
