"""What goes on which disc. Pure: bytes in, discs out; the same for the same input, every time."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_SEARCHED = 1500  # units up to which a disc is filled by search, not only by size
_NODES = 3000  # branches looked at for one disc


@dataclass(frozen=True, slots=True)
class Piece:
    """One file as it takes room on a disc (`size`, bytes). Pieces of one `group` (a backup) stay
    together where that costs no further disc."""

    path: str
    size: int
    group: str = ""


class TooLarge(Exception):
    """A piece is larger than a disc: it was not split before."""


def split(size: int, most: int) -> list[tuple[int, int]]:
    """(offset, length) of the parts of a file that fit into `most` bytes each; equal parts, so that
    none is a crumb. One part for what fits. ValueError when nothing can fit."""
    if most <= 0:
        raise ValueError("no room")
    count = max(1, math.ceil(size / most))
    length = math.ceil(size / count)
    return [(at, min(length, size - at)) for at in range(0, size or 1, length or 1)]


def pack(pieces: Sequence[Piece], capacity: int) -> list[list[Piece]]:
    """Every piece on exactly one disc, no disc fuller than `capacity`. Groups whole, unless fewer
    discs do with their files spread. Raises TooLarge."""
    for one in pieces:
        if one.size > capacity:
            raise TooLarge(one.path)
    whole = _packed(_units(pieces, capacity), capacity)
    if len(whole) > bound(pieces, capacity):
        spread = _packed([(one,) for one in _ordered(pieces)], capacity)
        whole = spread if len(spread) < len(whole) else whole
    return [sorted(disc, key=lambda one: one.path) for disc in whole]


def bound(pieces: Iterable[Piece], capacity: int) -> int:
    """Fewer discs than this cannot hold them."""
    return math.ceil(sum(one.size for one in pieces) / capacity)


_Unit = tuple[Piece, ...]


def _units(pieces: Sequence[Piece], capacity: int) -> list[_Unit]:
    """Groups that fit on one disc; the files of the others one by one."""
    groups: dict[str, list[Piece]] = defaultdict(list)
    for one in _ordered(pieces):
        groups[one.group or f"\0{one.path}"].append(one)
    return [unit for group in groups.values() for unit in _fitting(group, capacity)]


def _fitting(group: list[Piece], capacity: int) -> Iterator[_Unit]:
    if _size(group) <= capacity:
        yield tuple(group)
        return
    for one in group:
        yield (one,)


def _ordered(pieces: Iterable[Piece]) -> list[Piece]:
    return sorted(pieces, key=lambda one: (-one.size, one.path))


def _size(unit: Iterable[Piece]) -> int:
    return sum(one.size for one in unit)


def _packed(units: Sequence[_Unit], capacity: int) -> list[list[Piece]]:
    sized = sorted(
        ((_size(unit), unit) for unit in units), key=lambda one: (-one[0], one[1][0].path)
    )
    sizes = [size for size, _ in sized]
    discs = _first_fit(sizes, capacity)
    if len(discs) > math.ceil(sum(sizes) / capacity) and len(sizes) <= _SEARCHED:
        filled = _filled(sizes, capacity)
        discs = filled if len(filled) < len(discs) else discs
    return [[one for at in disc for one in sized[at][1]] for disc in discs]


def _first_fit(sizes: Sequence[int], capacity: int) -> list[list[int]]:
    """First-fit decreasing (Johnson 1973): the largest first, each on the first disc with room."""
    discs: list[list[int]] = []
    free: list[int] = []
    for at, size in enumerate(sizes):
        place = next((n for n, room in enumerate(free) if room >= size), len(free))
        if place == len(free):
            discs.append([])
            free.append(capacity)
        discs[place].append(at)
        free[place] -= size
    return discs


def _filled(sizes: Sequence[int], capacity: int) -> list[list[int]]:
    """Minimum bin slack (Gupta and Ho 1999): disc by disc, the largest that is left and whatever
    fills the rest best."""
    left, discs = list(range(len(sizes))), []
    while left:
        first, rest = left[0], left[1:]
        chosen = {first, *_best(rest, sizes, capacity - sizes[first])}
        discs.append(sorted(chosen))
        left = [at for at in left if at not in chosen]
    return discs


def _best(rest: Sequence[int], sizes: Sequence[int], room: int) -> tuple[int, ...]:
    """The subset that leaves the least room, among the first `_NODES` looked at, depth first."""
    best: tuple[int, tuple[int, ...]] = (room, ())
    stack: list[tuple[int, int, tuple[int, ...]]] = [(0, room, ())]
    for _ in range(_NODES):
        if not stack or not best[0]:
            break
        at, free, taken = stack.pop()
        if free < best[0]:
            best = (free, taken)
        while at < len(rest) and sizes[rest[at]] > free:
            at += 1
        if at < len(rest):
            stack.append((at + 1, free, taken))  # without it: looked at later
            stack.append((at + 1, free - sizes[rest[at]], (*taken, rest[at])))
    return best[1]
