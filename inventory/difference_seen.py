"""Which differences have been told already: only new ones are worth a notice."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped
from inventory.differences import Difference


class DifferenceSeen(Scoped, Observed, Base):
    """A difference that the daily look has found, and since when; gone with the difference."""

    __tablename__ = "difference_seen"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


def fresh(session: Session, found: Iterable[Difference], now: datetime) -> list[Difference]:
    """Those of `found` that were not there when it was last asked; what has gone is forgotten."""
    here = {one.key: one for one in found}
    known = {row.key: row for row in session.scalars(select(DifferenceSeen))}
    for key, row in known.items():
        if key not in here:
            session.delete(row)
    new = [one for key, one in here.items() if key not in known]
    session.add_all(DifferenceSeen(key=one.key, centre_id=one.centre_id, since=now) for one in new)
    return new
