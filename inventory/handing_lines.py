"""What stands on a handover, line by line; the listing that is signed follows the lines."""

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.handover import KINDS, STATES, Handover
from inventory.handover_needs import LOANS
from inventory.lifecycle import STATES as OF_THINGS
from inventory.paper import elsewhere
from inventory.paper_line import PaperLine, lines_of, things_on
from inventory.register import FieldError, Rejected
from inventory.revision import correct
from inventory.role import Standing, can
from inventory.signature import acting
from inventory.stepping import moving

FROM = {
    "issue": ("stock", "idle"), "return": ("in_use",), "rekeep": ("in_use",),
    **dict.fromkeys(("transfer", "lend", "outside"), ("stock", "idle", "in_use")),
}  # fmt: skip
LENT = ("laptop", "projector", "camera", "camcorder")  # what is lent within the house


def add(session: Session, paper: Handover, things: Iterable[Equipment], who: Standing) -> int:
    """Put things on the paper; how many were not there yet. Raises Rejected naming the thing."""
    _may(session, paper, who)
    there = {line.equipment_id for line in lines_of(session, paper)}
    fresh = [one for one in things if one.id not in there]
    unless(paper, (cause for one in fresh for cause in against(session, paper, one)))
    for one in fresh:
        session.add(
            PaperLine(
                centre_id=paper.centre_id, paper=Handover.__name__, paper_id=paper.id,
                equipment_id=one.id,
            )
        )  # fmt: skip
    relist(session, paper)
    return len(fresh)


def remove(session: Session, paper: Handover, thing_id: str, who: Standing) -> None:
    """Take a thing off the paper again."""
    _may(session, paper, who)
    for line in lines_of(session, paper):
        if line.equipment_id == thing_id:
            session.delete(line)
    relist(session, paper)


def relist(session: Session, paper: Handover) -> None:
    """Write the listing anew: a correction where the paper was fixed already."""
    session.flush()
    told = listing(session, paper)
    if told == (paper.listing or ""):
        return
    with moving(session, paper):
        if paper.revised:
            correct(session, paper, {"listing": told}, "清单有变化")
        else:
            paper.listing = told


def listing(session: Session, paper: Handover) -> str:
    """Every thing on the paper, a line each, as it is signed for."""
    return "\n".join(
        f"{number}. " + " ".join(filter(None, (*_named(one), one.serial and f"SN {one.serial}")))
        for number, one in enumerate(things_on(session, paper), 1)
    )


def against(session: Session, paper: Handover, thing: Equipment) -> Iterator[FieldError]:
    """Why this thing cannot change hands on this paper now."""
    allowed = FROM[paper.kind]
    if thing.state not in allowed:
        words = "、".join(f"“{OF_THINGS[word]}”" for word in allowed)
        now = OF_THINGS[thing.state]
        yield _wrong(thing, f"现在是“{now}”，“{KINDS[paper.kind]}”只办{words}的设备")
    if thing.lent and paper.state in ("draft", "approved", "given"):
        yield _wrong(thing, "正在借出中，请先收回")
    if paper.kind == "lend" and thing.category not in LENT:
        yield _wrong(thing, "不在内部借用的范围（便携式计算机、投影仪、照相机、摄像机），请办领用")
    if cause := elsewhere(session, paper, thing):
        yield _wrong(thing, cause)


def unless(paper: Handover, wrong: Iterable[FieldError]) -> None:
    """Raises Rejected when anything is wrong."""
    found = tuple(wrong)
    if found:
        raise Rejected(found, paper.id)


def is_loan(paper: Handover) -> bool:
    return paper.kind in LOANS


def _named(one: Equipment) -> tuple[str | None, ...]:
    return one.tag, one.name, one.vendor, one.model


def _wrong(thing: Equipment, cause: str) -> FieldError:
    return FieldError("listing", thing.label, cause)


def _may(session: Session, paper: Handover, who: Standing) -> None:
    acting(session, who)
    if paper.state != "draft":
        unless(paper, [paper.wrong("state", f"现在是“{STATES[paper.state]}”，清单不能再改")])
    if not can(who, "record", paper):
        unless(paper, [paper.wrong("state", "您在这个单位没有填写台账的权限")])
