"""Devices that the last search found and nobody has registered."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.role import Standing
from web.queries.proposals import proposals
from web.queries.runs import searches
from web.todo import Todo
from web.todo_lines import FEW, lines

rights = ("view", "operate", "edit")
_FRESH = timedelta(days=7)  # an older search says little of what is there now


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("发现了没有登记的设备")
    done = (run for run in searches(session) if run.state == "done")
    last = next(done, None)
    if last is None or last.ended_at is None or now - last.ended_at > _FRESH:
        return
    new = [one for one in proposals(session, last) if not one.known]
    link = f"/discover/{last.id}"
    few = [Todo(kind, f"{one.name} {one.address}", link) for one in new[: FEW + 1]]
    yield from lines(kind, few, len(new), link)
