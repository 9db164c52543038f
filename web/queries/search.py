"""One question to everything that has a name: registers and ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.interface import Interface
from inventory.listing import Ask, count, ordered, pairs
from inventory.register import Register
from inventory.text import fold

MOST = 50


@dataclass(frozen=True, slots=True)
class Hits:
    """What one register has: (row, its observed row or None), at most 50 of `total`."""

    register: type[Register]
    rows: Sequence[tuple[Register, Any]]
    total: int


def in_register(session: Session, cls: type[Register], text: str) -> Hits:
    """The same match as the register's own list makes."""
    ask = Ask(search=text)
    rows = pairs(cls, session.execute(ordered(cls, ask).limit(MOST)).all())
    total = len(rows) if len(rows) < MOST else count(session, cls, ask)
    return Hits(cls, rows, total)


def in_ports(session: Session, text: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Ports by MAC address, or by name, alias or description: (Interface, device name)."""
    words = fold(text).split()
    query = (
        select(Interface, Device.name.label("device"))
        .join(Device, Device.id == Interface.device_id)
        .where(Interface.gone_at.is_(None), Device.retired_at.is_(None), _says(words))
        .order_by(Device.name, Interface.if_index)
    )
    return session.execute(query.limit(MOST)).all()


def _says(words: Sequence[str]) -> ColumnElement[bool]:
    """Every word in one of the columns; a MAC address is kept in the notation of `fold`."""
    columns = (Interface.mac, *map(func.lower, (Interface.name, Interface.alias, Interface.descr)))
    each = [or_(*(column.contains(word, autoescape=True) for column in columns)) for word in words]
    return and_(True, *each)
