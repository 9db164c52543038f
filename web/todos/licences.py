"""Software licences to be renewed."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.role import Standing
from inventory.shanghai import today
from inventory.software_findings import endings
from web.todo import Todo
from web.todo_lines import gathered

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("软件授权到期")
    found = (
        Todo(kind, one.licence.label, f"/r/licences/{one.licence.id}", one.to_on)
        for one in endings(session, today(now))
    )
    return gathered(kind, found, "/r/licences", now)
