"""What the month's repair book asks."""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.repair import OPEN, Repair
from inventory.shanghai import SHANGHAI
from web.queries.visits import days_of

MOST = 2_000  # rows on paper


def month_repairs(session: Session, first: date) -> Sequence[Repair]:
    """Every repair that was asked for in that month, ended in it, or was still open at its end, in
    the order of their asking."""
    begin, end = (datetime.combine(day, time(), SHANGHAI) for day in (first, days_of(first)[1]))
    then = or_(Repair.closed_at >= begin, Repair.state.in_(OPEN))
    query = select(Repair).where(Repair.reported_at < end, then, Repair.retired_at.is_(None))
    return session.scalars(query.order_by(Repair.reported_at, Repair.id).limit(MOST)).all()
