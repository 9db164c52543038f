"""What the console proposes for the duty log and nobody has confirmed."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.log_draft import LogDraft
from inventory.role import Standing
from web.queries.homes import homes
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("日志草稿待确认")

    def line(one: LogDraft) -> Todo:
        link = f"/log/?centre={one.centre_id}&day={one.day}"
        return Todo(kind, one.text[:80], link, one.day, own=one.by_id == who.id)

    for centre in homes(session, who):
        query = select(LogDraft).where(LogDraft.centre_id == centre.id, LogDraft.state == "open")
        link = f"/log/?centre={centre.id}"
        yield from Wanted(kind, link, query, LogDraft.day, line).todo(session, now)
