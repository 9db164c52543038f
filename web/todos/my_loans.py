"""What this person has borrowed and must bring back."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.lending import borrowed
from inventory.role import Standing
from web.queries.loans import told_of
from web.queries.staff import staff_of
from web.todo import Todo
from web.todo_lines import gathered

rights = ()


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("您借的资料")
    loans = [loan for one in staff_of(session, who) for loan in borrowed(session, one)]
    called = told_of(session, loans)
    found = (
        Todo(kind, _("归还《%(name)s》", name=called[one.id].heading), f"/r/loans/{one.id}",
             one.owed_on, own=True)
        for one in loans
    )  # fmt: skip
    return gathered(kind, found, "/account/", now)
