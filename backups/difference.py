"""Two versions of a text side by side."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of two columns. `kind` is same, changed, added or removed; a side that has no line
    there has no number and an empty text."""

    kind: str
    left_number: int | None
    left: str
    right_number: int | None
    right: str


def lines(text: str) -> list[str]:
    """The lines as git counts them: only a line feed ends one."""
    found = text.split("\n")
    return found[:-1] if found[-1] == "" else found


def side_by_side(older: str, newer: str, hunks: str) -> list[DiffRow]:
    """Every line of both texts; `hunks` is what `git diff -U0` told of them."""
    left, right = lines(older), lines(newer)
    rows: list[DiffRow] = []
    at = 0  # lines of the left text that are told
    gap = 0  # how much further down the right one is
    for begin, end, first, last in _changes(hunks):
        rows += _same(left, at, begin, gap)
        rows += _changed(left[begin:end], right[first:last], begin, first)
        at, gap = end, last - end
    return rows + list(_same(left, at, len(left), gap))


def replaced(older: str, newer: str) -> str:
    """The hunk of two texts that have nothing in common, because one of them is none."""
    left, right = lines(older), lines(newer)
    head = f"@@ -{min(len(left), 1)},{len(left)} +{min(len(right), 1)},{len(right)} @@"
    body = [*(f"-{line}" for line in left), *(f"+{line}" for line in right)]
    return "\n".join([head, *body, ""]) if body else ""


def counted(hunks: str) -> tuple[int, int]:
    """(lines added, lines removed)."""
    found = list(_changes(hunks))
    return sum(d - c for _a, _b, c, d in found), sum(b - a for a, b, _c, _d in found)


def _changes(hunks: str) -> Iterator[tuple[int, int, int, int]]:
    """Half-open ranges from 0: left begin and end, right begin and end. A hunk of no lines names
    the line before it."""
    for line in hunks.split("\n"):
        if found := _HUNK.match(line):
            at, number, to, fresh = (int(one) if one is not None else 1 for one in found.groups())
            begin, first = at - (number > 0), to - (fresh > 0)
            yield begin, begin + number, first, first + fresh


def _same(left: list[str], begin: int, end: int, gap: int) -> Iterator[DiffRow]:
    for at in range(begin, end):
        yield DiffRow("same", at + 1, left[at], at + gap + 1, left[at])


def _changed(left: list[str], right: list[str], begin: int, first: int) -> Iterator[DiffRow]:
    for n, (old, new) in enumerate(zip_longest(left, right)):
        if old is None:
            yield DiffRow("added", None, "", first + n + 1, new)
        elif new is None:
            yield DiffRow("removed", begin + n + 1, old, None, "")
        else:
            yield DiffRow("changed", begin + n + 1, old, first + n + 1, new)
