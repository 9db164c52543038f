"""Spares and parts as they come, are fitted, moved and scrapped: the acts, each one line of the
stock book. Stock is the sum of those lines; who asks for more than there is gets Rejected with the
field and the cause, and nothing is written.
"""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.notice import settle, tell
from inventory.paper_line import PaperLine
from inventory.part import Part
from inventory.role import Standing, can
from inventory.room import Room
from inventory.signature import acting
from inventory.stepping import refused
from inventory.stock_levels import (
    fitted,
    low,
    movements_in,
    on_hand,
    parts_month,
    totals,
    whereabouts,
)
from inventory.stock_movement import StockMovement, signed

__all__ = [
    "adjust",
    "fitted",
    "give_back",
    "hand_in",
    "low",
    "movements_in",
    "on_hand",
    "parts_month",
    "receive",
    "set_aside",
    "shift",
    "take_out",
    "totals",
    "use_part",
    "whereabouts",
]


class Facts(TypedDict, total=False):
    """What a line may tell beside its part, place and quantity."""

    at: datetime | None
    reason: str
    supplier: str | None
    cost: float | None
    budget_id: str | None
    original: bool


def receive(
    session: Session, part: Part, room: Room, quantity: int, batch: str, who: Standing,
    **facts: Unpack[Facts],
) -> StockMovement:  # fmt: skip
    """Put so many of a part into a room: bought, or given from above (Article 24)."""
    placed = {"to_room_id": room.id, "quantity": quantity, "batch": batch}
    return _write(session, part, "receive", who, **placed, **facts)


def use_part(  # noqa: PLR0913, PLR0917  (what goes from where into what)
    session: Session, repair: Any, equipment: Equipment | None, part: Part, room: Room,
    quantity: int, batch: str, who: Standing, **facts: Unpack[Facts],
) -> StockMovement:  # fmt: skip
    """Take parts from a room and fit them into a thing, on a repair or without one; with neither
    thing nor repair a `reason` says what they were used for."""
    placed = {"from_room_id": room.id, "quantity": quantity, "batch": batch}
    thing = equipment.id if equipment is not None else None
    if repair is not None:
        facts.setdefault("reason", f"维修 {repair.number}")
    return _write(
        session, part, "use", who, equipment_id=thing, **_on(repair), **placed, **facts
    )  # fmt: skip


def take_out(  # noqa: PLR0913, PLR0917  (what comes out of what)
    session: Session, equipment: Equipment, part: Part, room: Room, quantity: int, batch: str,
    who: Standing, repair: Any = None, **facts: Unpack[Facts],
) -> StockMovement:  # fmt: skip
    """Take parts out of a thing and put them into a room; `original` when the thing came with
    them, so that they were never in stock."""
    placed = {"to_room_id": room.id, "quantity": quantity, "batch": batch}
    return _write(
        session, part, "take_out", who, equipment_id=equipment.id, **_on(repair), **placed, **facts
    )  # fmt: skip


def shift(  # noqa: PLR0913, PLR0917  (what moves from where to where)
    session: Session, part: Part, room: Room, to: Room, quantity: int, batch: str, who: Standing,
    **facts: Unpack[Facts],
) -> StockMovement:  # fmt: skip
    """Carry parts from one room to another."""
    placed = {"from_room_id": room.id, "to_room_id": to.id, "quantity": quantity, "batch": batch}
    return _write(session, part, "move", who, **placed, **facts)


def adjust(
    session: Session, part: Part, room: Room, difference: int, batch: str, who: Standing,
    **facts: Unpack[Facts],
) -> StockMovement:  # fmt: skip
    """Bring the book to what was counted: so many more, or (negative) fewer, for a `reason`."""
    side = "to_room_id" if difference > 0 else "from_room_id"
    placed = {side: room.id, "quantity": abs(difference), "batch": batch}
    return _write(session, part, "count", who, **placed, **facts)


def set_aside(session: Session, line: PaperLine, paper: Any) -> StockMovement:
    """The parts of a line are to be scrapped: they stay where they lie, and are stock no more."""
    return _on_paper(session, line, paper, "aside", "from_room_id", "to_room_id")


def give_back(session: Session, line: PaperLine, paper: Any) -> StockMovement:
    """The scrapping was refused or taken back: they are good stock again, where they lie."""
    return _on_paper(session, line, paper, "return", "from_room_id", "to_room_id")


def hand_in(session: Session, line: PaperLine, paper: Any) -> StockMovement:
    """The parts set aside have been scrapped and handed over (Article 139)."""
    return _on_paper(session, line, paper, "scrap", "from_room_id")


def _on_paper(
    session: Session, line: PaperLine, paper: Any, kind: str, *sides: str
) -> StockMovement:
    made = StockMovement(
        centre_id=line.centre_id, part_id=line.part_id, kind=kind, quantity=line.quantity,
        batch=line.batch, reason=line.note, **_on(paper),
    )  # fmt: skip
    if line.room_id is None:
        raise refused(made, "from_room_id", "请写明这些备件放在哪个房间")
    for side in sides:
        setattr(made, side, line.room_id)
    return _add(session, made)


def _on(paper: Any) -> dict[str, str]:
    if paper is None:
        return {}
    number = paper.number or ""
    return {"paper_class": type(paper).__name__, "paper_id": paper.id, "paper_no": number}


def _write(session: Session, part: Part, kind: str, who: Standing, **facts: Any) -> StockMovement:
    acting(session, who)
    batch = facts.pop("batch").strip()
    made = StockMovement(centre_id=part.centre_id, part_id=part.id, kind=kind, batch=batch, **facts)
    if not can(who, "record", session.get_one(Part, part.id)):
        raise refused(made, "part_id", "您在这个单位没有填写台账的权限")
    return _add(session, made)


def _add(session: Session, made: StockMovement) -> StockMovement:
    """Each line is written before the next is judged."""
    session.add(made)
    try:
        session.flush()
    except Exception:
        if made in session.new:
            session.expunge(made)
        raise
    _tell(session, made)
    return made


def low_key(part: Part) -> str:
    """The key of the notice that there is too little of a part."""
    return f"stock-low:{part.id}"


def _tell(session: Session, made: StockMovement) -> None:
    """Too little is told at once, and is no matter any more once there is enough again."""
    part = session.get_one(Part, made.part_id)
    left = totals(session, part.id)
    if not low(part, left):
        settle(session, low_key(part))
    elif signed(made) < 0:
        text = f"{part.label}只剩 {left} {part.unit}，最低库存 {part.minimum} {part.unit}"
        tell(
            session, "due", text, centre_id=part.centre_id, right="record", level="warning",
            link=f"/r/parts/{part.id}", key=low_key(part),
        )  # fmt: skip
