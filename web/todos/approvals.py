"""What others have asked and this person may decide, and emergencies nobody has looked at yet."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.asked import RULES, Approval
from inventory.inbox import waiting
from inventory.role import Standing
from web.todo import Todo
from web.todo_lines import Wanted, listed

rights = ()


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kinds = session.scalars(waiting(who).with_only_columns(Approval.kind).distinct())
    for kind in sorted(kinds):
        query = waiting(who).where(Approval.kind == kind).order_by(Approval.asked_at)
        title = _("待审批：%(what)s", what=_(RULES[kind].title))
        yield from listed(session, query, _asked, title, "/approvals/")
    urgent = waiting(who, "emergency")
    kind, link = _("应急待复核"), "/approvals/?tab=review"
    yield from Wanted(kind, link, urgent, Approval.due_at, _done).todo(session, now)


def _asked(one: Any) -> Todo:
    text = f"{one.subject}（{one.asked_name}）"
    return Todo(_("待审批：%(what)s", what=_(one.rule.title)), text, f"/approvals/{one.id}")


def _done(one: Any) -> Todo:
    text = f"{_(one.rule.title)} {one.subject}"
    return Todo(_("应急待复核"), text, f"/approvals/{one.id}", one.due_at, "critical")
