"""What the stock book adds up to: what lies where, what is fitted into what, how a month went."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.part import Part
from inventory.shanghai import SHANGHAI
from inventory.stock_movement import StockMovement, signed
from inventory.stock_rules import OF_ASIDE

_FITTING = ("use", "take_out")


@dataclass(frozen=True, slots=True)
class Lot:
    """What lies in one room of one batch or serial: in good order, and set aside for scrapping."""

    part: Part
    room_id: str
    batch: str
    quantity: int
    aside: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """So many of a part in a thing, the batch or serial, and since when."""

    part: Part
    batch: str
    quantity: int
    since: datetime
    paper_no: str


@dataclass(frozen=True, slots=True)
class PartMonth:
    """How the stock of one part went in a month: opening + came - went = closing, in good order
    and set aside alike. `came` and `went` are by kind of line, moves between rooms left out."""

    part: Part
    opening: int
    came: Mapping[str, int]
    went: Mapping[str, int]
    closing: int
    aside_opening: int
    aside_came: int
    aside_went: int
    aside_closing: int


def on_hand(session: Session, centre: Centre | None = None, part: Part | None = None) -> list[Lot]:
    """What lies in the rooms of a centre and the units below it (None: of the session's scope),
    by part, room and batch; of one part, or of all."""
    sums: Counter[tuple[str, str, str, bool]] = Counter()
    for side, sign in ((StockMovement.to_room_id, 1), (StockMovement.from_room_id, -1)):
        aside = _aside(sign)
        query = select(
            StockMovement.part_id, side, StockMovement.batch, aside,
            func.sum(StockMovement.quantity),
        ).where(side.is_not(None))  # fmt: skip
        if part is not None:
            query = query.where(StockMovement.part_id == part.id)
        keys = (StockMovement.part_id, side, StockMovement.batch, aside)
        for *lot, kept, quantity in session.execute(_within(query, centre, *keys)):
            sums[lot[0], lot[1], lot[2], bool(kept)] += sign * int(quantity)
    parts = {one.id: one for one in session.scalars(select(Part))}
    places = sorted({key[:3] for key, number in sums.items() if number and key[0] in parts})
    return [
        Lot(parts[key[0]], key[1], key[2], sums[*key, False], sums[*key, True]) for key in places
    ]


def totals(session: Session, part_id: str) -> int:
    """How many of a part lie in good order in all rooms together."""
    lines = select(StockMovement).where(StockMovement.part_id == part_id)
    return sum(signed(line) for line in session.scalars(lines))


def counted(session: Session, part_id: str) -> bool:
    """Has anything been written of this part yet?"""
    query = select(StockMovement.id).where(StockMovement.part_id == part_id)
    return session.scalar(query.limit(1)) is not None


def fitted(session: Session, equipment_id: str) -> list[Fitted]:
    """The parts that the book has put into a thing and not taken out again, newest first."""
    query = select(StockMovement, Part).join(Part, Part.id == StockMovement.part_id)
    query = query.where(
        StockMovement.equipment_id == equipment_id, StockMovement.kind.in_(_FITTING)
    )
    left: dict[tuple[str, str], Fitted] = {}
    for line, part in session.execute(query.order_by(StockMovement.at, StockMovement.id)):
        if line.original:
            continue
        was = left.pop((part.id, line.batch), None)
        sign = 1 if line.kind == "use" else -1
        number = (was.quantity if was else 0) + sign * line.quantity
        newest = was if was and sign < 0 else None
        since, paper = (newest.since, newest.paper_no) if newest else (line.at, line.paper_no)
        if number > 0:
            left[part.id, line.batch] = Fitted(part, line.batch, number, since, paper)
    return sorted(left.values(), key=lambda one: one.since, reverse=True)


def whereabouts(session: Session, part_id: str, serial: str) -> StockMovement | None:
    """The last line about one serial: where it is now (in a room, in a thing, gone), since when."""
    query = select(StockMovement).where(
        StockMovement.part_id == part_id, StockMovement.batch == serial
    )
    return session.scalars(query.order_by(StockMovement.at.desc(), StockMovement.id.desc())).first()


def movements_in(
    session: Session, centre: Centre | None, first: date, last: date
) -> Sequence[StockMovement]:
    """The lines of these days (of the Chinese clock, both included), oldest first."""
    query = _within(select(StockMovement), centre)
    begin, end = _bounds(first, last)
    told = query.where(StockMovement.at >= begin, StockMovement.at < end)
    return session.scalars(told.order_by(StockMovement.at, StockMovement.id)).all()


def parts_month(
    session: Session, centre: Centre | None, first: date, last: date
) -> list[PartMonth]:
    """How each part's stock went between two days (both included), by name."""
    begin, end = _bounds(first, last)
    query = _within(select(StockMovement), centre).where(StockMovement.at < end)
    lines: dict[str, list[StockMovement]] = {}
    for line in session.scalars(query):
        lines.setdefault(line.part_id, []).append(line)
    parts = session.scalars(select(Part).order_by(Part.sort_key, Part.id)).all()
    return [_month(part, lines[part.id], begin) for part in parts if part.id in lines]


def low(part: Part, total: int) -> bool:
    """Is there less than the minimum? None is no minimum, 0 warns of an empty shelf only."""
    return part.minimum is not None and total < max(part.minimum, 1)


def _month(part: Part, lines: Iterable[StockMovement], begin: datetime) -> PartMonth:
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    opening = aside_opening = aside_came = aside_went = 0
    for line in lines:
        change, aside = signed(line), _signed_aside(line)
        if line.at < begin:
            opening, aside_opening = opening + change, aside_opening + aside
            continue
        (came if change > 0 else went)[line.kind] += abs(change)
        aside_came, aside_went = aside_came + max(aside, 0), aside_went + max(-aside, 0)
    closing = opening + came.total() - went.total()
    return PartMonth(
        part, opening, +came, +went, closing, aside_opening, aside_came, aside_went,
        aside_opening + aside_came - aside_went,
    )  # fmt: skip


def _signed_aside(line: StockMovement) -> int:
    return line.quantity * ((line.kind == "aside") - (line.kind in OF_ASIDE))


def _aside(sign: int) -> Any:
    """Does this side of a line concern what is set aside?"""
    kinds = ("aside",) if sign > 0 else OF_ASIDE
    return case((StockMovement.kind.in_(kinds), True), else_=False)


def _within(query: Any, centre: Centre | None, *keys: Any) -> Any:
    if centre is not None:
        below = select(Centre.id).where(Centre.path.startswith(centre.path))
        query = query.where(StockMovement.centre_id.in_(below))
    return query.group_by(*keys) if keys else query


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(first, time(), SHANGHAI),
        datetime.combine(last + timedelta(days=1), time(), SHANGHAI),
    )
