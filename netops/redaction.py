"""Where secrets stand in configurations: one rule file a family of command lines.

A rule is a command as its vendor documents it, with `<secret>` where the secret stands:

    local-user * password [cipher|simple] <secret>
    neighbor * password [0|7] <rest>
    radius server ** / key <rest except chain>

`a|b` is one of, `[a|b]` may be absent, `*` is one word, `**` any number of words. `<secret>` is
one word or a quoted string, `<rest>` everything up to the end of the line, `except` names words
that are no secrets there. What stands before ` / ` is the section the command belongs to.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from netops.facts import Facts, ProfileError

FOLDER = Path(__file__).parent / "redactions"
ANY = "any"
MARK = r"<已隐去(?: [^\s<>]{1,64})?>"

_CLOSED = r"(?=[;,)\]}>]*(?:\s|\Z))"  # a quote closes a string where the word ends, too
_WORD = rf'(?:"[^"]*"(?!\S)|{MARK}|[^\s"]\S*)'
_SECRET = rf'(?:"((?:\\.|[^\\]){{0,512}}?)"{_CLOSED}|({MARK}|".*|\S+))'
_REST = rf'(?:"((?:\\.|[^\\]){{0,512}}?)"\s*\Z|({MARK}(?=\s*\Z)|.+))'
_SOME = r"(?:\S+\s+){0,16}?"  # a bound, so that no line takes long
_HOLE = re.compile(r"<(secret|rest)(?: except (\S+))?>")
_PART = re.compile(r"\[[^\[\]]+\]|<[^<>]*>|\S+")
_NAMED = re.compile(r"[\w$:;.+-]+(?:\|[\w$:;.+-]+)*")


@dataclass(frozen=True, slots=True)
class Command:
    """One form of a command. Every group of `pattern` is a secret; `words` may begin it; `under`
    is matched by the first line of the section it stands in, None when it may stand anywhere;
    `sure`: its first two words are given, so that it is known even in the middle of a message."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    under: re.Pattern[str] | None
    sure: bool


Commands = Mapping[str, tuple[Command, ...]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is secret in the texts of one family.

    `heads` are commands looked for at the beginning of a line: a family's own first, what it
    includes only where it has none. `inner` are looked for at every word `finder` finds, up to
    the word `free` finds: what follows `description` is people's own words. `shapes` are secrets
    that show by their looks, in lines that have one of `signs`; `blocks` begin and end the lines
    of a key.
    """

    heads: tuple[Commands, ...]
    inner: Commands
    finder: re.Pattern[str]
    free: re.Pattern[str]
    signs: re.Pattern[str]
    shapes: re.Pattern[str]
    blocks: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    signs: tuple[str, ...]
    secret: str


@dataclass(frozen=True, slots=True)
class _File:
    includes: tuple[str, ...]
    commands: tuple[Command, ...]
    anywhere: tuple[Command, ...]
    free: tuple[str, ...]
    shapes: tuple[_Shape, ...]
    blocks: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]


@cache
def families() -> tuple[str, ...]:
    """Every family there is a rule file for, without `any`."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml") if file.stem != ANY))


@cache
def rules(family: str) -> Rules:
    """The rules of one family with the last-resort ones; of an unknown family, all there are."""
    return load(FOLDER, (family,) if family in families() else families())


def load(folder: Path, names: Sequence[str]) -> Rules:
    """The rules of some files of a folder, of those they include, and of `any`.

    Of one family what is nearest counts; of several, everything anyone of them says. Raises
    ProfileError, which names the file, the field and the rule that is wrong.
    """
    files = [_read(folder / f"{name}.yaml") for name in _wanted(folder, names)]
    layers = [[file] for file in files] if len(names) == 1 else [files]
    inner = _by_word(rule for file in files for rule in file.anywhere)
    shapes = [shape for file in files for shape in file.shapes]
    return Rules(
        heads=tuple(_by_word(rule for file in layer for rule in file.commands) for layer in layers),
        inner=inner,
        finder=_standing(map(re.escape, inner)),
        free=_standing(re.escape(word) for file in files for word in file.free),
        signs=_one_of(re.escape(sign) for shape in shapes for sign in shape.signs),
        shapes=_one_of(shape.secret for shape in shapes),
        blocks=tuple(dict.fromkeys(block for file in files for block in file.blocks)),
    )


