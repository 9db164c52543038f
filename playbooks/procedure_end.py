"""How a change ends: kept, or taken back. Whichever way, the device is read once more."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from backups.configs import NotKept
from inventory.change import Change
from inventory.notice import settle, tell
from inventory.store import Damaged
from netops import ssh
from netops.config_push import apply_file, run_lines, type_lines
from netops.config_read import ConfigRead
from netops.errors import CommandRejected, DeviceError, Unreachable
from netops.ssh_shell import Shell
from netops.undo_timer import disarm, strip, tidy
from playbooks.config_lines import NotByLines, lines
from playbooks.config_tree import tree
from playbooks.procedure import MAKERS, Orders, Refusal
from playbooks.procedure_work import Work

PATIENCE = timedelta(minutes=30)  # after its own undo a device takes its time to restart


def confirm(work: Work) -> None:
    """Keep it: the device's timer is stopped, what runs is saved. Raises DeviceError; the change
    waits on then, and is undone at its deadline. What the device has undone is never kept."""
    if _too_late(work):
        work.say("设备自己撤销的时间已过，不能再保留")
        undo(work)
        return
    fired = _stop_timer(work)
    text = work.read(saved=False).text  # now nothing can fire any more
    if fired or _reverted(work, text):
        work.say("设备已经自己撤销，不能再保留")
        _undone(work, text)
        return
    work.move("确认保留", "running", timer="", deadline_at=None)
    try:
        save_now(work)
        finish(work)
    except DeviceError as error:  # it is kept: taking it back now would be nobody's wish
        work.say(error.reason)
        finish(work, f"已保留，但没有保存成功：{error.reason}")


def _too_late(work: Work) -> bool:
    """Is the device's own time over, too? A job in its shell tells by itself whether it ran."""
    change, slack = work.change, timedelta(seconds=work.slack)
    over = change.deadline_at is not None and datetime.now(UTC) > change.deadline_at + slack
    return over and change.timer in ("reboot", "commit")


def _stop_timer(work: Work) -> bool:
    """True when it has done its work already."""
    push, change = work.profile.push, work.change
    try:
        with ssh.connect(work.target, known=work.known) as shell:
            if change.timer == "commit":
                type_lines(shell, push, push.timer.disarm)
            fired = disarm(shell, push, change.id) if change.timer else False
            tidy(shell, push, change.id)
    except CommandRejected:  # perhaps because there is nothing left to stop
        if _reverted(work, work.read(saved=False).text):
            return True
        raise
    if change.timer and not fired:
        work.move("停止设备上的定时撤销", timer="")
    return fired


def _reverted(work: Work, text: str) -> bool:
    """Is the device what it was before? It tells nothing where the push made no difference."""
    change = work.change
    return change.before_id not in (None, change.after_id) and _back(work, text)


def finish(work: Work, trouble: str = "") -> None:
    """It is done, and what the device runs now is kept."""
    kept = _kept(work) if "backup_after" in work.procedure.steps else None
    work.say("完成")
    now = datetime.now(UTC)
    work.move(
        "配置操作完成", "done", after_id=kept, ended_at=now, deadline_at=None, trouble=trouble
    )


def save_now(work: Work) -> None:
    """What runs becomes what it boots with, and is compared. Raises DeviceError."""
    told = work.profile.config.save
    if told is None:
        work.say("这种设备没有保存配置的命令，重启后是否保留请人工核对")
        return
    with ssh.connect(work.target, known=work.known) as shell:
        said = shell.ask(told.line, told.answers)
    if told.done is not None and not any(told.done.search(one) for one in said.splitlines()):
        raise CommandRejected("设备没有说保存成功，请登录设备核对", said[-200:])
    read = work.read()
    if read.saved is not None and not work.same(read.text, read.saved):
        raise CommandRejected("保存之后，启动配置与运行配置仍不相同，请登录设备核对")
    work.say("配置已保存" + ("，启动配置与运行配置相同" if read.saved is not None else ""))


def undo(work: Work) -> None:
    """Take it back and look whether it is back. What cannot be reached is tried again by the
    worker until the device has had time for its own undo; then a person is called."""
    try:
        text = _take_back(work)
    except (DeviceError, Refusal, Damaged) as error:
        work.say(f"撤销没有成功：{error.reason}")
        _try_later(work, error)
        return
    _undone(work, text)


def _take_back(work: Work) -> str:
    """What the device runs after the undo."""
    push, change = work.profile.push, work.change
    with ssh.connect(work.target, known=work.known) as shell:
        fired = disarm(shell, push, change.id) if change.timer == "shell" else False
        if change.timer == "commit":
            _abort(work, shell)
        elif fired:
            work.say("设备上的定时撤销已经执行")
        else:
            _reverse(work, shell)
    read = work.read(saved=False)
    if change.timer and _back(work, read.text):
        with ssh.connect(work.target, known=work.known) as shell:
            if change.timer == "reboot":
                disarm(shell, push, change.id)
            tidy(shell, push, change.id)
    return read.text


