"""Technical documents to be brought back: one's own, and for whoever keeps the library all."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.document_loan import DocumentLoan
from inventory.lending import due
from inventory.role import Standing
from inventory.shanghai import today
from web.queries.loans import told_of
from web.todo import Todo
from web.todo_lines import gathered

rights = ("view", "record")
_SOON = timedelta(days=7)


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("借出的技术资料")
    return gathered(kind, _lines(session, due(session, today(now) + _SOON), kind), "/loans/", now)


def _lines(session: Session, loans: Sequence[DocumentLoan], kind: str) -> Iterator[Todo]:
    called = told_of(session, loans)
    for one in loans:
        told = called[one.id]
        text = f"《{told.heading}》{told.barcode} {told.borrower}"
        yield Todo(kind, text, f"/r/loans/{one.id}", one.owed_on)
