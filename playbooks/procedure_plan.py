"""The plan of a change: every command, the difference it will make, and how it is taken back."""

from collections.abc import Iterator, Mapping
from difflib import unified_diff

from inventory.act import system
from inventory.change import Change
from inventory.changing import planned
from netops.config_read import ConfigRead
from netops.profile import UNPROVEN
from playbooks.procedure import MAKERS, Orders, Refusal, Scene
from playbooks.procedure_makers import forecast_undo, outline
from playbooks.procedure_work import Work

_CONTEXT = 3
_BY_ITSELF = {
    "reboot": "值守台连不上设备时：设备在 {minutes} 分钟后自己重启，回到启动配置（{words}）。",
    "commit": "值守台连不上设备时：试提交到期，设备自己恢复（{words}）。",
    "shell": "值守台连不上设备时：设备上的定时任务在 {minutes} 分钟后恢复。",
    "": "这种设备自己没有定时撤销：连不上时只能到现场处理。",
    "unsaved": "设备上可能有未保存的改动，重启会丢掉，所以不设重启定时：连不上时只能到现场处理。",
}


def orders_for(work: Work, read: ConfigRead) -> Orders:
    """What this change means for the device as it is now. Raises Refusal."""
    found = MAKERS.get(work.procedure.maker)
    if found is None:
        raise Refusal(f"操作“{work.procedure.title}”没有实现，请检查安装")
    scene = work.scene(read)
    missing = [one.label for one in work.procedure.params if one.required and not _has(scene, one)]
    if missing:
        raise Refusal(f"缺少：{'、'.join(missing)}")
    return found(scene)


def plan(work: Work, read: ConfigRead, orders: Orders) -> Mapping[str, str]:
    """The texts of a plan (PLAN of `inventory.change`), none of which shows a secret."""
    return {
        "plan": work.clean("\n".join(_commands(work, orders)) + "\n"),
        "undo_plan": work.clean("\n".join(_undo(work, read, orders)) + "\n"),
        "diff": _difference(work, read.text, orders),
        "remarks": "\n".join(_remarks(work, read, orders)),
        "base": work.base(read.text),
    }


def write_plan(work: Work) -> None:
    """Read the device, keep what it runs, and write the plan down. Raises Refusal, DeviceError."""
    work.tell("读取设备配置")
    read = work.read()
    work.keep(read)
    work.tell("计算命令和差异")
    told = plan(work, read, orders_for(work, read))
    act = system("计划配置操作", reason=work.change.what)
    with work.site.database.transaction(act) as session:
        planned(session, session.get_one(Change, work.change.id), told)


def _has(scene: Scene, one: object) -> bool:
    name = getattr(one, "name", "")
    return bool(scene.secret if getattr(one, "kind", "") == "secret" else scene.params.get(name))


def _commands(work: Work, orders: Orders) -> Iterator[str]:
    push, timer = work.profile.push, work.profile.push.timer
    later = ("（读回核对之后）", *orders.then.lines) if orders.then is not None else ()
    if orders.how != "config":
        yield from (line.rstrip("\n") for line in (*orders.lines, *later))
        return
    yield from push.enter
    yield from (*orders.lines, *later)
    if timer.kind == "commit":
        armed = timer.arm if work.procedure.timed else timer.disarm
        yield from (_filled(work, line) for line in armed)
    yield from push.leave


def _undo(work: Work, read: ConfigRead, orders: Orders) -> Iterator[str]:
    push, timer = work.profile.push, work.profile.push.timer
    if work.procedure.timed:
        yield f"{work.change.minutes} 分钟内没有人确认，值守台自动撤销，撤销后读回核对。"
        words = "；".join(_filled(work, one) for one in timer.arm)
        told = _BY_ITSELF["unsaved" if timer.kind != work.timer(read) else timer.kind]
        yield told.format(minutes=work.change.minutes + 1, words=words)
    lines = forecast_undo(work.scene(read), orders) if orders.how in ("config", "shell") else []
    if orders.how == "file" and orders.undo:
        yield "撤销时整份换回操作之前的内容。"
    if lines:
        yield "撤销的命令（预计；实际按当时读回的配置计算）："
        yield from (*push.enter, *lines, *push.leave) if orders.how == "config" else lines


def _filled(work: Work, line: str) -> str:
    minutes = work.change.minutes + 1
    return line.format(minutes=minutes, seconds=minutes * 60)


def _difference(work: Work, before: str, orders: Orders) -> str:
    """A patch of the texts without secrets; "" when nobody can tell."""
    if orders.after is None:
        return ""
    told = [work.form(text) for text in (before, orders.after)]
    if orders.how == "config":  # a forecast has no separators: without them on both sides
        told = [outline(work.profile.config.family, "\n".join(lines)) for lines in told]
    old, new = (work.clean("\n".join(lines)).splitlines() for lines in told)
    patch = unified_diff(old, new, "现在", "操作之后（预计）", lineterm="", n=_CONTEXT)
    return "\n".join(patch)


def _remarks(work: Work, read: ConfigRead, orders: Orders) -> Iterator[str]:
    if work.timer(read) != work.profile.push.timer.kind and work.procedure.timed:
        yield "设备上原有的未保存改动，会在确认保留时一起保存；不想要的先恢复掉。"
    if not work.profile.push.proven:
        yield f"{work.profile.title}的命令{UNPROVEN}：请逐行核对，并准备好到现场处理。"
    yield from orders.remarks
