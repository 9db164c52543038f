"""Reading day sheets one after the other and signing those that were read, with one password."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.log_day import LogDay
from inventory.opened import opened, seen_by
from inventory.proof import Proof
from inventory.register import FieldError, Rejected
from inventory.revision import digest
from inventory.stepping import Taken, take
from web.access import person
from web.current import database
from web.deciding import done_in_one_act


def opened_now(sheet_id: str) -> None:
    """Keep in mind that this person is being shown the sheet as it is."""
    with database().observe() as session:
        row = session.get_one(LogDay, sheet_id)
        opened(session, person().id, row, digest(row))


def signed_at_once(ids: Sequence[str], proof: Proof) -> list[LogDay]:
    """Sign all of these sheets, or none. Raises Rejected with a line for each that stands against
    it; LookupError for one out of sight."""

    def work(session: Session) -> list[LogDay]:
        sheets = [_sheet(session, one) for one in ids]
        seen = seen_by(session, person().id, LogDay.__name__)
        wrong = [error for one in sheets for error in _unread(one, seen.get(one.id, ""))]
        if wrong:
            raise Rejected(tuple(wrong))
        for one in sheets:
            _sign(session, one, proof)
        return sheets

    return done_in_one_act("审阅工作日志", (LogDay.__name__, ""), work)


def returned(sheet_id: str, remark: str) -> LogDay:
    """Send a sheet back to whoever wrote it. Raises Rejected without a remark."""

    def work(session: Session) -> LogDay:
        sheet = _sheet(session, sheet_id)
        take(session, sheet, "return", Taken(person(), {"remark": remark.strip()}))
        return sheet

    return done_in_one_act("退回工作日志", (LogDay.__name__, sheet_id), work)


def _sheet(session: Session, sheet_id: str) -> LogDay:
    found = session.get(LogDay, sheet_id)
    if found is None:
        raise LookupError(sheet_id)
    return found


def _unread(sheet: LogDay, seen: str) -> Sequence[FieldError]:
    if seen == digest(sheet):
        return ()
    return (FieldError("opened", sheet.label, _("还没有打开看过现在的内容")),)


def _sign(session: Session, sheet: LogDay, proof: Proof) -> None:
    """What stands against it is told by the sheet's own name."""
    try:
        take(session, sheet, "review", Taken(person(), {}, proof, digest(sheet)))
    except Rejected as error:
        told = (FieldError(one.field, sheet.label, _(one.cause)) for one in error.errors)
        raise Rejected(tuple(told), sheet.id) from error
