"""What a person has opened, and at which content: many may be signed at once, none unread."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to


class Opened(Scoped, Observed, Base):
    """The content of one row that a person was last shown."""

    __tablename__ = "opened"

    person_id: Mapped[str] = mapped_column(points_to("person.id"), primary_key=True)
    thing: Mapped[str] = mapped_column(String(60), primary_key=True)
    thing_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def opened(session: Session, person_id: str, row: Any, digest: str) -> None:
    """This person is being shown the row (or the request) with that content; `session` must be
    `observe`."""
    key = (person_id, type(row).__name__, row.id)
    seen = session.get(Opened, key)
    if seen is None:
        seen = Opened(person_id=key[0], thing=key[1], thing_id=key[2], centre_id=row.centre_id)
        session.add(seen)
    seen.digest, seen.at = digest, datetime.now(UTC)


def seen_by(session: Session, person_id: str, thing: str) -> Mapping[str, str]:
    """Row id → the digest this person was last shown, for one class of rows; a person's own, so
    whatever the session's scope."""
    table = Opened.__table__
    query = select(table.c.thing_id, table.c.digest)
    found = query.where(table.c.person_id == person_id, table.c.thing == thing)
    return {row.thing_id: row.digest for row in session.connection().execute(found)}
