"""One's own days in the duty log that are not signed, and sheets that have not gone up."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_day import STATES, WRITABLE, LogDay
from inventory.log_signed import GRACE, signed_days
from inventory.role import Standing
from inventory.shanghai import SHANGHAI, today
from web.queries.homes import homes
from web.todo import Todo
from web.todo_lines import Wanted, gathered

rights = ("view", "record")
_BACK, _DAY = timedelta(days=31), timedelta(days=1)


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    for centre in homes(session, who):
        yield from _mine(session, centre, who, now)
        yield from _open(session, centre, now)


def _mine(session: Session, centre: Centre, who: Standing, now: datetime) -> Iterator[Todo]:
    """The last month, as the table of signatures has it."""
    kind, day = _("工作日志待您签字"), today(now)
    told = signed_days(session, centre.id, day - _BACK, day, now)
    owed = (at for one in told if one.id == who.id for at, mark in one.days.items()
            if mark in ("due", "missing"))  # fmt: skip
    found = (
        Todo(kind, _("%(day)s 填报签字，没有事项的签“无”", day=at),
             f"/log/?centre={centre.id}&day={at}", at if at == day else _until(at), own=True)
        for at in owed
    )  # fmt: skip
    yield from gathered(kind, found, f"/log/unsigned?centre={centre.id}", now)


def _open(session: Session, centre: Centre, now: datetime) -> Iterator[Todo]:
    """Sheets of days gone by that nobody has handed in, those sent back among them."""
    kind = _("工作日志待提交")
    query = select(LogDay).where(
        LogDay.centre_id == centre.id, LogDay.state.in_(WRITABLE), LogDay.day < today(now)
    )

    def line(one: LogDay) -> Todo:
        back = one.state == "returned"
        text = f"{one.label}（{_(STATES[one.state])}）"
        link = f"/log/?centre={one.centre_id}&day={one.day}&shift={one.shift}"
        return Todo(kind, text, link, one.day + _DAY, "warning" if back else "info")

    link = f"/r/log-days?state={','.join(WRITABLE)}"
    yield from Wanted(kind, link, query, LogDay.day, line, _DAY).todo(session, now)


def _until(day: date) -> datetime:
    return datetime.combine(day + _DAY, time(), SHANGHAI) + GRACE
