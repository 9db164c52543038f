"""Notices nobody but this person can read."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.mailbox import unread
from inventory.role import Standing
from web.todo import Todo

rights = ()


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    bell = unread(session, who)
    if bell.unread:
        level = "critical" if bell.critical else "info"
        yield Todo(_("通知"), _("%(n)s 条未读通知", n=bell.unread), "/notices/", None, level)
