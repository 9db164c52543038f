"""Who is in the machine room and must leave it; who was let in and has not come yet."""

from collections.abc import Iterator
from datetime import datetime, time
from functools import partial

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.role import Standing
from inventory.shanghai import SHANGHAI, today
from inventory.visit import EVENING, Visit, overnight
from inventory.visit_findings import inside
from web.todo import Todo
from web.todo_lines import Wanted, gathered

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    here, coming = _("来访在场"), _("来访待进入")
    found = (_inside(here, who, visit, now) for visit in inside(session))
    yield from gathered(here, found, "/r/visits?state=inside", now)
    expected = select(Visit).where(Visit.state == "approved", Visit.retired_at.is_(None))
    line = partial(_coming, coming, who)
    told = Wanted(coming, "/r/visits?state=approved", expected, Visit.planned_from, line)
    yield from told.todo(session, now)


def _inside(kind: str, who: Standing, visit: Visit, now: datetime) -> Todo:
    """Nobody stays overnight: until the evening it is today's, then it is late."""
    why = overnight(visit, now)
    until = visit.entered_at if why else datetime.combine(today(now), time(EVENING), SHANGHAI)
    return Todo(
        kind, _("登记离开：%(name)s", name=visit.label), f"/visits/{visit.id}", until,
        "critical" if why else "info", own=visit.escort_id == who.id, why=_(why) if why else "",
    )  # fmt: skip


def _coming(kind: str, who: Standing, visit: Visit) -> Todo:
    text = _("登记进入：%(name)s", name=visit.label)
    mine = visit.escort_id == who.id
    return Todo(kind, text, f"/visits/{visit.id}", visit.planned_from, own=mine)
