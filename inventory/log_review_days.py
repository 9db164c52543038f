"""Which days' records were read in time: every calendar day by a signed review, at latest on the
next working day (Article 117; duty A18)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import CENTRE_TIERS, Centre
from inventory.device import Device
from inventory.keys import made_at
from inventory.log_review import LogReview
from inventory.shanghai import today
from inventory.workdays import span, workdays

KINDS = ("server", "firewall")  # whose records the article speaks of
_HOLIDAY = timedelta(days=20)  # longer than any the calendar knows


@dataclass(frozen=True, slots=True)
class Read:
    """A signed review: the days it covers and the day it was signed."""

    id: str
    first: date
    last: date
    signed: date


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day: the review (its id) that covers it first, whether that came late, whether
    it is missing still; all empty on days that are nobody's duty (yet)."""

    day: date
    deadline: date
    review: str = ""
    late: bool = False
    missing: bool = False
    waiting: bool = False  # not read yet, and still in time


def coverage(
    session: Session, centre_id: str, first: date, last: date, now: date | None = None
) -> list[Day]:
    """How it stands with every day from `first` to `last`, both included. Days before the centre
    stood in the book are nobody's."""
    at = now or today()
    working = workdays(session, first + timedelta(days=1), last + _HOLIDAY)
    reads, since = _reads(session, centre_id, first, last), today(made_at(centre_id))
    return [judged(day, working, reads, since, at) for day in span(first, last)]


def judged(
    day: date, working: Sequence[date], reads: Iterable[Read], since: date, now: date
) -> Day:  # fmt: skip
    """Pure: one day, judged on the day `now`; `working` are working days in their order."""
    deadline = next((one for one in working if one > day), day + _HOLIDAY)
    mine = min(
        (one for one in reads if one.first <= day <= one.last),
        key=lambda one: (one.signed, one.id), default=None,
    )  # fmt: skip
    if mine is not None:
        return Day(day, deadline, mine.id, late=mine.signed > deadline and day >= since)
    owed = since <= day < now
    return Day(day, deadline, missing=owed and now > deadline, waiting=owed and now <= deadline)


def uncovered(session: Session, centre_id: str, now: date) -> list[Day]:
    """The days of the last month up to yesterday that nobody has read and signed for."""
    days = coverage(session, centre_id, now - timedelta(days=31), now - timedelta(days=1), now)
    return [one for one in days if one.missing or one.waiting]


def sources(session: Session, centre: Centre) -> Sequence[Device]:
    """The living servers and firewalls of a centre and its units, not those of centres below."""
    below = select(Centre.path).where(
        Centre.path.startswith(centre.path, autoescape=True), Centre.id != centre.id,
        Centre.tier.in_(CENTRE_TIERS),
    )  # fmt: skip
    others = tuple(session.scalars(below))
    query = (
        select(Device, Centre.path)
        .join(Centre, Centre.id == Device.centre_id)
        .where(Centre.path.startswith(centre.path, autoescape=True))
        .where(Device.kind.in_(KINDS), Device.retired_at.is_(None))
    )
    rows = session.execute(query.order_by(Device.kind.desc(), Device.sort_key, Device.id))
    return [device for device, path in rows if not path.startswith(others)]


def reading_centres(session: Session) -> Mapping[str, Centre]:
    """The centres (id → row) that have servers or firewalls, and so have records to read."""
    query = select(Device.centre_id).where(Device.kind.in_(KINDS), Device.retired_at.is_(None))
    found: dict[str, Centre] = {}
    for place in session.scalars(query.distinct()):
        centre = _centre_of(session, place)
        if centre is not None:
            found[centre.id] = centre
    return found


def _centre_of(session: Session, centre_id: str) -> Centre | None:
    """The centre that a unit belongs to."""
    one = session.get(Centre, centre_id)
    while one is not None and one.tier not in CENTRE_TIERS:
        one = session.get(Centre, one.parent_id) if one.parent_id else None
    return one


def _reads(session: Session, centre_id: str, first: date, last: date) -> list[Read]:
    query = select(LogReview.id, LogReview.from_day, LogReview.to_day, LogReview.signed_at).where(
        LogReview.centre_id == centre_id, LogReview.state == "signed",
        LogReview.retired_at.is_(None), LogReview.from_day <= last, LogReview.to_day >= first,
    )  # fmt: skip
    rows = session.execute(query)
    return [Read(row.id, row.from_day, row.to_day, today(row.signed_at)) for row in rows]