def _abort(work: Work, shell: Shell) -> None:
    try:
        type_lines(shell, work.profile.push, work.profile.push.timer.abort)
    except CommandRejected:
        work.say("试提交已经到期，设备自己恢复了")


def _reverse(work: Work, shell: Shell) -> None:
    """By a whole file, by what was known before, or by what it takes from here to there."""
    push, change = work.profile.push, work.change
    orders = _orders(work)
    if push.apply and orders.how == "file":
        apply_file(shell, push, f"{change.id}.back", orders.undo[0])
    elif orders.how == "shell":
        run_lines(shell, push, orders.undo)
    else:
        now = work.read(saved=False).text
        family = work.profile.config.family
        have, want = (tree(family, "\n".join(work.form(one))) for one in (now, _base(work)))
        try:
            typed = lines(have, want, push)
        except NotByLines as error:
            raise Refusal(f"“{error.line[:40]}”不能逐行撤销") from None
        type_lines(shell, push, typed)
    work.say("撤销命令已下发")


def _orders(work: Work) -> Orders:
    """The orders as they were made against the configuration before."""
    text = _base(work)
    read = ConfigRead(text.encode(), text, text, "")
    return MAKERS[work.procedure.maker](work.scene(read))


def _base(work: Work) -> str:
    before = work.change.before_id
    return work.raw(before) if before else ""


def _back(work: Work, text: str) -> bool:
    return work.base(text) == work.change.base


def _undone(work: Work, text: str) -> None:
    now = datetime.now(UTC)
    if not _back(work, text):
        cause = "撤销之后读回的配置与操作之前不同，请登录设备核对"
        work.say(cause)
        trouble = "；".join(filter(None, (work.change.trouble, cause)))
        fail(work, trouble)
        return
    kept = _kept(work)
    work.say("已撤销，读回的配置与操作之前相同")
    work.move("配置操作已撤销", "undone", after_id=kept, ended_at=now, deadline_at=None, timer="")
    with work.site.database.observe() as session:
        settle(session, f"change:{work.change.id}")
        tell(
            session, "job", f"配置操作已撤销：{work.device.name} {work.change.what}",
            text=work.change.trouble or "没有在期限内确认", centre_id=work.change.centre_id,
            right="operate", level="warning", link=f"/r/changes/{work.change.id}",
            key=f"change:{work.change.id}",
        )  # fmt: skip


def _try_later(work: Work, error: Exception) -> None:
    change = work.change
    since = change.deadline_at or datetime.now(UTC)
    over = datetime.now(UTC) - since > timedelta(seconds=work.slack) + PATIENCE
    if over or not isinstance(error, Unreachable):
        fail(work, "；".join(filter(None, (change.trouble, f"撤销没有成功：{error}"))))
    else:
        trouble = change.trouble or "没有在期限内确认"
        work.move("撤销还没有成功", trouble=trouble, deadline_at=since)


def fail(work: Work, trouble: str) -> None:
    """Nobody knows what the device runs now: somebody has to look."""
    _swept(work)
    now = datetime.now(UTC)
    work.move("配置操作失败", "failed", trouble=trouble, ended_at=now, deadline_at=None)
    with work.site.database.observe() as session:
        tell_failed(session, work.change, work.device.name)


def _swept(work: Work) -> None:
    """What was sent as files holds secrets; an undo that still waits there keeps its own."""
    if work.profile.push.shell:
        with suppress(DeviceError), ssh.connect(work.target, known=work.known) as shell:
            strip(shell, work.profile.push, work.change.id)


def tell_failed(session: Session, change: Change, device: str) -> None:
    """Call a person: nobody knows what this device runs."""
    settle(session, f"change:{change.id}")
    tell(
        session, "wrong", f"配置操作失败，设备状态不明：{device} {change.what}",
        text=change.trouble, centre_id=change.centre_id, right="operate", level="critical",
        link=f"/r/changes/{change.id}", key=f"change:{change.id}",
    )  # fmt: skip


def tell_stuck(session: Session, change: Change, device: str, reason: str) -> None:
    """Nobody confirmed it, and it cannot be taken back as things are: a person can change that."""
    tell(
        session, "wrong", f"配置操作到期没有撤销成功，还在重试：{device} {change.what}",
        text=reason, centre_id=change.centre_id, right="operate", level="critical",
        link=f"/r/changes/{change.id}", key=f"change:{change.id}",
    )  # fmt: skip


def _kept(work: Work) -> str | None:
    try:
        return work.keep(work.read())
    except (DeviceError, NotKept, Damaged) as error:
        work.say(f"操作后没有备份成功：{error.reason}")
        return None
