"""What the judgement of staffing rests on, read in as many queries as there are registers."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.acting_arrangement import ActingArrangement
from inventory.centre import Centre
from inventory.certificate import Certificate
from inventory.seat import seats
from inventory.shanghai import today
from inventory.staff import Staff
from inventory.staffing import TIERS, Records, Unit, judged
from inventory.training import Attendance, Training
from inventory.village import VillageStation

Row = TypeVar("Row")


def units(session: Session, year: int, day: date | None = None) -> list[Unit]:
    """Every centre and township the session sees: what is wrong first, then what is unfinished."""
    home, now = seats(session), day or today()
    told = _records(session, home, year, now)
    places = {one.id: one for one in home.values() if one.tier in TIERS}
    found = [judged(one, told, year, now) for one in places.values()]
    return sorted(
        found, key=lambda unit: (-len(unit.grave), -len(unit.shortfalls), unit.centre.sort_key)
    )


def _records(session: Session, home: Mapping[str, Centre], year: int, day: date) -> Records:
    first, last = date(year, 1, 1), date(year, 12, 31)
    living = select(Staff).where(Staff.retired_at.is_(None)).order_by(Staff.sort_key)
    held = select(Certificate).where(Certificate.retired_at.is_(None))
    lesson = Training.__table__  # bare: a county's training counts for the township's people, too
    attended = (
        select(lesson.c.kind, Attendance)
        .join(lesson, lesson.c.id == Attendance.training_id)
        .where(lesson.c.retired_at.is_(None), Attendance.retired_at.is_(None))
        .where(lesson.c.started_on.between(first, last))
        .order_by(lesson.c.started_on)
    )
    people = [one for one in session.scalars(living) if one.centre_id in home]
    pairs = [(kind, seen) for kind, seen in session.execute(attended)]
    return Records(
        _grouped(people, lambda one: home[one.centre_id].id),
        _grouped(session.scalars(held), lambda one: one.staff_id),
        _grouped(pairs, lambda pair: pair[1].staff_id),
        _stations(session, home, first, last),
        _acting(session, home, min(day, last)),
    )


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _stations(
    session: Session, home: Mapping[str, Centre], first: date, last: date
) -> Mapping[str, int]:
    query = select(VillageStation.centre_id).where(
        VillageStation.retired_at.is_(None), VillageStation.standard,
        VillageStation.built_on.between(first, last),
    )  # fmt: skip
    return Counter(home[key].id for key in session.scalars(query) if key in home)


def _acting(session: Session, home: Mapping[str, Centre], day: date) -> Mapping[str, str]:
    still = or_(ActingArrangement.until.is_(None), ActingArrangement.until >= day)
    query = select(ActingArrangement).where(
        ActingArrangement.retired_at.is_(None), ActingArrangement.since <= day, still
    )
    found: Sequence[ActingArrangement] = session.scalars(query).all()
    return {home[one.centre_id].id: one.department for one in found if one.centre_id in home}
