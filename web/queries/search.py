"""One question to everything that has a name: every register a person may see, and ports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.interface import Interface
from inventory.listing import Ask, count, looked_up, ordered, pairs
from inventory.register import Field, Register, fields
from inventory.text import fold
from web.registers.names import names

MOST = 50
COUNTED = 1000  # more than these are not counted: the list does, for whoever goes there
_SAID = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """One row, what is observed of it, what of it was meant (field, value), and its unit's name.
    `near` is how close it comes: 2 says a whole word of the question, 1 begins with one."""

    row: Register
    seen: Any
    says: tuple[tuple[Field, Any], ...]
    near: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """What one register has: at most 50 of `total`, closest first, what is retired last. Of more
    than COUNTED `total` says COUNTED + 1."""

    register: type[Register]
    rows: Sequence[Hit]
    total: int

    @property
    def near(self) -> int:
        return max((hit.near for hit in self.rows), default=0)


def in_register(session: Session, cls: type[Register], text: str) -> Hits:
    """The same match as the register's own list makes, among the retired rows too."""
    ask = looked_up(session, cls, Ask(search=text))
    if ask.among is not None and not ask.among:
        return Hits(cls, (), 0)
    found: list[Hit] = []
    total = 0
    words = fold(text).split()
    for part in (ask, replace(ask, retired=True)):
        room = max(1, MOST - len(found))
        rows = pairs(cls, session.execute(ordered(cls, part).limit(room)).all())
        total += len(rows) if len(rows) < room else count(session, cls, part, COUNTED + 1)
        hits = (_hit(row, seen, words) for row, seen in rows)
        found += sorted(hits, key=lambda hit: -hit.near)
    return Hits(cls, _placed(session, cls, found[:MOST]), min(total, COUNTED + 1))


def _hit(row: Register, seen: Any, words: Sequence[str]) -> Hit:
    said = row.search.split()
    whole = any(word in said for word in words)
    begun = any(one.startswith(word) for one in said for word in words)
    return Hit(row, seen, tuple(_says(row, words))[:_SAID], 2 if whole else int(begun))


def _says(row: Register, words: Sequence[str]) -> Iterator[tuple[Field, Any]]:
    """The fields that hold what was asked for and are not in the name already; of a row found by
    its initials, what else tells it apart."""
    told = [
        (field, getattr(row, field.name)) for field in fields(type(row)) if field.entry.searched
    ]
    beside = [(field, value) for field, value in told if value and str(value) not in row.label]
    meant = [one for one in beside if any(word in fold(str(one[1])) for word in words)]
    yield from meant or beside


def _placed(session: Session, cls: type[Register], found: Sequence[Hit]) -> Sequence[Hit]:
    """With the names of the units the rows belong to."""
    home = next((field for field in fields(cls) if field.name == "centre_id"), None)
    if home is None:
        return found
    called = names(session, [(home, hit.row.centre_id) for hit in found])  # type: ignore[attr-defined]
    return [
        replace(hit, place=called.get(("Centre", hit.row.centre_id), ""))  # type: ignore[attr-defined]
        for hit in found
    ]


def in_ports(session: Session, text: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Ports by MAC address, or by name, alias or description: (Interface, device name)."""
    words = fold(text).split()
    query = (
        select(Interface, Device.name.label("device"))
        .join(Device, Device.id == Interface.device_id)
        .where(Interface.gone_at.is_(None), Device.retired_at.is_(None), _named(words))
        .order_by(Device.name, Interface.if_index)
    )
    return session.execute(query.limit(MOST)).all()


def _named(words: Sequence[str]) -> ColumnElement[bool]:
    """Every word in one of the columns; a MAC address is kept in the notation of `fold`."""
    columns = (Interface.mac, *map(func.lower, (Interface.name, Interface.alias, Interface.descr)))
    each = [or_(*(column.contains(word, autoescape=True) for column in columns)) for word in words]
    return and_(True, *each)
