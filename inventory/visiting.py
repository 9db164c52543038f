"""The steps of a visit: asked, approved, entered, left. Nothing else moves its state or its times.

Every step is taken by a person, in an act of that person, over the centre where the right is held.
"""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory.approval import Approval, Rule, approved, rule
from inventory.notice import settle
from inventory.proof import Proof
from inventory.register import FieldError, Rejected, field_of
from inventory.role import Standing, can
from inventory.signature import acting
from inventory.stepping import moving
from inventory.visit import STATES, Visit
from inventory.visit_needs import AHEAD, unapproved, unasked, unescorted, unplanned

KIND = "visit"


def ask(session: Session, visit: Visit, who: Standing, reason: str = "") -> Approval:
    """Ask a leader's consent; what it takes is there already. Raises Rejected."""
    _still(visit, "draft", "asked", "refused", "approved")
    _unless(*unasked(visit))
    with moving(session, visit):
        asked = approving.ask(session, KIND, visit, who, reason or visit.purpose)
        visit.state = "asked"
    return asked


def urgent(session: Session, visit: Visit, who: Standing, proof: Proof, reason: str) -> Approval:
    """A repair that cannot wait for a leader: consent comes afterwards. Raises Rejected."""
    _still(visit, "draft", "asked")
    if visit.kind == "visit":
        _refuse("kind", "参观没有应急一说，请提出申请")
    _unless(*unasked(visit))
    with moving(session, visit):
        return approving.emergency(session, KIND, visit, who, proof, reason)


def cancel(session: Session, visit: Visit, who: Standing, reason: str = "") -> None:
    """It does not take place; whoever asked takes the request back."""
    _still(visit, "draft", "asked", "refused", "approved")
    _may(session, visit, who)
    for one in approving.approvals(session, visit):
        if one.state == "asked":
            approving.withdraw(session, one, who, reason)
    with moving(session, visit):
        visit.state = "cancelled"


def enter(
    session: Session, visit: Visit, who: Standing, escort_id: str | None = None,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """They go in, `at` a time that may have passed already (it is flagged when it is long ago).

    Raises Rejected while something their kind needs is missing: the leader's consent to this very
    content, the letter, the escort.
    """
    _still(visit, "approved")
    _may(session, visit, who)
    now = datetime.now(UTC)
    moment = at or now
    escort = escort_id or visit.escort_id
    _unless(
        *unasked(visit),
        *unapproved(visit, approved(session, KIND, visit), moment),
        *unescorted(session, visit, escort, moment),
        *unplanned(visit, moment, now),
    )
    with moving(session, visit):
        visit.state, visit.escort_id = "inside", escort
        visit.entered_at, visit.entry_noted_at = moment, now


def leave(
    session: Session, visit: Visit, who: Standing, done: str = "", carried_out: str = "",
    at: datetime | None = None,
) -> None:  # fmt: skip
    """They are out again, with what was done and what they took along. Raises Rejected."""
    _still(visit, "inside")
    _may(session, visit, who)
    now = datetime.now(UTC)
    moment = at or now
    if visit.entered_at is not None and moment < visit.entered_at:
        _refuse("left_at", "早于进入时间")
    if moment > now + AHEAD:
        _refuse("left_at", "还没有到这个时间")
    if visit.kind != "visit" and not (done.strip() or visit.done):
        _refuse("done", "必须填写：做了什么")
    with moving(session, visit):
        visit.done, visit.carried_out = done.strip() or visit.done, carried_out.strip() or None
        visit.state, visit.left_at, visit.exit_noted_at = "left", moment, now
    for key in notice_keys(visit):
        settle(session, key)


def notice_keys(visit: Visit) -> tuple[str, str, str]:
    """The keys of the notices that somebody is still inside; for more than a day; to leaders."""
    return f"visit-inside:{visit.id}", f"visit-overdue:{visit.id}", f"visit-lead:{visit.id}"


def _consented(session: Session, visit: Visit) -> None:
    with moving(session, visit):
        visit.state = "approved"


def _refused(session: Session, visit: Visit) -> None:
    with moving(session, visit):
        visit.state = "refused"


def _taken_back(session: Session, visit: Visit) -> None:
    with moving(session, visit):
        visit.state = "draft"


rule(
    Rule(
        KIND, "机房来访", "approve", second=True, emergency=True, approved=_consented,
        refused=_refused, withdrawn=_taken_back, ask_right="record",
    )
)  # fmt: skip


def _still(visit: Visit, *states: str) -> None:
    if visit.state not in states:
        _refuse("state", f"现在是“{STATES[visit.state]}”，不能这样办理")
    if visit.retired_at is not None:
        _refuse("state", "已停用，请先恢复")


def _may(session: Session, visit: Visit, who: Standing) -> None:
    acting(session, who)
    if not can(who, "record", visit):
        _refuse("state", "您在这个单位没有填写台账的权限")


def _refuse(name: str, cause: str) -> None:
    _unless(FieldError(name, field_of(Visit, name).label, cause))


def _unless(*wrong: FieldError) -> None:
    if wrong:
        raise Rejected(wrong)
