"""Places on the network that were agreed to and must still be opened."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.access_request import AccessRequest
from inventory.role import Standing
from web.todo import Todo
from web.todo_lines import listed

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    row = AccessRequest
    query = select(row).where(row.state == "approved", row.retired_at.is_(None))
    kind, link = _("入网申请待开通"), "/r/access-requests?state=approved"
    return listed(session, query.order_by(row.number), _line, kind, link)


def _line(one: AccessRequest) -> Todo:
    return Todo(_("入网申请"), one.label, f"/r/access-requests/{one.id}")
