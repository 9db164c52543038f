"""From parameters to commands: restore, free lines, ports, passwords, saving, switching off."""

import re
from collections.abc import Iterator

from netops.push_facts import Push
from playbooks.config_lines import NotByLines, expected, lines, reverse
from playbooks.config_tree import Tree, tree
from playbooks.procedure import Orders, Refusal, Scene, maker

_PORT = re.compile(r"[A-Za-z][\w./:-]*( [\w./:-]+)?")
_ACCOUNT = re.compile(r"[A-Za-z_][\w.@-]{0,39}")
_SECRET = re.compile(r"[!#-&(-;=@-_a-~]{8,60}")  # printable, without blank, quotes, < > ? `
_LONGEST = 500  # lines that a person types
_PRINTABLE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]{1,400}")


@maker("restore")
def restore(scene: Scene) -> Orders:
    """The way back to a configuration that was kept."""
    wanted, push = scene.raw(scene.params["snapshot"]), scene.profile.push
    _pushable(push)
    if push.apply and push.whole:
        return Orders(
            "file", (wanted,), (scene.running,), after=wanted, exact="text",
            remarks=tuple(_beside(scene.running, wanted)),
        )  # fmt: skip
    typed = _between(scene, scene.running, wanted)
    if not typed:
        raise Refusal("设备现在的配置与这份备份相同，不必恢复", "snapshot")
    return Orders("config", tuple(typed), after=wanted, exact="text")


@maker("lines")
def free(scene: Scene) -> Orders:
    """What a person typed, line by line."""
    push, typed = scene.profile.push, _typed(scene.params.get("lines", ""), "lines")
    undo = _typed(scene.params.get("undo", ""), "undo")
    if not typed:
        raise Refusal("没有命令：请一行写一条", "lines")
    if push.apply and push.whole:
        text = "\n".join(typed) + "\n"
        return Orders("file", (text,), (scene.running,))
    if push.enter:
        _stays(push, typed)
        return Orders("config", typed, undo, after=_forecast(scene, typed))
    if not push.shell:
        _pushable(push)
    if not undo:
        raise Refusal("这台设备的配置不能读取，撤销的命令要一并写明", "undo")
    return Orders("shell", typed, undo)


@maker("port")
def port(scene: Scene) -> Orders:
    """One port down, or up again."""
    push, name = scene.profile.push, scene.params["port"].strip()
    if not _PORT.fullmatch(name):
        raise Refusal("不是端口名，应如 GigabitEthernet0/0/3", "port")
    ways = (push.down, push.up) if scene.params["state"] == "down" else (push.up, push.down)
    typed, undo = (tuple(line.format(port=name) for line in way) for way in ways)
    if not typed:
        raise Refusal(f"厂商档案“{scene.profile.title}”没有开关端口的命令")
    if push.shell:
        return Orders("shell", typed, undo)
    found = tree(scene.profile.config.family, scene.running)
    if typed[0] not in found:
        raise Refusal(f"设备配置里没有“{typed[0]}”，端口名要与配置里写的完全一样", "port")
    if render(expected(found, typed, push)) == render(found):
        raise Refusal("这个端口已经是这个状态", "port")
    return Orders("config", typed, undo, after=_forecast(scene, typed), exact="tree")


@maker("password")
def password(scene: Scene) -> Orders:
    """A new login password; the old one is put back when the new one does not log in."""
    push, account = scene.profile.push, scene.params.get("account", "") or scene.user
    if not push.password:
        raise Refusal(f"厂商档案“{scene.profile.title}”没有更换口令的命令，请人工更换")
    if not _ACCOUNT.fullmatch(account):
        raise Refusal("不是账号名", "account")
    if not _SECRET.fullmatch(scene.secret):
        raise Refusal("新口令应为 8 到 60 位字母、数字和符号，不含空格、引号和问号", "secret")
    own = account == scene.user
    back = _words(push, account, scene.old) if own else ()
    remarks = () if own else ("不是值守台登录用的账号：旧口令值守台不知道，不能自动改回",)
    how = "password" if push.shell else "config"
    return Orders(how, _words(push, account, scene.secret), back, remarks=remarks)


