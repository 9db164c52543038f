"""A major fault is told to the centre above in time, or those who answer for it hear of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.fault import OPEN, Fault, unreported
from inventory.faulting import notice_keys
from inventory.notice import Notice, tell
from playbooks.site import Site


def remind(site: Site, now: datetime) -> None:
    """Tell of each fault that should have been reported by now, once."""
    with site.database.observe() as session:
        remind_in(session, now)


def remind_in(session: Session, now: datetime) -> None:
    """Network administrators and leaders, each told once of a fault."""
    late = select(Fault).where(
        Fault.state.in_(OPEN), Fault.retired_at.is_(None), Fault.escalated_at.is_(None),
        Fault.report_by < now,
    )  # fmt: skip
    for fault in session.scalars(late.order_by(Fault.id)):
        report, lead, _asked = notice_keys(fault)
        for key, right in ((report, "edit"), (lead, "approve")):
            if session.scalar(select(Notice.id).where(Notice.key == key).limit(1)) is None:
                tell(
                    session, "due", f"{fault.number} {unreported(fault, now)}", right=right,
                    centre_id=fault.centre_id, level="critical", key=key,
                    link=f"/r/faults/{fault.id}",
                )  # fmt: skip
