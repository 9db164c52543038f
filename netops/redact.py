"""Secrets out of device text: what people see, search, compare and print never shows one.

A secret becomes `<已隐去 TAG>`; all else stays as it is, line by line, so that the redacted text
can be compared and searched like the real one. Pure: no database, no clock.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from netops import redaction
from netops.profile import Profile
from netops.redaction import MARK, Command, Commands, Rules

Tag = Callable[[str], str]
Span = tuple[int, int]
Find = Callable[[str, str], Iterable[Span]]  # (a line, the first line of its section)

_LONG = 4096  # characters; no line of a configuration comes near

_UNKNOWN, _PROSE = "?", "…"  # in place of a section's first line: no line begins with these
_MARK = re.compile(MARK)
_BREAK = re.compile(r"(\r\n|\r|\n)")
_WORDS = re.compile(r"(?<![^\s\"'`;:：=「(\[])[^\s\"'`「(\[]+")
_FIRST = re.compile(r"\S*")
_HEAD = re.compile(r"\s*(?:(?:no|undo|default)\s+)?(\S+)", re.IGNORECASE)
# What a device or a program says before it quotes a command in a message.
_QUOTED = re.compile(r"""(?i)(?:\bcommand(?: is|s)?|\bcmd|命令)\s*[:=：]?\s*["'`「(]?(?=[\w$])""")


def redact(family: str, text: str, tag: Tag) -> str:
    """A configuration of a family (`netops/redactions/`) without its secrets.

    `tag` is a short keyed digest: equal secrets get equal tags, so that a changed password is
    seen as changed. It may not contain blanks or angle brackets. Of an unknown family the rules
    of all are tried. Done twice, it changes nothing more.
    """
    rules = redaction.rules(family)
    return _each_line(text, rules, lambda line, header: _in_line(rules, line, header), tag)


def blank(text: str) -> str:
    """A message, an error or a typed command of any vendor without secrets, for people to read."""
    rules = redaction.rules("")
    return _each_line(text, rules, lambda line, _: _in_message(rules, line), lambda _: "")


def comparable(profile: Profile, text: str) -> str:
    """A configuration without the lines that change by themselves and without empty ones (which
    one display has and the other has not), to compare it with another."""
    volatile = profile.config.volatile
    lines = (line for line in text.splitlines() if line.strip())
    return "\n".join(line for line in lines if not any(v.search(line) for v in volatile))


def _each_line(text: str, rules: Rules, find: Find, tag: Tag) -> str:
    parts = _BREAK.split(text)
    header, end = "", None
    for at in range(0, len(parts), 2):
        line = parts[at]
        if end is not None and not end.search(line):
            spans: Iterable[Span] = _inside(line)
        else:
            if line[:1].strip() and line[0] not in "#!":
                header = line
            end = _begun(rules, line)
            spans = find(line, header) if len(line) <= _LONG else _in_pieces(find, line, header)
        parts[at] = _without(line, spans, tag)
    return "".join(parts)


def _in_pieces(find: Find, line: str, header: str) -> Iterator[Span]:
    """As `find`, in pieces that overlap, so that a hostile line does not take hours.

    What reaches the end of its piece may be longer, and is hidden up to the end of the line.
    """
    for begin in range(0, len(line), _LONG // 2):
        piece = line[begin : begin + _LONG]
        for start, end in find(piece, header):
            yield begin + start, begin + end if end < len(piece) else len(line)


def _begun(rules: Rules, line: str) -> re.Pattern[str] | None:
    """What ends the block this line begins, if it begins one."""
    if "---" not in line and "begin" not in line.lower():
        return None
    return next((end for begin, end in rules.blocks if begin.search(line)), None)


def _inside(line: str) -> list[Span]:
    """A line of a key without its indentation."""
    stripped = line.strip()
    start = line.find(stripped)
    return [(start, start + len(stripped))] if stripped else []


def _in_line(rules: Rules, line: str, header: str) -> Iterator[Span]:
    """Where the secrets of one line of a configuration stand."""
    found = _of_command(rules, line, _first(line), header)
    yield from found
    yield from _by_word(rules, line, found)
    yield from _by_shape(rules, line)


def _in_message(rules: Rules, line: str) -> Iterator[Span]:
    """As in a configuration; but a command may be quoted anywhere, and where is not known."""
    free = rules.free.search(line)
    found: list[Span] = []
    for word in _WORDS.finditer(line, 0, free.start() if free else len(line)):
        found += _of_command(rules, line, word.start(), _PROSE)
    for start in (_first(line), *(quoted.end() for quoted in _QUOTED.finditer(line))):
        found += _of_command(rules, line, start, _UNKNOWN)
    yield from found
    yield from _by_word(rules, line, found)
    yield from _by_shape(rules, line)


def _first(line: str) -> int:
    head = _HEAD.match(line)
    return head.start(1) if head else 0


def _of_command(rules: Rules, line: str, start: int, header: str) -> list[Span]:
    """The secrets of the command that begins here, in the words of the nearest rules."""
    for layer in rules.heads:
        found = list(_at(layer, line, start, header))
        if found:
            return found
    return []


def _at(commands: Commands, line: str, start: int, header: str) -> Iterator[Span]:
    word = _FIRST.match(line, start)
    for command in commands.get(word[0].lower(), ()) if word else ():
        match = command.pattern.match(line, start) if _stands(command, header) else None
        if match:
            yield from _groups(match)


def _stands(command: Command, header: str) -> bool:
    """May it be this command, in this section? Prose is no section: only what is sure counts."""
    if header == _PROSE:
        return command.sure
    return command.under is None or header == _UNKNOWN or bool(command.under.match(header))


def _by_word(rules: Rules, line: str, found: list[Span]) -> Iterator[Span]:
    """Commands of any vendor, unless inside a secret already found or in people's own words."""
    words = [word for word in rules.finder.finditer(line) if not _covered(word.start(), found)]
    if not words:
        return
    free = rules.free.search(line)
    for word in words:
        if free is None or word.start() < free.start():
            yield from _at(rules.inner, line, word.start(), _UNKNOWN)


def _covered(at: int, spans: Iterable[Span]) -> bool:
    return any(start <= at < end for start, end in spans)


def _by_shape(rules: Rules, line: str) -> Iterator[Span]:
    if rules.signs.search(line):
        for match in rules.shapes.finditer(line):
            yield from _groups(match)


def _groups(match: re.Match[str]) -> Iterator[Span]:
    spans = (match.span(group) for group in range(1, (match.re.groups or 0) + 1))
    return ((start, end) for start, end in spans if end > start)


def _without(line: str, spans: Iterable[Span], tag: Tag) -> str:
    """The line with each secret replaced; what overlaps is one secret, a mark stays a mark."""
    marks = [mark.span() for mark in _MARK.finditer(line)] if "<已隐去" in line else []
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if not _covered(span[0], marks)):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    for start, end in reversed(merged):
        line = f"{line[:start]}{_mark(tag(line[start:end]))}{line[end:]}"
    return line


def _mark(tag: str) -> str:
    return f"<已隐去 {tag}>" if tag else "<已隐去>"
