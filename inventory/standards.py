"""The minimum of equipment each unit must have (Articles 48–59 and 63), and what is short of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.lifecycle import AT_HAND
from inventory.registers.establishment import Establishment
from inventory.room import Room
from inventory.yaml_text import load as load_yaml

_SEED = Path(__file__).parent / "seed" / "standards.yaml"
_COUNTIES, _TOWNSHIPS = "county", "township"


@dataclass(frozen=True, slots=True)
class Standard:
    """One minimum. `units` are tiers, `kinds` types of institution (() = all), `category` the
    things that count together, `basis` what the number depends on, `room` which of them count;
    `free` has no shortfall; `obsolete` names what of the article no longer applies (不适用)."""

    id: str
    article: int
    title: str
    text: str
    units: tuple[str, ...]
    category: tuple[str, ...]
    basis: str
    need: int = 0
    kinds: tuple[str, ...] = ()
    dedicated: bool = False
    room: str = ""
    free: bool = False
    obsolete: str = ""


@dataclass(frozen=True, slots=True)
class Bases:
    """What a unit is counted by; None where nobody has said."""

    posts: int | None = None
    staff: int | None = None
    sections: int | None = None
    dedicated: int = 0
    counties: int = 0
    townships: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One minimum at one unit: `need` None when its basis is not filled in."""

    unit: Centre
    standard: Standard
    need: int | None
    have: int

    @property
    def short(self) -> int:
        """How many are missing; 0 for what is provided as needed."""
        if self.standard.free or self.need is None:
            return 0
        return max(0, self.need - self.have)


@cache
def standards() -> tuple[Standard, ...]:
    """Every minimum, in the order of the articles."""
    told = load_yaml(_SEED)
    return tuple(Standard(**_facts(one)) for one in told)


def _facts(one: Mapping[str, Any]) -> dict[str, Any]:
    """What the seed lists, as tuples."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in one.items()}


_NEED: Mapping[str, Callable[[Bases], int | None]] = {
    "posts": lambda b: b.posts,
    "sections": lambda b: b.sections,
    "staff8": lambda b: None if b.staff is None else 4 if b.staff >= 8 else 2,
    "counties2": lambda b: 2 * b.counties,
    "townships": lambda b: b.townships,
}


def needed(one: Standard, bases: Bases) -> int | None:
    """How many a unit with these bases must have; None while the basis is unknown."""
    count = one.need if one.basis == "one" else _NEED[one.basis](bases)
    return count + bases.dedicated if count is not None and one.dedicated else count


def findings(session: Session, within: str) -> list[Finding]:
    """Every minimum that applies to a unit below the path `within`: what is short first, then what
    cannot be judged, then the rest; within the session's scope."""
    units = session.scalars(
        select(Centre)
        .where(Centre.path.startswith(within, autoescape=True), Centre.retired_at.is_(None))
        .order_by(Centre.path)
    ).all()
    have, told = _counts(session), _establishments(session)
    found = [
        Finding(unit, one, needed(one, bases), have(unit.id, one))
        for unit in units
        for bases in (_bases(unit, told.get(unit.id), units),)
        for one in _applying(unit, told.get(unit.id))
    ]
    return sorted(found, key=lambda f: (-(f.short > 0), f.need is not None))


def _applying(unit: Centre, told: Establishment | None) -> Iterator[Standard]:
    kind = told.kind if told else "other"
    for one in standards():
        if unit.tier in one.units and (not one.kinds or kind in one.kinds):
            yield one


def _bases(unit: Centre, told: Establishment | None, units: Sequence[Centre]) -> Bases:
    below = [one.tier for one in units if one.parent_id == unit.id]
    counted = {"counties": below.count(_COUNTIES), "townships": below.count(_TOWNSHIPS)}
    if told is None:
        return Bases(**counted)
    return Bases(told.posts, told.staff, told.sections, told.dedicated, **counted)


def _establishments(session: Session) -> Mapping[str, Establishment]:
    query = select(Establishment).where(Establishment.retired_at.is_(None))
    return {one.centre_id: one for one in session.scalars(query)}


def _counts(session: Session) -> Callable[[str, Standard], int]:
    """How many things of a standard's categories a unit itself has at hand, by kind of room."""
    query = (
        select(Equipment.centre_id, Equipment.category, Room.kind, func.count())
        .outerjoin(Room, Room.id == Equipment.room_id)
        .where(Equipment.state.in_(AT_HAND), Equipment.retired_at.is_(None))
        .group_by(Equipment.centre_id, Equipment.category, Room.kind)
    )
    rows = session.execute(query).all()
    held: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for unit, category, room, count in rows:
        held.setdefault((unit, category), []).append((room or "", count))

    def have(unit: str, one: Standard) -> int:
        found = (pair for word in one.category for pair in held.get((unit, word), ()))
        return sum(count for room, count in found if _counts_there(one.room, room))

    return have


def _counts_there(wanted: str, room: str) -> bool:
    """The PCs of offices are neither those of the machine room nor those of the classroom."""
    if wanted == "office":
        return room not in ("machine", "classroom")
    return not wanted or room == wanted
