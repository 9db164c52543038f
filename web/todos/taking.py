"""What was given to this person and waits for their signature."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.role import Standing
from web.queries.taking import awaiting
from web.todo import Todo
from web.todo_lines import gathered

rights = ()


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("交接单待您签收")
    found = (
        Todo(kind, f"{one.number} {_(one.kind_label)} {one.purpose}", f"/take/{one.id}", own=True)
        for one in awaiting(session, who.id)
    )
    return gathered(kind, found, "/take", now)
