"""Deciding and signing from pages and the API alike: one act, refused as a whole or done."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.approval import Approval, decide, review, thing_of, withdraw
from inventory.audit import note
from inventory.opened import opened, seen_by
from inventory.proof import Proof
from inventory.register import FieldError, Register, Rejected
from inventory.revision import digest
from inventory.signature import Signature, sign
from web.access import origin, person
from web.current import database

Made = TypeVar("Made")


def decided(approval_id: str, proof: Proof, seen: str, *, yes: bool, remark: str) -> Approval:
    """Approve or refuse one thing asked. Raises Rejected; LookupError when it is out of sight."""

    def work(session: Session) -> Approval:
        found = _approval(session, approval_id)
        return decide(session, found, person(), proof, seen, yes, remark=remark)

    return done_in_one_act("批准" if yes else "不批准", ("Approval", approval_id), work)


def reviewed(approval_id: str, proof: Proof, *, good: bool, remark: str) -> Approval:
    """Look at an emergency afterwards. Raises as `decided`."""

    def work(session: Session) -> Approval:
        return review(session, _approval(session, approval_id), person(), proof, good, remark)

    return done_in_one_act("复核应急操作", ("Approval", approval_id), work)


def withdrawn(approval_id: str, remark: str = "") -> Approval:
    """Take back what one asked. Raises as `decided`."""

    def work(session: Session) -> Approval:
        return withdraw(session, _approval(session, approval_id), person(), remark)

    return done_in_one_act("撤回申请", ("Approval", approval_id), work)


def decided_at_once(ids: Sequence[str], proof: Proof, *, yes: bool, remark: str) -> list[Approval]:
    """Decide many with one password: all of them, or none. Raises Rejected naming what was not
    opened as it stands now."""

    def work(session: Session) -> list[Approval]:
        found = [_approval(session, one) for one in ids]
        seen = seen_by(session, person().id, Approval.__name__)
        now = {one.id: digest(thing_of(session, one)) for one in found}
        _unless_opened([one for one in found if seen.get(one.id) != now[one.id]])
        return [
            decide(session, one, person(), proof, seen[one.id], yes, remark=remark) for one in found
        ]

    return done_in_one_act("批量批准" if yes else "批量不批准", ("Approval", ""), work)


def signed(cls: type[Register], row_id: str, meaning: str, proof: Proof, seen: str) -> Signature:
    """Sign one row as it was shown. Raises Rejected; LookupError when it is out of sight."""

    def work(session: Session) -> Signature:
        row = session.get(cls, row_id)
        if row is None:
            raise LookupError(row_id)
        return sign(session, row, meaning, person(), proof, seen)

    return done_in_one_act("签字", (cls.__name__, row_id), work)


def open_approval(approval_id: str) -> None:
    """Keep in mind that this person has been shown what is asked."""
    with database().observe() as session:
        found = _approval(session, approval_id)
        opened(session, person().id, found, digest(thing_of(session, found)))


def causes(error: Rejected) -> Sequence[str]:
    """What stands in the way, one sentence each; what belongs to the password stands there."""
    return [_(one.cause) for one in error.errors if one.field not in ("password", "code", "key")]


def done_in_one_act(what: str, about: tuple[str, str], work: Callable[[Session], Made]) -> Made:
    """Do it in one act; a refusal is noted in the chain, since somebody tried."""
    act = person().act(what, origin())
    try:
        with database().transaction(act) as session:
            return work(session)
    except Rejected as refused:
        _refused(about, what, refused)
        raise


def _refused(about: tuple[str, str], what: str, refused: Rejected) -> None:
    act = person().act(f"{what}被拒绝", origin())
    told: Mapping[str, Any] = {"causes": [str(one) for one in refused.errors]}
    with database().transaction(act) as session:
        note(session, act, *about, person().centre_id, told)


def _approval(session: Session, approval_id: str) -> Approval:
    found = session.get(Approval, approval_id)
    if found is None:
        raise LookupError(approval_id)
    return found


def _unless_opened(unread: Sequence[Approval]) -> None:
    if unread:
        told = "、".join(one.subject for one in unread)
        cause = _("还没有打开看过现在的内容：%(names)s。请逐项打开，再一并决定", names=told)
        raise Rejected((FieldError("opened", _("审批"), cause),))
