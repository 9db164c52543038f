"""The undertakings and rules this person has yet to read and sign."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.acknowledged import unsigned
from inventory.role import Standing
from web.todo import Todo
from web.todo_lines import gathered

rights = ()


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("请阅读并签署")
    found = (
        Todo(kind, row.heading, f"/undertakings/{row.id}", own=True)
        for row in unsigned(session, who.id, who.centre_id, now)
    )
    return gathered(kind, found, "/undertakings/", now)
