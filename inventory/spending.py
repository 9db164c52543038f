"""What was spent of each budget item: every purchase, repair and licence names its source
(Article 148: 纳入预算、专款专用; duty B14)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.register import Register, fields, registers

_COST, _ITEM = "cost", "budget_id"


@dataclass(frozen=True, slots=True)
class Spent:
    """What the rows of one register cost that name one item: how many, and how much in yuan."""

    register: type[Register]
    count: int
    amount: float


def spending() -> Iterator[type[Register]]:
    """The registers whose rows cost money: those with a cost and a budget item."""
    for cls in registers().values():
        names = {one.name for one in fields(cls)}
        if {_COST, _ITEM} <= names:
            yield cls


def spent(session: Session, item_id: str) -> Sequence[Spent]:
    """By register what one budget item paid for, within the session's scope."""
    told = []
    for cls in spending():
        row: Any = cls
        query = select(func.count(), func.coalesce(func.sum(row.cost), 0)).where(
            row.budget_id == item_id, row.cost.is_not(None), row.retired_at.is_(None)
        )
        count, amount = session.execute(query).one()
        if count:
            told.append(Spent(cls, count, float(amount)))
    return told


def untied(session: Session) -> Mapping[type[Register], int]:
    """How many rows of each register cost something and name no source."""
    found = {}
    for cls in spending():
        row: Any = cls
        query = select(func.count()).where(
            row.cost > 0, row.budget_id.is_(None), row.retired_at.is_(None)
        )
        count = session.scalar(query) or 0
        if count:
            found[cls] = count
    return found
