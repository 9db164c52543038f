"""Visitors of more than a day ago who never left: either they, or the book, were forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.role import Standing
from inventory.visit import overnight
from inventory.visit_findings import inside
from web.todo import Todo
from web.todo_lines import gathered

rights = ("view", "approve")
_DAY = timedelta(days=1)


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("来访过夜未离开")
    found = (
        Todo(kind, visit.label, f"/visits/{visit.id}", visit.entered_at, "critical",
             why=_(overnight(visit, now)))
        for visit in inside(session)
        if visit.entered_at is not None and now - visit.entered_at >= _DAY
    )  # fmt: skip
    return gathered(kind, found, "/r/visits?state=inside", now)
