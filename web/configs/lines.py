"""Two texts line by line: what stands beside what, what is folded, what within a line changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest

from backups.difference import DiffRow

_AROUND = 4  # unchanged lines shown before and after a change
_WORTH = 3  # fewer hidden lines than these are not worth a fold
_Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Side:
    """One line of one text: its number from 1, and the part of it that the other has not."""

    number: int
    head: str
    mid: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the old text beside one of the new; None where there is none."""

    old: Side | None
    new: Side | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines that belong together: "same" (shown), "fold" (unchanged and hidden), "change"."""

    kind: str
    rows: Sequence[Pair]


def stretches(rows: Sequence[DiffRow], *, space: bool = False) -> list[Stretch]:
    """The rows in stretches; with `space`, lines that differ in blanks alone are the same.

    Unchanged lines far from any change are a fold of their own.
    """
    told = [one for part in _blocks(rows) for one in _told(*part, space=space)]
    joined = [
        (same, [pair for _same, pair in group])
        for same, group in groupby(told, key=lambda one: one[0])
    ]
    found: list[Stretch] = []
    for number, (same, pairs) in enumerate(joined):
        if same:
            found += _folded(pairs, first=number == 0, last=number == len(joined) - 1)
        else:
            found.append(Stretch("change", pairs))
    return found


def counted(found: Sequence[Stretch]) -> tuple[int, int]:
    """How many lines came and how many went."""
    rows = [row for one in found if one.kind == "change" for row in one.rows]
    return sum(row.new is not None for row in rows), sum(row.old is not None for row in rows)


def _blocks(rows: Sequence[DiffRow]) -> Iterator[tuple[bool, list[_Line], list[_Line]]]:
    """Whether they are the same, and the numbered lines of either text."""
    for same, group in groupby(rows, key=lambda row: row.kind == "same"):
        block = list(group)
        old = [(row.left_number, row.left) for row in block if row.left_number is not None]
        new = [(row.right_number, row.right) for row in block if row.right_number is not None]
        yield same, old, new


def _told(
    same: bool, old: list[_Line], new: list[_Line], *, space: bool
) -> Iterator[tuple[bool, Pair]]:
    if same:
        yield from ((True, _plain(a, c)) for a, c in zip(old, new, strict=True))
    elif not space:
        yield from ((False, _changed(a, c)) for a, c in zip_longest(old, new))
    else:
        match = SequenceMatcher(None, _bare(old), _bare(new), autojunk=False)
        for kind, a, b, c, d in match.get_opcodes():
            yield from _told(kind == "equal", old[a:b], new[c:d], space=False)


def _bare(lines: list[_Line]) -> list[str]:
    return ["".join(text.split()) for _number, text in lines]


def _plain(old: _Line, new: _Line) -> Pair:
    return Pair(Side(*old), Side(*new))


def _changed(old: _Line | None, new: _Line | None) -> Pair:
    if old is None or new is None:
        return Pair(
            None if old is None else Side(old[0], "", old[1]),
            None if new is None else Side(new[0], "", new[1]),
        )
    head = _common(old[1], new[1])
    tail = _common(old[1][head:][::-1], new[1][head:][::-1])
    return Pair(_marked(*old, head, tail), _marked(*new, head, tail))


def _common(a: str, b: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((n for n, (x, y) in pairs if x != y), min(len(a), len(b)))


def _marked(number: int, line: str, head: int, tail: int) -> Side:
    end = len(line) - tail
    return Side(number, line[:head], line[head:end], line[end:])


def _folded(rows: Sequence[Pair], *, first: bool, last: bool) -> Iterator[Stretch]:
    """An unchanged stretch between two changes, its middle hidden when it is long."""
    begin, end = 0 if first else _AROUND, len(rows) - (0 if last else _AROUND)
    if end - begin < _WORTH:
        yield Stretch("same", rows)
        return
    for kind, part in (("same", rows[:begin]), ("fold", rows[begin:end]), ("same", rows[end:])):
        if part:
            yield Stretch(kind, part)
