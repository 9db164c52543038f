"""The steps people take with a change: planned, asked, run, confirmed, undone or cancelled."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory.change import Change
from inventory.changing import BEFORE, KIND, ROTATION, consent, note, order, under_way
from inventory.person import Person
from inventory.run import JobRun
from inventory.stepping import Step, Taken, offer, refused


def _plan(session: Session, change: Change, taken: Taken) -> None:
    order(session, change, "plan", taken.who.id, taken.who.name)


def _ask(session: Session, change: Change, taken: Taken) -> None:
    approving.ask(session, KIND, change, taken.who, change.reason)
    change.state = "asked"


def _urgent(session: Session, change: Change, taken: Taken) -> None:
    if taken.proof is None:
        raise refused(change, "state", "请再输一次登录口令")
    approving.emergency(session, KIND, change, taken.who, taken.proof, change.reason)


def _run(session: Session, change: Change, taken: Taken) -> None:
    cause = consent(session, change)
    if cause:
        raise refused(change, "state", cause)
    other = session.scalars(
        select(Change).where(
            Change.device_id == change.device_id,
            Change.state.in_(("running", "waiting")),
            Change.id != change.id,
        )
    ).first()
    if other is not None:
        raise refused(change, "device_id", f"这台设备上“{other.what}”还没有结束，请等它结束")
    change.runner_id = taken.who.id if session.get(Person, taken.who.id) else None
    order(session, change, "run", taken.who.id, taken.who.name)


def _confirm(session: Session, change: Change, taken: Taken) -> None:
    note(change, f"{taken.who.name}确认保留")
    order(session, change, "confirm", taken.who.id, taken.who.name)


def _undo(session: Session, change: Change, taken: Taken) -> None:
    note(change, f"{taken.who.name}要求撤销")
    order(session, change, "undo", taken.who.id, taken.who.name)


def _adopt(session: Session, change: Change, taken: Taken) -> None:
    note(change, f"{taken.who.name}要求验证新口令")
    order(session, change, "adopt", taken.who.id, taken.who.name)


def _maybe_set(_session: Session, change: Change) -> bool:
    """The device may have a new password that the console does not use yet."""
    return change.procedure == ROTATION and change.secret is not None


def _cancel(session: Session, change: Change, taken: Taken) -> None:
    for run in session.scalars(_waiting(change)):
        run.state, run.ended_at = "cancelled", datetime.now(UTC)
    if under_way(session, change.id):
        raise refused(change, "state", "已经开始执行，不能取消")
    for one in approving.approvals(session, change):
        if one.state == "asked" and one.asked_by == taken.who.id:
            approving.withdraw(session, one, taken.who, "取消")
    change.state, change.ended_at = "cancelled", datetime.now(UTC)


def _waiting(change: Change) -> Any:
    return select(JobRun).where(
        JobRun.kind == "procedure", JobRun.subject == change.id, JobRun.state == "asked"
    )


def _confirmable(_session: Session, change: Change) -> bool:
    """It was pushed, passed every check, and its time is not over."""
    in_time = change.deadline_at is not None and change.deadline_at > datetime.now(UTC)
    return change.state == "waiting" and not change.trouble and in_time


def _has_plan(_session: Session, change: Change) -> bool:
    return change.planned


offer(
    Change,
    Step(
        "ask", "提请审批", ("draft",), _ask, fits=_has_plan,
        help="批准的就是这份计划：命令、差异和撤销的办法",
    ),
    Step(
        "urgent", "应急先办", ("draft", "asked"), _urgent, proof=True, fits=_has_plan, danger=True,
        confirm="%(name)s：不经批准先办，24 小时内须由他人复核。继续？",
        help="来不及审批时用；须在 24 小时内由他人复核",
    ),
    Step(
        "run", "执行", ("approved",), _run, danger=True,
        confirm="%(name)s：现在下发到设备？",
    ),
    Step("confirm", "确认保留", ("waiting",), _confirm, fits=_confirmable),
    Step(
        "undo", "立即撤销", ("waiting",), _undo, danger=True,
        confirm="%(name)s：把设备恢复到操作之前？",
    ),
    Step(
        "adopt", "验证新口令", ("failed",), _adopt, fits=_maybe_set,
        help="设备也许已经换上新口令：用它登录一次，登得上就记入凭据",
    ),
    Step("plan", "重新计划", BEFORE, _plan, help="按设备现在的配置重新计算；批准过的须再审批"),
    Step(
        "cancel", "取消", BEFORE, _cancel, danger=True, confirm="取消 %(name)s？设备不受影响。",
    ),
)  # fmt: skip
