"""What a handover must say before it can be signed, kind by kind."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.register import FieldError, register_named
from inventory.shanghai import month_after, today

NEEDS: Mapping[str, tuple[str, ...]] = {
    "issue": ("taker_id",), "return": ("taker_id", "room_id"),
    "transfer": ("taker_id", "to_centre_id"), "rekeep": ("taker_id",),
    "lend": ("taker_id", "due_on"), "outside": ("borrower", "borrower_unit", "due_on"),
}  # fmt: skip
LOANS = ("lend", "outside")


def missing(session: Session, paper: Any) -> Iterator[FieldError]:
    """What its kind needs and it does not say, or says wrongly."""
    for name in NEEDS.get(paper.kind, ()):
        if getattr(paper, name) in (None, ""):
            yield paper.wrong(name, "这一事项必须填写")
    if paper.taker_id and paper.taker_id == paper.giver_id:
        yield paper.wrong("taker_id", "接收人和交方不能是同一人")
    if paper.kind == "outside" and paper.taker_id:
        yield paper.wrong("taker_id", "外借给本系统以外的人，请填写借用人和借用单位")
    if paper.due_on and not paper.revised and paper.due_on < today():
        yield paper.wrong("due_on", "早于今天")
    if paper.kind in LOANS:
        yield from too_long(paper, "due_on", today())
    if paper.kind == "transfer" and paper.to_centre_id:
        yield from _elsewhere(session, paper)


def too_long(paper: Any, name: str, begins: date) -> Iterator[FieldError]:
    """What is lent comes back within a month, as Article 146 has it for documents; inside the house
    it may be renewed once, for as long again."""
    ends, last = getattr(paper, name), month_after(begins)
    if ends and ends > last:
        yield paper.wrong(name, f"借用最长一个月，最晚到 {last}")


def _elsewhere(session: Session, paper: Any) -> Iterator[FieldError]:
    """Whoever takes it, and the room it goes to, belong to the unit that gets it."""
    to = session.get(Centre, paper.to_centre_id)
    for name, word, kind in (("taker_id", "接收人", "Staff"), ("room_id", "房间", "Room")):
        key = getattr(paper, name)
        row: Any = session.get(register_named(kind), key) if key else None
        home = session.get(Centre, row.centre_id) if row else None
        if to and home and not home.path.startswith(to.path):
            yield paper.wrong(name, f"这个{word}不在接收单位“{to.name}”")