def _wanted(folder: Path, names: Sequence[str]) -> tuple[str, ...]:
    """The names with all they include, each once, `any` last."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting.extend(_read(folder / f"{name}.yaml").includes)
    found.pop(ANY, None)
    return (*found, ANY)


def _by_word(commands: Iterable[Command]) -> Commands:
    found: dict[str, dict[Command, None]] = {}
    for command in commands:
        for word in command.words:
            found.setdefault(word, {})[command] = None
    return {word: tuple(under) for word, under in found.items()}


def _standing(words: Iterable[str]) -> re.Pattern[str]:
    """One of some words, standing by itself."""
    return re.compile(rf"(?i)(?<![^\s;,(\[{{\"'])(?:{_one_of(words).pattern})(?!\S)")


def _one_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of some; of none, one that never matches."""
    return re.compile("|".join(dict.fromkeys(patterns)) or "(?!)")


@cache
def _read(path: Path) -> _File:
    if not path.is_file():
        raise ProfileError(path.name, "includes", "没有这个规则文件")
    facts = Facts.read(path)
    facts.text("title")
    file = _File(
        includes=facts.texts("includes"),
        commands=_commands(facts, "commands"),
        anywhere=_commands(facts, "anywhere"),
        free=facts.texts("free"),
        shapes=tuple(_shape(items[0]) for _, items in facts.inner("shapes").each()),
        blocks=tuple(_block(items[0]) for _, items in facts.inner("blocks").each()),
    )
    facts.end()
    return file


def _commands(facts: Facts, key: str) -> tuple[Command, ...]:
    return tuple(_command(facts, key, rule) for rule in facts.texts(key))


def _shape(facts: Facts) -> _Shape:
    pattern, signs = facts.pattern("secret"), facts.texts("signs")
    facts.end()
    if pattern is None or not pattern.groups:
        raise facts.wrong("secret", "缺少括号：用 ( ) 标出秘密")
    if not all(signs) or not signs:
        raise facts.wrong("signs", "没有写明这样的行里必有的文字")
    return _Shape(signs, f"(?:{pattern.pattern})")


def _block(facts: Facts) -> tuple[re.Pattern[str], re.Pattern[str]]:
    begin, end = facts.pattern("begin"), facts.pattern("end")
    facts.end()
    if begin is None or end is None:
        raise facts.wrong("begin" if begin is None else "end", "起止行都要写明")
    return begin, end


def _command(facts: Facts, key: str, rule: str) -> Command:
    """A rule as a pattern to match at the beginning of a command."""
    section, between, form = rule.rpartition(" / ")
    parts = _PART.findall(form)
    if not parts or not _NAMED.fullmatch(parts[0]):
        raise facts.wrong(key, f"「{rule}」应以命令的第一个词开头")
    if not any(_HOLE.search(part) for part in parts):
        raise facts.wrong(key, f"「{rule}」没有标出 <secret> 或 <rest>")
    try:
        pattern = re.compile(f"(?i){_sequence(parts)}")
        under = re.compile(f"(?i){_sequence(_PART.findall(section))}") if between else None
    except ValueError as error:
        raise facts.wrong(key, f"「{rule}」里的「{error}」看不懂") from error
    sure = bool(_NAMED.fullmatch(parts[1])) and not between
    return Command(tuple(parts[0].lower().split("|")), pattern, under, sure)


def _sequence(parts: Sequence[str]) -> str:
    """Words one after another: optional ones and `**` bring the blank that follows them."""
    text = "".join(_part(part) for part in parts)
    return text.removesuffix(r"\s+")


def _part(part: str) -> str:
    hole = _HOLE.fullmatch(part)
    if hole:
        value = _SECRET if hole[1] == "secret" else _REST
        never = rf"(?!(?:{_either(hole[2])})(?!\S))" if hole[2] else ""
        return rf"{never}{value}\s+"
    if part.startswith("[") and part.endswith("]"):
        ways = (_sequence(way.split()) for way in part[1:-1].split("|"))
        return rf"(?:(?:{'|'.join(ways)})\s+)?"
    if part == "**":
        return _SOME
    if part == "*":
        return rf"{_WORD}\s+"
    if not _NAMED.fullmatch(part):
        raise ValueError(part)
    return rf"(?:{_either(part)})\s+"


def _either(words: str) -> str:
    return "|".join(map(re.escape, words.split("|")))
