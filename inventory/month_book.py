"""What the county manager's month is counted from, and what stands beside the count.

Events are read from the bare tables: a thing handed over to another centre has left the scope of
whoever asks, and must still be counted out of the month in which it left.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment, EquipmentEvent
from inventory.month import Month, Told, count

LONG = timedelta(days=30)  # what waits longer than this to be scrapped is marked
_THING, _EVENT = Equipment.__table__, EquipmentEvent.__table__


def units(session: Session, centre: Centre) -> frozenset[str]:
    """The ids of a centre and everything below it, within the scope."""
    below = Centre.path.startswith(centre.path, autoescape=True)
    return frozenset(session.scalars(select(Centre.id).where(below)))


def month(session: Session, here: Collection[str], first: date, category: str = "") -> Month:
    """The month that begins on `first` for these centres (ids, within the scope of whoever
    asks); of one category only, if it is named."""
    mine = or_(_EVENT.c.centre_id.in_(here), _EVENT.c.from_centre_id.in_(here))
    ever = select(_EVENT.c.equipment_id).where(mine)
    ours = _THING.c.centre_id.in_(here)
    query = (
        select(_EVENT, _THING.c.category, _THING.c.steps, _THING.c.centre_id.label("now_at"))
        .join(_THING, _THING.c.id == _EVENT.c.equipment_id)
        .where(or_(_THING.c.id.in_(ever), ours), _THING.c.retired_at.is_(None))
        .order_by(_EVENT.c.equipment_id, _EVENT.c.number)
    )
    if category:
        query = query.where(_THING.c.category == category)
    rows = session.connection().execute(query).mappings()
    return count(_lives(rows), here, first)


def _lives(rows: Iterable[Mapping[Any, Any]]) -> Iterator[Told]:
    """Each event leaves the unit that the one before it led to; a thing that was never handed over
    is where the book has it, though it was first written down elsewhere by mistake."""
    homes: dict[str, str] = {}
    for row in rows:
        thing = row["equipment_id"]
        home = row["now_at"] if row["steps"] == 1 else row["centre_id"]
        yield _told(row, homes.get(thing, home), home)
        homes[thing] = home


def _told(row: Mapping[Any, Any], was: str, home: str) -> Told:
    facts: dict[str, Any] = {
        name: row[name]
        for name in ("number", "category", "from_state", "to_state", "at", "noted_at", "paper",
                     "paper_id", "paper_no", "reason", "keeper_id")
    }  # fmt: skip
    return Told(thing_id=row["equipment_id"], home=home, from_home=was, **facts)


def things(session: Session, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """Id → tag and name; also of things that have left the scope since."""
    query = select(_THING.c.id, _THING.c.tag, _THING.c.name).where(_THING.c.id.in_(list(ids)))
    return {key: (tag, name) for key, tag, name in session.connection().execute(query)}


def unsigned(session: Session, here: Collection[str]) -> Sequence[Equipment]:
    """Things in use whose keeper never signed for them (谁使用谁负责, Article 132): those without
    a keeper first. By a handover nothing moves before it is signed, so its event is enough."""
    taken = select(EquipmentEvent.id).where(
        EquipmentEvent.equipment_id == Equipment.id, EquipmentEvent.paper == "Handover",
        EquipmentEvent.keeper_id == Equipment.keeper_id,
    )  # fmt: skip
    query = select(Equipment).where(
        Equipment.state == "in_use", Equipment.retired_at.is_(None),
        Equipment.centre_id.in_(here), ~taken.exists(),
    )  # fmt: skip
    return session.scalars(query.order_by(Equipment.keeper_id.is_not(None), Equipment.tag)).all()
