"""How a source of `web.todos` puts many matters on few lines, and asks for few rows of many."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Date, Select, func, select
from sqlalchemy.orm import Session

from inventory.shanghai import today
from web.todo import AHEAD, LEVELS, Todo, grouped, midnight, order

FEW = 3  # so many of one kind stand on lines of their own; of more, these are named
Row = Any


def lines(kind: str, few: Sequence[Todo], total: int, link: str) -> Iterator[Todo]:
    """The matters of one kind and one group: each on its own line while they are few; of more,
    one line with their number, the way to the list, and the first few by name."""
    if total <= FEW:
        yield from few
        return
    kept, told = few[0], few[:FEW]
    worst = min((one.level for one in few), key=LEVELS.index)
    yield replace(
        kept, kind=kind, text=kind, link=link, count=total, level=worst, why="",
        own=all(one.own for one in few), first=tuple((one.text, one.link) for one in told),
    )  # fmt: skip


def gathered(kind: str, found: Iterable[Todo], link: str, now: datetime) -> Iterator[Todo]:
    """The same of matters that are in memory, group by group, nearest deadline first."""
    for mine in grouped(found, now).values():
        yield from lines(kind, sorted(mine, key=lambda one: order(one, now)), len(mine), link)


def listed(
    session: Session, query: Select[Any], line: Callable[[Row], Todo], kind: str, link: str
) -> Iterator[Todo]:
    """The same of an ordered query, however many rows it finds: one count and four are read."""
    rows = session.scalars(query.limit(FEW + 1)).all()
    if rows:
        total = len(rows) if len(rows) <= FEW else number(session, query)
        yield from lines(kind, [line(row) for row in rows], total, link)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Open rows of one register, each due `allowed` after what the column `due` says."""

    kind: str
    link: str
    query: Select[Any]
    due: Any
    line: Callable[[Row], Todo]
    allowed: timedelta = timedelta(0)

    def todo(self, session: Session, now: datetime) -> Iterator[Todo]:
        """Group by group, so that what is overdue is never lost among many that are not."""
        for begin, end in _spans(now, isinstance(self.due.type, Date)):
            part = self.query
            part = part if begin is None else part.where(self.due >= begin - self.allowed)
            part = part if end is None else part.where(self.due < end - self.allowed)
            part = part.order_by(self.due)
            yield from listed(session, part, self.line, self.kind, self.link)


def number(session: Session, query: Select[Any]) -> int:
    """How many rows a query finds."""
    every = query.order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(every)) or 0


def _spans(now: datetime, days: bool) -> Iterator[tuple[Any, Any]]:
    """The groups as half-open spans, of days or of moments."""
    here = today(now)
    ends: list[Any] = [here, here + timedelta(days=1), here + AHEAD + timedelta(days=1)]
    if not days:
        ends = [now, *(midnight(day) for day in ends[1:])]
    yield from zip([None, *ends], [*ends, None], strict=True)
