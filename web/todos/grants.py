"""What the security administrator looks after: roles to give, to agree to, to prolong."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.grant import Grant
from inventory.role import Standing
from inventory.shanghai import today
from web.queries.areas import Security, security, system
from web.todo import Todo
from web.todo_lines import gathered

rights = ("people", "grants")
_AREA = "/admin/security/"


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    area = security(session, now)
    yield from _asked(area, now)
    kind = _("授权即将到期")
    ending = (Todo(kind, _named(area, one), f"/r/grants/{one.id}", one.ends) for one in area.ending)
    yield from gathered(kind, ending, _AREA, now)
    kind = _("账号待授予角色")
    new = (Todo(kind, one.name, f"/r/grants/new?person_id={one.id}")
           for one in system(session, now).alone)  # fmt: skip
    yield from gathered(kind, new, _AREA, now)
    if area.locked:
        yield Todo(_("账号"), _("被锁定的账号"), _AREA, None, "warning", len(area.locked))
    until = area.now.small_until if area.now.small_centre else None
    if until is not None and (until - today(now)).days <= 14:
        yield Todo(_("安全策略"), _("小中心模式结束，请配齐人员"), _AREA, until, "warning")


def _asked(area: Security, now: datetime) -> Iterator[Todo]:
    """What nobody has asked a second person for, and what one was asked for already."""
    kinds = {True: _("授权待提请复核"), False: _("授权等第二人复核")}
    for unasked, kind in kinds.items():
        mine = (one for one in area.waiting if (one.id in area.unasked) == unasked)
        level = "warning" if unasked else "info"
        found = (Todo(kind, _named(area, one), f"/r/grants/{one.id}", None, level) for one in mine)
        yield from gathered(kind, found, _AREA, now)
    kind = _("安全策略草案")
    drafts = (Todo(kind, row.name, f"/r/policy/{row.id}") for row, _told in area.versions)
    yield from gathered(kind, drafts, _AREA, now)


def _named(area: Security, one: Grant) -> str:
    return f"{area.names.get(one.person_id, '')} {_(one.label)}"
