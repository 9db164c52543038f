"""From one configuration to another: the lines to type, section by section.

A proposal that is read by a person before and compared with the device after: what a vendor does
not take back by its own word shows in the comparison, and the change is undone.
"""

import re
from collections.abc import Iterable, Iterator

from netops.push_facts import Push
from playbooks.config_tree import Tree

# Texts of several lines, certificates and the like are no commands one after another.
_NOT_LINES = re.compile(r"(banner|header|pki|crypto pki|crypto key|certificate|rsa|dsa|ecc)\b")


class NotByLines(Exception):
    """The difference lies in something that is not made of single lines; `line` names it."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def lines(have: Tree, want: Tree, push: Push) -> list[str]:
    """What to type in the configuration view of a device that has `have` so that it has `want`.

    Raises NotByLines.
    """
    return [*_taken_back(have, want, push), *_put(have, want, push)]


def reverse(line: str, push: Push) -> str:
    """The line that takes this one back: `undo X` for X, X for `undo X`."""
    word = f"{push.undo} "
    if line.startswith(word):
        return line.removeprefix(word)
    bare = next((key for key in push.bare if _begins(line, key)), "")
    return word + (bare or line)


def expected(have: Tree, typed: Iterable[str], push: Push) -> Tree:
    """What the configuration would be after these lines: a forecast for the reader, no more."""
    result = _copy(have)
    here = result
    for raw in typed:
        line = " ".join(raw.split())
        if line in ("", push.out, *push.leave, "exit", "quit"):
            here = result
        elif line in result and (result[line] or _opens(line, result)):
            here = result[line]
        elif _opens(line, result) and not line.startswith(f"{push.undo} "):
            here = result.setdefault(line, {})
        else:
            _typed(here, line, push)
    return result


def _taken_back(have: Tree, want: Tree, push: Push) -> Iterator[str]:
    for line, below in have.items():
        if line in want:
            continue
        _by_lines(line)
        replaced = any(_begins(line, key) and _has(want, key) for key in push.single)
        if replaced:
            continue
        if any(fixed.match(line) for fixed in push.fixed):
            yield from _inside(line, lines(below, {}, push), push)
        else:
            yield reverse(line, push)


def _put(have: Tree, want: Tree, push: Push) -> Iterator[str]:
    for line, below in want.items():
        there = have.get(line)
        if there is not None and there == below:
            continue
        _by_lines(line)
        if not below and not there:
            yield line
        else:
            yield from _inside(line, lines(there or {}, below, push), push)


def _inside(header: str, body: list[str], push: Push) -> list[str]:
    return [header, *body, push.out] if body else []


def _by_lines(line: str) -> None:
    if _NOT_LINES.match(line):
        raise NotByLines(line)


def _begins(line: str, key: str) -> bool:
    return line == key or line.startswith(f"{key} ")


def _has(found: Tree, key: str) -> bool:
    return any(_begins(line, key) for line in found)


def _opens(line: str, known: Tree) -> bool:
    """Does it open a section, as far as the sections of this device tell?"""
    first = line.split(maxsplit=1)[0]
    return any(below and header.split()[0] == first for header, below in known.items())


def _typed(here: Tree, line: str, push: Push) -> None:
    word = f"{push.undo} "
    if line.startswith(word):
        back = line.removeprefix(word)
        gone = [back] if back in here else [old for old in here if _begins(old, back)]
        for old in gone:
            del here[old]
        return
    key = next((key for key in push.single if _begins(line, key)), "")
    for old in [old for old in here if key and _begins(old, key)]:
        del here[old]
    here.pop(word + line, None)
    here[line] = {}


def _copy(found: Tree) -> Tree:
    return {line: _copy(below) for line, below in found.items()}
