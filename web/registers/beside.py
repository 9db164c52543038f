"""What a register's page shows beside what every register's page shows.

    @beside("Equipment")
    def life(session, row):
        return {"events": events(session, row)}

The template of the register (`Register.template`, which extends register_row.html) draws it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from inventory.register import Register

Facts = Callable[[Session, Any], Mapping[str, Any]]
_BESIDE: dict[str, list[Facts]] = {}


def beside(class_name: str) -> Callable[[Facts], Facts]:
    """Register a function that gives a page further facts for its template."""

    def keep(facts: Facts) -> Facts:
        _BESIDE.setdefault(class_name, []).append(facts)
        return facts

    return keep


def facts_beside(session: Session, row: Register) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for facts in _BESIDE.get(type(row).__name__, ()):
        told |= facts(session, row)
    return told
