"""Approvals: one person asks, another decides, over content that stands still meanwhile.

An emergency is done first and looked at afterwards: one administrator alone at night can still
act, and somebody else must say within a day whether that was right.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.asked import OPEN, RULES, STATES, Approval, Rule, rule
from inventory.inbox import told_asked, told_closed
from inventory.policy import policy
from inventory.proof import Proof
from inventory.register import FieldError, Rejected, register_named
from inventory.revision import Revision, digest, fix
from inventory.role import Standing, can, path_of
from inventory.signature import Hand, acting, put, refusals, wrote

__all__ = [
    "OPEN", "RULES", "STATES", "Approval", "Rule", "approvals", "approved", "ask", "decide",
    "emergency", "pending", "review", "rule", "thing_of", "withdraw",
]  # fmt: skip


def ask(session: Session, kind: str, row: Any, who: Standing, reason: str) -> Approval:
    """Ask for a decision on the row as it stands: its content is fixed by it.

    A request of older content is withdrawn by asking anew. Raises Rejected when the person may
    not ask, or the same was asked or approved already.
    """
    acting(session, who)
    told = RULES[kind]
    _may_ask(told, row, who)
    revision = fix(session, row, reason)
    for older in _same(session, kind, row):
        if older.revision_id == revision.id:
            raise _no("kind", f"“{told.title}”{STATES[older.state]}，不必再提")
        if older.state == "asked":
            _close(
                session, older, "withdrawn", who, f"内容已更正为第 {revision.number} 版，重新提出"
            )
    return _open(session, told, row, revision, who, reason=reason, state="asked")


def decide(  # noqa: PLR0913  (who, how proven, over what, what, why)
    session: Session,
    approval: Approval,
    who: Standing,
    proof: Proof,
    seen: str,
    yes: bool,
    *,
    remark: str = "",
) -> Approval:
    """Approve what was asked, which signs it, or refuse it. Raises Rejected naming the cause."""
    hand, told = Hand(who, proof, seen, approval.right), approval.rule
    row = thing_of(session, approval)
    if digest(row) != approval.digest:
        raise _no("seen", "内容在提出之后已更正，请提出人重新提出")
    revision = _judged(session, approval, "asked", hand, told.second)
    if yes:
        put(session, row, revision, "approve", hand, approval.id)
    elif not remark.strip():
        raise _no("remark", "不批准要写明理由")
    _close(session, approval, "approved" if yes else "refused", who, remark)
    follow = told.approved if yes else told.refused
    if follow is not None:
        follow(session, row)
    return approval


def withdraw(session: Session, approval: Approval, who: Standing, remark: str = "") -> Approval:
    """Whoever asked may take it back while nobody has decided."""
    acting(session, who)
    if approval.asked_by != who.id:
        raise _no("state", "只有提出人可以撤回")
    _still(approval, "asked")
    _close(session, approval, "withdrawn", who, remark)
    if approval.rule.withdrawn is not None:
        approval.rule.withdrawn(session, thing_of(session, approval))
    return approval


def emergency(
    session: Session, kind: str, row: Any, who: Standing, proof: Proof, reason: str
) -> Approval:
    """Do it now, on one's own word and signature; somebody else must look at it within
    `policy.review_hours`. Raises Rejected where the rule knows no emergency."""
    acting(session, who)
    told = RULES[kind]
    if not told.emergency:
        raise _no("kind", f"“{told.title}”不能应急先办，请提出审批")
    if not reason.strip():
        raise _no("reason", "应急先办要写明理由")
    _may_ask(told, row, who)
    revision = fix(session, row, reason)
    hand = Hand(who, proof, digest(row), told.ask_right or row.edit_act)
    _unless(refusals(row, hand, hand.seen), row)
    for older in _same(session, kind, row):
        if older.state == "asked":
            _close(session, older, "withdrawn", who, "已应急先办")
        elif older.revision_id == revision.id:
            raise _no("kind", f"“{told.title}”{STATES[older.state]}，不必再办")
    approval = _open(session, told, row, revision, who, reason=reason, state="emergency")
    put(session, row, revision, "fill", hand, approval.id)
    if told.approved is not None:
        told.approved(session, row)
    return approval


def review(
    session: Session, approval: Approval, who: Standing, proof: Proof, good: bool, remark: str = ""
) -> Approval:
    """Say afterwards whether an emergency was right; never the one who acted."""
    hand = Hand(who, proof, approval.digest, approval.right)
    revision = _judged(session, approval, "emergency", hand, second=True)
    if not good and not remark.strip():
        raise _no("remark", "不认可要写明理由")
    row = thing_of(session, approval)
    put(session, row, revision, "review", hand, approval.id)
    with session.no_autoflush:  # one step, one statement: the triggers see it whole
        approval.good = good
        _close(session, approval, "reviewed", who, remark)
    if not good and approval.rule.disowned is not None:
        approval.rule.disowned(session, row)
    return approval


def approved(session: Session, kind: str, row: Any) -> Approval | None:
    """The decision by which the row's present content may be acted on: approved, or done in an
    emergency that nobody has disowned."""
    found: Iterable[Approval] = session.scalars(_about(kind, row).order_by(Approval.asked_at))
    for one in found:
        if one.digest == digest(row) and (one.state == "approved" or _stands(one)):
            return one
    return None


def pending(session: Session, kind: str, row: Any) -> bool:
    """Is the row's present content before somebody, or agreed to by now? False once corrected."""
    held = _same(session, kind, row)
    return any(one.digest == digest(row) for one in held)


