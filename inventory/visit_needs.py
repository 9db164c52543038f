"""What a visit needs by its kind before each step (Articles 101 and 102)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from inventory.approval import Approval
from inventory.centre import Centre
from inventory.grant import held
from inventory.register import FieldError
from inventory.role import ROLES
from inventory.shanghai import SHANGHAI
from inventory.visit import Visit

ESCORTS = {"visit": ("leader", "manager"), "operate": ("network_admin",)}
AHEAD = timedelta(minutes=1)  # of clocks that differ a little
URGENT = timedelta(hours=24)  # how long after an emergency entry it may still be written down


def unasked(visit: Visit) -> Iterator[FieldError]:
    """What must be there before anybody is asked."""
    if visit.kind == "visit" and not (visit.letter_no or "").strip():
        yield visit.wrong("letter_no", "参观须有上级部门的公函（第一百零二条），请填写文号")
    if visit.kind == "visit" and not visit.letter_files:
        yield visit.wrong("letter_files", "请先上传公函扫描件（附件，材料选“公函扫描件”）")
    if visit.kind == "operate" and not (visit.equipment or "").strip():
        yield visit.wrong("equipment", "操作设备要写明操作哪些设备")


def unapproved(visit: Visit, decision: Approval | None, at: datetime) -> Iterator[FieldError]:
    """Consent to this very content comes before the entry; after it only in an emergency."""
    if decision is None:
        yield visit.wrong("state", "现在的内容没有领导批准，请重新申请")
    elif decision.due_at is None and decision.decided_at and at < decision.decided_at:
        yield visit.wrong("entered_at", "早于批准时间；未经批准不得进入")
    elif decision.due_at is not None and at < decision.asked_at - URGENT:
        yield visit.wrong("entered_at", "应急进入最迟应在 24 小时内登记")


def unescorted(
    session: Session, visit: Visit, escort_id: str | None, at: datetime
) -> Iterator[FieldError]:
    """The escort holds the role that the kind asks for, over this place, at that time."""
    if not accompanied(session, visit, escort_id, at):
        cause = "参观须由领导陪同" if visit.kind == "visit" else "操作设备须有网络管理员在旁"
        yield visit.wrong("escort_id", f"{cause}：请选本单位的{escorts(visit)}")


def accompanied(session: Session, visit: Visit, escort_id: str | None, at: datetime) -> bool:
    """Does the escort hold, over this place at that time, a role that the kind asks for?"""
    wanted = ESCORTS.get(visit.kind)
    if wanted is None:
        return True
    centre = session.get(Centre, visit.centre_id)
    path = centre.path if centre is not None else ""
    roles = held(session, escort_id, at) if escort_id else ()
    return any(one.role in wanted and path.startswith(one.path) for one in roles)


def unplanned(visit: Visit, at: datetime, now: datetime) -> Iterator[FieldError]:
    """What was approved was approved for its days, by the Chinese calendar."""
    day = at.astimezone(SHANGHAI).date()
    first, last = (
        one.astimezone(SHANGHAI).date() for one in (visit.planned_from, visit.planned_to)
    )
    if at > now + AHEAD:
        yield visit.wrong("entered_at", "还没有到这个时间")
    elif not first <= day <= last:
        yield visit.wrong("entered_at", f"批准的是 {first} 至 {last}；改期请更正后重新申请")


def escorts(visit: Visit) -> str:
    """Who may stand beside these visitors, in words; "" where nobody must."""
    return "或".join(ROLES[role] for role in ESCORTS.get(visit.kind, ()))
