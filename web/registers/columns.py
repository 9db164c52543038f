"""The columns of a list: the name first, how the row is doing next, then the rest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from inventory.db import Base
from inventory.listing import listed_fields
from inventory.register import Field, Register
from web.registers.names import Names, names

# "Since" and "why" belong to the state and are told with it.
_TOLD_WITH_STATE = ("since", "why")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `seen` when it is observed, not recorded; `stage` when it is the state that the
    row itself knows how to show; `bare` the first one beside such a column."""

    told: Field
    seen: bool
    stage: bool = False
    bare: bool = False

    @property
    def kind(self) -> str:
        if self.stage:
            return "stage"
        state = self.seen and self.told.name == "state"
        return "state" if state else self.told.kind

    @property
    def number(self) -> bool:
        return self.told.kind in ("whole", "number", "size")

    def of(self, row: Register, observed: Any) -> Any:
        return getattr(observed if self.seen else row, self.told.name, None)


def columns(cls: type[Register]) -> tuple[Column, ...]:
    """What a list shows. Yes-or-no columns are told as marks behind the name instead."""
    told = [_column(cls, source, f) for source, f in listed_fields(cls) if f.kind != "yes"]
    shown = [c for c in told if not (c.seen and c.told.name in _TOLD_WITH_STATE)]
    shown[0] = replace(shown[0], bare=any(c.stage for c in shown))
    return tuple(sorted(shown, key=lambda c: _place(c, shown[0])))


def _column(cls: type[Register], source: type[Base], told: Field) -> Column:
    seen = source is not cls
    return Column(told, seen, stage=not seen and told.name == "state" and hasattr(cls, "stage"))


def _place(column: Column, first: Column) -> int:
    """What the row is called, how it is, the rest. A number of its own is no name: the name that
    stands beside it comes before the state."""
    if column is first or column.kind == "state":
        return 0 if column is first else 2
    if column.told.name == "name":
        return 1
    if column.stage:
        return 2
    return 4 if column.seen else 3


def marks(cls: type[Register]) -> tuple[Field, ...]:
    return tuple(f for source, f in listed_fields(cls) if source is cls and f.kind == "yes")


def names_shown(
    session: Session,
    shown: Iterable[Column],
    rows: Iterable[tuple[Register, Any]],
    also: Iterable[tuple[Field, Any]] = (),
) -> Names:
    """What every reference in the list is called, and those of `also`."""
    return names(session, [*_references(shown, list(rows)), *also])


def _references(
    shown: Iterable[Column], rows: list[tuple[Register, Any]]
) -> Iterator[tuple[Field, Any]]:
    for column in shown:
        if column.kind == "ref":
            yield from ((column.told, column.of(*pair)) for pair in rows)
