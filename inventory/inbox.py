"""Who waits for whom: what a person may decide now, and what the others are told of it."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from inventory.act import Scope
from inventory.asked import RULES, STATES, Approval
from inventory.guard import centres_within
from inventory.notice import settle, tell
from inventory.revision import Revision
from inventory.role import Standing


def waiting(who: Standing, state: str = "asked") -> Select[Any]:
    """The approvals in this state that this person may decide ("asked") or look at afterwards
    ("emergency"): of other people, for others, over content that is not their own."""
    others = Approval.state == state, *_of_others(who)
    if state == "asked":
        return select(Approval).where(within_reach(who), or_(and_(*others), _alone()))
    return select(Approval).where(within_reach(who), *others)


def waiting_number(session: Session, who: Standing) -> int:
    """How many things the person may decide or look at afterwards: every page asks it."""
    return int(session.execute(_number(who.whole)).scalar_one())


@lru_cache(maxsize=500)
def _number(who: Standing) -> Select[Any]:
    """Made once for each person: to make the question takes longer than to answer it."""
    open_ones = and_(Approval.state.in_(("asked", "emergency")), *_of_others(who))
    return select(func.count(Approval.id)).where(within_reach(who), or_(open_ones, _alone()))


def within_reach(who: Standing) -> ColumnElement[bool]:
    """True of approvals whose deciding right the person holds over their centre."""
    held: dict[Scope, list[str]] = {}
    for right in sorted({one.right for one in RULES.values()}):
        held.setdefault(who.reach(right), []).append(right)
    by_right = [
        and_(Approval.right.in_(rights), Approval.centre_id.in_(centres_within(reach)))
        for reach, rights in held.items()
        if reach.paths
    ]
    return or_(False, *by_right)


def told_asked(session: Session, approval: Approval) -> None:
    """Whoever may decide is told; an emergency is told with its deadline still ahead."""
    urgent = approval.state == "emergency"
    words = "应急已办，请复核" if urgent else "请审批"
    tell(
        session, "review" if urgent else "approval", f"{words}：{_named(approval)}",
        centre_id=approval.centre_id, right=approval.right, link=f"/approvals/{approval.id}",
        level="warning" if urgent else "info", key=_key(approval),
    )  # fmt: skip


def told_closed(session: Session, approval: Approval) -> None:
    """Nobody need decide it any more; the asker hears what became of it."""
    settle(session, _key(approval))
    settle(session, _late(approval))
    if approval.decided_by == approval.asked_by:
        return
    words = STATES[approval.state]
    if approval.state == "reviewed":
        words = "应急复核：认可" if approval.good else "应急复核：不认可"
    good = approval.state == "approved" or approval.good
    tell(
        session, "decision", f"{words}：{_named(approval)}", centre_id=approval.centre_id,
        person_id=approval.asked_by, link=f"/approvals/{approval.id}",
        level="info" if good else "warning",
    )  # fmt: skip


def remind(session: Session, now: datetime) -> int:
    """Tell of every emergency that nobody has looked at in time; how many there are."""
    late = select(Approval).where(Approval.state == "emergency", Approval.due_at < now)
    found = session.scalars(late).all()
    for approval in found:
        tell(
            session, "review", f"应急复核已逾期：{_named(approval)}", level="critical",
            centre_id=approval.centre_id, right=approval.right, key=_late(approval),
            link=f"/approvals/{approval.id}",
        )  # fmt: skip
    return len(found)


def _alone() -> ColumnElement[bool]:
    """What is asked of one's own, too: it needs no second person."""
    alone = [told.kind for told in RULES.values() if not told.second]
    return and_(Approval.state == "asked", Approval.kind.in_(alone))


def _of_others(who: Standing) -> Iterator[ColumnElement[bool]]:
    """Asked by others, for others, over content that is not one's own; nor, where one stands in
    for somebody, that one's: nobody judges one's own work by proxy."""
    yield ~_touched_by(who.id)
    for right in sorted({one.right for one in RULES.values()}):
        for away, there, elsewhere in who.stands_in(right):
            inside = Approval.centre_id.in_(centres_within(there))
            beyond = Approval.centre_id.in_(centres_within(elsewhere))
            yield ~and_(Approval.right == right, inside, ~beyond, _touched_by(away))


def _touched_by(person_id: str) -> ColumnElement[bool]:
    """Asked by this person, for them, or over what they wrote: ids stand in the revision's JSON as
    keys, in quotation marks."""
    own = Revision.authors.contains(f'"{person_id}"', autoescape=True)
    wrote = exists().where(Revision.id == Approval.revision_id, own)
    return or_(Approval.asked_by == person_id, Approval.about_id == person_id, wrote)


def _named(approval: Approval) -> str:
    return f"{approval.rule.title}“{approval.subject}”"


def _key(approval: Approval) -> str:
    return f"approval:{approval.id}"


def _late(approval: Approval) -> str:
    return f"overdue:{approval.id}"
