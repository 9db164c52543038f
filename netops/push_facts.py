"""`push:` of a vendor file: the vendor's words for changing a device, and for taking it back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from netops.facts import Facts

TIMERS = ("", "reboot", "commit", "shell")


@dataclass(frozen=True, slots=True)
class Timer:
    """How the device itself takes a change back when nobody confirms.

    `kind` "reboot": it restarts with what is saved, so everything must be saved before; "commit":
    lines take effect on trial (VRP 8); "shell": a job left on the device; "": it has no such thing.
    `arm` and `disarm` are commands of the view a login begins in ("commit": of the configuration
    view), with {minutes} and {seconds}.
    """

    kind: str = ""
    arm: tuple[str, ...] = ()
    disarm: tuple[str, ...] = ()
    abort: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Power:
    """How a device is switched off: the line, and the `answers` to what it asks back."""

    line: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Push:
    """How lines reach the configuration.

    Typed: `enter` leads to the configuration view, `leave` out of it, `out` one section up. Or as
    a file: `apply` is the command that takes {file}, `test` one that only looks at it; `whole`
    says that a file is a whole configuration, not what is to be changed. `undo` is the word that
    takes a line back, `single` begin lines that replace their predecessor, `bare` those that are
    taken back by these words alone, `fixed` matches sections nobody can remove. `refused` are
    further words of refusal anywhere in an answer.

    `down`, `up` take {port}; `password` takes {user} and {secret}, and is typed in the
    configuration view unless `typed_in` is "shell". `proven`: tried on the real software.
    """

    enter: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    out: str = ""
    undo: str = ""
    single: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    fixed: tuple[re.Pattern[str], ...] = ()
    refused: tuple[re.Pattern[str], ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    apply: str = ""
    test: str = ""
    whole: bool = False
    shell: bool = False
    down: tuple[str, ...] = ()
    up: tuple[str, ...] = ()
    password: tuple[str, ...] = ()
    password_answers: Mapping[str, str] = field(default_factory=dict)
    power: Power | None = None
    timer: Timer = Timer()
    proven: bool = False

    @property
    def known(self) -> bool:
        """Can lines be pushed at all?"""
        return bool(self.enter or self.apply)


def push(facts: Facts) -> Push:
    """`push:` of a vendor file; absent, nothing can be pushed to its devices."""
    section = Push(
        enter=facts.texts("enter"), leave=facts.texts("leave"), out=facts.text("out", ""),
        undo=facts.text("undo", ""), single=facts.texts("single"), bare=facts.texts("bare"),
        fixed=facts.patterns("fixed"), refused=facts.patterns("refused"),
        answers=facts.inner("answers").all_texts(), apply=facts.text("apply", ""),
        test=facts.text("test", ""), whole=facts.flag("whole"), shell=facts.flag("shell"),
        down=facts.texts("down"), up=facts.texts("up"), password=facts.texts("password"),
        password_answers=facts.inner("password_answers").all_texts(),
        power=_power(facts.inner("power")) if facts.has("power") else None,
        timer=_timer(facts.inner("timer")) if facts.has("timer") else Timer(),
        proven=facts.flag("proven"),
    )  # fmt: skip
    facts.end()
    if section.enter and not (section.leave and section.undo):
        raise facts.wrong("leave" if section.undo else "undo", "有 enter 就必须写明")
    return section


def _power(facts: Facts) -> Power:
    power = Power(facts.text("line"), facts.inner("answers").all_texts())
    facts.end()
    return power


def _timer(facts: Facts) -> Timer:
    timer = Timer(
        kind=facts.choice("kind", TIMERS), arm=facts.texts("arm"), disarm=facts.texts("disarm"),
        abort=facts.texts("abort"), answers=facts.inner("answers").all_texts(),
    )  # fmt: skip
    facts.end()
    if timer.kind in ("reboot", "commit") and not (timer.arm and timer.disarm):
        raise facts.wrong("arm", "要写明怎样启动和解除（arm、disarm）")
    return timer
