"""A month of duty as its page tells it: which days the office works, who is on, who is away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from inventory.on_duty import away_days, on_duty_days
from inventory.workdays import by_weekday, calendar
from web.queries.visits import days_of

People = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `kind` is a key of the calendar's KINDS, "" for what its weekday says; `name` the
    holiday; the people are id → name."""

    day: date
    kind: str
    name: str
    on: People
    by_night: People
    away: People

    @property
    def works(self) -> bool:
        """Does the office work on that day?"""
        return self.kind == "makeup" or (not self.kind and by_weekday(self.day))


def month(session: Session, centre_id: str, first: date) -> list[Day]:
    """The days of the month that begins on `first`, at one centre; a handful of queries."""
    last = date.fromordinal(days_of(first)[1].toordinal() - 1)
    told = calendar(session, first, last)
    on, by_night = (on_duty_days(session, centre_id, first, last, s) for s in ("day", "night"))
    away = away_days(session, centre_id, first, last)
    return [Day(day, *told.get(day, ("", "")), on[day], by_night[day], away[day]) for day in on]
