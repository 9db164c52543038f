"""Which sheet an entry goes on, and whether it may still be written on."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import Act
from inventory.log_day import STATES, WRITABLE, LogDay, out_of_time
from inventory.log_share import LogShare
from inventory.register import FieldError, Rejected
from inventory.shanghai import SHANGHAI

_NOON = 12


def sheet_for(session: Session, centre_id: str, day: date, shift: str = "day") -> LogDay:
    """The sheet of this centre, day and shift, begun when it is not there yet."""
    query = select(LogDay).where(
        LogDay.centre_id == centre_id, LogDay.day == day, LogDay.shift == shift
    )
    begun = (new for new in session.new if isinstance(new, LogDay))
    same = (centre_id, day, shift)
    fresh = (new for new in begun if (new.centre_id, new.day, new.shift) == same)
    found = next(fresh, None) or session.scalars(query).first()
    if found is None:
        found = LogDay(centre_id=centre_id, day=day, shift=shift)
        session.add(found)
    return found


def share_for(session: Session, sheet: LogDay, person_id: str, name: str) -> LogShare:
    """This person's part of the sheet, begun when it is not there yet."""
    found = share_of(session, sheet.id, person_id)
    if found is None:
        found = LogShare(
            centre_id=sheet.centre_id, day_id=sheet.id, author_id=person_id, author=name
        )
        session.add(found)
    return found


def sheet_of(session: Session, day_id: str | None) -> LogDay | None:
    """A sheet by its id, also one that the same flush begins."""
    fresh = (new for new in session.new if isinstance(new, LogDay) and new.id == day_id)
    return next(fresh, None) or (session.get(LogDay, day_id) if day_id else None)


def share_of(session: Session, day_id: str, person_id: str) -> LogShare | None:
    """This person's part of a sheet, also one that the same flush begins; None without one."""
    query = select(LogShare).where(LogShare.day_id == day_id, LogShare.author_id == person_id)
    fresh = (
        new for new in session.new
        if isinstance(new, LogShare) and (new.day_id, new.author_id) == (day_id, person_id)
    )  # fmt: skip
    return next(fresh, None) or session.scalars(query).first()


def day_of(at: datetime, shift: str) -> date:
    """The day of the sheet on which this moment stands: what a night shift does before noon belongs
    to the night that began the evening before."""
    here = at.astimezone(SHANGHAI)
    return here.date() - timedelta(days=shift == "night" and here.hour < _NOON)


def sheet_to_write(session: Session, centre_id: str, at: datetime, shift: str, act: Act) -> LogDay:
    """The sheet on which this act's person writes what happened at that moment: that shift's own,
    or the present one once that is signed. Raises Rejected when both are, and for a day so long
    gone that no sheet of it is begun."""
    cause = ""
    for one in dict.fromkeys((day_of(at, shift), day_of(datetime.now(UTC), shift))):
        sheet = sheet_for(session, centre_id, one, shift)
        if sheet in session.new and out_of_time(one):
            raise _not_at(out_of_time(one))
        cause = locked(session, sheet.id, act.actor)
        if not cause:
            share_for(session, sheet, act.actor, act.actor_name)
            return sheet
    raise _not_at(cause)


def _not_at(cause: str) -> Rejected:
    return Rejected((FieldError("occurred_at", "发生时间", cause),))


def locked(session: Session, day_id: str | None, author_id: str) -> str:
    """Why this person can no longer write on the sheet, "" while they can."""
    sheet = sheet_of(session, day_id)
    if sheet is None:
        return ""
    if sheet.state not in WRITABLE:
        return f"{sheet.label}的日志{STATES[sheet.state]}，不能再改；要更正的请登记差错"
    share = share_of(session, sheet.id, author_id)
    if share is not None and share.state == "signed":
        return f"您在 {sheet.label} 的填报已经签字；要补充的请先撤回签字"
    return ""
