"""Who is on duty, and therefore signs the day sheet: on a working day everybody who holds one of
the jobs at the devices there, unless the roster says otherwise (Articles 26 and 105)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.duty_roster import DutyRoster
from inventory.grant import Grant
from inventory.person import Person
from inventory.role import HANDS_ON
from inventory.shanghai import SHANGHAI
from inventory.text import zh_sort_key
from inventory.workdays import span, workdays


@dataclass(frozen=True, slots=True)
class _Post:
    """One grant of a job at the devices: whose, on which days, agreed and ended when (UTC)."""

    id: str
    name: str
    starts: date | None
    ends: date | None
    agreed_at: datetime
    over_at: datetime | None

    def held_on(self, day: date) -> bool:
        """Held at the end of that day: whoever lost it meanwhile could not sign any more."""
        close = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
        return (
            (self.starts is None or self.starts <= day)
            and (self.ends is None or day <= self.ends)
            and self.agreed_at < close
            and (self.over_at is None or self.over_at >= close)
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the roster."""

    id: str
    name: str
    kind: str
    shift: str
    starts: date
    ends: date


def on_duty(session: Session, centre_id: str, day: date, shift: str = "day") -> dict[str, str]:
    """Person id → name of whoever is on duty at exactly this centre in that shift, as it was on a
    day gone by; whatever the session's scope."""
    return on_duty_days(session, centre_id, day, day, shift)[day]


def on_duty_days(
    session: Session, centre_id: str, first: date, last: date, shift: str = "day"
) -> dict[date, dict[str, str]]:
    """The same for every day from `first` to `last`, both included, in three queries."""
    lines = _lines(session, centre_id, first, last)
    posts = _posts(session, centre_id, first, last) if shift == "day" else []
    working = set(workdays(session, first, last)) if shift == "day" else set()
    return {
        day: _named(_of_day(day, shift, lines, posts if day in working else ()))
        for day in span(first, last)
    }


def away_days(
    session: Session, centre_id: str, first: date, last: date
) -> dict[date, dict[str, str]]:
    """Person id → name of whoever the roster says is away, for every day from `first` to `last`."""
    lines = [one for one in _lines(session, centre_id, first, last) if one.kind == "off"]
    return {
        day: _named((one.id, one.name) for one in lines if one.starts <= day <= one.ends)
        for day in span(first, last)
    }


def _of_day(
    day: date, shift: str, lines: Iterable[_Line], posts: Iterable[_Post]
) -> Iterator[tuple[str, str]]:
    told = [one for one in lines if one.starts <= day <= one.ends]
    rostered = [(one.id, one.name) for one in told if (one.kind, one.shift) == ("on", shift)]
    away = {one.id for one in told if one.kind == "off"}
    held = [(one.id, one.name) for one in posts if one.held_on(day) and one.id not in away]
    return iter(rostered or held)


def _named(people: Iterable[tuple[str, str]]) -> dict[str, str]:
    """In the order of their names, as the registers have it."""
    return dict(sorted(set(people), key=lambda one: (zh_sort_key(one[1]), one[0])))


def _lines(session: Session, centre_id: str, first: date, last: date) -> Sequence[_Line]:
    line, person = DutyRoster.__table__, Person.__table__
    query = (
        select(line.c.person_id, person.c.name, line.c.kind, line.c.shift, line.c.starts,
               line.c.ends)
        .join(person, person.c.id == line.c.person_id)
        .where(line.c.centre_id == centre_id, line.c.retired_at.is_(None))
        .where(line.c.starts <= last, line.c.ends >= first)
    )  # fmt: skip
    return [_Line(*row) for row in session.connection().execute(query)]


def _posts(session: Session, centre_id: str, first: date, last: date) -> Sequence[_Post]:
    """Grants of the jobs at the devices over this centre itself. Break-glass ones and delegations
    lend a right for hours, they put nobody on duty."""
    grant, person = Grant.__table__, Person.__table__
    query = (
        select(grant.c.person_id, person.c.name, grant.c.starts, grant.c.ends, grant.c.agreed_at,
               grant.c.retired_at, person.c.retired_at.label("gone_at"))
        .join(person, person.c.id == grant.c.person_id)
        .where(grant.c.centre_id == centre_id, grant.c.role.in_(HANDS_ON))
        .where(grant.c.agreed_at.is_not(None), grant.c.lapses_at.is_(None))
        .where(or_(grant.c.starts.is_(None), grant.c.starts <= last))
        .where(or_(grant.c.ends.is_(None), grant.c.ends >= first))
    )  # fmt: skip
    rows = session.connection().execute(query).all()
    return [_Post(*row[:5], _earliest(row.retired_at, row.gone_at)) for row in rows]


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)
