"""Which rooms have to be walked through when, and which weeks and months were (duties A10, A24).

A week is Monday to Sunday, a month a calendar month, both of Shanghai. A period is owed when the
room and a line of its checklist stood in the book from its first day to its last; it is covered by
a signed patrol whose time lies in it, and a missed one stays missed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.patrol import DONE, Patrol
from inventory.patrol_item import CADENCES
from inventory.patrol_lists import Stood, lists, stood
from inventory.room import Room
from inventory.shanghai import month_after, today

Walks = Sequence[tuple[date, date]]  # (day walked, day signed)
STATES: Mapping[str, str] = {
    "done": "已巡检", "late": "补签", "missed": "漏检", "due": "待巡检", "none": "不要求",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """One week or month, and how it stands with it (a key of STATES)."""

    first: date
    last: date
    state: str = "none"


@dataclass(frozen=True, slots=True)
class RoomDue:
    """One room and cadence (of CADENCES): the last walk, by when the next one, and how many whole
    periods in a row have gone by without one since."""

    room: Room
    kind: str
    last: date | None
    next: date
    missed: int
    covered: bool  # the running period

    @property
    def late(self) -> bool:
        return self.missed > 0 and not self.covered


@dataclass(frozen=True, slots=True)
class Covered:
    """The evidence for one room and cadence: every period that ended within the days asked for."""

    room: Room
    kind: str
    periods: tuple[Period, ...]


def period_of(kind: str, day: date) -> Period:
    """The week or month around a day."""
    if kind == "weekly":
        first = day - timedelta(days=day.weekday())
        return Period(first, first + timedelta(days=6))
    first = day.replace(day=1)
    return Period(first, month_after(first) - timedelta(days=1))


def periods(kind: str, first: date, last: date) -> Iterator[Period]:
    """Every period that ends on one of these days, so that neighbouring spans share none."""
    one = period_of(kind, first)
    while one.last <= last:
        yield one
        one = period_of(kind, one.last + timedelta(days=1))


def state_of(one: Period, owed: Iterable[Stood], walks: Walks, now: date) -> str:
    """How it stands with one period (a key of STATES) on the day `now`."""
    mine = [signed for day, signed in walks if one.first <= day <= one.last]
    if any(signed <= one.last for signed in mine):
        return "done"
    if mine:
        return "late"
    if now <= one.last:
        return "due" if any(told.since <= now and told.gone is None for told in owed) else "none"
    return "missed" if any(told.through(one.first, one.last) for told in owed) else "none"


def due(session: Session, centre: Centre | None, now: date | None = None) -> list[RoomDue]:
    """Every room of a centre and its units (None: of all) that has a checklist, late ones first."""
    day = now or today()
    found = [
        _due(room, kind, owed, walks, day)
        for room, kind, owed, walks in _books(session, centre)
        if any(one.gone is None for one in owed)
    ]
    return sorted(found, key=lambda one: (not one.late, one.covered, one.next, one.room.sort_key))


def coverage(session: Session, centre: Centre, first: date, last: date) -> list[Covered]:
    """Room by room, the weeks and months that ended from `first` to `last`, both included."""
    now = today()
    return [
        Covered(room, kind, tuple(
            Period(one.first, one.last, state_of(one, owed, walks, now))
            for one in periods(kind, first, last)
        ))
        for room, kind, owed, walks in _books(session, centre)
    ]  # fmt: skip


def _due(room: Room, kind: str, owed: Sequence[Stood], walks: Walks, now: date) -> RoomDue:
    current = period_of(kind, now)
    last = max((day for day, _signed in walks if day <= now), default=None)
    covered = last is not None and last >= current.first
    after = period_of(kind, current.last + timedelta(days=1))
    return RoomDue(
        room, kind, last, after.last if covered else current.last,
        _in_a_row(kind, current, owed, walks, now), covered,
    )  # fmt: skip


def _in_a_row(
    kind: str, current: Period, owed: Sequence[Stood], walks: Walks, now: date
) -> int:  # fmt: skip
    """Whole periods missed, one after the other, right before the running one."""
    number, one = 0, period_of(kind, current.first - timedelta(days=1))
    while state_of(one, owed, walks, now) == "missed":
        number, one = number + 1, period_of(kind, one.first - timedelta(days=1))
    return number


def _books(
    session: Session, centre: Centre | None
) -> Iterator[tuple[Room, str, list[Stood], list[tuple[date, date]]]]:
    """Room, cadence, when its lines and itself stood together, and its walks."""
    told, walked = lists(session), _walks(session)
    rooms = select(Room).join(Centre, Centre.id == Room.centre_id)
    if centre is not None:
        rooms = rooms.where(Centre.path.startswith(centre.path, autoescape=True))
    for room in session.scalars(rooms.order_by(Room.sort_key, Room.id)):
        for kind in CADENCES:
            owed = [_both(stood(room), stood(line)) for line in told.of(room, kind)]
            if owed:
                yield room, kind, owed, walked.get((room.id, kind), [])


def _both(one: Stood, other: Stood) -> Stood:
    ends = [day for day in (one.gone, other.gone) if day is not None]
    return Stood(max(one.since, other.since), min(ends, default=None))


def _walks(session: Session) -> Mapping[tuple[str, str], list[tuple[date, date]]]:
    query = select(Patrol.room_id, Patrol.kind, Patrol.at, Patrol.signed_at).where(
        Patrol.state.in_(DONE), Patrol.retired_at.is_(None)
    )
    found: dict[tuple[str, str], list[tuple[date, date]]] = {}
    row: Any
    for row in session.execute(query):
        found.setdefault((row.room_id, row.kind), []).append((today(row.at), today(row.signed_at)))
    return found
