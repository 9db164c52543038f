"""Day sheets that wait for the leader's signature, and errors that wait to be checked."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from inventory import error_record
from inventory.error_record import ErrorRecord
from inventory.guard import centres_within
from inventory.log_day import REVIEW_WITHIN, LogDay
from inventory.revision import Revision
from inventory.role import Standing
from web.queries.log_sheets import waiting
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "sign")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    """Sheets first: they are due within a week of being submitted."""
    read, check = _("工作日志待审阅"), _("差错登记待审核")
    errors = select(ErrorRecord).where(
        ErrorRecord.state == "filled", ErrorRecord.retired_at.is_(None), *_of_others(who)
    )

    def sheet(one: LogDay) -> Todo:
        due = one.submitted_at + REVIEW_WITHIN if one.submitted_at else None
        return Todo(read, one.headline, f"/log/review/{one.id}", due)

    def error(one: ErrorRecord) -> Todo:
        return Todo(check, one.headline, f"/r/errors/{one.id}", one.found_at + error_record.LATE)

    column, within = LogDay.submitted_at, REVIEW_WITHIN
    sheets = waiting(session, who)
    yield from Wanted(read, "/log/review", sheets, column, sheet, within).todo(session, now)
    found, late = ErrorRecord.found_at, error_record.LATE
    link = "/r/errors?state=filled"
    yield from Wanted(check, link, errors, found, error, late).todo(session, now)


def _of_others(who: Standing) -> Iterator[ColumnElement[bool]]:
    """Told neither by oneself nor, where one stands in for somebody, by that one."""
    yield ~_told_by(who.id)
    for away, there, elsewhere in who.stands_in("sign"):
        inside = ErrorRecord.centre_id.in_(centres_within(there))
        beyond = ErrorRecord.centre_id.in_(centres_within(elsewhere))
        yield ~and_(inside, ~beyond, _told_by(away))


def _told_by(person_id: str) -> ColumnElement[bool]:
    return exists().where(
        Revision.thing == ErrorRecord.__name__, Revision.thing_id == ErrorRecord.id,
        Revision.number == ErrorRecord.revised,
        Revision.authors.contains(f'"{person_id}"', autoescape=True),
    )  # fmt: skip
