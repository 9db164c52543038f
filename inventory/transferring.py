"""The steps of a transfer: asked with the upper tier's letter, agreed, and done once a certified
successor is in post (Article 149)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.certificate import Certificate, certified
from inventory.register import field_of
from inventory.seat import seats
from inventory.shanghai import today
from inventory.staff import PROFESSIONAL, Staff
from inventory.staff_transfer import StaffTransfer
from inventory.stepping import Step, Taken, moving, offer, refused

KIND = "staff_transfer"
_LETTER = ("upper_unit", "upper_no", "upper_on")


def guarded(session: Session, transfer: StaffTransfer) -> bool:
    """Does Article 149 ask for the upper tier and a successor? Not for a slip of the pen."""
    staff = session.get_one(Staff, transfer.staff_id)
    return staff.job in PROFESSIONAL and transfer.kind != "mistake"


def _ask(session: Session, transfer: Any, taken: Taken) -> None:
    staff = session.get_one(Staff, transfer.staff_id)
    if staff.left_on is not None:
        raise refused(transfer, "staff_id", f"已于 {staff.left_on} 离岗")
    if guarded(session, transfer):
        _papers(transfer)
    approval.ask(session, KIND, transfer, taken.who, transfer.reason)
    transfer.state = "asked"


def _papers(transfer: StaffTransfer) -> None:
    for name in _LETTER:
        if not getattr(transfer, name):
            label = field_of(StaffTransfer, name).label
            raise refused(transfer, name, f"须报上一级批准：请填写{label}")
    if not transfer.letter_files:
        raise refused(transfer, "letter_files", "请在附件里上传上级批复扫描件")
    if not transfer.successor_id:
        raise refused(transfer, "successor_id", "请先登记继任人")


def _finish(session: Session, transfer: Any, _taken: Taken) -> None:
    if approval.approved(session, KIND, transfer) is None:
        raise refused(transfer, "state", "内容在批准之后已更正，请重新申请")
    transfer.left_on = transfer.left_on or today()
    if transfer.left_on > today():
        raise refused(transfer, "left_on", "还没有到这一天")
    staff = session.get_one(Staff, transfer.staff_id)
    if guarded(session, transfer):
        _succeeded(session, transfer, staff)
    with moving(session, staff):
        if transfer.kind == "post":
            staff.job = transfer.new_job
        else:
            staff.left_on = transfer.left_on
    transfer.state = "done"


def _succeeded(session: Session, transfer: StaffTransfer, staff: Staff) -> None:
    """The successor is here, in the same job of the same unit, with the certificate for it."""
    after = session.get_one(Staff, transfer.successor_id)
    day, homes = transfer.left_on or today(), seats(session)
    seat = homes.get(staff.centre_id)
    if after.gone(day) or after.retired_at is not None or (after.entered_on or day) > day:
        raise refused(transfer, "successor_id", f"{after.name}还没有到任，原专业技术人员不能离岗")
    if seat is None or homes.get(after.centre_id) is not seat or after.job != staff.job:
        raise refused(transfer, "successor_id", f"{after.name}不是本单位同一岗位的人员")
    held = session.scalars(select(Certificate).where(Certificate.staff_id == after.id)).all()
    level = "city" if seat.tier == "township" else "province"
    if not certified(held, staff.job, level, day):
        raise refused(transfer, "successor_id", f"{after.name}没有有效的上岗证书")


def _free(session: Session, transfer: Any) -> bool:
    """Nobody has this content before them: also not after a correction of what was asked."""
    return transfer.state == "draft" or not approval.pending(session, KIND, transfer)


def _decided(state: str) -> Any:
    def follow(session: Session, transfer: Any) -> None:
        with moving(session, transfer):
            transfer.state = state

    return follow


rule(
    Rule(
        KIND, "人员调离", "approve", approved=_decided("approved"), refused=_decided("refused"),
        withdrawn=_decided("draft"), ask_right="record",
    )
)  # fmt: skip
offer(
    StaffTransfer,
    Step("ask", "申请审批", ("draft", "refused", "asked", "approved"), _ask, fits=_free),
    Step(
        "finish", "登记离岗", ("approved",), _finish, asks=("left_on",),
        confirm="登记 %(name)s 离岗？继任人应已持证到任。",
    ),
)  # fmt: skip
