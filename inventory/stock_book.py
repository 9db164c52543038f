"""What stands against a new line of the stock book, in words; the database refuses the same again
(`inventory.stock_rules`), but cannot say why, and knows nothing of the past.

A line may be written late: it must not take, at its own hour or at any later one, what was not
there.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.lifecycle import AT_HAND
from inventory.part import Part
from inventory.room import Room
from inventory.shanghai import ahead
from inventory.stock_rules import OF_ASIDE, SHAPES

Wrong = Iterator[tuple[str, str]]  # the field, and why
_NO_ROOM = {"from_room_id": "请选从哪个房间出库", "to_room_id": "请选放到哪个房间"}


def lowest(changes: Iterable[tuple[datetime, int]], since: datetime) -> int:
    """Pure: the least that lay there from `since` on; what came at the same moment came first."""
    ordered = sorted(changes, key=lambda one: (one[0], -one[1]))
    total = sum(change for at, change in ordered if at <= since)
    least = total
    for _at, change in (one for one in ordered if one[0] > since):
        total += change
        least = min(least, total)
    return least


def against(session: Session, one: Any) -> Wrong:
    """Everything wrong with a line that has not been written yet."""
    if inspect(one).persistent:
        return
    part = session.get(Part, one.part_id) if one.part_id else None
    if part is None:
        yield "part_id", "找不到这种备件"
        return
    wrong = [*_shape(one, part), *_words(session, one, part)]
    yield from wrong or _sums(session, one, part)


def _shape(one: Any, part: Part) -> Wrong:
    if one.kind not in SHAPES:
        yield "kind", "没有这种出入库事项"
        return
    named = (one.from_room_id is not None, one.to_room_id is not None)
    wanted = SHAPES[one.kind] or (named if sum(named) == 1 else (True, False))
    for name, has, must in zip(_NO_ROOM, named, wanted, strict=True):
        if has != must:
            yield name, _NO_ROOM[name] if must else "这种事项不填这一项"
    if one.kind == "move" and one.from_room_id == one.to_room_id:
        yield "to_room_id", "就在这个房间，不用移库"
    if one.quantity is None or one.quantity < 1:
        yield "quantity", "至少是 1"
    if part.serialised and one.quantity != 1:
        yield "quantity", f"{part.label}逐件编号，每笔只能是 1"
    if part.serialised and not one.batch:
        yield "batch", f"{part.label}逐件编号，请填序列号"


def _words(session: Session, one: Any, part: Part) -> Wrong:
    if one.centre_id != part.centre_id:
        yield "centre_id", "与备件所属单位不一致"
    if part.retired_at is not None:
        yield "part_id", f"{part.label}已停用，请先恢复"
    if ahead(one.at):
        yield "at", "还没有到这个时间"
    for name in _NO_ROOM:
        if getattr(one, name) and session.get(Room, getattr(one, name)) is None:
            yield name, "找不到这个房间"
    if one.kind == "count" and not one.reason.strip():
        yield "reason", "盘盈盘亏请写明原因"
    yield from _thing(session, one, part)


def _thing(session: Session, one: Any, part: Part) -> Wrong:
    thing = session.get(Equipment, one.equipment_id) if one.equipment_id else None
    if one.equipment_id and thing is None:
        yield "equipment_id", "找不到这台设备"
    if one.kind == "use" and thing is not None and thing.state not in AT_HAND:
        yield "equipment_id", f"{thing.label}已在报废、已报废或遗失，不能再装备件"
    if one.kind == "take_out" and thing is None:
        yield "equipment_id", "请选从哪台设备拆下"
    if one.kind == "use" and not one.equipment_id and part.serialised:
        yield "equipment_id", f"{part.label}逐件编号，请选装进哪台设备"
    if one.kind == "use" and not one.equipment_id and not one.reason.strip():
        yield "reason", "没有装进设备的，请写明用在哪里"


def _sums(session: Session, one: Any, part: Part) -> Wrong:
    lines = lines_of_batch(session, type(one), one.part_id, one.batch)
    if one.from_room_id:
        there = lowest(_lying(lines, one.from_room_id, one.kind in OF_ASIDE), one.at)
        if there < one.quantity:
            yield "quantity", _short(session, one, part, there)
    elif one.kind == "take_out" and not one.original:
        there = lowest(_fitted(lines, one.equipment_id), one.at)
        if there < one.quantity:
            yield "quantity", f"登记装在里面的只有 {max(there, 0)}；原机自带的请勾选“原机自带”"
    if part.serialised:
        yield from _serial(one, lines)


def _short(session: Session, one: Any, part: Part, there: int) -> str:
    room = session.get_one(Room, one.from_room_id)
    what = "待报废的" if one.kind in OF_ASIDE else ""
    batch = f"（{one.batch}）" if one.batch else ""
    return (
        f"{room.name}{what}{part.label}{batch}只有 {max(there, 0)} {part.unit}，"
        f"不够 {one.quantity} {part.unit}；请核对房间、批次，或先办入库"
    )


def _serial(one: Any, lines: Sequence[Any]) -> Wrong:
    there = sum(_existing(line) for line in lines)
    if _existing(one) > 0 and there > 0:
        yield "batch", f"序列号 {one.batch} 已经在账上，不能再入库；请在备件页查它现在在哪里"
    if any(line.at > one.at for line in lines):
        yield "at", f"序列号 {one.batch} 在这之后已有登记，请按先后补记"


def _lying(lines: Iterable[Any], room_id: str, aside: bool) -> Iterator[tuple[datetime, int]]:
    """The changes of what lies in a room in good order, or set aside there."""
    for line in lines:
        into = line.to_room_id == room_id and (line.kind == "aside") == aside
        out = line.from_room_id == room_id and (line.kind in OF_ASIDE) == aside
        yield line.at, line.quantity * (into - out)


def _fitted(lines: Iterable[Any], thing_id: str) -> Iterator[tuple[datetime, int]]:
    for line in lines:
        if line.equipment_id == thing_id:
            into, out = line.kind == "use", line.kind == "take_out" and not line.original
            yield line.at, line.quantity * (into - out)


def _existing(line: Any) -> int:
    """By how many pieces the centre became richer or poorer."""
    found = line.kind == "count" and line.to_room_id is not None
    lost = line.kind == "count" and line.to_room_id is None
    came = line.kind == "receive" or found or (line.kind == "take_out" and line.original)
    return int(line.quantity) * (came - (line.kind == "scrap" or lost))


def lines_of_batch(session: Session, cls: Any, part_id: str, batch: str) -> Sequence[Any]:
    """Every line about one batch or serial, oldest first."""
    columns = (
        cls.at, cls.kind, cls.quantity, cls.from_room_id, cls.to_room_id, cls.equipment_id,
        cls.original,
    )  # fmt: skip
    query = select(*columns).where(cls.part_id == part_id, cls.batch == batch)
    return session.execute(query.order_by(cls.at, cls.id)).all()
