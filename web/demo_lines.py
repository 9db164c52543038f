"""The demo county's lines and bases: telephones, outlets, who is in charge, what it should own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import system
from inventory.centre import Centre
from inventory.db import Database
from inventory.home import home_fact
from inventory.registers.appointment import Appointment
from inventory.registers.establishment import Establishment
from inventory.registers.extension import Extension
from inventory.registers.outlet import Outlet, Panel
from inventory.registers.voice import TestCall, VoiceNumber
from inventory.room import Room
from inventory.staff import Staff

_WHY = "随机房改造统一编排，分管领导同意"
_CONFIRMED = date(2026, 1, 4)


def write_lines(database: Database) -> None:
    """Rows of every book about lines, as if kept for some months."""
    with database.transaction(system("准备演示县", "demo")) as session:
        centre = session.get_one(Centre, home_fact(session, "centre"))
        session.add_all([*_lines(session, centre.id), *_bases(session, centre)])


def _lines(session: Session, centre: str) -> Iterator[Any]:
    room = session.scalars(select(Room.id).where(Room.kind == "machine")).first()
    people = session.scalars(select(Staff.id).order_by(Staff.id).limit(3)).all()
    panel = Panel(centre_id=centre, name="A1-24", room_id=room, rack="机柜 1 · 38U", kind="data")
    yield panel
    for port in range(1, 7):
        yield Outlet(
            centre_id=centre, name=f"2F-{port:02d}", panel_id=panel.id, panel_port=port,
            switch_port=f"GE0/0/{port}", reason=_WHY,
        )  # fmt: skip
    for called, rank in (("8001", "long"), ("8002", "city"), ("8003", "city"), ("8010", "inner")):
        yield Extension(centre_id=centre, number=called, rank=rank, reason=_WHY)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for ending, days in (("1", 6), ("2", 6), ("3", 47)):
        number = VoiceNumber(
            centre_id=centre, number=f"837100{ending}", port=f"FXS 0/{ending}", reason=_WHY,
            document_no="省中心编号表（演示）",
        )  # fmt: skip
        yield number
        yield TestCall(
            centre_id=centre, number_id=number.id, called_at=now - timedelta(days=days),
            other="8370001", result="good",
        )  # fmt: skip
    for duty, person in zip(("machine_room", "pbx", "documents"), people, strict=False):
        yield Appointment(
            centre_id=centre, duty=duty, staff_id=person, since=_CONFIRMED,
            document_no="演示〔2026〕2 号",
        )  # fmt: skip


def _bases(session: Session, centre: Centre) -> Iterator[Establishment]:
    yield Establishment(
        centre_id=centre.id, posts=18, staff=26, sections=6, dedicated=2, as_of=_CONFIRMED,
        source="编制批复（演示）",
    )  # fmt: skip
    towns = select(Centre.id).where(Centre.parent_id == centre.id, Centre.tier == "township")
    for town in session.scalars(towns.order_by(Centre.code).limit(3)):
        yield Establishment(centre_id=town, staff=6, sections=2, as_of=_CONFIRMED)
