"""What the page of matters due shows: by kind, overdue first; and what a form about them needs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from json import loads
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.care import DECISIONS, KINDS, RESULTS
from inventory.care_record import CareRecord
from inventory.care_rule import CareRule
from inventory.caring import Matter, matters, matters_after
from inventory.centre import Centre
from inventory.equipment import Equipment, EquipmentEvent
from inventory.register import field_of
from inventory.room import Room
from inventory.shanghai import today
from inventory.text import fold, search_text
from web.held import Changes, held
from web.registers.names import Names, names

_OF_ALL = (CareRule.__name__, Centre.__name__)  # what they say, all things and rooms may follow
_THINGS = ("equipment_id", "room_id")
_BOOKS = (Equipment, EquipmentEvent, CareRecord, CareRule, Room, Centre)
OVERDUE = ("missed", "late")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the form: what is to be recorded of what, and what may be said of it."""

    key: str
    kind: str
    thing: Equipment | Room
    due_on: date

    @property
    def past(self) -> bool:
        """A month that is over: it can only be explained, or made up for with a reason."""
        return self.kind == "power_on" and self.due_on < today()

    @property
    def results(self) -> tuple[str, ...]:
        return ("", *DECISIONS) if self.kind == "life" else ("normal", "abnormal", "not_done")

    @property
    def usual(self) -> str:
        return "" if self.kind == "life" else "not_done" if self.past else "normal"


def open_now(session: Session, day: date) -> Sequence[Matter]:
    """What is open on this day, the longest first: worked out when one of its books has changed."""
    return held(
        session, "care", _BOOKS, partial(matters, session, day, soon=False),
        mend=partial(_mended, session, day),
    )  # fmt: skip


def _mended(
    session: Session, day: date, known: Sequence[Matter], changes: Changes
) -> Sequence[Matter] | None:
    """What is open after these changes; None when they say something about everything."""
    if any(one.thing in _OF_ALL for one in changes):
        return None
    ids = {key for one in changes for key in _about(one)} | _cared_for(session, changes)
    return matters_after(session, day, known, ids, ids)


def _about(change: Any) -> Iterator[str]:
    """The thing or room that was written about: itself, or named by the row, then or now."""
    yield change.thing_id
    for side in (loads(change.before), loads(change.after)):
        yield from (side[name] for name in _THINGS if side.get(name))


def _cared_for(session: Session, changes: Changes) -> set[str]:
    """What the records are about that were changed in other columns only."""
    ids = [one.thing_id for one in changes if one.thing == CareRecord.__name__]
    record = CareRecord.__table__
    query = select(record.c.equipment_id, record.c.room_id).where(record.c.id.in_(ids))
    rows = session.connection().execute(query) if ids else ()
    return {key for row in rows for key in row if key}


def waiting(session: Session, text: str = "") -> Sequence[Matter]:
    """What is open now; those whose thing answers to every word."""
    found, words = open_now(session, today()), fold(text).split()
    if not words:
        return found
    texts = held(
        session, "care found by", _BOOKS, lambda: _texts(found, {}),
        mend=lambda known, _changes: _texts(found, known),
    )  # fmt: skip
    return [one for one in found if all(word in texts.get(one.label, "") for word in words)]


def _texts(found: Sequence[Matter], known: Mapping[str, str]) -> Mapping[str, str]:
    """What a thing or room is called → what it is found by, pinyin initials too."""
    labels = {one.label for one in found}
    return {label: known.get(label) or search_text(label) for label in labels}


def of_kind(found: Sequence[Matter], kind: str) -> list[Matter]:
    """Of one kind, or all of them; overdue first."""
    told = [one for one in found if kind not in KINDS or one.due.kind == kind]
    return sorted(told, key=lambda one: one.due.state not in OVERDUE)


def counted(found: Sequence[Matter]) -> Mapping[str, int]:
    """Kind → how many."""
    return Counter(one.due.kind for one in found)


def called(session: Session, found: Sequence[Matter]) -> Names:
    """Names of keepers, rooms and units."""
    told = [
        (field_of(Equipment, name), getattr(one, name))
        for one in found
        for name in ("keeper_id", "room_id", "centre_id")
    ]
    return names(session, told)


def how_late(one: Matter) -> str:
    """Since when it should have been done, in words."""
    if one.due.state == "missed":
        return str(
            _("%(year)s 年 %(month)s 月漏做", year=one.due.due_on.year, month=one.due.due_on.month)
        )
    days = (today() - one.due.due_on).days
    return str(_("逾期 %(n)s 天", n=days)) if days > 0 else ""


def item(session: Session, key: str) -> Item | None:
    """What a key means ("kind.id.20261130"); None for nonsense, and for what is out of reach."""
    kind, _dot, rest = key.partition(".")
    row_id, _dot, text = rest.partition(".")
    try:
        day = datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  (a day, no moment)
    except ValueError:
        return None
    cls: Any = Room if kind == "earth" else Equipment
    thing = session.get(cls, row_id) if kind in KINDS else None
    return Item(key, kind, thing, day) if thing is not None else None


def sheet_rows(session: Session, found: Sequence[Matter]) -> Iterator[tuple[str, ...]]:
    """The list as a table."""
    told = called(session, found)
    for one in found:
        yield (
            KINDS[one.due.kind], one.label, told.get(("Centre", one.centre_id), ""),
            _named(told, "Room", one.room_id), one.place, _named(told, "Staff", one.keeper_id),
            one.due.due_on.isoformat(), how_late(one),
        )  # fmt: skip


def _named(told: Names, kind: str, key: str | None) -> str:
    return told.get((kind, key), "") if key else ""


def words() -> Mapping[str, str]:
    """What a result is called in a form; "" asks for a decision."""
    return {"": "", **RESULTS}
