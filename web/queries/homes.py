"""Where a person keeps the books: the units at the top of where a right is held."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_rules import house
from inventory.role import Standing


def homes(session: Session, who: Standing, right: str = "record") -> Sequence[Centre]:
    """The centres (or townships) on whose duty log this person writes: those they were given the
    right over, not all that lie below. As far as the session may see them."""
    given = {path.strip("/").rpartition("/")[2] for path in who.reach(right).paths}
    kept = {house(session, key) for key in given if key}
    query = select(Centre).where(Centre.id.in_([key for key in kept if key]))
    return session.scalars(query.where(Centre.retired_at.is_(None)).order_by(Centre.code)).all()
