"""Repairs that are not done: one's own first, a month at most."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.repair import LATE, OPEN, STATES, Repair
from inventory.role import Standing
from web.queries.staff import staff_ids
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    mine = staff_ids(session, who)
    query = select(Repair).where(Repair.state.in_(OPEN), Repair.retired_at.is_(None))

    def line(one: Repair) -> Todo:
        text = f"{one.number} {one.fault}（{_(STATES[one.state])}）"
        due, own = one.reported_at + LATE, bool({one.repairer_id, one.carrier_id} & mine)
        return Todo(_("维修单"), text, f"/r/repairs/{one.id}", due, own=own)

    link = f"/r/repairs?state={','.join(OPEN)}"
    told = Wanted(_("未办结的维修单"), link, query, Repair.reported_at, line, LATE)
    return told.todo(session, now)
