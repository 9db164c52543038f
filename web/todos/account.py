"""One's own password, before it is too old to log in with."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.person import Person
from inventory.policy import policy
from inventory.role import Standing
from web.guest import ends
from web.todo import Todo

rights = ()
_SOON = timedelta(days=7)


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    until = ends(session.get_one(Person, who.id), policy(session))
    if until is not None and until - now <= _SOON:
        yield Todo(_("账号"), _("修改自己的口令"), "/account/password", until, "warning", own=True)
