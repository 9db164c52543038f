"""The forms of the stock book: which fields each asks, and the act it ends in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from inventory import cell, exchange, stock
from inventory.equipment import Equipment
from inventory.part import Part
from inventory.register import Field, FieldError, Rejected, field_of
from inventory.role import Standing
from inventory.room import Room
from inventory.stock_movement import StockMovement
from web.registers.controls import Control, control
from web.registers.names import names


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its title, what it asks in this order, those that may not stay empty, and the
    labels that mean something else here."""

    label: str
    asks: tuple[str, ...]
    needs: tuple[str, ...]
    labels: Mapping[str, str]
    icon: str


_PLACE = ("part_id", "quantity", "batch")
FORMS: Mapping[str, Form] = {
    "receive": Form(
        "入库", (*_PLACE, "to_room_id", "supplier", "cost", "budget_id", "at", "reason"),
        ("part_id", "to_room_id", "quantity"), {"to_room_id": "放到房间"}, "plus",
    ),
    "use": Form(
        "领用装机",
        ("part_id", "from_room_id", "batch", "quantity", "equipment_id", "at", "reason"),
        ("part_id", "from_room_id", "quantity"),
        {"from_room_id": "从房间", "equipment_id": "装进设备"}, "tools",
    ),
    "take_out": Form(
        "拆下", ("equipment_id", *_PLACE, "to_room_id", "original", "at", "reason"),
        ("equipment_id", "part_id", "to_room_id", "quantity"),
        {"to_room_id": "放到房间", "equipment_id": "从设备"}, "download",
    ),
    "move": Form(
        "移库", ("part_id", "from_room_id", "to_room_id", "batch", "quantity", "at", "reason"),
        ("part_id", "from_room_id", "to_room_id", "quantity"),
        {"from_room_id": "从房间", "to_room_id": "放到房间"}, "arrows-sort",
    ),
    "count": Form(
        "盘点调整", ("part_id", "to_room_id", "batch", "quantity", "reason"),
        ("part_id", "to_room_id", "quantity", "reason"),
        {"to_room_id": "房间", "quantity": "实盘数量"}, "check",
    ),
}  # fmt: skip


def told(kind: str, name: str) -> Field:
    """One field of a form: the register's own, under the name it has here."""
    form, field = FORMS[kind], field_of(StockMovement, name)
    entry = replace(
        field.entry, label=form.labels.get(name, field.label), required=name in form.needs,
        low=0 if (kind, name) == ("count", "quantity") else field.entry.low,
    )  # fmt: skip
    return replace(field, entry=entry, default=None if name == "quantity" else field.default)


def begun(session: Session, kind: str, given: Mapping[str, str]) -> dict[str, str]:
    """What stands in a new form: what the address says, one piece."""
    texts = {name: given.get(name, "") for name in FORMS[kind].asks}
    if kind != "count":
        texts["quantity"] = texts["quantity"] or "1"
    return texts


def controls(
    session: Session, kind: str, texts: Mapping[str, str], errors: tuple[FieldError, ...]
) -> list[Control]:
    """The fields of a form as they are drawn, with what is wrong with each."""
    asked = [told(kind, name) for name in FORMS[kind].asks]
    called = names(session, [(f, texts.get(f.name)) for f in asked if f.kind == "ref"])
    return [
        control(f, texts.get(f.name, ""), [e.cause for e in errors if e.field == f.name], called)
        for f in asked
    ]


def typed(session: Session, kind: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The values typed, by field. Raises Rejected naming every field at once."""
    asked = [told(kind, name) for name in FORMS[kind].asks]
    given = {f.name: form.get(f.name, "").strip() for f in asked if f.name != "quantity"}
    plain = {name: text for name, text in given.items() if text}
    values, found = exchange.parse(session, StockMovement, plain)
    wrong = [replace(e, label=told(kind, e.field).label) for e in found]
    number = told(kind, "quantity")
    try:
        values["quantity"] = cell.read(number, form.get("quantity", ""), _no_reference)
    except ValueError as error:
        wrong.append(FieldError("quantity", number.label, str(error)))
    named = {one.field for one in wrong}
    wrong += [
        FieldError(f.name, f.label, "必须填写")
        for f in asked
        if f.entry.required and f.name not in named and values.get(f.name) in (None, "")
    ]
    if wrong:
        raise Rejected(tuple({one.field: one for one in wrong}.values()))
    return values


def write(
    session: Session, kind: str, values: dict[str, Any], repair: Any, who: Standing
) -> StockMovement:
    """The act that a form ends in. Raises Rejected, its fields named as the form names them."""
    try:
        return _written(session, kind, values, repair, who)
    except Rejected as error:
        raise Rejected(tuple(_as_asked(kind, one) for one in error.errors)) from error


def _written(
    session: Session, kind: str, values: dict[str, Any], repair: Any, who: Standing
) -> StockMovement:
    part = session.get_one(Part, values["part_id"])
    thing = session.get(Equipment, values.get("equipment_id") or "")
    old, new = (
        session.get(Room, values.get(name) or "") for name in ("from_room_id", "to_room_id")
    )
    number, batch = values["quantity"], values.get("batch") or ""
    facts: Any = {
        name: values[name]
        for name in ("at", "reason", "supplier", "cost", "budget_id", "original")
        if values.get(name) not in (None, "") and name in FORMS[kind].asks
    }
    if kind == "receive":
        return stock.receive(session, part, _room(new), number, batch, who, **facts)
    if kind == "use":
        return stock.use_part(session, repair, thing, part, _room(old), number, batch, who, **facts)
    if kind == "move":
        return stock.shift(session, part, _room(old), _room(new), number, batch, who, **facts)
    if kind == "count":
        return _counted(session, (part, _room(new), batch), number, who, facts)
    assert thing is not None
    return stock.take_out(session, thing, part, _room(new), number, batch, who, repair, **facts)


def _counted(
    session: Session, lot: tuple[Part, Room, str], counted: int, who: Standing, facts: Any
) -> StockMovement:
    part, room, batch = lot
    there = sum(
        one.quantity for one in stock.on_hand(session)
        if (one.part.id, one.room_id, one.batch) == (part.id, room.id, batch)
    )  # fmt: skip
    if counted == there:
        cause = f"账上也是 {there} {part.unit}，账实相符，不用调整"
        raise Rejected((FieldError("quantity", "实盘数量", cause),))
    return stock.adjust(session, part, room, counted - there, batch, who, **facts)


def _room(room: Room | None) -> Room:
    assert room is not None  # `typed` asks for it
    return room


def _as_asked(kind: str, error: FieldError) -> FieldError:
    """Under the field of the form; a shortage of one room stands at the quantity."""
    asked = FORMS[kind].asks
    name = error.field if error.field in asked else "quantity"
    return replace(error, field=name, label=told(kind, name).label)


def _no_reference(_field: Field, text: str) -> str:
    return text
