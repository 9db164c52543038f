"""Who holds a right over a place now: the other way round than `can` asks."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.grant import Delegation, Grant, held
from inventory.person import Person
from inventory.role import MAY


def holders(
    session: Session, right: str, centre_id: str, now: datetime | None = None
) -> frozenset[str]:
    """Ids of the living persons who hold `right` over the centre, own or delegated, whatever the
    session's scope: a technician asks leaders of whom only the console knows."""
    at = now or datetime.now(UTC)
    centre = Centre.__table__
    path = session.scalar(select(centre.c.path).where(centre.c.id == centre_id)) or ""
    return frozenset(
        person
        for person in _near(session, path)
        if any(right in MAY[r.role] and path.startswith(r.path) for r in held(session, person, at))
    )


def _near(session: Session, path: str) -> set[str]:
    """Whoever was ever given a role at the centre or above it, and has not left."""
    grant, given = Grant.__table__, Delegation.__table__
    keys = [key for key in path.split("/") if key]
    person = Person.__table__
    found: set[str] = set()
    for column, place in ((grant.c.person_id, grant), (given.c.taker_id, given)):
        query = select(column).join(person, person.c.id == column)
        query = query.where(place.c.retired_at.is_(None), person.c.retired_at.is_(None))
        found.update(session.scalars(query.where(place.c.centre_id.in_(keys)).distinct()))
    return found
