"""What people call the rows that others refer to."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.register import Field, Register, register_named

UNSEEN = "…"  # a reference to a row outside the person's scope
Names = Mapping[tuple[str, str], str]


def names(session: Session, pairs: Iterable[tuple[Field, Any]]) -> Names:
    """(class, id) → name for reference columns and their values; one query for each class."""
    wanted: dict[str, set[str]] = {}
    for field, value in pairs:
        if value:
            wanted.setdefault(field.entry.refers, set()).add(value)
    found: dict[tuple[str, str], str] = {}
    for refers, keys in wanted.items():
        found |= dict.fromkeys(((refers, key) for key in keys), UNSEEN)
        target: type[Register] = register_named(refers)
        rows = session.scalars(select(target).where(target.id.in_(keys)))
        above = target.handed_down(session)
        found |= {(refers, key): above[key] for key in keys & above.keys()}
        found |= {(refers, row.id): row.label for row in rows}
    return found
