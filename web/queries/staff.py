"""Which members of the staff a person logged in is."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.role import Standing
from inventory.staff import Staff


def staff_of(session: Session, who: Standing) -> Sequence[Staff]:
    """The rows of the staff that name this account: usually one."""
    query = select(Staff).where(Staff.person_id == who.id, Staff.retired_at.is_(None))
    return session.scalars(query.order_by(Staff.id)).all()


def staff_ids(session: Session, who: Standing) -> frozenset[str]:
    return frozenset(one.id for one in staff_of(session, who))
