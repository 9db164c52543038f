"""Things lent within the house or outside that should be back."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.handing_loans import overdue
from inventory.handover import KINDS
from inventory.role import Standing
from web.todo import Todo
from web.todo_lines import gathered

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("借出未还的设备")
    found = (
        Todo(kind, f"{one.headline}（{_(KINDS[one.kind])}）", f"/r/handovers/{one.id}", one.due,
             "warning")
        for one in overdue(session, now)
    )  # fmt: skip
    return gathered(kind, found, "/r/handovers?state=out", now)
