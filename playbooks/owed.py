"""Daily: who owes the library a document, and whose certificate ends."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.certificate import KINDS, Certificate
from inventory.document import Document, DocumentCopy
from inventory.document_loan import DocumentLoan
from inventory.lending import due, notice_key
from inventory.notice import tell
from inventory.staff import Staff
from playbooks.site import Site

_SOON, _CERTIFICATE = timedelta(days=3), timedelta(days=60)


def remind(site: Site, day: date) -> None:
    """Tell borrowers and keepers of what is due within three days or overdue, and whoever keeps
    the staff of certificates that end within two months; once while the notice is unread."""
    with site.database.observe() as session:
        for loan in due(session, day + _SOON):
            _owed(session, loan, day)
        for one in _ending(session, day):
            _ends(session, one)


def _owed(session: Session, loan: DocumentLoan, day: date) -> None:
    copy = session.get_one(DocumentCopy, loan.copy_id)
    heading = session.get_one(Document, copy.document_id).heading
    staff, late = session.get_one(Staff, loan.staff_id), loan.owed_on is None or loan.owed_on < day
    past = "已逾期，" if late else ""
    title = f"技术资料《{heading}》{past}应于 {loan.owed_on} 归还"
    about = {"centre_id": loan.centre_id, "level": "warning" if late else "info"}
    link = f"/r/loans/{loan.id}"
    if staff.person_id:
        mine = notice_key(loan, "mine")
        tell(session, "due", title, person_id=staff.person_id, link=link, key=mine, **about)
    if late:
        book = notice_key(loan, "book")
        told = f"{title}：{staff.name}"
        tell(session, "due", told, right="record", link="/loans/", key=book, **about)


def _ending(session: Session, day: date) -> list[Certificate]:
    query = select(Certificate).where(
        Certificate.retired_at.is_(None), Certificate.valid_to <= day + _CERTIFICATE
    )
    return list(session.scalars(query))


def _ends(session: Session, one: Certificate) -> None:
    staff = session.get_one(Staff, one.staff_id)
    if staff.retired_at is None and staff.left_on is None:
        tell(
            session, "due", f"{staff.name}的{KINDS[one.kind]}有效期至 {one.valid_to}",
            centre_id=one.centre_id, right="record", link=f"/r/certificates/{one.id}",
            level="warning", key=f"certificate:{one.id}:{one.valid_to}",
        )  # fmt: skip
