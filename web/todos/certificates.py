"""Certificates that end within two months, or have ended, of people who still work here."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.certificate import KINDS, Certificate
from inventory.role import Standing
from inventory.shanghai import today
from inventory.staff import Staff
from web.queries.staff import staff_ids
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "record")
_AHEAD = timedelta(days=60)


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    day, mine, kind = today(now), staff_ids(session, who), _("上岗证书到期")
    query = (
        select(Certificate)
        .join(Staff, Staff.id == Certificate.staff_id)
        .where(Certificate.retired_at.is_(None), Certificate.valid_to <= day + _AHEAD)
        .where(Staff.retired_at.is_(None), or_(Staff.left_on.is_(None), Staff.left_on > day))
    )

    def line(one: Certificate) -> Todo:
        staff = session.get(Staff, one.staff_id)
        text = f"{staff.name if staff else ''} {_(KINDS[one.kind])} {one.number}"
        own, link = one.staff_id in mine, f"/r/certificates/{one.id}"
        return Todo(kind, text, link, one.valid_to, "warning", own=own)

    return Wanted(kind, "/r/certificates", query, Certificate.valid_to, line).todo(session, now)
