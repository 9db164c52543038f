"""Which backups of a source may be cleared away: pure, by number and never by the clock
(Articles 141–143; duties E5–E7)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NUMBER = re.compile(r"(\d+)\D+(\d+)$")


@dataclass(frozen=True, slots=True)
class Kept:
    """One set of a source as retention sees it. `sound`: a verified copy of it lies in our own
    folder; `owed`: what it still waits for before it may go (第二台主机, 光盘 …), in words.
    `ordinal` counts the source's runs, 0 for what was found on a medium."""

    id: str
    number: str
    size: int
    sound: bool
    held: bool = False
    owed: tuple[str, ...] = ()
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """One set that may go: `newer` verified ones are kept."""

    id: str
    number: str
    size: int
    newer: int


def sequence(ordinal: int, number: str) -> tuple[int, int, int, str]:
    """What puts sets of a source in order, whatever clocks said: the runs are counted, and before
    them comes what was found (0), by number: SJ-2026-0009 before SJ-2026-0010."""
    found = _NUMBER.search(number)
    year, place = (int(found[1]), int(found[2])) if found else (0, 0)
    return ordinal, year, place, number


def spent(sets: Iterable[Kept], keep: int) -> tuple[Spent, ...]:
    """What may go of one source, oldest first, while the newest `keep` (at least one) sound sets
    stay. One that is not sound is no backup and makes room for nothing; nor does it go by itself,
    because a person may still mend it."""
    ordered = sorted(sets, key=lambda one: sequence(one.ordinal, one.number), reverse=True)
    sound = [one for one in ordered if one.sound]
    stay = max(keep, 1)
    found = [
        Spent(one.id, one.number, one.size, stay)
        for one in sound[stay:]
        if not one.held and not one.owed
    ]
    return tuple(reversed(found))
