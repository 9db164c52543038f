"""Days whose records of servers and firewalls nobody has read by the next working day."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.log_review import LogReview
from inventory.log_review_days import reading_centres, uncovered
from inventory.role import Standing
from inventory.shanghai import today
from web.queries.homes import homes
from web.todo import Todo
from web.todo_lines import gathered, listed

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind, drafted = _("服务器日志待浏览"), _("日志浏览登记待签字")
    reading = reading_centres(session)
    for centre in homes(session, who):
        link = f"/log-reviews?centre={centre.id}"
        days = uncovered(session, centre.id, today(now)) if centre.id in reading else []
        found = (Todo(kind, str(one.day), link, one.deadline) for one in days)
        yield from gathered(kind, found, link, now)
    query = select(LogReview).where(LogReview.state == "draft", LogReview.retired_at.is_(None))

    def line(one: LogReview) -> Todo:
        return Todo(drafted, one.label, f"/r/log-reviews/{one.id}")

    link = "/r/log-reviews?state=draft"
    yield from listed(session, query.order_by(LogReview.to_day), line, drafted, link)
