"""The steps of a loan: lent, renewed once, returned; lost or damaged, and made good (Article 146).

Whoever has not returned what is due gets nothing more.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.document import COPY_STATES, DocumentCopy
from inventory.document_loan import DocumentLoan
from inventory.notice import settle
from inventory.role import Standing
from inventory.shanghai import month_after, today
from inventory.staff import Staff
from inventory.stepping import Step, Taken, moving, offer, refused, take


def lend(session: Session, copy: DocumentCopy, staff: Staff, who: Standing) -> DocumentLoan:
    """Lend this copy today, for the longest time allowed: what two scans do. Raises Rejected."""
    loan = DocumentLoan(centre_id=copy.centre_id, copy_id=copy.id, staff_id=staff.id)
    session.add(loan)
    take(session, loan, "lend", Taken(who))
    return loan


def give_back(session: Session, copy: DocumentCopy, who: Standing) -> DocumentLoan:
    """Take this copy back today, looked at and found good: what one scan does. Raises Rejected."""
    loan = running(session, copy)
    if loan is None:
        raise refused(copy, "state", f"现在是“{COPY_STATES[copy.state]}”，没有借出")
    take(session, loan, "give_back", Taken(who))
    return loan


def running(session: Session, copy: DocumentCopy) -> DocumentLoan | None:
    """The loan this copy is out on, if it is."""
    query = select(DocumentLoan).where(DocumentLoan.copy_id == copy.id, DocumentLoan.state == "out")
    return session.scalars(query).first()


def borrowed(session: Session, staff: Staff) -> Sequence[DocumentLoan]:
    """What this person has and must return, what is due first first."""
    query = select(DocumentLoan).where(
        DocumentLoan.staff_id == staff.id, DocumentLoan.state == "out"
    )
    return session.scalars(query.order_by(_owed(), DocumentLoan.id)).all()


def due(session: Session, until: date) -> Sequence[DocumentLoan]:
    """Every loan that must be back by that day, the oldest debt first."""
    query = select(DocumentLoan).where(DocumentLoan.state == "out", _owed() <= until)
    return session.scalars(query.order_by(_owed(), DocumentLoan.id)).all()


def notice_key(loan: DocumentLoan, way: str) -> str:
    """The key of the notice that it is due; `way`: "mine" to the borrower, "book" to the keeper."""
    return f"loan:{loan.id}:{way}"


def _owed() -> Any:
    return func.coalesce(DocumentLoan.renewed_to, DocumentLoan.due_on)


def _lend(session: Session, loan: Any, _taken: Taken) -> None:
    copy, staff = session.get_one(DocumentCopy, loan.copy_id), session.get(Staff, loan.staff_id)
    if staff is None or staff.retired_at is not None or staff.gone(today()):
        raise refused(loan, "staff_id", "不是本系统的在职人员；技术资料概不外借")
    if copy.retired_at is not None or copy.state != "shelf":
        word = "停用" if copy.retired_at is not None else COPY_STATES[copy.state]
        raise refused(loan, "copy_id", f"这一份现在是“{word}”，不能借出")
    _unless_owing(session, loan, staff)
    loan.lent_on = loan.lent_on or today()
    loan.due_on = loan.due_on or month_after(loan.lent_on)
    _in_term(loan, "due_on", loan.lent_on)
    if loan.lent_on > today():
        raise refused(loan, "lent_on", "还没有到这一天")
    with moving(session, copy):
        copy.state = "lent"
    loan.state = "out"


def _unless_owing(session: Session, loan: DocumentLoan, staff: Staff) -> None:
    overdue = [one for one in borrowed(session, staff) if one.late]
    if overdue:
        told = "、".join(one.number for one in overdue[:3])
        raise refused(loan, "staff_id", f"{staff.name}有逾期未还的资料（{told}），请先归还")


def _renew(session: Session, loan: Any, _taken: Taken) -> None:
    if loan.renewed_on is not None:
        raise refused(loan, "renewed_to", f"已于 {loan.renewed_on} 续借过，只能续借一次")
    if loan.late:
        raise refused(loan, "renewed_to", f"{loan.late}，请先归还，再重新借阅")
    _unless_owing(session, loan, session.get_one(Staff, loan.staff_id))
    loan.renewed_to = loan.renewed_to or month_after(loan.due_on)
    _in_term(loan, "renewed_to", loan.due_on)
    loan.renewed_on = today()
    _settled(session, loan)


def _in_term(loan: DocumentLoan, name: str, begins: date) -> None:
    """At most one calendar month, and not before it begins."""
    ends, last = getattr(loan, name), month_after(begins)
    if ends > last:
        raise refused(loan, name, f"超过一个月，最晚到 {last}（第一百四十六条）")
    if ends < begins:
        raise refused(loan, name, f"早于 {begins}")


def _return(session: Session, loan: Any, _taken: Taken) -> None:
    loan.returned_on = loan.returned_on or today()
    if not loan.lent_on <= loan.returned_on <= today():
        raise refused(loan, "returned_on", f"应在借出日期 {loan.lent_on} 和今天之间")
    _end(session, loan, "back", "shelf")


def _harmed(session: Session, loan: Any, _taken: Taken) -> None:
    copy = session.get_one(DocumentCopy, loan.copy_id)
    if loan.state == "back" and copy.state != "shelf":
        raise refused(loan, "copy_id", "这一份归还以后又有变动，不能再记在这次借阅上")
    if loan.harm == "damaged":
        loan.returned_on = loan.returned_on or today()
    _end(session, loan, "owing", loan.harm)


def _end(session: Session, loan: DocumentLoan, state: str, copy_state: str) -> None:
    copy = session.get_one(DocumentCopy, loan.copy_id)
    with moving(session, copy):
        copy.state = copy_state
    loan.state = state
    _settled(session, loan)


def _pay(_session: Session, loan: Any, _taken: Taken) -> None:
    if loan.paid_on > today():
        raise refused(loan, "paid_on", "还没有到这一天")
    loan.state = "paid"


def _settled(session: Session, loan: DocumentLoan) -> None:
    for way in ("mine", "book"):
        settle(session, notice_key(loan, way))


def _unrenewed(_session: Session, loan: Any) -> bool:
    return loan.renewed_on is None


offer(
    DocumentLoan,
    Step("lend", "借出", ("draft",), _lend, asks=("lent_on", "due_on")),
    Step("give_back", "归还，检查无问题", ("out",), _return, asks=("returned_on",)),
    Step(
        "renew", "续借", ("out",), _renew, asks=("renewed_to",), fits=_unrenewed,
        help="只能续借一次，最长再一个月。",
    ),
    Step(
        "harm", "登记损坏或遗失", ("out", "back"), _harmed, asks=("harm", "harm_told"),
        needs=("harm", "harm_told"), danger=True,
        confirm="登记 %(name)s 的资料损坏或遗失，由借阅人照价赔偿？",
    ),
    Step(
        "pay", "登记赔偿", ("owing",), _pay, asks=("price", "paid_on", "receipt_no"),
        needs=("price", "paid_on", "receipt_no"),
    ),
)  # fmt: skip
