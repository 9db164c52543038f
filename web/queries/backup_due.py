"""What of data backups is due in a month: periods of the sources, discs, the archive, drills, the
yearly looks (Articles 141–143; duties E1–E3, E6–E8, E10)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.archive_transfer import ArchiveTransfer
from inventory.backup_key import BackupKey
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import bounds, opens, period_of, periods
from inventory.disc import Disc
from inventory.disc_set import DiscSet
from inventory.drill import KINDS
from inventory.drill_due import Lacking, lacking
from inventory.medium import Medium
from inventory.shanghai import SHANGHAI, today

DONE, LATE, DUE, AHEAD = "done", "late", "due", "ahead"
_KEPT = ("good", "expired")
_PROVED = timedelta(days=365)
_SOON = timedelta(days=14)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Owed:
    """One matter: the last day for it, its sort (a key of SORTS), what it is about, the page where
    it is dealt with, and DONE, LATE, DUE (its time has come) or AHEAD."""

    day: date
    sort: str
    about: str
    link: str
    state: str


@dataclass(frozen=True, slots=True)
class Month:
    """The first and last day looked at, and what day it is."""

    first: date
    last: date
    today: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def month_of(day: date, now: datetime) -> Month:
    first, last = bounds(period_of("monthly", day))
    return Month(first, last, today(now))


def owed(session: Session, month: Month) -> list[Owed]:
    """Everything of this month, by day."""
    sources = session.scalars(select(BackupSource).where(BackupSource.retired_at.is_(None))).all()
    found = [
        *_runs(session, sources, month), *_discs(session, month), *_archive(session, month),
        *_drills(session, month), *_yearly(session, month),
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.day, one.sort, one.about))


def _runs(session: Session, sources: Iterable[BackupSource], month: Month) -> Iterator[Owed]:
    kept = select(BackupSet.source_id, BackupSet.period).where(BackupSet.state.in_(_KEPT))
    near = kept.where(BackupSet.started_at >= _midnight(month.first - timedelta(days=370)))
    done = {(source, period) for source, period in session.execute(near)}
    for one in sources:
        if not one.paused and one.since:
            for period in _opening(one, month):
                link = f"/r/backup-sources/{one.id}"
                state = DONE if (one.id, period) in done else _state(bounds(period)[1], month)
                opened = opens(period, one.day, one.hour).date()
                if state == DUE and opened > month.today:
                    state = AHEAD
                yield Owed(opened, "run", f"{one.name} {period}", link, state)


def _opening(source: BackupSource, month: Month) -> Iterator[str]:
    """The periods that are to be begun this month; a daily source would fill every line: it is
    told for today alone."""
    if source.cadence == "daily":
        if month.holds(month.today) and source.since and source.since <= month.today:
            yield period_of("daily", month.today)
        return
    for period in periods(source.cadence, source.since or month.last, month.last):
        if month.holds(opens(period, source.day, source.hour).date()):
            yield period


def _discs(session: Session, month: Month) -> Iterator[Owed]:
    """A quarter's discs are made in the month after it."""
    before = period_of("quarterly", month.first - _DAY)
    if bounds(before)[1] == month.first - _DAY and _anything(session, bounds(before)[1]):
        query = select(DiscSet).where(DiscSet.period == before, DiscSet.retired_at.is_(None))
        rows = session.scalars(query.order_by(DiscSet.id.desc())).all()
        closed = any(one.state == "closed" for one in rows)
        link = f"/r/disc-sets/{rows[0].id}" if rows else "/r/disc-sets"
        yield Owed(month.last, "discs", before, link, DONE if closed else _state(month.last, month))
    stored = select(Disc).where(Disc.state == "stored", Disc.recheck_on.between(*_span(month)))
    for disc in session.scalars(stored):
        day = disc.recheck_on or month.last
        yield Owed(day, "recheck", disc.identifier, f"/r/discs/{disc.id}", _state(day, month))


def _archive(session: Session, month: Month) -> Iterator[Owed]:
    """Last year's backups go to the archive room by 31 January (Article 143)."""
    year = month.first.year - 1
    if month.first.month != 1 or not _anything(session, date(year, 12, 31)):
        return
    query = select(ArchiveTransfer).where(ArchiveTransfer.year == year)
    rows = session.scalars(query.where(ArchiveTransfer.retired_at.is_(None))).all()
    done = any(one.state == "done" for one in rows)
    link = f"/r/archive-transfers/{rows[0].id}" if rows else "/r/archive-transfers"
    yield Owed(month.last, "archive", str(year), link, DONE if done else _state(month.last, month))


def _drills(session: Session, month: Month) -> Iterator[Owed]:
    for one in lacking(session, month.today):
        if month.holds(one.due):
            yield _drill(one, month)


def _drill(one: Lacking, month: Month) -> Owed:
    about = one.title or KINDS["disc"]
    link = f"/backups/drills/new?set={one.set_id}" if one.set_id else "/backups/drills/new"
    return Owed(one.due, "drill", about, link, _state(one.due, month))


def _yearly(session: Session, month: Month) -> Iterator[Owed]:
    kept = select(BackupKey).where(BackupKey.state == "escrowed", BackupKey.retired_at.is_(None))
    for key in session.scalars(kept):
        proved = key.proved_on or key.escrowed_on
        if proved and month.holds(proved + _PROVED):
            day, link = proved + _PROVED, f"/r/backup-keys/{key.id}"
            yield Owed(day, "key", key.number, link, _state(day, month))
    out = select(Medium).where(Medium.state == "out", Medium.due_on.between(*_span(month)))
    for medium in session.scalars(out):
        day = medium.due_on or month.last
        yield Owed(day, "medium", medium.label, f"/r/media/{medium.id}", _state(day, month))


def _anything(session: Session, until: date) -> bool:
    """Was there any source by then? Before, nothing is owed."""
    query = select(BackupSource.id).where(BackupSource.since <= until).limit(1)
    return session.scalar(query) is not None


def _state(day: date, month: Month) -> str:
    if day < month.today:
        return LATE
    return DUE if day <= max(month.today, month.last) and month.holds(month.today) else AHEAD


def _span(month: Month) -> tuple[date, date]:
    return month.first, month.last


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def outstanding(session: Session, now: datetime) -> Iterator[Owed]:
    """What is not done and should be begun now: the discs of the last quarter, last year's archive,
    drills and yearly proofs of the next weeks."""
    day = today(now)
    month = Month(day, day + _SOON, day)
    quarter = bounds(period_of("quarterly", day))[0]
    made = Month(quarter, _month_end(quarter), day)
    year = Month(date(day.year, 1, 1), date(day.year, 1, 31), day)
    told = [one for one in _discs(session, made) if one.sort == "discs"]
    told += _archive(session, year)
    yield from (one for one in told if one.state != DONE)
    for row in lacking(session, day):
        if row.due <= month.last or row.overdue(day):
            yield _drill(row, month)
    yield from (one for one in _yearly(session, month) if one.sort == "key")


def _month_end(day: date) -> date:
    return bounds(period_of("monthly", day))[1]
