"""A vendor's command line as facts: one YAML file in `dialects/`, read into frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from inventory.yaml_text import load as load_yaml
from netops.simulator.cli_table import Table

FOLDER = Path(__file__).parent / "dialects"
LABEL = "模拟设备 SIMULATED"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a command does.

    `say` shows a text (through the pager), `confirm` asks and stops unless the answer is yes,
    `offer` asks and does `do` on yes, `ask` takes any line, `secret` takes the enable password;
    a step without a question just does `do`. `when` "dirty": only with unsaved changes,
    "uncommitted": only with changes that have not taken effect, "leaving": and in the
    configuration view itself.
    """

    verb: str
    text: str
    do: str = ""
    when: str = ""
    yes: str = "[Yy].*"


@dataclass(frozen=True, slots=True)
class Section:
    """A view below the configuration view: its prompt, the lines it takes, how it may be opened.

    `existing` True: a header nobody has configured is refused (a physical port that is not there)
    unless its name begins with one of `virtual`.
    """

    prompt: str
    lines: tuple[str, ...]
    existing: bool = False
    virtual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """All the facts of one vendor family that the simulator needs; texts are Jinja templates.

    `commits`: what is typed in the configuration view takes effect by a command of its own.
    `password` finds `user` and `secret` in a line that sets a login's password.
    `tells`: its syslog messages, by "login", "logout", "command", "changed" and "saved".
    `table`: the addresses it binds.
    """

    name: str
    abbreviate: bool
    separator: str
    margin: str
    tail: str
    undo: str
    rows: int
    more: str
    wipe: str
    first: str
    greeting: str
    prompts: Mapping[str, str]
    errors: Mapping[str, str]
    commands: Mapping[str, Mapping[str, tuple[Step, ...]]]
    lines: tuple[str, ...]
    sections: Mapping[str, Section]
    single: tuple[str, ...]
    rename: str
    static_arp: str
    mac: tuple[str, int]
    facts: Mapping[str, Any]
    configuration: str
    commits: bool = False
    password: str = ""
    tells: Mapping[str, str] = field(default_factory=dict)
    table: Table | None = None


@cache
def dialect_named(name: str) -> Dialect:
    """Read `dialects/<name>.yaml`, laid over the dialect it `extends`."""
    facts = _facts(name)
    table = facts.pop("table", None)
    return Dialect(
        name=name,
        table=Table(**table) if table else None,
        commands={mode: _commands(each) for mode, each in facts.pop("commands").items()},
        sections={header: _section(each) for header, each in facts.pop("sections").items()},
        lines=tuple(facts.pop("lines")),
        single=tuple(facts.pop("single")),
        mac=(facts["mac"].pop("separator"), facts.pop("mac")["group"]),
        **facts,
    )


def _facts(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = load_yaml(FOLDER / f"{name}.yaml")
    base = facts.pop("extends", "")
    return _laid_over(_facts(base), facts) if base else facts


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key; anything else replaces what it covers."""
    merged = dict(base)
    for key, value in own.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            value = _laid_over(base[key], value)
        merged[key] = value
    return merged


def _commands(mode: Mapping[str, Any]) -> dict[str, tuple[Step, ...]]:
    return {pattern: tuple(map(_step, _steps(given))) for pattern, given in mode.items()}


def _steps(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _step(given: str | Mapping[str, str]) -> Step:
    """A bare text is said; otherwise the first key is the verb."""
    if isinstance(given, str):
        return Step("say", given)
    verb = next(iter(given))
    rest = {key: value for key, value in given.items() if key != verb}
    if verb == "do":
        return Step("do", "", do=given["do"], **rest)
    return Step(verb, given[verb], **rest)


def _section(given: Mapping[str, Any]) -> Section:
    return Section(
        prompt=given["prompt"],
        lines=tuple(given.get("lines", ())),
        existing=given.get("existing", False),
        virtual=tuple(given.get("virtual", ())),
    )


# Terminal text, not HTML: nothing here is ever shown by a browser.
_TEMPLATES = Environment(
    autoescape=False,  # noqa: S701
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@cache
def template(text: str) -> Template:
    """A compiled Jinja template; a fact it misses raises instead of printing nothing."""
    return _TEMPLATES.from_string(text)
