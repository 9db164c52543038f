"""Shifts this person is to take over, and errors of one's own that are not signed yet."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.error_record import LATE as CHECKED_WITHIN
from inventory.error_record import ErrorRecord
from inventory.role import Standing
from inventory.shift_handing import waiting
from inventory.shift_handover import LATE
from web.todo import Todo
from web.todo_lines import Wanted, gathered

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    """What waits for this person's own hand first."""
    kind, mine = _("等您接班"), _("差错登记待签字")
    found = (
        Todo(kind, one.headline, f"/r/shift-handovers/{one.id}",
             one.handed_at + LATE if one.handed_at else None, "warning", own=True)
        for one in waiting(session, who.id)
    )  # fmt: skip
    yield from gathered(kind, found, "/log/handover", now)
    query = select(ErrorRecord).where(
        ErrorRecord.state == "draft", ErrorRecord.retired_at.is_(None)
    )

    def error(one: ErrorRecord) -> Todo:
        return Todo(mine, one.headline, f"/r/errors/{one.id}", one.found_at + CHECKED_WITHIN)

    column, link = ErrorRecord.found_at, "/r/errors?state=draft"
    yield from Wanted(mine, link, query, column, error, CHECKED_WITHIN).todo(session, now)
