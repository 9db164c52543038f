"""One day of one centre's duty log, as its page tells it: what stands there, what is missing, who
has signed, and what the console proposes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_book import content_of, entries_of, owing, shares_of
from inventory.log_day import WRITABLE, LogDay, out_of_time
from inventory.log_rules import house, mandatory
from inventory.log_sections import LOG_TIERS, SECTIONS
from inventory.log_share import LogShare
from inventory.log_sheet import locked, share_of
from inventory.on_duty import on_duty
from inventory.registers.log_phrase import phrases
from inventory.revision import hash_of
from inventory.role import Standing, can
from inventory.workdays import CalendarDay, by_weekday, provisional
from web.queries.log_lines import Line, Proposed, drafts_of, lines_of


@dataclass(frozen=True, slots=True)
class Place:
    """Which sheet: `sheet` is None while nobody has written on it."""

    centre: Centre
    day: date
    shift: str
    sheet: LogDay | None


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the sheet; `must` it hold something before the sheet goes up?"""

    key: str
    label: str
    must: bool
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who was on duty, or wrote: their part, None while they have none."""

    name: str
    share: LogShare | None


@dataclass(frozen=True, slots=True)
class Book:
    """The day as its page draws it. `shut` is why the person asking cannot write here, "" when
    they can; `seen` the digest of their part as shown, `number` its entries."""

    place: Place
    calendar: tuple[str, str]
    provisional: bool
    people: Sequence[Signer]
    sections: Sequence[Section]
    missing: Mapping[str, str]
    drafts: Sequence[Proposed]
    waiting: int
    may_record: bool
    shut: str
    mine: LogShare | None
    seen: str
    number: int
    owed: Mapping[str, str]
    phrases: Mapping[str, tuple[str, ...]]
    nights: bool
    centres: int

    @property
    def open(self) -> bool:
        """May the person asking write on this day?"""
        return self.may_record and not self.shut

    def others_owe(self, person_id: str) -> bool:
        """Does the sheet still want somebody else's signature?"""
        return bool(self.owed.keys() - {person_id})


def place_of(
    session: Session, who: Standing, centre_id: str, day: date, shift: str
) -> Place | None:
    """The sheet asked about: of this unit, or of the person's own; None outside the scope, and
    where no log is kept."""
    key = centre_id or house(session, who.centre_id) or ""
    centre = session.get(Centre, key)
    if centre is None and not centre_id:
        kept = select(Centre).where(Centre.tier.in_(LOG_TIERS), Centre.retired_at.is_(None))
        centre = session.scalars(kept.order_by(Centre.path).limit(1)).first()
    if centre is None or centre.tier not in LOG_TIERS:
        return None
    query = select(LogDay).where(
        LogDay.centre_id == centre.id, LogDay.day == day, LogDay.shift == shift
    )
    return Place(centre, day, shift, session.scalars(query).first())


def book_of(session: Session, place: Place, who: Standing) -> Book:
    """Everything the page of a day tells."""
    sheet, centre = place.sheet, place.centre
    lines, people = _lines(session, place, who), _people(session, place)
    must = mandatory(session, centre) if sheet is not None or people else ()
    told = [
        Section(key, label, key in must, [one for one in lines if one.row.section == key])
        for key, label in SECTIONS.items()
    ]
    empty = {one.key: one.label for one in told if one.must and not one.lines}
    drafts, waiting = drafts_of(session, centre.id, place.day)
    return Book(
        place, calendar_of(session, place.day), provisional(session, place.day.year),
        people, told, empty, drafts, waiting,
        can(who, "record", centre), _shut(session, place, who),
        share_of(session, sheet.id, who.id) if sheet else None, seen_of(session, sheet, who.id),
        sum(1 for one in lines if one.row.author_id == who.id), _owed(session, place),
        phrases(session, centre), _nights(session, place), _centres(session),
    )  # fmt: skip


def seen_of(session: Session, sheet: LogDay | None, person_id: str) -> str:
    """The digest of one's part as it is shown, also of a sheet that nobody has begun."""
    return content_of(session, sheet, person_id) if sheet is not None else hash_of("[]")


def calendar_of(session: Session, day: date) -> tuple[str, str]:
    """(what kind of day it is, the feast it belongs to)."""
    query = select(CalendarDay.__table__.c.kind, CalendarDay.__table__.c.name).where(
        CalendarDay.__table__.c.day == day, CalendarDay.__table__.c.retired_at.is_(None)
    )
    told = session.connection().execute(query).first()
    if told is not None:
        return ("节假日" if told.kind == "holiday" else "调休上班"), told.name
    return ("工作日" if by_weekday(day) else "休息日"), ""


def _shut(session: Session, place: Place, who: Standing) -> str:
    if place.sheet is None:
        return out_of_time(place.day)
    return locked(session, place.sheet.id, who.id)


def _owed(session: Session, place: Place) -> Mapping[str, str]:
    if place.sheet is not None:
        return owing(session, place.sheet)
    return on_duty(session, place.centre.id, place.day, place.shift)


def _people(session: Session, place: Place) -> list[Signer]:
    duty = on_duty(session, place.centre.id, place.day, place.shift)
    shares = {one.author_id: one for one in shares_of(session, place.sheet)} if place.sheet else {}
    names = duty | {key: one.author for key, one in shares.items()}
    return [Signer(name, shares.get(key)) for key, name in names.items()]


def _lines(session: Session, place: Place, who: Standing) -> list[Line]:
    if place.sheet is None:
        return []
    free = can(who, "record", place.centre) and not _shut(session, place, who)
    still = place.sheet.state not in WRITABLE
    parts = shares_of(session, place.sheet)
    fixed = {one.author_id for one in parts if still or one.state == "signed"}
    return lines_of(session, entries_of(session, place.sheet), who.id if free else "", fixed)


def _nights(session: Session, place: Place) -> bool:
    """Has this unit a night shift on that day, or the one before?"""
    since = place.day - timedelta(days=1)
    query = select(LogDay.id).where(
        LogDay.centre_id == place.centre.id, LogDay.shift == "night", LogDay.day >= since
    )
    known = session.scalars(query.limit(1)).first() is not None
    return known or bool(on_duty(session, place.centre.id, place.day, "night"))


def _centres(session: Session) -> int:
    query = select(func.count()).select_from(Centre)
    return session.scalar(query.where(Centre.tier.in_(LOG_TIERS), Centre.retired_at.is_(None))) or 0
