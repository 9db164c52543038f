"""Rooms to be walked through this week or month, walks not ended, and what they found amiss."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.patrol import Patrol
from inventory.patrol_due import RoomDue, due
from inventory.patrol_item import CADENCES
from inventory.patrol_result import PatrolResult
from inventory.role import Standing
from inventory.shanghai import today
from web.queries.homes import homes
from web.todo import Todo
from web.todo_lines import gathered, listed

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("机房巡检")
    for centre in homes(session, who):
        rooms = (one for one in due(session, centre, today(now)) if not one.covered)
        found = (_room(kind, one, f"/patrols?centre={centre.id}") for one in rooms)
        yield from gathered(kind, found, f"/patrols?centre={centre.id}", now)
    begun, amiss = _("没有完成的巡检"), _("巡检发现的问题待处理")
    walks = select(Patrol).where(Patrol.state == "open", Patrol.retired_at.is_(None))
    yield from listed(session, walks.order_by(Patrol.at), _walk, begun, "/r/patrols?state=open")
    query = select(PatrolResult).where(PatrolResult.state == "open")
    link = "/r/patrol-results?state=open"
    yield from listed(session, query.order_by(PatrolResult.at), _result, amiss, link)


def _room(kind: str, one: RoomDue, link: str) -> Todo:
    """By the end of the running week or month; what was missed is missed, the next one is due."""
    text = f"{one.room.label}（{_(CADENCES[one.kind])}）"
    why = _("已连续漏检 %(n)s 期", n=one.missed) if one.late else ""
    return Todo(kind, text, link, one.next, "warning" if one.late else "info", why=why)


def _walk(one: Patrol) -> Todo:
    return Todo(_("没有完成的巡检"), one.label, f"/r/patrols/{one.id}")


def _result(one: PatrolResult) -> Todo:
    text = f"{one.name} {one.note or ''}".strip()
    return Todo(_("巡检发现的问题待处理"), text, f"/r/patrol-results/{one.id}", None, "warning")
