"""What the lending desk says of a loan: which document, which copy, who has it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.document import Document, DocumentCopy
from inventory.document_loan import DocumentLoan
from inventory.staff import Staff


@dataclass(frozen=True, slots=True)
class Told:
    """The names behind one loan."""

    heading: str
    barcode: str
    borrower: str


def told_of(session: Session, loans: Iterable[DocumentLoan]) -> dict[str, Told]:
    """Loan id → its names, in one query."""
    query = (
        select(DocumentLoan.id, Document.heading, DocumentCopy.barcode, Staff.name)
        .join(DocumentCopy, DocumentCopy.id == DocumentLoan.copy_id)
        .join(Document, Document.id == DocumentCopy.document_id)
        .join(Staff, Staff.id == DocumentLoan.staff_id)
        .where(DocumentLoan.id.in_([one.id for one in loans]))
    )
    return {row[0]: Told(*row[1:]) for row in session.execute(query)}
