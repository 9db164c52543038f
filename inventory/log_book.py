"""What people do with a day sheet: what stands on it, what is missing, and signing one's part."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_day import LogDay
from inventory.log_entry import NOTHING, LogEntry
from inventory.log_rules import mandatory
from inventory.log_seals import files_of, together, told
from inventory.log_share import LogShare
from inventory.log_sheet import day_of, locked, share_for
from inventory.on_duty import on_duty
from inventory.paper import write
from inventory.proof import Proof
from inventory.register import FieldError, Rejected
from inventory.revision import digest
from inventory.role import Standing, can
from inventory.shanghai import SHANGHAI
from inventory.signature import acting, sign
from inventory.stepping import moving


def entries_of(session: Session, sheet: LogDay, author_id: str = "") -> Sequence[LogEntry]:
    """The living entries of a sheet, of one author if named, in the order they were written."""
    query = select(LogEntry).where(LogEntry.day_id == sheet.id, LogEntry.retired_at.is_(None))
    if author_id:
        query = query.where(LogEntry.author_id == author_id)
    return session.scalars(query.order_by(LogEntry.id)).all()


def shares_of(session: Session, sheet: LogDay) -> Sequence[LogShare]:
    query = select(LogShare).where(LogShare.day_id == sheet.id)
    return session.scalars(query.order_by(LogShare.id)).all()


def content_of(session: Session, sheet: LogDay, author_id: str) -> str:
    """SHA-256 over one author's entries and the files on them: what their signature stands for."""
    entries = entries_of(session, sheet, author_id)
    mine = LogEntry.id.in_([one.id for one in entries])
    return told(entries, files_of(session, mine))


def whole(session: Session, sheet: LogDay) -> str:
    """SHA-256 over everybody's part: what the leader's signature stands for."""
    return together(shares_of(session, sheet))


def fill_nothing(session: Session, sheet: LogDay, who: Standing, sections: Collection[str]) -> None:
    """Write 无 into these sections of this very sheet, on this person's word. Raises Rejected."""
    acting(session, who)
    at = min(datetime.now(UTC), _evening(sheet))
    cause = locked(session, sheet.id, who.id)
    if cause or day_of(at, sheet.shift) != sheet.day:
        raise _no("state", cause or "这个班次还没有开始")
    for section in sections:
        none = LogEntry(
            centre_id=sheet.centre_id, section=section, text=NOTHING, blank=True,
            occurred_at=at, shift=sheet.shift,
        )  # fmt: skip
        session.add(none)
        session.flush()


def empty(session: Session, sheet: LogDay) -> tuple[str, ...]:
    """The mandatory sections that hold nothing yet, not even a 无."""
    centre = session.get(Centre, sheet.centre_id)
    filled = {one.section for one in entries_of(session, sheet)}
    asked = mandatory(session, centre) if centre is not None else ()
    return tuple(section for section in asked if section not in filled)


def sign_share(
    session: Session,
    sheet: LogDay,
    who: Standing,
    proof: Proof,
    seen: str,
    *,
    nothing: bool = False,
) -> LogShare:
    """Sign one's own part (填报): its entries as they were shown (`seen` = `content_of`), or, with
    none, that there was nothing (`nothing`). Raises Rejected."""
    acting(session, who)
    cause = locked(session, sheet.id, who.id)
    if cause:
        raise _no("state", cause)
    if not can(who, "record", sheet):
        raise _no("right", "您在这个单位没有填写日志的权限")
    share = share_for(session, sheet, who.id, who.name)
    session.flush()
    now, number = content_of(session, sheet, who.id), len(entries_of(session, sheet, who.id))
    if seen != now:
        raise _no("seen", "记录在您打开之后有了变化，请重新打开看过再签")
    if nothing == bool(number):
        raise _no("nothing", "有记录时不能签“无”" if number else "没有记录：请填写，或签“无”")
    values = {"content": now, "entries": number, "blank": nothing}
    with moving(session, share):
        write(session, share, values, "重新签字")
        sign(session, share, "fill", who, proof, digest(share))
        share.state, share.signed_at = "signed", datetime.now(UTC)
    return share


def owing(session: Session, sheet: LogDay) -> dict[str, str]:
    """Person id → name of everybody whose signature the sheet still wants: who was on duty, and
    who wrote on it."""
    wanted = on_duty(session, sheet.centre_id, sheet.day, sheet.shift)
    shares = shares_of(session, sheet)
    writing = {one.author_id: one.author for one in shares if _wrote(session, sheet, one)}
    done = {one.author_id for one in shares if one.state == "signed"}
    return {key: name for key, name in (wanted | writing).items() if key not in done}


def _wrote(session: Session, sheet: LogDay, share: LogShare) -> bool:
    return bool(entries_of(session, sheet, share.author_id))


def _evening(sheet: LogDay) -> datetime:
    """The end of the sheet's day: 无 is said of the whole of it."""
    last = datetime(sheet.day.year, sheet.day.month, sheet.day.day, 23, 59, tzinfo=SHANGHAI)
    return last.astimezone(UTC)


def _no(name: str, cause: str) -> Rejected:
    return Rejected((FieldError(name, "填报签字", cause),))
