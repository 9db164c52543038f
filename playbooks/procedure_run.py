"""Running a change: the steps of its procedure, in their order, each once. Nothing is tried again
by itself: what went wrong is undone, and told.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import IntegrityError

from backups.configs import NotKept
from inventory.act import EVERYTHING
from inventory.change import PLAN
from inventory.register import Rejected
from inventory.shanghai import SHANGHAI
from inventory.store import Damaged
from netops.config_push import Stopped
from netops.errors import DeviceError
from playbooks import binding_guards, binding_linux, binding_makers, binding_nft, isolating  # noqa: F401
from playbooks.procedure import GUARDS, Refusal, TakenBack
from playbooks.procedure_end import fail, finish, undo
from playbooks.procedure_look import Wrong, answering
from playbooks.procedure_plan import orders_for, plan
from playbooks.procedure_steps import TAKEN, Running
from playbooks.procedure_work import Work


def run(work: Work, cancelled: Callable[[], bool] = lambda: False) -> str:
    """Run an approved change; returns the state it is in then.

    Raises Refusal or DeviceError while nothing was touched and the change stays approved: the
    device is another than the plan says, or cannot be reached.
    """
    running = _checked(work)
    running.cancelled = cancelled
    work.say("开始执行")
    try:
        work.move("执行配置操作", "running", started_at=datetime.now(UTC))
    except IntegrityError:
        raise Refusal("这台设备上另一项操作还没有结束，请等它结束") from None
    with _ended(running):
        for at, name in enumerate(work.procedure.order[1:], 1):
            work.at = at
            if name == "await_confirm":
                return _await(running)
            TAKEN[name](running)
        finish(work)
    return work.change.state


def _checked(work: Work) -> Running:
    """Is the device still the one that was planned for, and the plan the one that was approved?"""
    work.tell("核对设备与计划")
    read = work.read()
    if work.base(read.text) != work.change.base:
        raise Refusal("设备的配置在计划之后有了变化，没有执行；请“重新计划”，看过再提请审批")
    orders = orders_for(work, read)
    told = plan(work, read, orders)
    if any(told[name] != getattr(work.change, name) for name in PLAN):
        raise Refusal("现在算出的命令与批准的计划不同，没有执行；请“重新计划”，看过再提请审批")
    _still_allowed(work)
    return Running(work, read, orders, work.reaches(), answering(work, orders.hosts))


def _still_allowed(work: Work) -> None:
    """What the console knows beside the device's own words may be another by now, too."""
    guard = GUARDS.get(work.procedure.maker)
    if guard is not None:
        with work.site.database.view(EVERYTHING) as session:
            cause = guard(session, work.device.id, work.params)
        if cause:
            raise Refusal(f"{cause}。没有执行；请另做一份计划")


@contextmanager
def _ended(running: Running) -> Iterator[None]:
    """However a run ends, the change says so, and the device is not left half changed."""
    work = running.work
    try:
        yield
    except TakenBack as error:
        work.say(error.reason)
        work.move("配置操作已撤销", "undone", trouble=error.reason, ended_at=datetime.now(UTC))
    except (Stopped, Wrong, DeviceError, Refusal, NotKept, Damaged) as error:
        _went_wrong(running, error.reason)
    except Rejected as error:
        _went_wrong(running, str(error))
    except Exception:
        _went_wrong(running, "值守台内部错误，详见日志")
        raise


def _went_wrong(running: Running, reason: str) -> None:
    work = running.work
    work.say(reason)
    if not running.pushed:
        work.say("没有下发任何命令")
        now = datetime.now(UTC)
        work.move("配置操作没有执行", "failed", trouble=reason, ended_at=now)
    elif work.procedure.timed:
        _taken_back(running, reason)
    else:
        fail(work, reason)


def _taken_back(running: Running, reason: str) -> None:
    """Undo now; what cannot be undone now is tried until the device has had its own turn."""
    work = running.work
    now = datetime.now(UTC)
    work.move("配置操作待撤销", "waiting", trouble=reason, deadline_at=now, pushed_at=now)
    undo(work)


def _await(running: Running) -> str:
    work, now = running.work, datetime.now(UTC)
    deadline = (running.armed_at or now) + timedelta(seconds=work.seconds)
    last = deadline.astimezone(SHANGHAI)
    work.say(f"已下发并通过核对，请在 {last:%H:%M:%S} 之前确认保留，否则自动撤销")
    text = running.after.text if running.after else ""
    same = work.change.before_id if work.same(text, running.before.text) else None
    work.move("配置操作待确认", "waiting", pushed_at=now, deadline_at=deadline, after_id=same)
    return work.change.state
