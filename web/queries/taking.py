"""What waits for a person's signature as the one who takes it over."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from inventory.handover import Handover
from inventory.staff import Staff


def awaiting(session: Session, person_id: str) -> Sequence[Handover]:
    """Papers signed by the giver, for a member of staff with this account."""
    return session.scalars(_query().order_by(Handover.number), {"person": person_id}).all()


def awaited(session: Session, person_id: str) -> int:
    """How many there are: every page asks it."""
    return session.scalar(_number(), {"person": person_id}) or 0


@cache
def _number() -> Select[Any]:
    return _query().with_only_columns(func.count(Handover.id))


def _query() -> Select[Handover]:
    """For :person."""
    mine = select(Staff.id).where(
        Staff.person_id == bindparam("person"), Staff.retired_at.is_(None)
    )
    return select(Handover).where(Handover.state == "given", Handover.taker_id.in_(mine))
