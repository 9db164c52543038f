"""What waits for somebody's signature too long: reviews of emergencies, undertakings, rules."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import inbox
from inventory.acknowledged import Acknowledged, accepted, applying
from inventory.notice import tell
from inventory.person import Person
from playbooks.site import Site


def remind(site: Site, now: datetime) -> None:
    """Tell whoever may review an emergency that is overdue, and every person of the undertakings
    and rules they have yet to accept; once while the notice is unread."""
    with site.database.observe() as session:
        inbox.remind(session, now)
        _undertakings(session, now)


def _undertakings(session: Session, now: datetime) -> None:
    holding: dict[str, set[str]] = {}
    by_centre: dict[str, list[Acknowledged]] = {}
    for person in session.scalars(select(Person).where(Person.retired_at.is_(None))):
        here = person.centre_id
        if here not in by_centre:
            by_centre[here] = applying(session, here, now)
        for row in by_centre[here]:
            if row.id not in holding:
                holding[row.id] = set(accepted(session, row, now))
            if person.id not in holding[row.id]:
                _ask(session, person, row)


def _ask(session: Session, person: Person, row: Acknowledged) -> None:
    tell(
        session, "signature", f"请阅读并签署：{row.heading}", centre_id=person.centre_id,
        person_id=person.id, link=f"/undertakings/{row.id}",
        key=f"undertaking:{row.id}:{row.revised}:{person.id}",
    )  # fmt: skip
