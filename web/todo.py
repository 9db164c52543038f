"""What one person must do now: asked of every module of `web.todos`, nearest deadline first.

A line links to where the matter is dealt with; once it is, the query behind it finds it no more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.role import Standing, can
from inventory.shanghai import SHANGHAI, today
from web import todos

LATE, TODAY, WEEK, LATER = "late", "today", "week", "later"
GROUPS: Mapping[str, Any] = {
    LATE: _l("逾期"), TODAY: _l("今天"), WEEK: _l("七天内"), LATER: _l("以后"),
}  # fmt: skip
AHEAD = timedelta(days=7)
LEVELS = ("critical", "warning", "info")
Deadline = date | datetime | None


@dataclass(frozen=True, slots=True)
class Todo:
    """One line: `kind` what sort of matter, `text` which one, `link` a path of this console.

    `due` is a day of Shanghai or a moment (aware), None: it waits now. `count` matters stand
    behind the line; of many, `first` names some with their addresses. `own`: nobody else can do
    it, or it is of one's own things. `why` says in words how late it is, where `due` does not.
    """

    kind: str
    text: str
    link: str
    due: Deadline = None
    level: str = "info"
    count: int = 1
    own: bool = False
    why: str = ""
    first: tuple[tuple[str, str], ...] = ()


class Source(Protocol):
    """A module of `web.todos`."""

    rights: tuple[str, ...]

    def todo(self, session: Session, who: Standing, now: datetime) -> Iterator[Todo]: ...


@cache
def sources() -> tuple[Source, ...]:
    """Every module of `web.todos`, by name."""
    names = sorted(found.name for found in iter_modules(todos.__path__))
    return tuple(cast("Source", import_module(f"{todos.__name__}.{name}")) for name in names)


def todo(database: Database, who: Standing, now: datetime) -> list[Todo]:
    """Everything this person must do, within what each of their rights reaches."""
    by_rights: dict[tuple[str, ...], list[Source]] = {}
    for source in sources():
        if all(can(who, right) for right in source.rights):
            by_rights.setdefault(source.rights, []).append(source)
    found: list[Todo] = []
    for rights, asked in by_rights.items():
        here = _narrowed(who, rights)
        with database.view(here.scope if rights else EVERYTHING) as session:
            found += [one for source in asked for one in source.todo(session, here, now)]
    return sorted(found, key=lambda one: order(one, now))


def grouped(found: Iterable[Todo], now: datetime) -> Mapping[str, list[Todo]]:
    """By when it is due, in the order of GROUPS; groups without a line are left out."""
    told: dict[str, list[Todo]] = {group: [] for group in GROUPS}
    for one in found:
        told[group_of(one.due, now)].append(one)
    return {group: lines for group, lines in told.items() if lines}


def group_of(due: Deadline, now: datetime) -> str:
    """A key of GROUPS. What has no deadline is today's; a calendar week would call what is due on
    Monday distant on a Sunday, so seven days are counted."""
    if due is None:
        return TODAY
    if isinstance(due, datetime):
        if due < now:
            return LATE
        due = today(due)
    here = today(now)
    if due < here:
        return LATE
    return TODAY if due == here else WEEK if due <= here + AHEAD else LATER


def how_near(one: Todo, now: datetime) -> str:
    """When it is due, in words: 逾期 3 天, 今天 20:00, 周五; "" when it has no deadline."""
    if one.why or one.due is None:
        return one.why
    day = today(one.due) if isinstance(one.due, datetime) else one.due
    days = (day - today(now)).days
    if group_of(one.due, now) == LATE:
        return str(_("逾期 %(n)s 天", n=-days) if days else _("已过 %(at)s", at=_clock(one.due)))
    if days == 0:
        at = f" {_clock(one.due)}" if isinstance(one.due, datetime) else ""
        return f"{_('今天')}{at}"
    return str(_("还有 %(n)s 天", n=days))


def _clock(due: Deadline) -> str:
    return f"{due.astimezone(SHANGHAI):%H:%M}" if isinstance(due, datetime) else ""


def _narrowed(who: Standing, rights: Sequence[str]) -> Standing:
    for right in rights:
        who = who.narrowed(right)
    return who


def order(one: Todo, now: datetime) -> tuple[Any, ...]:
    """Overdue first, then one's own, the worst, the longest due."""
    group = list(GROUPS).index(group_of(one.due, now))
    return group, not one.own, LEVELS.index(one.level), _moment(one.due, now), one.kind, one.text


def _moment(due: Deadline, now: datetime) -> datetime:
    """A day is over at its end; what has no deadline stands behind what has one."""
    if due is None:
        return datetime.max.replace(tzinfo=UTC)
    return due if isinstance(due, datetime) else midnight(due + timedelta(days=1))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def told(found: Sequence[Todo], now: datetime) -> Mapping[str, Any]:
    """The lines as JSON has them, and how many matters each group has."""
    counts = dict.fromkeys(GROUPS, 0)
    for one in found:
        counts[group_of(one.due, now)] += one.count
    return {"items": [_line(one, now) for one in found], "counts": counts}


def _line(one: Todo, now: datetime) -> Mapping[str, Any]:
    names = ("kind", "text", "link", "level", "count", "own")
    due = one.due.astimezone(UTC) if isinstance(one.due, datetime) else one.due
    return {
        **{name: getattr(one, name) for name in names},
        "group": group_of(one.due, now), "when": how_near(one, now),
        "due": due.isoformat() if due else None,
        "first": [{"text": text, "link": link} for text, link in one.first],
    }  # fmt: skip
