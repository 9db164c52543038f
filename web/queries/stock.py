"""What the pages of spares and parts show: lots by part and place, too little of a part first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.part import Part
from inventory.register import field_of
from inventory.room import Room
from inventory.stock import low, on_hand
from inventory.stock_levels import Lot
from inventory.stock_movement import StockMovement
from inventory.text import fold
from web.registers.columns import Column
from web.registers.names import Names, names

TABS = ("all", "low", "aside")
_USED = ("at", "kind", "part_id", "quantity", "batch", "equipment_id", "noted_by")


@dataclass(frozen=True, slots=True)
class Shelf:
    """One part: its lots, how many of it there are in all, and whether that is too little."""

    part: Part
    lots: tuple[Lot, ...]
    total: int
    aside: int
    low: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: a lot of a part (None: there is none of it); `first` of its part."""

    shelf: Shelf
    lot: Lot | None
    first: bool


def shelves(session: Session) -> list[Shelf]:
    """Every part in use, or of which something lies somewhere; too little first, then by name."""
    lots: dict[str, list[Lot]] = {}
    for one in on_hand(session):
        lots.setdefault(one.part.id, []).append(one)
    parts = session.scalars(select(Part).order_by(Part.sort_key, Part.id))
    told = [_shelf(part, lots.get(part.id, ())) for part in parts]
    kept = [one for one in told if one.lots or one.part.retired_at is None]
    return sorted(kept, key=lambda one: not one.low)


def shelf_of(session: Session, part: Part) -> Shelf:
    return _shelf(part, on_hand(session, part=part))


def _shelf(part: Part, lots: Sequence[Lot]) -> Shelf:
    total, aside = sum(one.quantity for one in lots), sum(one.aside for one in lots)
    return Shelf(part, tuple(lots), total, aside, part.retired_at is None and low(part, total))


def on_tab(told: Sequence[Shelf], tab: str) -> list[Shelf]:
    """Of which there is too little, of which some is set aside, or all of them."""
    if tab == "low":
        return [one for one in told if one.low]
    return [one for one in told if tab != "aside" or one.aside > 0]


def found(told: Sequence[Shelf], text: str) -> list[Shelf]:
    """Those whose name, model or one of whose batches answers to every word."""
    words = fold(text).split()
    return [one for one in told if all(word in _words(one) for word in words)]


def _words(one: Shelf) -> str:
    return f"{one.part.search} {fold(' '.join(lot.batch for lot in one.lots))}"


def lines(told: Sequence[Shelf]) -> list[Line]:
    """A line for each lot, and one for a part of which there is none."""
    return [
        Line(one, lot, number == 0)
        for one in told
        for number, lot in enumerate(one.lots or (None,))
    ]


def rooms(session: Session, lots: Sequence[Lot]) -> Mapping[str, str]:
    """What the rooms of these lots are called."""
    query = select(Room).where(Room.id.in_({one.room_id for one in lots}))
    return {room.id: room.label for room in session.scalars(query)}


def sheet_rows(session: Session, told: Sequence[Shelf]) -> Iterator[tuple[str, ...]]:
    """The list as a table: one row for each lot."""
    called = rooms(session, [lot for one in told for lot in one.lots])
    for line in lines(told):
        part, lot = line.shelf.part, line.lot
        place = (called.get(lot.room_id, ""), lot.batch) if lot else ("", "")
        numbers = (lot.quantity if lot else 0, lot.aside if lot else 0, line.shelf.total)
        minimum = "" if part.minimum is None else str(part.minimum)
        yield (
            part.name, part.model, part.unit, *place, *map(str, numbers), minimum,
            "是" if line.shelf.low else "否",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Used:
    """The lines written on one paper, with what their cells need."""

    rows: Sequence[StockMovement]
    columns: tuple[Column, ...]
    names: Names


def used_on(session: Session, paper: Any) -> Used:
    """The parts that went in or came out on one repair."""
    query = select(StockMovement).where(
        StockMovement.paper_class == type(paper).__name__, StockMovement.paper_id == paper.id
    )
    rows = session.scalars(query.order_by(StockMovement.at, StockMovement.id)).all()
    told = [field_of(StockMovement, name) for name in _USED]
    refs = [(f, getattr(row, f.name)) for f in told if f.kind == "ref" for row in rows]
    return Used(rows, tuple(Column(f, seen=False) for f in told), names(session, refs))
