"""What the visitors' sheets and the month's book ask."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.approval import Approval, approvals
from inventory.cell import YEARS
from inventory.centre import Centre
from inventory.register import field_of
from inventory.shanghai import SHANGHAI
from inventory.visit import Visit
from web.registers.names import names

MOST = 2_000  # rows on paper
_ENDED = ("approved", "emergency", "reviewed")


def month_of(text: str, today: date) -> date:
    """The first day of "2026-11"; of this month when it says nothing, or no year of ours."""
    try:
        told = datetime.strptime(text, "%Y-%m").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        return today.replace(day=1)
    return told if told.year in YEARS else today.replace(day=1)


def days_of(first: date) -> tuple[date, date]:
    """The months before and after, to leaf through."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return (first - timedelta(days=1)).replace(day=1), last + timedelta(days=1)


def month_visits(session: Session, first: date) -> Sequence[tuple[Visit, Approval | None]]:
    """Everybody who came, or was to come, in that month, in the order of their coming; with the
    decision by which they came."""
    begin, end = (datetime.combine(day, time(), SHANGHAI) for day in (first, days_of(first)[1]))
    query = select(Visit).where(Visit.planned_from >= begin, Visit.planned_from < end)
    kept = query.where(Visit.state.not_in(("draft", "cancelled")), Visit.retired_at.is_(None))
    visits = session.scalars(kept.order_by(Visit.planned_from, Visit.id).limit(MOST)).all()
    return [(visit, decision(session, visit)) for visit in visits]


def decision(session: Session, visit: Visit) -> Approval | None:
    """The newest word that let them in."""
    return next((one for one in approvals(session, visit) if one.state in _ENDED), None)


def sheet_facts(session: Session, visit: Visit) -> Mapping[str, Any]:
    """What the sheet of one visit tells: the row, who let them in, how people are called."""
    centre = session.get(Centre, visit.centre_id)
    return {
        "visit": visit, "decision": decision(session, visit),
        "centre": centre.name if centre else "",
        "names": names(session, [(field_of(Visit, "escort_id"), visit.escort_id)]),
    }  # fmt: skip
