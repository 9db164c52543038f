"""Break-glass (应急授权): two persons give one of them a missing role for some hours.

Both show who they are; it is in force at once, everybody who watches is told, and a third must look
at it within `policy.review_hours` (see `inventory.approval`): where three people are all there is,
that third is the audit administrator.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import audit
from inventory.approval import emergency
from inventory.asked import Approval, Rule, rule
from inventory.centre import Centre
from inventory.entry import FieldError, Rejected
from inventory.grant import Grant, standing
from inventory.notice import tell
from inventory.person import Person, beyond
from inventory.proof import Proof, fresh
from inventory.revision import fix
from inventory.role import ROLES, SEPARATED, Standing, can

KIND = "breakglass"
SEATS = ("network_admin", "system_admin", "security_admin")  # what may be missing at night
LONGEST = 8  # hours


def _agreed(session: Session, row: Grant) -> None:
    row.agreed_at = datetime.now(UTC)
    session.flush()


def _ended(session: Session, row: Grant) -> None:
    """Whoever finds it wrong ends it: it does not run on until it lapses."""
    row.turn(gone=True)
    session.flush()


rule(
    Rule(
        KIND, "应急授权", "review", emergency=True, approved=_agreed, disowned=_ended,
        ask_right="emergency",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seat:
    """What is asked for: which role, for how many hours, why, over which centre."""

    role: str
    hours: int
    reason: str
    centre: Centre


def break_glass(
    session: Session, who: Standing, proof: Proof, witness: Proof, seat: Seat
) -> Approval:
    """Give `who` the seat now; `witness` is the second person's proof. Raises Rejected naming the
    field."""
    person = beyond(session, witness.person_id)
    wrong = [*_wrong(seat), *_seated(session, who, seat.role)]
    wrong += _unwitnessed(session, who, person, witness, seat.centre)
    if wrong or person is None:
        raise Rejected(tuple(wrong))
    lapses = datetime.now(UTC) + timedelta(hours=seat.hours)
    row = Grant(centre_id=seat.centre.id, person_id=who.id, role=seat.role, lapses_at=lapses)
    session.add(row)
    session.flush()
    reason = f"{seat.reason.strip()}（{person.name}在场确认）"
    fix(session, row, reason, beside={person.id: person.name})  # who was there does not review it
    approval = emergency(session, KIND, row, who, proof, reason)
    seen = {"name": person.name, "person": person.id, "method": witness.method}
    audit.note(session, session.info["act"], "Grant", row.id, seat.centre.id, {"witness": seen})
    tell(
        session, "security", f"应急授权：{row.headline}", text=reason, right="trail",
        centre_id=seat.centre.id, link=f"/approvals/{approval.id}", level="critical",
    )  # fmt: skip
    return approval


def running(session: Session, person_id: str, now: datetime) -> list[Grant]:
    """The person's break-glass grants that have not lapsed."""
    query = select(Grant).where(Grant.person_id == person_id, Grant.lapses_at > now)
    return list(session.scalars(query.where(Grant.retired_at.is_(None))))


def _wrong(seat: Seat) -> Iterator[FieldError]:
    if seat.role not in SEATS:
        yield FieldError("role", "角色", "请选择缺少的角色")
    if not 1 <= seat.hours <= LONGEST:
        yield FieldError("hours", "时限", f"应在 1 到 {LONGEST} 小时之间")
    if len(seat.reason.strip()) < 5:
        yield FieldError("reason", "理由", "必须写明发生了什么、为什么等不了")


def _seated(session: Session, who: Standing, role: str) -> Iterator[FieldError]:
    """三员分立 holds at night, too: one of the three seats at a time."""
    for one in running(session, who.id, datetime.now(UTC)) if role in SEPARATED else ():
        if one.role in SEPARATED and one.role != role:
            cause = f"三员分立：您正在应急担任{ROLES[one.role]}，请先结束它"
            yield FieldError("role", "角色", cause)


def _unwitnessed(
    session: Session, who: Standing, other: Person | None, witness: Proof, centre: Centre
) -> list[FieldError]:
    cause = ""
    if other is None or other.id == who.id:
        cause = "须由另一个人确认"
    elif not fresh(witness, datetime.now(UTC)):
        cause = "身份确认已过期，请重新输入口令"
    elif not can(standing(session, other), "emergency", centre):
        cause = f"{other.name}在这个单位没有可以确认应急授权的角色"
    return [FieldError("witness_login", "在场的第二人", cause)] if cause else []


def seats() -> dict[str, str]:
    return {role: ROLES[role] for role in SEATS}
