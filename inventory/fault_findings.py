"""What the book of faults shows amiss: grave ones without what Article 105 asks for, not told above
in time, open too long (duty A7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.fault import GRAVE, OPEN, Fault, overdue, unreported
from inventory.fault_step import worked

_ASKED = {"cause": "原因", "result": "处理结果"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault and everything amiss with it, in words."""

    fault: Fault
    causes: tuple[str, ...]


def incomplete(
    session: Session, now: datetime, centre: Centre | None = None, since: datetime | None = None
) -> list[Finding]:
    """The faults found since then, and whichever is open, with which something is amiss, oldest
    first: of a centre and all below it, or of the whole scope."""
    grave = and_(Fault.severity.in_(GRAVE), Fault.state != "cancelled")
    if since is not None:
        grave = and_(grave, Fault.found_at >= since)
    query = select(Fault).where(Fault.retired_at.is_(None), or_(grave, Fault.state.in_(OPEN)))
    if centre is not None:
        below = Centre.path.startswith(centre.path, autoescape=True)
        query = query.where(Fault.centre_id.in_(select(Centre.id).where(below)))
    faults = session.scalars(query.order_by(Fault.found_at, Fault.id)).all()
    done = worked(session, [one.id for one in faults if one.grave])
    told = ((one, tuple(amiss(one, one.id in done, now))) for one in faults)
    return [Finding(fault, causes) for fault, causes in told if causes]


def amiss(fault: Fault, handled: bool, now: datetime) -> Iterator[str]:
    """Pure: what a fault lacks (`handled`: something is written of what was done), and what is or
    was too late."""
    if fault.grave:
        lacking = [label for name, label in _ASKED.items() if not getattr(fault, name)]
        lacking += [] if handled else ["处理过程", "参加人员"]
        yield from (f"缺{'、'.join(lacking)}",) if lacking else ()
    yield from filter(None, (unreported(fault, now), _late_report(fault), overdue(fault, now)))


def _late_report(fault: Fault) -> str:
    by, at = fault.report_by, fault.escalated_at
    if by is None:
        return ""
    if at is None:
        return "" if fault.state in OPEN else "没有上报"
    return f"上报迟了 {-((by - at) // timedelta(minutes=1))} 分钟" if at > by else ""
