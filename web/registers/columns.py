"""The columns of a list: the name first, how the row is doing next, then the rest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from inventory.listing import listed_fields
from inventory.register import Field, Register
from web.registers.names import Names, names

# "Since" and "why" belong to the state and are told with it.
_TOLD_WITH_STATE = ("since", "why")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `seen` when it is observed, not recorded."""

    told: Field
    seen: bool

    @property
    def kind(self) -> str:
        state = self.seen and self.told.name == "state"
        return "state" if state else self.told.kind

    @property
    def number(self) -> bool:
        return self.told.kind in ("whole", "number")

    def of(self, row: Register, observed: Any) -> Any:
        return getattr(observed if self.seen else row, self.told.name, None)


def columns(cls: type[Register]) -> tuple[Column, ...]:
    """What a list shows. Yes-or-no columns are told as marks behind the name instead."""
    told = [Column(f, source is not cls) for source, f in listed_fields(cls) if f.kind != "yes"]
    shown = [c for c in told if not (c.seen and c.told.name in _TOLD_WITH_STATE)]
    return tuple(sorted(shown, key=lambda c: _place(c, shown[0])))


def _place(column: Column, first: Column) -> int:
    if column is first or column.kind == "state":
        return 0 if column is first else 1
    return 3 if column.seen else 2


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
