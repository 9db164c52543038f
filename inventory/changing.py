"""A change of configuration from the wish to its consent: begun, planned, agreed to, handed to the
worker. What people do with it is in `inventory.change_steps`.

What speaks to the device is the worker's: a step asks it to. It looks again whether the
content is the approved one before anything is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.approval import Rule, approved, rule
from inventory.change import PLAN, Change
from inventory.device import Device
from inventory.keys import new_key
from inventory.revision import correct
from inventory.role import Standing, can
from inventory.run import JobRun
from inventory.secret import Sealed
from inventory.shanghai import SHANGHAI
from inventory.signature import acting
from inventory.stepping import moving, refused

KIND = "change"
BEFORE = ("draft", "asked", "approved", "refused")  # nothing was begun yet
_ONWARD = ("plan", "run", "adopt")  # what was begun can be ended, whoever has the device now
ROTATION = "rotate_password"
_MOVED = "设备已移交另一个单位，不能执行：请取消，由现在的单位另建一项"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants done to a device: a procedure by its name, in words (`what`), with its
    parameters as JSON text; a secret among them is sealed apart."""

    procedure: str
    what: str
    reason: str
    params: str = "{}"
    secret: Sealed | None = field(default=None, repr=False)
    minutes: int = 10


def begin(session: Session, device: Device, who: Standing, wanted: Wanted) -> Change:
    """A new change, and the worker is asked to plan it. Raises Rejected."""
    acting(session, who)
    change = Change(
        centre_id=device.centre_id, device_id=device.id, procedure=wanted.procedure,
        what=wanted.what, params=wanted.params, secret=wanted.secret, reason=wanted.reason.strip(),
        minutes=wanted.minutes, asked_at=datetime.now(UTC),
    )  # fmt: skip
    if not can(who, "operate", device):
        raise refused(change, "device_id", "您在这个单位没有操作设备的权限")
    if device.retired_at is not None:
        raise refused(change, "device_id", "设备已停用，不能操作")
    if not change.reason:
        raise refused(change, "reason", "必须填写：为什么要做这项操作")
    session.add(change)
    session.flush()
    order(session, change, "plan", who.id, who.name)
    return change


def order(session: Session, change: Change, act: str, by: str, name: str) -> JobRun:
    """Ask the worker to do one thing with a change. Raises Rejected while something is under way:
    nothing is done to a device twice because somebody clicked twice."""
    if under_way(session, change.id):
        raise refused(change, "state", "这项操作正在处理，请等它结束")
    if act in _ONWARD and moved_away(session, change):
        raise refused(change, "device_id", _MOVED)
    key = new_key()
    run = JobRun(
        id=key, site="local", kind="procedure", slot=key, subject=change.id,
        centre_id=change.centre_id, params={"act": act}, requested_by=by, requested_name=name,
        requested_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(run)
    return run


def under_way(session: Session, change_id: str) -> JobRun | None:
    """The work that is being done, or waits to be done, for a change."""
    query = select(JobRun).where(
        JobRun.kind == "procedure", JobRun.subject == change_id,
        JobRun.state.in_(("asked", "running")),
    )  # fmt: skip
    return session.scalars(query).first()


def planned(session: Session, change: Change, plan: Mapping[str, str]) -> None:
    """The plan as the worker made it (a text for each of PLAN). What was asked or approved before
    with another plan is asked anew."""
    if change.state not in BEFORE:
        raise refused(change, "state", "已经执行或取消，不能再计划")
    if all(getattr(change, name) == plan[name] for name in PLAN):
        return
    with moving(session, change):
        if change.revised:
            correct(session, change, plan, "设备配置已变，重新计划")
        else:
            for name, text in plan.items():
                setattr(change, name, text)
        change.state = "draft"


def consent(session: Session, change: Change) -> str:
    """Why this change may not be run now, "" when its very content is approved, and by those the
    device still belongs to."""
    if change.state != "approved" or change.retired_at is not None:
        return "没有批准，不能执行"
    if approved(session, KIND, change) is None:
        return "批准的不是现在的内容，请重新提请审批"
    return _MOVED if moved_away(session, change) else ""


def moved_away(session: Session, change: Change) -> bool:
    """Does its device belong to others by now (perhaps out of sight of whoever looks)? They
    neither asked for this nor agreed to it."""
    device = session.get(Device, change.device_id)
    return device is None or device.centre_id != change.centre_id


def note(change: Change, text: str, now: datetime | None = None) -> None:
    """One more line of what happened, with the time it happened at (the day is the change's)."""
    at = (now or datetime.now(UTC)).astimezone(SHANGHAI)
    change.log = f"{change.log}{at:%m-%d %H:%M:%S} {text}\n"


def _moved(state: str) -> Any:
    def move(session: Session, change: Change) -> None:
        with moving(session, change):
            change.state = state
            if state == "approved":
                change.approver = _giver(session, change)

    return move


def _giver(session: Session, change: Change) -> str:
    given = approved(session, KIND, change)
    if given is None:
        return ""
    return given.decided_name or f"{given.asked_name}（应急先办）"


rule(
    Rule(
        KIND, "配置操作", "approve", second=True, emergency=True, approved=_moved("approved"),
        refused=_moved("refused"), withdrawn=_moved("draft"), ask_right="operate",
    )
)  # fmt: skip
