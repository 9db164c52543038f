"""The steps of a procedure between its plan and its confirmation, each of one idea, by the names
that `playbooks.procedure.STEPS` lists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from netops import ssh
from netops.config_push import Stopped, apply_file, run_lines, type_lines
from netops.config_read import ConfigRead
from netops.errors import CommandRejected, DeviceError, Unreachable
from netops.ssh_shell import Shell
from netops.undo_timer import Undo, arm, fired
from playbooks.binding_state import noted
from playbooks.procedure import Orders, Refusal
from playbooks.procedure_end import save_now
from playbooks.procedure_look import Wrong, compare, still_answering
from playbooks.procedure_makers import forecast_undo
from playbooks.procedure_password import adopt, rotate
from playbooks.procedure_work import Work


@dataclass
class Running:
    """One run: what it began with, and whether anything was sent yet."""

    work: Work
    before: ConfigRead
    orders: Orders
    answered: tuple[str, ...] = ()
    hosts: frozenset[str] = frozenset()  # who of those behind it answered before
    after: ConfigRead | None = None
    pushed: bool = False
    armed_at: datetime | None = None  # when the device began to count, or a little earlier
    cancelled: Callable[[], bool] = field(default=lambda: False)


def _backup_before(running: Running) -> None:
    kept = running.work.keep(running.before)
    running.work.say("操作前的配置已备份" if kept else "这种设备没有可备份的配置")
    running.work.move("操作前备份", before_id=kept)


def _arm(running: Running) -> None:
    """Before anything is sent: a session that cuts its own path must not need it any more."""
    work, orders, kind = running.work, running.orders, running.work.timer(running.before)
    lines = orders.undo or tuple(forecast_undo(work.scene(running.before), orders))
    if kind == "shell" and not lines:
        raise Refusal("这项操作没有事先知道的撤销命令，不能在设备上定时撤销")
    seconds = int(work.seconds + work.slack)
    if kind:
        running.armed_at = datetime.now(UTC)
        with ssh.connect(work.target, known=work.known) as shell:
            arm(shell, work.profile.push, Undo(work.change.id, seconds, lines, _applied(orders)))
        work.say("设备上的定时撤销已启动")
    work.move("启动定时撤销", timer=kind)


def _whole(orders: Orders) -> bool:
    return orders.how == "file"


def _applied(orders: Orders) -> bool:
    """Is its undo a file for `push.apply`, and not one for the shell?"""
    return orders.how in ("file", "config")


def _push(running: Running) -> None:
    work = running.work
    if running.cancelled():
        raise Refusal("执行之前被取消")
    work.tell("下发")
    running.pushed = True
    if work.change.timer == "commit":  # which is armed by the push itself
        running.armed_at = datetime.now(UTC)
    with ssh.connect(work.target, known=work.known) as shell:
        send(work, shell, running.orders)
    work.say(f"已下发 {len(running.orders.lines)} 条" if not _whole(running.orders) else "已下发")


def send(work: Work, shell: Shell, orders: Orders) -> None:
    """Everything of it, by the way its `how` names. Raises Stopped, Unreachable."""
    push = work.profile.push
    match orders.how:
        case "config":
            type_lines(shell, push, (*orders.lines, *_committed(work)))
        case "file":
            apply_file(shell, push, f"{work.change.id}.new", orders.lines[0])
        case "shell":
            run_lines(shell, push, orders.lines)
        case "power" if push.power:
            _switch_off(shell, push.power.line, push.power.answers)


def _committed(work: Work) -> tuple[str, ...]:
    timer = work.profile.push.timer
    if timer.kind != "commit":
        return ()
    seconds = int(work.seconds + work.slack)
    words = timer.arm if work.procedure.timed else timer.disarm
    return tuple(line.format(seconds=seconds, minutes=-(-seconds // 60)) for line in words)


def _switch_off(shell: Shell, line: str, answers: Mapping[str, str]) -> None:
    """It goes while it answers: that the session ends is what was wanted."""
    try:
        shell.ask(line, answers, timeout=20)
    except Unreachable:
        return
    except CommandRejected as error:
        raise Stopped(1, line, error.reason) from None


def _read_back(running: Running) -> None:
    running.work.tell("读回配置")
    running.after = running.work.read(saved=False)
    noted(running.work.site, running.work.device.id, running.after.text, datetime.now(UTC))


def _compare(running: Running) -> None:
    """What the device says now against what was wanted."""
    work, orders = running.work, running.orders
    text = running.after.text if running.after else ""
    compare(work, orders, text)
    if orders.how in ("config", "file") and work.same(text, running.before.text):
        work.say("注意：读回的配置与操作之前完全相同，这些命令没有产生任何变化")


def _enable(running: Running) -> None:
    """What counts from now on, where the first part was found as it was wanted."""
    orders = running.orders.then
    if orders is not None:
        running.work.tell("启用检查")
        with ssh.connect(running.work.target, known=running.work.known) as shell:
            send(running.work, shell, orders)
        running.work.say(f"已启用检查：{len(orders.lines)} 条")


def _read_enabled(running: Running) -> None:
    orders = running.orders.then
    if orders is not None:
        _read_back(running)
        compare(running.work, orders, running.after.text if running.after else "")


def _verify(running: Running) -> None:
    """A new login, and every way by which the device answered before."""
    work = running.work
    work.tell("核对值守台仍能管理设备")
    try:
        with ssh.connect(work.target, known=work.known) as shell:
            over = fired(shell, work.profile.push, work.change.id)
    except DeviceError as error:
        raise Wrong(f"下发之后不能重新登录：{error.reason}") from None
    if over:
        raise Wrong("核对还没有做完，设备上的定时撤销已经执行：下发之后值守台可能一度连不上设备")
    lost = [way for way in running.answered if way not in work.reaches()]
    if lost:
        raise Wrong(f"下发之后设备不再应答：{'、'.join(lost)}")
    still_answering(work, running.orders.hosts, running.hosts)
    work.say("重新登录成功，原有的监测方式都有应答")


def _gone(running: Running) -> None:
    running.work.say("关机命令已下发，设备断开了连接")


def _rotate(running: Running) -> None:
    running.pushed = True
    running.work.tell("更换口令")
    rotate(running.work, running.orders, send)
    running.work.say("新口令登录成功")


def _save(running: Running) -> None:
    running.pushed = True
    save_now(running.work)


def _backup_after(_running: Running) -> None:
    """`finish` keeps what the device runs at the end, whichever way it came to its end."""


TAKEN: Mapping[str, Callable[[Running], None]] = {
    "backup_before": _backup_before, "arm": _arm, "push": _push, "read_back": _read_back,
    "compare": _compare, "enable": _enable, "read_enabled": _read_enabled,
    "verify": _verify, "gone": _gone, "rotate": _rotate,
    "adopt": lambda running: adopt(running.work), "save": _save, "backup_after": _backup_after,
}  # fmt: skip
