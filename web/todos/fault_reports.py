"""Major faults that were not told above in time: a leader answers for it."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.fault import OPEN, Fault
from inventory.role import Standing, can
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "approve")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    if can(who, "record"):  # told among one's own faults
        return
    kind = _("重大故障没有按时上报")
    late = select(Fault).where(
        Fault.state.in_(OPEN), Fault.retired_at.is_(None), Fault.escalated_at.is_(None),
        Fault.report_by < now,
    )  # fmt: skip

    def line(one: Fault) -> Todo:
        return Todo(kind, one.headline, f"/r/faults/{one.id}", one.report_by, "critical")

    link = f"/r/faults?state={','.join(OPEN)}"
    yield from Wanted(kind, link, late, Fault.report_by, line).todo(session, now)
