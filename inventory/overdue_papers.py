"""Papers that lie too long: repairs and scrappings of more than a month, what is unstable and
undecided for three days, errors that nobody has checked for a week, faults open too
long."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import error_record, fault, repair, scrapping, unstable
from inventory.error_record import ErrorRecord
from inventory.fault import Fault
from inventory.notice import tell
from inventory.paper import late_key
from inventory.repair import Repair
from inventory.scrapping import Scrapping
from inventory.unstable import UnstableDevice

_BOOKS: tuple[Any, ...] = (
    (Fault, fault.OPEN, fault.overdue),
    (Repair, repair.OPEN, repair.overdue),
    (Scrapping, ("approved", "handed"), scrapping.overdue),
    (UnstableDevice, ("open",), unstable.overdue),
    (ErrorRecord, error_record.OPEN, error_record.overdue),
)  # fmt: skip


def overdue_papers(session: Session, now: datetime) -> Iterator[tuple[Any, str]]:
    """(paper, why it is late) of every one, within the session's scope."""
    for cls, states, why in _BOOKS:
        living = select(cls).where(cls.state.in_(states), cls.retired_at.is_(None))
        for paper in session.scalars(living.order_by(cls.id)):
            if cause := why(paper, now):
                yield paper, cause


def tell_overdue(session: Session, now: datetime) -> None:
    """Whoever keeps the books is told of each late paper, once while it is unread."""
    for paper, cause in overdue_papers(session, now):
        tell(
            session, "due", f"{paper.title} {paper.number}：{cause}", centre_id=paper.centre_id,
            right="record", level="warning", key=late_key(paper),
            link=f"/r/{paper.slug}/{paper.id}",
        )  # fmt: skip
