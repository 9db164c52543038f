"""What the worker does with changes: what people ask for, what nobody confirmed, and what a worker
that died left behind.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backups.configs import NotKept
from inventory.act import EVERYTHING, system
from inventory.change import IN_FLIGHT, Change
from inventory.changing import ROTATION, consent, note, order, under_way
from inventory.config_lock import Held, device_held
from inventory.device import Device
from inventory.register import Rejected
from inventory.run import JobRun
from inventory.stepping import moving
from inventory.store import Damaged
from playbooks.jobs import Job, Unfinished
from playbooks.procedure import Refusal
from playbooks.procedure_end import PATIENCE, confirm, tell_failed, tell_stuck, undo
from playbooks.procedure_password import try_again
from playbooks.procedure_plan import write_plan
from playbooks.procedure_run import run
from playbooks.procedure_work import Work, work_on
from playbooks.site import Site

_AGAIN = timedelta(seconds=15)  # between two tries to undo; twice as long each time
_DOUBLED = 4  # times at most
_LATE = timedelta(minutes=1)  # an undo overdue for longer is told
_KILLED = (
    "执行时值守台中断，设备状态不明：请登录设备核对，并“立即备份”。"
    "设备上已启动的定时撤销仍会到时执行"
)  # fmt: skip
_MAYBE_SET = "。口令可能已经更换：请先“验证新口令”"
_UNSAVED = "确认保留之后值守台中断，是否已经保存不明：请登录设备核对，并“立即备份”"


def do(job: Job) -> Mapping[str, Any]:
    """subject: id of the change; params: act, a key of _ACTS. The outcome tells
    the state the change is in then; no secrets."""
    return perform(job.site, job.subject, str(job.params.get("act", "")), job=job)


def perform(
    site: Site, change_id: str, act: str, *, minute: float = 60.0, job: Job | None = None
) -> Mapping[str, Any]:
    """One act on one change, holding its device. Raises Unfinished, DeviceError."""
    try:
        return _performed(site, change_id, act, minute, job)
    except Exception as error:
        if act == "undo":  # whatever stood in its way: nobody may take it for undone
            _stuck(site, change_id, getattr(error, "reason", "值守台内部错误，详见日志"))
        raise


def _performed(
    site: Site, change_id: str, act: str, minute: float, job: Job | None
) -> Mapping[str, Any]:
    work = work_on(site, change_id, minute)
    if job is not None:
        total = len(work.procedure.steps)
        work.tell = lambda text: job.tell(work.at, total, text)
    try:
        with device_held(site.database, work.device.id):
            _ACTS.get(act, _unknown)(work, job)
    except (Refusal, Held, Damaged, NotKept) as error:
        raise Unfinished(error.reason) from None
    except Rejected as error:
        raise Unfinished(str(error)) from None
    return {"state": work.change.state, "act": act}


def look(site: Site, now: datetime) -> int:
    """Ask for the undo of what nobody confirmed in time; returns how many."""
    asked = 0
    with site.database.observe() as session:
        query = select(Change).where(Change.state == "waiting", Change.deadline_at <= now)
        for change in session.scalars(query).all():
            if under_way(session, change.id) is None and not _tired(session, change, now):
                order(session, change, "undo", "system", "值守台")
                asked += 1
    return asked


def _tired(session: Session, change: Change, now: datetime) -> bool:
    """Is it too early to try again? What stood in the way is rarely gone a moment later."""
    ours = JobRun.kind == "procedure", JobRun.subject == change.id
    ended = session.scalar(select(func.max(JobRun.ended_at)).where(*ours))
    tries = session.scalar(select(func.count()).where(*ours, JobRun.requested_by == "system"))
    doubled = min(max(int(tries or 0) - 1, 0), _DOUBLED)
    return ended is not None and now - ended < _AGAIN * 2**doubled


def _stuck(site: Site, change_id: str, reason: str) -> None:
    """An undo that could not even begin: told when it is overdue, given up when it stays so."""
    now = datetime.now(UTC)
    with site.database.transaction(system("撤销没有成功")) as session:
        row = session.get(Change, change_id)
        if row is None or row.state != "waiting" or row.deadline_at is None:
            return
        late = now - row.deadline_at
        if late < _LATE:
            return
        with moving(session, row):
            note(row, f"撤销没有成功：{reason}")
            if late > PATIENCE:
                row.state, row.ended_at, row.deadline_at = "failed", now, None
                row.trouble = f"没有在期限内确认，也没有撤销成功，设备状态不明：{reason}"
        called = session.get_one(Device, row.device_id).name
    with site.database.observe() as session:
        if row.state == "failed":
            tell_failed(session, row, called)
        else:
            tell_stuck(session, row, called, reason)


def take_up(site: Site) -> int:
    """At a worker's start: whatever was running when the last one died is of unknown state. It is
    not tried again; a person is called. Returns how many."""
    with site.database.view(EVERYTHING) as session:
        left = session.scalars(select(Change.id).where(Change.state == "running")).all()
    for change_id in left:
        with site.database.transaction(system("配置操作中断")) as session:
            row = session.get_one(Change, change_id)
            with moving(session, row):
                note(row, "值守台在执行时中断，没有重试")
                row.trouble = _KILLED if row.pushed_at is None else _UNSAVED
                if row.procedure == ROTATION:
                    row.trouble += _MAYBE_SET
                row.state, row.ended_at = "failed", datetime.now(UTC)
            called = session.get_one(Device, row.device_id).name
        with site.database.observe() as session:
            tell_failed(session, row, called)
    return len(left)


def _plan(work: Work, _job: Job | None) -> None:
    write_plan(work)


def _run(work: Work, job: Job | None) -> None:
    """The right of whoever asks was looked at when the work was taken; consent is looked at here,
    whoever put the request there."""
    with work.site.database.view(EVERYTHING) as session:
        cause = consent(session, session.get_one(Change, work.change.id))
    if cause:
        raise Refusal(cause)
    run(work, job.cancelled if job is not None else lambda: False)


def _confirm(work: Work, _job: Job | None) -> None:
    if work.change.state != "waiting" or work.change.trouble:
        raise Refusal("现在没有可以确认的操作")
    confirm(work)


def _undo(work: Work, _job: Job | None) -> None:
    if work.change.state not in IN_FLIGHT:
        raise Refusal("这项操作已经结束，不能撤销；需要时请另建“恢复配置”")
    undo(work)


def _adopt(work: Work, _job: Job | None) -> None:
    if work.change.state != "failed" or work.change.procedure != ROTATION or not work.secret:
        raise Refusal("没有要验证的新口令")
    try_again(work)


def _unknown(_work: Work, _job: Job | None) -> None:
    raise Refusal("没有这种处理")


_ACTS: Mapping[str, Callable[[Work, Job | None], None]] = {
    "plan": _plan, "run": _run, "confirm": _confirm, "undo": _undo, "adopt": _adopt,
}  # fmt: skip
