"""A new paper that begins with things ticked elsewhere: its form is opened with ?thing=<id> for
each, and they stand on it once it is saved.

    @carries("Handover")
    def put(session, row, things): ...
"""

from collections.abc import Callable
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.register import Register

Carry = Callable[[Session, Any, list[Equipment]], None]
_CARRIES: dict[str, Carry] = {}


def carries(class_name: str) -> Callable[[Carry], Carry]:
    """Register what puts the things onto a new row of this class; it raises Rejected."""

    def keep(put: Carry) -> Carry:
        _CARRIES[class_name] = put
        return put

    return keep


def carried(cls: type[Register]) -> list[str]:
    """Ids of the things that the form in the address brings along."""
    return request.args.getlist("thing") if cls.__name__ in _CARRIES else []


def carry(session: Session, row: Register) -> None:
    """Put them onto the row that has just been made; those out of sight stay where they are."""
    keys = carried(type(row))
    if keys:
        session.flush()
        found = session.scalars(select(Equipment).where(Equipment.id.in_(keys))).all()
        _CARRIES[type(row).__name__](session, row, list(found))
