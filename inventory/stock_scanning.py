"""Scanning: each code at once seen, seen before, somebody else's, or unknown."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.lifecycle import ENDED, STATES
from inventory.locating import code_of, located, spellings
from inventory.role import Standing, can
from inventory.room import Room
from inventory.signature import acting
from inventory.staff import Staff
from inventory.stepping import refused
from inventory.stocktake import StockItem, StockScan, StockTake

AT_ONCE = 2000  # lines pasted into one box
_LONGEST = 200


def scan(
    session: Session, take: StockTake, codes: Sequence[str], who: Standing, room_id: str = ""
) -> list[StockScan]:
    """Write down what was read, in this order; empty lines count for nothing. Raises Rejected when
    nothing is being counted now, or not by this person."""
    acting(session, who)
    if take.state != "open":
        raise refused(take, "state", "现在没有在盘点，请先“开始”或“继续”")
    if not can(who, "record", take):
        raise refused(take, "state", "您在这个单位没有填写台账的权限")
    room = session.get(Room, room_id) if room_id else None
    wanted = [code.strip()[:_LONGEST] for code in codes if code.strip()]
    if len(wanted) > AT_ONCE:
        raise refused(take, "state", f"一次最多 {AT_ONCE} 行，现有 {len(wanted)} 行，请分几次粘贴")
    return [_one(session, take, code, who, room) for code in wanted]


def _one(
    session: Session, take: StockTake, typed: str, who: Standing, room: Room | None
) -> StockScan:
    thing, outcome, told = _meant(session, take, typed)
    if _before(session, take, typed, thing):
        outcome = "again"
    made = StockScan(
        centre_id=take.centre_id, take_id=take.id, number=_next(session, take), typed=typed,
        outcome=outcome, told=told[:300], equipment_id=thing.id if thing else None,
        room_id=room.id if room else None, by_id=who.id, by_name=who.name, at=datetime.now(UTC),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _meant(session: Session, take: StockTake, typed: str) -> tuple[Equipment | None, str, str]:
    """The thing, what its being here means, and a sentence about it."""
    found = located(session, typed)
    expected = [one for one in found if _is_expected(session, take, one)]
    if len(expected) == 1:
        return expected[0], "seen", expected[0].label
    if len(found) > 1:
        tags = "、".join(one.tag for one in found)
        return None, "unknown", f"有 {len(found)} 件设备都是这个号码（{tags}），请扫编号"
    if not found:
        return (None, *_nowhere(session, typed))
    (thing,) = found
    if take.covers(session, thing.centre_id) and thing.state not in ENDED:
        room = session.get(Room, thing.room_id) if thing.room_id else None
        return thing, "extra", f"{thing.label}，登记在{room.name if room else '（没有房间）'}"
    return thing, "foreign", _whose(session, thing)


def _is_expected(session: Session, take: StockTake, thing: Equipment) -> bool:
    query = select(StockItem.id).where(
        StockItem.take_id == take.id, StockItem.equipment_id == thing.id
    )
    return session.scalar(query) is not None


def _whose(session: Session, thing: Equipment) -> str:
    centre = session.get(Centre, thing.centre_id)
    keeper = session.get(Staff, thing.keeper_id) if thing.keeper_id else None
    parts = (
        thing.label, f"登记在{centre.name}" if centre else "",
        f"保管人{keeper.name}" if keeper else "",
        f"账上{STATES[thing.state]}" if thing.state in ENDED else "",
    )  # fmt: skip
    return "，".join(filter(None, parts))


def _nowhere(session: Session, typed: str) -> tuple[str, str]:
    """Out of this person's sight only the unit is told, so that the thing can be given back."""
    codes, thing, centre = spellings(code_of(typed)), Equipment.__table__.c, Centre.__table__.c
    same = or_(thing.tag.in_(codes), thing.serial.in_(codes))
    query = select(centre.name).join(Equipment.__table__, thing.centre_id == centre.id)
    home = session.connection().scalar(query.where(same, thing.retired_at.is_(None)).limit(1))
    return ("foreign", f"登记在{home}") if home else ("unknown", "台账里没有这个号码")


def _before(session: Session, take: StockTake, typed: str, thing: Equipment | None) -> bool:
    same = StockScan.equipment_id == thing.id if thing else StockScan.typed == typed
    query = select(StockScan.id).where(StockScan.take_id == take.id, same)
    return session.scalar(query.limit(1)) is not None


def _next(session: Session, take: StockTake) -> int:
    query = select(func.max(StockScan.number)).where(StockScan.take_id == take.id)
    return (session.scalar(query) or 0) + 1