@maker("save")
def save(scene: Scene) -> Orders:
    """What runs is what it boots with."""
    told = scene.profile.config.save
    if told is None:
        raise Refusal(f"厂商档案“{scene.profile.title}”没有保存配置的命令")
    return Orders("save", (told.line,), remarks=("保存不能撤销",))


@maker("power")
def power(scene: Scene) -> Orders:
    """Switched off, until somebody switches it on by hand."""
    told = scene.profile.push.power
    if told is None:
        raise Refusal(f"厂商档案“{scene.profile.title}”没有关机命令，请到现场断电")
    return Orders("power", (told.line,), remarks=("不能撤销：只能到现场重新开机",))


def back(scene: Scene, base: str) -> list[str]:
    """What to type so that a device which reads `scene.running` reads `base` again."""
    return _between(scene, scene.running, base)


def forecast_undo(scene: Scene, orders: Orders) -> list[str]:
    """The lines of an undo as far as they are known before; what is typed then is worked out from
    what the device says then."""
    if orders.undo:
        return list(orders.undo)
    if orders.after is None:
        return [reverse(line, scene.profile.push) for line in reversed(orders.lines)]
    return _between(scene, orders.after, scene.running)


def _between(scene: Scene, have: str, want: str) -> list[str]:
    family = scene.profile.config.family
    try:
        return lines(tree(family, have), tree(family, want), scene.profile.push)
    except NotByLines as error:
        raise Refusal(
            f"差异中有“{error.line[:40]}”，不是逐行的命令，不能自动恢复，请人工处理", "snapshot"
        ) from None


def _pushable(push: Push) -> None:
    if not push.known:
        raise Refusal("这种设备的厂商档案没有下发配置的办法，请人工操作后备份")


def _typed(text: str, name: str) -> tuple[str, ...]:
    typed = tuple(line.rstrip() for line in text.splitlines() if line.strip())
    if len(typed) > _LONGEST:
        raise Refusal(f"一次最多 {_LONGEST} 行", name)
    for number, line in enumerate(typed, 1):
        if not _PRINTABLE.fullmatch(line):
            raise Refusal(f"第 {number} 行太长，或有看不见的字符", name)
    return typed


def _stays(push: Push, typed: tuple[str, ...]) -> None:
    """A line that leaves the configuration view would send the rest somewhere else."""
    for number, line in enumerate(typed, 1):
        if line.strip() in {*push.leave, *push.enter} - {push.out}:
            raise Refusal(f"第 {number} 行“{line.strip()}”不必写：值守台自己进出配置视图", "lines")


def _words(push: Push, account: str, secret: str) -> tuple[str, ...]:
    return tuple(line.format(user=account, secret=secret) for line in push.password)


def _forecast(scene: Scene, typed: tuple[str, ...]) -> str:
    found = tree(scene.profile.config.family, scene.running)
    return "\n".join(render(expected(found, typed, scene.profile.push))) + "\n"


def outline(family: str, text: str) -> list[str]:
    """A configuration by its sections alone, as a forecast is told: no separators, no end mark."""
    return render(tree(family, text))


def render(found: Tree, indent: str = "") -> list[str]:
    """A tree as indented lines."""
    return list(_rendered(found, indent))


def _rendered(found: Tree, indent: str) -> Iterator[str]:
    for line, below in found.items():
        yield indent + line
        yield from _rendered(below, f"{indent} ")


def _beside(now: str, then: str) -> Iterator[str]:
    """What stands in the text as a comment is not the business of `nft`."""
    kept = [{line for line in text.splitlines() if line.startswith("#")} for text in (now, then)]
    if kept[0] != kept[1]:
        yield "地址、路由和内核参数与那份备份不同；本操作只恢复过滤规则，其余请人工核对"
