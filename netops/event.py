"""What a message means: one YAML file of rules a vendor, from a line or a trap to class and facts.

Adding a vendor is dropping a file into `netops/events/`; its fields are checked on load. A new
class of messages is a line of `KINDS`, a new fact a line of `FACTS`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from netops.facts import Facts, ProfileError

FOLDER = Path(__file__).parent / "events"
KINDS = {
    "change": "配置变更", "save": "保存配置", "login": "登录", "logout": "退出登录",
    "login_failed": "登录失败", "reboot": "重启", "arp_conflict": "地址冲突",
    "mac_move": "MAC 漂移", "port_security": "端口安全",
}  # fmt: skip
FACTS = {
    "user": "用户", "source": "来源地址", "line": "线路", "command": "命令", "ip": "IP 地址",
    "mac": "MAC 地址", "other": "另一个 MAC", "port": "端口",
}  # fmt: skip
_CARDS, _OCTETS = ("mac", "other"), 6
LONGEST = 1500  # characters of a message that are looked at
_NOBODY = ("", "-", "**", "*", "unknown", "N/A", "(null)")  # what vendors write for "not known"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of line. `words` must all occur (cheap, asked first), then `pattern` is searched;
    its named groups are the facts. `command` and `unless` look at the fact of that name."""

    name: str
    kind: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    command: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Trap:
    """One kind of notification: `where` (a column, the values it must have) and `facts` (columns)
    are found among its variables, whatever their instance."""

    name: str
    kind: str
    oid: str
    where: tuple[str, tuple[str, ...]] | None
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of one file. `only`: too loose for others than devices of this vendor."""

    name: str
    title: str
    only: bool
    rules: tuple[Rule, ...]
    traps: tuple[Trap, ...]
    unproven: str = field(default="")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message meant: its class, the rule that said so, and the facts that are known."""

    kind: str
    rule: str
    facts: Mapping[str, str]


@cache
def books() -> Sequence[Book]:
    """Every file of rules shipped with the console."""
    return load(FOLDER)


def understand(text: str, profile: str = "") -> Understood | None:
    """What a line means, or None. The rules of the device's own vendor are asked first."""
    text = text[:LONGEST]
    for rule in _rules(profile):
        if all(word in text for word in rule.words):
            found = rule.pattern.search(text)
            if found is not None and _meant(rule, found):
                return Understood(rule.kind, rule.name, _known(found.groupdict()))
    return None


def understand_trap(oid: str, values: Mapping[str, str]) -> Understood | None:
    """What a notification means; `values` are its variables as texts, by OID with instance.

    A notification of SNMPv1 arrives with a 0 before its last number (RFC 3584, 3.1).
    """
    head, _, last = oid.rpartition(".")
    names = {oid, f"{head.removesuffix('.0')}.{last}"}
    for trap in (trap for book in books() for trap in book.traps if trap.oid in names):
        if trap.where is None or _column(values, trap.where[0]) in trap.where[1]:
            facts = {name: _value(values, name, column) for name, column in trap.facts.items()}
            return Understood(trap.kind, trap.name, _known(facts))
    return None


@cache
def _rules(profile: str) -> tuple[Rule, ...]:
    own = [book for book in books() if profile.startswith(book.name)]
    others = [book for book in books() if book not in own and not book.only]
    return tuple(rule for book in (*own, *others) for rule in book.rules)


def _meant(rule: Rule, found: re.Match[str]) -> bool:
    command = (found.groupdict().get("command") or "").strip()
    if rule.command is not None and not rule.command.match(command):
        return False
    return rule.unless is None or not rule.unless.match(command)


def _known(facts: Mapping[str, str | None]) -> dict[str, str]:
    told = {name: (value or "").strip().strip('"') for name, value in facts.items()}
    return {name: value for name, value in told.items() if value not in _NOBODY}


def _value(values: Mapping[str, str], name: str, column: str) -> str:
    """Six octets of a card may happen to read as text: they are a card all the same."""
    value = _column(values, column)
    if name in _CARDS:
        for encoding in ("utf-8", "gb18030"):
            octets = value.encode(encoding, "ignore")
            if len(octets) == _OCTETS:
                return octets.hex(":")
    return value


def _column(values: Mapping[str, str], column: str) -> str:
    return next((value for oid, value in values.items() if f"{oid}.".startswith(f"{column}.")), "")


def load(folder: Path) -> tuple[Book, ...]:
    """Every `*.yaml` of a folder; ProfileError names what is wrong with the first bad one."""
    return tuple(_book(file) for file in sorted(folder.glob("*.yaml")))


def _book(file: Path) -> Book:
    facts = Facts.read(file)
    rules, traps = facts.inner("rules"), facts.inner("traps")
    book = Book(
        name=file.stem,
        title=facts.text("title"),
        only=facts.flag("only"),
        rules=tuple(_rule(file.stem, name, each[0]) for name, each in rules.each()),
        traps=tuple(_trap(file.stem, name, each[0]) for name, each in traps.each()),
        unproven=facts.text("unproven", ""),
    )
    facts.end()
    return book


def _rule(book: str, name: str, facts: Facts) -> Rule:
    pattern = facts.pattern("pattern")
    if pattern is None:
        raise facts.wrong("pattern", "缺少正则表达式")
    _must_be_facts(facts, "pattern", pattern.groupindex)
    rule = Rule(
        name=f"{book}.{name}",
        kind=facts.choice("kind", tuple(KINDS)),
        words=facts.texts("words"),
        pattern=pattern,
        command=facts.pattern("command"),
        unless=facts.pattern("unless"),
    )
    facts.end()
    if not rule.words:
        raise facts.wrong("words", "缺少必有的文字：每条消息都先用它快速排除")
    return rule


def _trap(book: str, name: str, facts: Facts) -> Trap:
    where = facts.inner("where") if facts.has("where") else None
    wanted = facts.inner("facts").all_oids()
    _must_be_facts(facts, "facts", wanted)
    trap = Trap(
        name=f"{book}.{name}",
        kind=facts.choice("kind", tuple(KINDS)),
        oid=facts.oid("oid"),
        where=(where.oid("oid"), where.values("is")) if where else None,
        facts=wanted,
    )
    facts.end()
    return trap


def _must_be_facts(facts: Facts, key: str, names: Mapping[str, object]) -> None:
    strange = [name for name in names if name not in FACTS]
    if strange:
        raise facts.wrong(key, f"不认识「{strange[0]}」，应为 {'、'.join(FACTS)} 之一")


__all__ = ["FACTS", "KINDS", "Book", "ProfileError", "Understood", "books", "load", "understand"]
