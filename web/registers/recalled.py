"""Earlier rows that a new one may begin like: the visitor who comes every month."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from inventory.listing import Ask, looked_up, ordered, pairs
from inventory.register import Register

_LOOKED_AT, _OFFERED = 60, 5


def recalled(session: Session, cls: type[Register], typed: str) -> Sequence[Register]:
    """The newest row of each name that matches (汉字, pinyin initials), five at most."""
    ask = looked_up(session, cls, Ask(search=typed))
    found = pairs(cls, session.execute(ordered(cls, ask).limit(_LOOKED_AT)))
    named: dict[str, Register] = {}
    for row, _seen in found:
        named.setdefault(row.label, row)
    return list(named.values())[:_OFFERED]
