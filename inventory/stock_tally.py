"""What a stock-take has come to: the counts of the moment, and each thing with what was found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.room import Room
from inventory.stocktake import DECISIONS, StockItem, StockScan, StockTake

HERE = ("seen", "extra", "again")  # scans that say where a thing stands


@dataclass(frozen=True, slots=True)
class Counts:
    """How many things: `seen` of those expected, `missing` the rest; scans of other kinds."""

    expected: int
    seen: int
    extra: int
    foreign: int
    unknown: int
    again: int

    @property
    def missing(self) -> int:
        return self.expected - self.seen


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was expected, or turned up: its item (None when not expected), its first scan
    (None when not seen), and the room where it was scanned last, if that was told."""

    thing: Equipment
    item: StockItem | None
    scan: StockScan | None
    room_id: str | None

    @property
    def moved(self) -> bool:
        """Does it stand in another room than the book had?"""
        was = self.item.room_id if self.item else self.thing.room_id
        return self.room_id is not None and self.room_id != was

    @property
    def word(self) -> str:
        if self.scan is not None:
            return "已盘到" if self.item else "不在清单内"
        return DECISIONS.get(self.item.decision, "缺") if self.item else ""


def counts(session: Session, take: StockTake) -> Counts:
    """The figures of the moment, in three statements."""
    items = select(func.count()).where(StockItem.take_id == take.id)
    grouped = select(StockScan.outcome, func.count()).group_by(StockScan.outcome)
    by_outcome = dict(session.execute(grouped.where(StockScan.take_id == take.id)).all())
    expected = session.scalar(items.select_from(StockItem)) or 0
    gone = session.scalar(select(func.count()).select_from(_missing(take).subquery())) or 0
    told = {name: by_outcome.get(name, 0) for name in ("extra", "foreign", "unknown", "again")}
    return Counts(expected=expected, seen=expected - gone, **told)


def missing(
    session: Session, take: StockTake, page: int = 1, size: int = 0
) -> Sequence[tuple[StockItem, Equipment]]:
    """What was expected and not seen, by tag; a page of `size`, or all of it."""
    query = _missing(take).order_by(Equipment.tag)
    if size:
        query = query.limit(size).offset((page - 1) * size)
    return [(row[0], row[1]) for row in session.execute(query).all()]


def everything(session: Session, take: StockTake) -> list[Found]:
    """Every thing expected, then every thing of ours that turned up beside it."""
    first, rooms = _scanned(session, take)
    query = select(StockItem, Equipment).join(Equipment, Equipment.id == StockItem.equipment_id)
    rows = session.execute(query.where(StockItem.take_id == take.id).order_by(Equipment.tag))
    told = [Found(thing, item, first.get(thing.id), rooms.get(thing.id)) for item, thing in rows]
    known = {one.thing.id for one in told}
    keys = [key for key, one in first.items() if one.outcome == "extra" and key not in known]
    beside = session.scalars(select(Equipment).where(Equipment.id.in_(keys)))
    return told + [Found(one, None, first[one.id], rooms.get(one.id)) for one in beside]


def strays(session: Session, take: StockTake) -> Sequence[StockScan]:
    """The scans of things that are not ours, or not in any book."""
    query = select(StockScan).where(
        StockScan.take_id == take.id, StockScan.outcome.in_(("foreign", "unknown"))
    )
    return session.scalars(query.order_by(StockScan.number)).all()


def latest(session: Session, take: StockTake, number: int = 15) -> Sequence[StockScan]:
    """The last scans, the newest first."""
    query = select(StockScan).where(StockScan.take_id == take.id)
    return session.scalars(query.order_by(StockScan.number.desc()).limit(number)).all()


def room_names(session: Session) -> Mapping[str | None, str]:
    """What every room in sight is called, by id."""
    return {room.id: room.name for room in session.scalars(select(Room))}


def report(session: Session, take: StockTake) -> str:
    """The result as it is signed: figures, then every difference, a line each."""
    return "\n".join(_report(session, take))


def _report(session: Session, take: StockTake) -> Iterator[str]:
    told, rooms = everything(session, take), room_names(session)
    sums = counts(session, take)
    decided = sum(1 for one in told if one.scan is None and one.item and one.item.decision)
    yield (
        f"应盘 {sums.expected} 件，盘到 {sums.seen} 件，未盘到 {sums.missing} 件"
        f"（已处理 {decided} 件），清单外 {sums.extra} 件，别单位 {sums.foreign} 件，"
        f"没有登记 {sums.unknown} 件。"
    )
    for one in told:
        if one.scan is None and one.item is not None:
            yield f"未盘到：{one.thing.label} — {one.word} {one.item.remark}".rstrip()
    for one in told:
        if one.moved:
            was = rooms.get(one.item.room_id if one.item else one.thing.room_id, "（没有房间）")
            yield f"位置更正：{one.thing.label}：{was} → {rooms.get(one.room_id, '')}"
    for one in told:
        if one.item is None:
            yield f"清单外：{one.thing.label}"
    for scan in strays(session, take):
        yield f"{scan.outcome_label}：{scan.typed} {scan.told}"


def _missing(take: StockTake) -> Select[StockItem, Equipment]:
    seen = select(StockScan.equipment_id).where(
        StockScan.take_id == take.id, StockScan.equipment_id.is_not(None)
    )
    query = select(StockItem, Equipment).join(Equipment, Equipment.id == StockItem.equipment_id)
    return query.where(StockItem.take_id == take.id, StockItem.equipment_id.not_in(seen))


def _scanned(
    session: Session, take: StockTake
) -> tuple[dict[str, StockScan], dict[str, str | None]]:
    """Of each thing the scan that counted, and the room of the last one that named a room."""
    query = select(StockScan).where(StockScan.take_id == take.id, StockScan.outcome.in_(HERE))
    first: dict[str, StockScan] = {}
    rooms: dict[str, str | None] = {}
    for one in session.scalars(query.order_by(StockScan.number)):
        if one.equipment_id:
            first.setdefault(one.equipment_id, one)
            rooms[one.equipment_id] = one.room_id or rooms.get(one.equipment_id)
    return first, rooms
