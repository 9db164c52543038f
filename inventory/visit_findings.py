"""What the visitors' book shows amiss: visits without what their kind needs, visitors overnight.

Duty A20 (Articles 101 and 102): no entry without what its kind needs; none open overnight.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.approval import Approval
from inventory.batches import batches
from inventory.shanghai import SHANGHAI
from inventory.visit import Visit, overnight
from inventory.visit_needs import accompanied, escorts


@dataclass(frozen=True, slots=True)
class Finding:
    """One visit and everything amiss with it, in words."""

    visit_id: str
    label: str
    entered_at: datetime
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands in other books about one visit: was somebody with the right role beside them,
    and every decision about it."""

    escorted: bool
    decisions: Sequence[Approval] = ()


def findings(session: Session, since: datetime, now: datetime) -> list[Finding]:
    """The visits since then, and whoever is still inside, with which something is amiss; oldest
    first, within the session's scope."""
    query = select(Visit).where(Visit.entered_at.is_not(None), Visit.entered_at <= now)
    query = query.where(or_(Visit.entered_at >= since, Visit.state == "inside"))
    visits = session.scalars(query.order_by(Visit.entered_at, Visit.id)).all()
    told = _decisions(session, [visit.id for visit in visits])
    found = []
    for visit in visits:
        assert visit.entered_at is not None
        escorted = accompanied(session, visit, visit.escort_id, visit.entered_at)
        causes = tuple(amiss(visit, Seen(escorted, told.get(visit.id, ())), now))
        if causes:
            found.append(Finding(visit.id, visit.label, visit.entered_at, causes))
    return found


def amiss(visit: Visit, seen: Seen, now: datetime) -> Iterator[str]:
    """Pure: what an entered visit lacked, and whether it stayed overnight."""
    if visit.kind == "visit" and not (visit.letter_no and visit.letter_files):
        yield "参观没有公函"
    if not seen.escorted:
        yield f"没有{escorts(visit)}陪同"
    urgent = [one for one in seen.decisions if one.due_at is not None]
    if not urgent and not any(_consented(one, visit) for one in seen.decisions):
        yield "进入前没有批准"
    yield from _unreviewed(urgent, now)
    if visit.state == "left" and visit.kind != "visit" and not visit.done:
        yield "没有写明做了什么"
    if overnight(visit, now):
        yield overnight(visit, now)
    elif not urgent and _through_midnight(visit):
        yield "在机房过夜"


def inside(session: Session) -> Sequence[Visit]:
    """Who is in the machine room, longest first, within the session's scope."""
    query = select(Visit).where(Visit.state == "inside", Visit.retired_at.is_(None))
    return session.scalars(query.order_by(Visit.entered_at, Visit.id)).all()


def _consented(one: Approval, visit: Visit) -> bool:
    at = visit.entered_at
    return one.state == "approved" and bool(at and one.decided_at and one.decided_at <= at)


def _unreviewed(urgent: Sequence[Approval], now: datetime) -> Iterator[str]:
    if any(one.state == "emergency" and one.due_at and one.due_at < now for one in urgent):
        yield "应急进入逾期未复核"
    if any(one.state == "reviewed" and not one.good for one in urgent):
        yield "应急进入复核不认可"


def _through_midnight(visit: Visit) -> bool:
    if visit.entered_at is None or visit.left_at is None:
        return False
    return visit.left_at.astimezone(SHANGHAI).date() > visit.entered_at.astimezone(SHANGHAI).date()


def _decisions(session: Session, ids: Sequence[str]) -> dict[str, list[Approval]]:
    found: dict[str, list[Approval]] = {}
    for batch in batches(ids):
        query = select(Approval).where(Approval.thing == "Visit", Approval.thing_id.in_(batch))
        for one in session.scalars(query):
            found.setdefault(one.thing_id, []).append(one)
    return found
