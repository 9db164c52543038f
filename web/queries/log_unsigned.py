"""What the page of who has not signed shows: one centre's month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_day import LogDay
from inventory.log_rules import house
from inventory.log_sections import LOG_TIERS
from inventory.log_signed import MARKS, Line, signed_days
from inventory.role import Standing
from inventory.shanghai import month_after, today
from inventory.workdays import span, workdays


@dataclass(frozen=True, slots=True)
class Month:
    """Person by day: `days` are the working days and those on which somebody was on duty or wrote;
    `open` are the month's sheets that no leader has signed."""

    first: date
    centre: Centre | None
    centres: Sequence[Centre]
    days: Sequence[date]
    lines: Sequence[Line]
    open: Sequence[LogDay]

    @property
    def missing(self) -> int:
        return sum(mark == "missing" for line in self.lines for mark in line.days.values())


def month(session: Session, who: Standing, first: date, centre_id: str) -> Month:
    """`first` is the first day of the month; of an unknown centre, one's own is shown."""
    centres = _centres(session)
    by_id = {one.id: one for one in centres}
    own = by_id.get(house(session, who.centre_id) or "", centres[0] if centres else None)
    centre = by_id.get(centre_id, own)
    if centre is None:
        return Month(first, None, (), (), (), ())
    last = date.fromordinal(month_after(first).toordinal() - 1)
    lines = signed_days(session, centre.id, first, last)
    told = set(workdays(session, first, last)) | {day for line in lines for day in line.days}
    days = [day for day in span(first, min(last, today())) if day in told]
    query = select(LogDay).where(
        LogDay.centre_id == centre.id, LogDay.day.between(first, last), LogDay.state != "signed"
    )
    waiting = session.scalars(query.order_by(LogDay.day, LogDay.shift)).all()
    return Month(first, centre, centres, days, lines, waiting)


def sheet(told: Month) -> tuple[Sequence[str], Iterator[tuple[str, ...]]]:
    """The same as a table of texts: heads and rows."""
    heads = ("姓名", *(f"{day:%m-%d}" for day in told.days), "未签天数")
    rows = (
        (
            line.name, *(MARKS[line.days.get(day, "off")] for day in told.days),
            str(sum(mark == "missing" for mark in line.days.values())),
        )
        for line in told.lines
    )  # fmt: skip
    return heads, rows


def _centres(session: Session) -> Sequence[Centre]:
    """Whoever keeps a log, within the session's scope, in the order of the tree."""
    query = select(Centre).where(Centre.tier.in_(LOG_TIERS), Centre.retired_at.is_(None))
    return session.scalars(query.order_by(Centre.code)).all()
