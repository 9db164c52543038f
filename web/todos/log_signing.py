"""Day sheets that wait for the leader's signature, and errors that wait to be checked."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import error_record
from inventory.error_record import ErrorRecord
from inventory.log_day import REVIEW_WITHIN, LogDay
from inventory.role import Standing
from web.queries.log_sheets import waiting
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "sign")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    """Sheets first: they are due within a week of being submitted."""
    read, check = _("工作日志待审阅"), _("差错登记待审核")
    errors = select(ErrorRecord).where(
        ErrorRecord.state == "filled", ErrorRecord.filled_by_id != who.id,
        ErrorRecord.retired_at.is_(None),
    )  # fmt: skip

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
