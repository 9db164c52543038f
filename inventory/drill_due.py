"""Which drills are owed: of each source a good one every half-year, and once a year an old disc
opened with nothing but the key sheet (duty E10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.drill import Drill
from inventory.shanghai import SHANGHAI, today

_HALF, _YEAR = timedelta(days=183), timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Lacking:
    """One drill that is owed by `due`. `source_id` and `set_id` (its newest good backup) are ""
    for the old disc; `last` is when the last good one ended, None for never; `since` when there
    was first something to try."""

    title: str
    centre_id: str
    due: date
    last: datetime | None
    since: date
    source_id: str = ""
    set_id: str = ""

    def overdue(self, day: date) -> bool:
        """Has a whole half-year (for the old disc a year) gone by without a good one? Until then
        it is on the list, and nobody is behind."""
        begun = today(self.last) if self.last else self.since
        return begun + (_HALF if self.source_id else _YEAR) <= day


def half_year(day: date) -> tuple[date, date]:
    """The first and the last day of the half-year a day is in."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 6, 30)
    return date(day.year, 7, 1), date(day.year, 12, 31)


def lacking(session: Session, day: date) -> list[Lacking]:
    """What is owed on a day within the session's scope, by sources. A source that has no good
    backup yet owes that first, and no drill."""
    return [*_sources(session, day), *_discs(session, day)]


def _sources(session: Session, day: date) -> Iterator[Lacking]:
    first, due = half_year(day)
    done = dict(_last(session, Drill.source_id, Drill.kind != "disc"))
    newest = select(BackupSet.source_id, func.max(BackupSet.id)).where(BackupSet.state == "good")
    found = session.execute(newest.group_by(BackupSet.source_id))
    sets = {str(row[0]): str(row[1]) for row in found}
    query = select(BackupSource).where(
        BackupSource.retired_at.is_(None), BackupSource.paused.is_(False)
    )
    for source in session.scalars(query.order_by(BackupSource.name, BackupSource.id)):
        last = done.get(source.id)
        if source.id in sets and not _since(last, first):
            since = source.since or day
            told = (source.id, sets[source.id])
            yield Lacking(source.name, source.centre_id, due, last, since, *told)


def _discs(session: Session, day: date) -> Iterator[Lacking]:
    """Of each centre that has backups older than this year."""
    first = date(day.year, 1, 1)
    done = dict(_last(session, Drill.centre_id, Drill.kind == "disc"))
    old = select(BackupSet.centre_id, func.min(BackupSet.started_at)).where(
        BackupSet.state.in_(("good", "expired")), BackupSet.started_at < _at(first)
    )
    found = session.execute(old.group_by(BackupSet.centre_id).order_by(BackupSet.centre_id))
    for centre_id, began in found:
        last = done.get(centre_id)
        if not _since(last, first):
            yield Lacking("", centre_id, date(day.year, 12, 31), last, today(began))


def _last(session: Session, column: object, kind: object) -> Iterator[tuple[str, datetime]]:
    """When the last good drill of each ended."""
    query = select(column, func.max(Drill.ended_at)).where(Drill.verdict == "good", kind)  # type: ignore[call-overload]
    for key, at in session.execute(query.group_by(column)):
        if key is not None:
            yield key, at


def _since(at: datetime | None, first: date) -> bool:
    return at is not None and at >= _at(first)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
