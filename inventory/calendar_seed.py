"""The official days of the years the console was built with, so that nobody has to type them.

From the package `chinesecalendar` (MIT), which is made from the State Council's yearly notices.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from chinese_calendar.constants import Holiday, holidays, workdays
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.home import home_fact
from inventory.shanghai import today
from inventory.workdays import CalendarDay

_SOURCE = "国务院办公厅关于{year}年部分节假日安排的通知"


def keep_calendar(database: Database, now: datetime | None = None) -> None:
    """Bring an existing home the years it knows nothing of: at an upgrade, or the first time. Does
    nothing in every other home, however often it is called."""
    day = today(now)
    with database.view(EVERYTHING) as session:
        if not home_fact(session, "centre") or not _unknown(session, day):
            return
    with database.transaction(system("载入工作日历", "upgrade")) as session:
        plant_calendar(session, home_fact(session, "centre"), day)


def plant_calendar(session: Session, centre_id: str, day: date) -> None:
    """Record last year's days and all later ones that are known, for years without any: what
    people have written, or put away, stays as it is."""
    for year in _unknown(session, day):
        session.add_all(CalendarDay(centre_id=centre_id, **facts) for facts in _days(year))


def _unknown(session: Session, day: date) -> list[int]:
    """The years we could tell that the register knows nothing of, not even put away."""
    table = CalendarDay.__table__
    known = {told.year for told in session.connection().scalars(select(table.c.day))}
    ours = {told.year for told in holidays if told.year >= day.year - 1}
    return sorted(ours - known)


def _days(year: int) -> Iterator[dict[str, object]]:
    told: Mapping[str, Mapping[date, str]] = {"holiday": holidays, "makeup": workdays}
    for kind, days in told.items():
        for day in sorted(one for one in days if one.year == year):
            name, source = Holiday(days[day]).chinese, _SOURCE.format(year=year)
            yield {"day": day, "kind": kind, "name": name, "source": source}
