"""How a command line understands what was typed: abbreviations, ambiguity, the caret's column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

WORD = "<word>"
REST = "<rest>"
_SLOTS = (WORD, REST)


@dataclass(frozen=True, slots=True)
class Match:
    """`pattern` is the grammar line that fits; `line` what was typed with every keyword in full."""

    pattern: str
    line: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.line.split())


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing fits; `column` is where the offending word begins in what was typed."""

    kind: Literal["unknown", "ambiguous", "incomplete"]
    column: int


def resolve(
    line: str, patterns: Iterable[str], *, abbreviate: bool = True, partial: bool = False
) -> Match | Refusal:
    """Find the one pattern `line` means.

    A pattern is keywords, `<word>` (exactly one word) and a final `<rest>` (one word or more).
    `partial` accepts a line that stops early, as "undo description" does.
    """
    live = [tuple(pattern.split()) for pattern in patterns]
    spelled: list[str] = []
    for word in re.finditer(r"\S+", line):
        found = _narrow(live, len(spelled), word[0], abbreviate)
        if isinstance(found, str):
            return Refusal("ambiguous" if found == "ambiguous" else "unknown", word.start())
        live, keyword = found
        spelled.append(keyword)
    whole = [pattern for pattern in live if _complete(pattern, len(spelled))]
    if not whole and not partial:
        return Refusal("incomplete", len(line))
    return Match(" ".join((whole or live)[0]), " ".join(spelled))


_Patterns = list[tuple[str, ...]]


def _narrow(
    live: _Patterns, at: int, word: str, abbreviate: bool
) -> tuple[_Patterns, str] | Literal["unknown", "ambiguous"]:
    """Keep the patterns whose word number `at` accepts `word`: keywords before free text."""
    keywords = _keywords(live, at, word.lower(), abbreviate)
    if len(keywords) > 1:
        return "ambiguous"
    wanted = tuple(keywords) or _SLOTS
    kept = [pattern for pattern in live if _token(pattern, at) in wanted]
    if not kept:
        return "unknown"
    return kept, wanted[0] if keywords else word


def _keywords(live: _Patterns, at: int, word: str, abbreviate: bool) -> set[str]:
    tokens = {token for pattern in live if (token := _token(pattern, at)) not in _SLOTS}
    exact = {token for token in tokens if token.lower() == word}
    if exact or not abbreviate:
        return exact
    return {token for token in tokens if token and token.lower().startswith(word)}


def _token(pattern: tuple[str, ...], at: int) -> str:
    if at < len(pattern):
        return pattern[at]
    return REST if pattern[-1] == REST else ""


def _complete(pattern: tuple[str, ...], length: int) -> bool:
    return length == len(pattern) or (length > len(pattern) and pattern[-1] == REST)
