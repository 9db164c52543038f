"""Which lines of which checklist hold for a room: its own centre's, or those of the nearest unit
above it that has any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.keys import made_at
from inventory.patrol_item import PatrolItem
from inventory.room import Room
from inventory.shanghai import today


@dataclass(frozen=True, slots=True)
class Stood:
    """A line, or a room, that stands in the book since a day, until `gone` (None: still)."""

    since: date
    gone: date | None

    def through(self, first: date, last: date) -> bool:
        """Did it stand there from the first to the last of these days?"""
        return self.since <= first and (self.gone is None or self.gone > last)


@dataclass(frozen=True, slots=True)
class Lists:
    """Every line that ever was, by centre, and where each centre hangs."""

    told: Mapping[str, Sequence[Any]]  # rows of the table
    paths: Mapping[str, str]

    def of(self, room: Room, kind: str) -> list[Any]:
        """The lines of this kind (of CADENCES) for a room, retired ones among them."""
        for centre in reversed(self.paths.get(room.centre_id, "").strip("/").split("/")):
            if centre in self.told:
                return [
                    one for one in self.told[centre] if one.cadence == kind and _fits(one, room)
                ]
        return []


def lists(session: Session) -> Lists:
    """Lines of centres above the session's scope, too: they bind whoever is below."""
    item, centre = PatrolItem.__table__, Centre.__table__
    connection = session.connection()
    told: dict[str, list[Any]] = {}
    for row in connection.execute(select(item).order_by(item.c.position, item.c.id)):
        told.setdefault(row.centre_id, []).append(row)
    paths = {row.id: row.path for row in connection.execute(select(centre.c.id, centre.c.path))}
    return Lists(told, paths)


def items_of(session: Session, room: Room, kind: str) -> list[Any]:
    """The lines in force now for a room, in their order."""
    return [one for one in lists(session).of(room, kind) if one.retired_at is None]


def stood(row: Any) -> Stood:
    """Since when a row of a register stands in the book."""
    return Stood(today(made_at(row.id)), today(row.retired_at) if row.retired_at else None)


def _fits(one: Any, room: Room) -> bool:
    return bool(one.room_id == room.id) if one.room_id else bool(one.room_kind == room.kind)