def approvals(session: Session, row: Any) -> Sequence[Approval]:
    """Everything ever asked about a row, the newest first."""
    thing = type(row).__name__
    query = select(Approval).where(Approval.thing == thing, Approval.thing_id == row.id)
    return session.scalars(query.order_by(Approval.asked_at.desc())).all()


def thing_of(session: Session, approval: Approval) -> Any:
    """The row an approval is about. Rejected when it is out of sight."""
    row = session.get(register_named(approval.thing), approval.thing_id)
    if row is None:
        raise _no("subject", "这条记录已不在您的权限范围内")
    return row


def _stands(one: Approval) -> bool:
    return one.state == "emergency" or (one.state == "reviewed" and bool(one.good))


def _judged(session: Session, approval: Approval, state: str, hand: Hand, second: bool) -> Revision:
    """The revision to be judged, once this person may judge it now. Raises Rejected."""
    acting(session, hand.who)
    _still(approval, state)
    row, revision = thing_of(session, approval), session.get_one(Revision, approval.revision_id)
    _unless(refusals(row, hand, approval.digest), row)
    path = path_of(row) or ""
    hands = (hand.who.id, hand.who.deputises(approval.right, path))
    if approval.about_id in hands and approval.about_id:
        raise _no("right", "这是给您本人的，须由另一人决定")
    own = approval.asked_by in hands
    if second and (own or wrote(revision, hand.who, approval.right, path)):
        raise _no("right", "提出人和编写人不能自己审批，须由另一人决定")
    return revision


def _open(  # noqa: PLR0913  (private; what an approval is made of)
    session: Session,
    told: Rule,
    row: Any,
    revision: Revision,
    who: Standing,
    *,
    reason: str,
    state: str,
) -> Approval:
    now, hours = _now(), policy(session).review_hours
    approval = Approval(
        centre_id=row.centre_id, kind=told.kind, subject=row.headline[:300], state=state,
        reason=reason.strip(), asked_by=who.id, asked_name=who.name, asked_at=now,
        due_at=now + timedelta(hours=hours) if state == "emergency" else None,
        thing=type(row).__name__, thing_id=row.id, revision_id=revision.id,
        digest=revision.digest, right=told.right, about_id=getattr(row, told.about or "", ""),
    )  # fmt: skip
    session.add(approval)
    session.flush()
    told_asked(session, approval)
    return approval


def _close(session: Session, approval: Approval, state: str, who: Standing, remark: str) -> None:
    lent = who.on_behalf(approval.right, path_of(approval) or "")
    approval.state, approval.remark = state, remark.strip()
    approval.decided_by, approval.decided_name = who.id, who.name
    approval.on_behalf = lent if state != "withdrawn" else ""
    approval.decided_at = _now()
    session.flush()
    told_closed(session, approval)


def _may_ask(told: Rule, row: Any, who: Standing) -> None:
    if not can(who, told.ask_right or row.edit_act, row):
        raise _no("right", f"您在这个单位不能提出“{told.title}”")
    if row.retired_at is not None:
        raise _no("subject", f"“{row.label}”已停用，请先恢复")


def _still(approval: Approval, state: str) -> None:
    if approval.state != state:
        by = approval.decided_name or approval.asked_name
        raise _no("state", f"这一项{STATES[approval.state]}（{by}），不能再处理")


def _same(session: Session, kind: str, row: Any) -> Sequence[Approval]:
    alive = (*OPEN, "approved")
    return session.scalars(_about(kind, row).where(Approval.state.in_(alive))).all()


def _about(kind: str, row: Any) -> Any:
    thing = type(row).__name__
    return select(Approval).where(
        Approval.kind == kind, Approval.thing == thing, Approval.thing_id == row.id
    )


def _unless(wrong: Iterable[FieldError], row: Any) -> None:
    found = tuple(wrong)
    if found:
        raise Rejected(found, row.id)


def _no(field: str, cause: str) -> Rejected:
    return Rejected((FieldError(field, "审批", cause),))


def _now() -> datetime:
    return datetime.now(UTC)
