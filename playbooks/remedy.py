"""What would bring a device to its template, and back again: proposed lines, never sent from here.

VRP and Comware take a line back by `undo`, the others by `no`. What a template leaves open (`*`,
a secret) a person must fill in first: such lines are told apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playbooks.compliance import Sheet, is_open
from playbooks.config_tree import BRACES, Path, Tree, paths, put, tree

_UNDO = {"vrp": "undo", "comware": "undo"}
_LEAVE = {"vrp": "quit", "comware": "quit"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """`lines` to enter in configuration view, `back` undoes them, `left` needs a person's hand."""

    lines: tuple[str, ...]
    back: tuple[str, ...]
    left: tuple[Path, ...]


def remedy(sheet: Sheet, config_text: str, family: str) -> Remedy:
    """The lines for everything in which this configuration deviates; none for families without a
    command line to undo with (Linux, nftables): there all of it is `left`."""
    gone = [path for one in sheet.findings for path in one.surplus]
    new = [path for one in sheet.findings for path in one.missing]
    left = [path for path in (*gone, *new) if _by_hand(path, family)]
    gone, new = ([path for path in told if path not in left] for told in (gone, new))
    there = [_taken_back(path, family) for path in gone] + new
    was = [whole for path in gone for whole in _whole(path, tree(family, config_text))]
    back = [_taken_back(path, family) for path in _outermost(new)][::-1] + was
    return Remedy(tuple(_lines(there, family)), tuple(_lines(back, family)), tuple(left))


def _whole(path: Path, got: Tree) -> Iterator[Path]:
    """A line of the configuration and all that stands in it."""
    for line in path:
        got = got[line]
    yield path
    yield from paths(got, path)


def _by_hand(path: Path, family: str) -> bool:
    quoted = path[0].startswith(("banner ", "header ")) and len(path[0].split()) <= 3
    return family in BRACES or quoted or any(is_open(line) for line in path)


def _taken_back(path: Path, family: str) -> Path:
    word = f"{_UNDO.get(family, 'no')} "
    last = path[-1]
    return (*path[:-1], last.removeprefix(word) if last.startswith(word) else word + last)


def _outermost(told: Iterable[Path]) -> list[Path]:
    """Taking a block back takes back what is in it."""
    found: list[Path] = []
    for path in told:
        if not any(path[: len(one)] == one for one in found):
            found.append(path)
    return found


def _lines(told: Iterable[Path], family: str) -> Iterator[str]:
    whole: Tree = {}
    for path in told:
        put(whole, path)
    yield from _typed(whole, _LEAVE.get(family, "exit"), 0)


def _typed(found: Tree, leave: str, deep: int) -> Iterator[str]:
    for line, below in found.items():
        yield " " * deep + line
        if below:
            yield from _typed(below, leave, deep + 1)
            yield " " * deep + leave
