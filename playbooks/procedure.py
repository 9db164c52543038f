"""Procedures: the one way by which anything is pushed to a device, each a YAML file of steps.

A file names its parameters, its steps, and the `maker` that turns parameters into commands. The
steps are the engine's (`playbooks.procedure_steps`); a maker is registered by the module that knows
the matter:

    @maker("restore")
    def restore(scene: Scene) -> Orders: ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from inventory.explained import Explained
from netops.errors import Unreadable
from netops.facts import Facts, ProfileError
from netops.profile import Profile

FOLDER = Path(__file__).parent / "procedures"
KINDS = ("text", "lines", "secret", "port", "snapshot")
# In this order, whichever of them a procedure has.
STEPS: Mapping[str, str] = {
    "check": "核对", "backup_before": "操作前备份", "arm": "设备上定时撤销", "push": "下发",
    "rotate": "更换并试登录", "adopt": "更新凭据", "read_back": "读回", "compare": "比较",
    "enable": "启用检查", "read_enabled": "再读回、比较", "verify": "核对仍可管理",
    "gone": "核对已关机", "await_confirm": "等待确认", "save": "保存",
    "backup_after": "操作后备份",
}  # fmt: skip
HOWS = ("config", "file", "shell", "password", "save", "power")


class Refusal(Explained):
    """The procedure cannot be done so; `reason` is a Chinese sentence, `field` a parameter."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


class TakenBack(Explained):
    """It did not work, and the device is as it was: `reason` says why."""


@dataclass(frozen=True, slots=True)
class Param:
    """What a procedure is told. `kind`: see KINDS; a "secret" is sealed, never shown again."""

    name: str
    label: str
    kind: str
    required: bool
    help: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure. `given` are parameters its file settles; `undoes` says in words what an undo
    means; `shown`: offered on a device's page."""

    key: str
    title: str
    help: str
    maker: str
    params: tuple[Param, ...]
    given: Mapping[str, str]
    steps: tuple[str, ...]
    shown: bool

    @property
    def timed(self) -> bool:
        """Is it taken back unless somebody confirms it?"""
        return "await_confirm" in self.steps

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(name for name in STEPS if name in self.steps)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a maker goes by: the device's profile, its configuration as read now (`running`, whole,
    with its secrets; `saved` None: not to be asked), the parameters; `raw` reads a kept
    configuration by its id (Refusal when it is not this device's)."""

    profile: Profile
    params: Mapping[str, str]
    running: str
    saved: str | None
    raw: Callable[[str], str]
    user: str = ""
    secret: str = field(default="", repr=False)
    old: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be sent, and what must be so afterwards.

    `how` "config": `lines` are typed in the configuration view; "file": they are one file for
    `push.apply`; "shell": typed at the login's own prompt; "password", "save", "power": what the
    profile says of these. `undo` takes them back, () when that is worked out from what is read
    back. `after` is the configuration as it should read then (None: nobody can tell); `exact`
    "text" or "tree" when it must, as a text or but for the order of its lines; `expect` and
    `absent` are lines that must stand in it, or must not; `flaw` says what else is wrong with it
    ("" nothing). `ask` is one more question to the device, `heard` what is wrong with its answer.
    `then` is sent by the step "enable", when all of this was found right. Of `hosts` (addresses)
    those that answer a ping before must answer after.
    """

    how: str
    lines: tuple[str, ...] = field(default=(), repr=False)
    undo: tuple[str, ...] = field(default=(), repr=False)
    after: str | None = field(default=None, repr=False)
    exact: str = ""
    expect: tuple[str, ...] = field(default=(), repr=False)
    absent: tuple[str, ...] = field(default=(), repr=False)
    remarks: tuple[str, ...] = ()
    flaw: Callable[[str], str] | None = None
    ask: str = ""
    heard: Callable[[str], str] | None = None
    then: "Orders | None" = None
    hosts: tuple[str, ...] = ()


Maker = Callable[[Scene], Orders]
MAKERS: dict[str, Maker] = {}
Guard = Callable[[Session, str, Mapping[str, str]], str]
GUARDS: dict[str, Guard] = {}  # by the maker: why a device (id) may not be touched so just now


def maker(name: str) -> Callable[[Maker], Maker]:
    """Register what turns parameters into orders; ValueError when the name is taken."""

    def keep(made: Maker) -> Maker:
        if MAKERS.setdefault(name, made) is not made:
            raise ValueError(f"two makers of {name}")
        return made

    return keep


@cache
def procedures() -> Mapping[str, Procedure]:
    """Every procedure shipped with the console, by key."""
    return load(FOLDER)


def procedure_named(key: str) -> Procedure:
    """Raises Refusal when there is none of that name."""
    found = procedures().get(key)
    if found is None:
        raise Refusal(f"没有名为“{key}”的操作", "procedure")
    return found


def load(folder: Path) -> Mapping[str, Procedure]:
    """Every `*.yaml` of a folder; Unreadable names what is wrong with the first bad one."""
    try:
        return {file.stem: _read(file) for file in sorted(folder.glob("*.yaml"))}
    except ProfileError as error:
        raise Unreadable(error.reason.replace("厂商档案", "操作步骤文件", 1)) from error


def _read(file: Path) -> Procedure:
    facts = Facts.read(file)
    found = Procedure(
        key=file.stem, title=facts.text("title"), help=facts.text("help", ""),
        maker=facts.text("maker"), params=_params(facts.inner("params")),
        given=facts.inner("given").all_texts(), steps=facts.texts("steps"),
        shown=not facts.flag("hidden"),
    )  # fmt: skip
    for name in found.steps:
        if name not in STEPS:
            raise facts.wrong("steps", f"没有“{name}”这一步，可用：{'、'.join(STEPS)}")
    if found.steps != found.order:
        raise facts.wrong("steps", f"次序应为 {'、'.join(found.order)}")
    _complete(facts, found)
    facts.end()
    return found


def _complete(facts: Facts, found: Procedure) -> None:
    """No push without a look before and a look after; no timer that nobody stops."""
    steps = set(found.steps)
    if not steps & {"push", "rotate", "save"} or "check" not in steps:
        raise facts.wrong("steps", "至少要有 check 和 push、rotate、save 之一")
    if ("arm" in steps) != ("await_confirm" in steps):
        raise facts.wrong("steps", "arm 和 await_confirm 要同时有")
    if ("enable" in steps) != ("read_enabled" in steps):
        raise facts.wrong("steps", "enable 和 read_enabled 要同时有")
    if "await_confirm" in steps and not {"backup_before", "read_back", "verify"} <= steps:
        raise facts.wrong("steps", "等待确认的操作要先备份，下发后读回并核对")


def _params(section: Facts) -> tuple[Param, ...]:
    found = []
    for name, (facts, *_rest) in section.each():
        found.append(
            Param(
                name,
                facts.text("label"),
                facts.choice("kind", KINDS, "text"),
                not facts.flag("optional"),
                facts.text("help", ""),
            )
        )
        facts.end()
    return tuple(found)
