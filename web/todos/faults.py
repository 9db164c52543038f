"""Faults that are not closed; major ones must be told above within hours."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import and_, not_, select
from sqlalchemy.orm import Session

from inventory.fault import OPEN, STATES, WORKED, Fault
from inventory.role import Standing
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    living = select(Fault).where(Fault.retired_at.is_(None))
    untold = and_(Fault.report_by.is_not(None), Fault.escalated_at.is_(None))
    kind, link = _("重大故障待上报"), f"/r/faults?state={','.join(OPEN)}"
    major = living.where(Fault.state.in_(OPEN), untold)
    yield from Wanted(kind, link, major, Fault.report_by, _untold).todo(session, now)
    others = living.where(Fault.state.in_(WORKED), not_(untold))  # the rest waits for the leader
    kind, link = _("未关闭的故障"), f"/r/faults?state={','.join(WORKED)}"
    yield from Wanted(kind, link, others, Fault.close_by, _open).todo(session, now)


def _untold(one: Fault) -> Todo:
    link = f"/r/faults/{one.id}"
    return Todo(_("重大故障待上报"), one.headline, link, one.report_by, "critical")


def _open(one: Fault) -> Todo:
    level = "warning" if one.grave else "info"
    text = f"{one.headline}（{_(STATES[one.state])}）"
    return Todo(_("未关闭的故障"), text, f"/r/faults/{one.id}", one.close_by, level)
