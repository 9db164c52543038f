"""A year of month books at a glance: what each month of one centre holds, and what it lacks."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_month import kinds
from inventory.log_month_parts import state_of
from inventory.log_month_rows import oldest
from inventory.shanghai import today
from inventory.workdays import span

STAGES: Mapping[str, tuple[str, str]] = {  # the state's colour and word
    "complete": ("ok", "完整"), "lacking": ("warning", "不完整"), "running": ("info", "进行中"),
    "before": ("", "启用前"), "ahead": ("", "未到"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month: how many days are in which state (keys of `log_month_parts.STATES`), and how many
    entries stand in it; `kept` is False before the centre's first sheet, and of what is to come."""

    first: date
    kept: bool
    states: Mapping[str, int]
    entries: int

    @property
    def stage(self) -> str:
        """A key of STAGES."""
        if not self.kept:
            return "ahead" if self.states.get("ahead") else "before"
        if self.states.get("ahead"):
            return "running"
        return "lacking" if self.states.get("open") or self.states.get("unfilled") else "complete"


def year_of_log(
    session: Session, centre_id: str, year: int, now: date | None = None
) -> Sequence[MonthLine]:
    """The twelve months of that year as of the day `now`, in six queries."""
    now, first, last = now or today(), date(year, 1, 1), date(year, 12, 31)
    told, sheets = kinds(session, first, last), _sheets(session, centre_id, first, last)
    begun = oldest(session, centre_id)
    states: dict[int, Counter[str]] = defaultdict(Counter)
    for day in span(first, last):
        before = begun is None or day < begun
        states[day.month][state_of(sheets.get(day, ()), told[day][0], day > now, before)] += 1
    entries, kept = (
        _entries(session, centre_id, first, last),
        kept_in(session, centre_id, year, now),
    )
    return [
        MonthLine(begin, begin in kept, states[begin.month], entries[begin.month])
        for begin in (date(year, month, 1) for month in range(1, 13))
    ]


def kept_in(session: Session, centre_id: str, year: int, now: date | None = None) -> Sequence[date]:
    """The first days of that year's months from the centre's first sheet to the present one."""
    begun, months = oldest(session, centre_id), (date(year, month, 1) for month in range(1, 13))
    if begun is None:
        return []
    return [one for one in months if begun.replace(day=1) <= one <= (now or today())]


def years_of_log(session: Session, centre_id: str, now: date | None = None) -> Sequence[int]:
    """From the first year that has a sheet of this centre to the present one, newest first."""
    begun, present = oldest(session, centre_id), (now or today()).year
    return range(present, (begun.year if begun else present) - 1, -1)


def _sheets(
    session: Session, centre_id: str, first: date, last: date
) -> Mapping[date, Sequence[str]]:
    query = select(LogDay.day, LogDay.state).where(
        LogDay.centre_id == centre_id, LogDay.day.between(first, last)
    )
    found: dict[date, list[str]] = defaultdict(list)
    for day, state in session.execute(query):
        found[day].append(state)
    return found


def _entries(session: Session, centre_id: str, first: date, last: date) -> Mapping[int, int]:
    """Month → entries on its sheets."""
    query = (
        select(LogDay.day, func.count(LogEntry.id))
        .join(LogEntry, LogEntry.day_id == LogDay.id)
        .where(LogDay.centre_id == centre_id, LogDay.day.between(first, last))
        .where(LogEntry.retired_at.is_(None))
        .group_by(LogDay.day)
    )
    found: dict[int, int] = defaultdict(int)
    for day, number in session.execute(query):
        found[day.month] += number
    return found
