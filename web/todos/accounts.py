"""What the system administrator looks after: accounts that can do nothing, letters not sent."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.role import Standing
from web.queries.areas import system
from web.todo import Todo

rights = ("people", "accounts")
_AREA = "/admin/system/"


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    area = system(session, now)
    if area.expired:
        yield Todo(_("账号"), _("口令已过期的账号"), "/r/people", count=area.expired)
    if area.unsent:
        text = _("没有发出去的通知")
        yield Todo(_("通知渠道"), text, "/notices/deliveries", None, "warning", area.unsent)
    if area.alone:
        text = _("还没有角色的账号，请安全管理员授权")
        yield Todo(_("账号"), text, _AREA, count=len(area.alone))
