"""What may be scrapped and must be handed over within a month."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.role import Standing
from inventory.scrapping import LATE, STATES, Scrapping
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    waits = Scrapping.state.in_(("approved", "handed"))
    query = select(Scrapping).where(waits, Scrapping.retired_at.is_(None))
    column, link = Scrapping.approved_at, "/r/scrappings?state=approved,handed"
    return Wanted(_("待移交的报废单"), link, query, column, _line, LATE).todo(session, now)


def _line(one: Scrapping) -> Todo:
    due = one.approved_at + LATE if one.approved_at else None
    return Todo(
        _("报废单"), f"{one.number}（{_(STATES[one.state])}）", f"/r/scrappings/{one.id}", due
    )
