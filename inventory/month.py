"""The county manager's month (item 8): how many things were there, came, went, are there, in each
state — counted from the events of their lives alone.

An event counts at the time it happened, but never before the one that precedes it in the life of
the thing: so what closes one month opens the next, and opening + in − out = closing always holds.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import groupby

from inventory.lifecycle import ENDED
from inventory.shanghai import SHANGHAI

Place = tuple[str, str]  # (category, state)


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it is counted. `home` is whose the thing is afterwards, `from_home` whose it
    was before; `state` is "" before the first event. `at` and `noted_at` are aware."""

    thing_id: str
    number: int
    category: str
    from_state: str
    to_state: str
    from_home: str
    home: str
    at: datetime
    noted_at: datetime
    paper: str = ""
    paper_id: str = ""
    paper_no: str = ""
    reason: str = ""
    keeper_id: str | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """A thing that left one place of the count for another: None is out of the house."""

    told: Told
    at: datetime
    left: Place | None
    entered: Place | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a thing stood when the month closed, and since when."""

    told: Told
    since: datetime


@dataclass
class Month:
    """One month counted: by (category, state), and every movement in the order of time."""

    first: date
    opening: Counter[Place] = field(default_factory=Counter)
    ins: Counter[Place] = field(default_factory=Counter)
    outs: Counter[Place] = field(default_factory=Counter)
    closing: Counter[Place] = field(default_factory=Counter)
    movements: list[Movement] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)

    def total(self, counted: Mapping[Place, int], category: str = "", state: str = "") -> int:
        """How many of this category ("" = any) and state ("" = any)."""
        return sum(
            number for (kind, word), number in counted.items()
            if category in ("", kind) and state in ("", word)
        )  # fmt: skip

    def kept(self, category: str = "") -> tuple[int, int, int, int]:
        """Opening, in, out and closing of what is on hand: scrapped and lost things are not, and
        what only went from one state to another neither came nor went."""
        came = sum(not _on_hand(one.left) and _on_hand(one.entered) for one in self._of(category))
        went = sum(_on_hand(one.left) and not _on_hand(one.entered) for one in self._of(category))
        first, last = (
            sum(n for place, n in counted.items() if _on_hand(place) and category in ("", place[0]))
            for counted in (self.opening, self.closing)
        )
        return first, came, went, last

    def _of(self, category: str) -> Iterator[Movement]:
        return (one for one in self.movements if category in ("", one.told.category))

    @property
    def categories(self) -> list[str]:
        """The categories that have, had or got anything."""
        return sorted({kind for kind, _state in {*self.opening, *self.ins, *self.closing}})


def _on_hand(place: Place | None) -> bool:
    return place is not None and place[1] not in ENDED


def bounds(first: date) -> tuple[datetime, datetime]:
    """The first moment of the month that begins on `first`, and of the next, by the Chinese clock;
    in UTC."""
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    begin, end = (datetime.combine(day, time(), SHANGHAI) for day in (first, after))
    return begin.astimezone(UTC), end.astimezone(UTC)


def count(events: Iterable[Told], here: Collection[str], first: date) -> Month:
    """Count the month that begins on `first` for the centres `here` (ids), from all events of
    every thing that ever was there, in any order."""
    begin, end = bounds(first)
    found = Month(first)
    ordered = sorted(events, key=lambda one: (one.thing_id, one.number))
    for _thing, life in groupby(ordered, key=lambda one: one.thing_id):
        _count_one(found, list(_in_time(life)), here, begin, end)
    found.movements.sort(key=lambda one: (one.at, one.told.noted_at))
    return found


def _count_one(
    found: Month, life: list[tuple[Told, datetime]], here: Collection[str], begin: datetime,
    end: datetime,
) -> None:  # fmt: skip
    before = [one for one in life if one[1] < begin]
    during = [one for one in life if begin <= one[1] < end]
    opened = _after(before[-1][0], here) if before else None
    if opened:
        found.opening[opened] += 1
    for told, at in during:
        left, entered = _before(told, here), _after(told, here)
        if left != entered:
            found.movements.append(Movement(told, at, left, entered))
            found.outs.update([left] if left else [])
            found.ins.update([entered] if entered else [])
    last = (before + during)[-1:]
    closed = _after(last[0][0], here) if last else None
    if closed:
        found.closing[closed] += 1
        found.standing.append(Standing(last[0][0], _since(before + during)))


def _in_time(life: Iterable[Told]) -> Iterator[tuple[Told, datetime]]:
    """Each event with the time it counts at: never before the one it follows."""
    latest = datetime.min.replace(tzinfo=UTC)
    for told in life:
        latest = max(latest, told.at)
        yield told, latest


def _since(life: list[tuple[Told, datetime]]) -> datetime:
    """Since when the thing is in its last state: handed on within it, it still is."""
    state, since = life[-1][0].to_state, life[-1][1]
    for told, at in reversed(life):
        if told.to_state != state:
            break
        since = at
    return since


def _before(told: Told, here: Collection[str]) -> Place | None:
    return (told.category, told.from_state) if told.from_state and told.from_home in here else None


def _after(told: Told, here: Collection[str]) -> Place | None:
    return (told.category, told.to_state) if told.home in here else None
