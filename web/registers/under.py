"""The rows that hang below one row: the renewals of a licence, the loans of a document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from inventory.listing import Ask, count, ordered, pairs
from inventory.register import Field, Register, field_of, register_named
from web.access import person
from web.registers.book import may
from web.registers.columns import Column, columns, names_shown
from web.registers.names import Names

MOST = 10


@dataclass(frozen=True, slots=True)
class Under:
    """The first rows of one register that point here by `field`, and how many there are."""

    cls: type[Register]
    field: Field
    columns: tuple[Column, ...]
    rows: tuple[tuple[Register, Any], ...]
    names: Names
    total: int
    may_write: bool


def under(session: Session, row: Register) -> Iterator[Under]:
    """One card for each register that `Register.below` names and this person may see."""
    for class_name, name in type(row).below:
        cls = register_named(class_name)
        if not may(cls, "view") or not person().reach(cls.see_act).paths:
            continue
        ask = Ask(filters={name: row.id})
        found = pairs(cls, session.execute(ordered(cls, ask).limit(MOST)).all())
        told = tuple(one for one in columns(cls) if one.told.name != name)[:6]
        yield Under(
            cls, field_of(cls, name), told, found, names_shown(session, told, found, ()),
            count(session, cls, ask), may(cls, "write"),
        )  # fmt: skip
