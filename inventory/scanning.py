"""What a scanner or a hand types at the lending desk: a person of the staff, or a copy."""

import re
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.document import DocumentCopy
from inventory.listing import Ask, ordered
from inventory.shanghai import today
from inventory.staff import Staff

_ID = re.compile(r"/([0-9a-z]{26})(?:[/?#]|$)")  # a code printed on paper leads to a row's page
_OFFERED = 8


def copy_of(session: Session, text: str) -> DocumentCopy | None:
    """The living copy with this barcode, or whose page's address was scanned."""
    query = select(DocumentCopy).where(
        DocumentCopy.retired_at.is_(None),
        or_(DocumentCopy.barcode == text.strip(), DocumentCopy.id == _id_in(text)),
    )
    return session.scalars(query).first()


def people_of(session: Session, text: str) -> Sequence[Staff]:
    """Whose number this is; else everybody of that name or those initials who is still here."""
    query = select(Staff).where(
        Staff.retired_at.is_(None), or_(Staff.code == text.strip(), Staff.id == _id_in(text))
    )
    known = session.scalars(query).all()
    if not known and text.strip():
        asked = ordered(Staff, Ask(search=text)).limit(_OFFERED)
        known = [row[0] for row in session.execute(asked)]
    return [one for one in known if not one.gone(today())]


def _id_in(text: str) -> str:
    found = _ID.search(text)
    return found[1] if found else ""
