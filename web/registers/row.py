"""What the page of one row shows, whichever register it is of."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.register import FieldError, Register, fields
from web.access import origin, person
from web.current import database
from web.queries.changes import changes
from web.queries.signing import signing
from web.registers import attached
from web.registers.beside import facts_beside
from web.registers.book import may, page_url
from web.registers.controls import sections
from web.registers.names import names
from web.registers.stepped import steps
from web.registers.under import under


def doubts(session: Session, row: Register) -> list[FieldError]:
    """What whoever wrote this row should look at once more; of a living one only."""
    rows = () if row.retired_at else (row,)
    return [error for _row, error in type(row).doubts(session, rows)]


def stays(row: Register) -> bool:
    """True where the row's own rules keep it on the book, so that nobody is offered to retire it:
    asked of a copy that is never written."""
    if row.retired_at is not None:
        return False
    with database().view(person().scope) as session, session.no_autoflush:
        session.info["act"] = person().act("停用", origin())  # some rules ask who would do it
        copy = session.get_one(type(row), row.id)
        copy.retired_at = datetime.now(UTC)
        kept = any(True for _error in copy.check(session))
        session.expunge(copy)
    return kept


def row_facts(
    session: Session, row: Register, step: str = "", errors: Iterable[FieldError] = ()
) -> Mapping[str, Any]:
    """Its fields by section, its files, its history, what hangs below it, and what the person
    asking may do with it; `step` with its `errors` is the one that was just refused."""
    cls = type(row)
    refs = [(f, getattr(row, f.name)) for f in fields(cls) if f.kind == "ref"]
    return attached.card(session, row) | {
        "cls": cls, "row": row, "sections": sections(cls), "names": names(session, refs),
        "changes": changes(session, cls, row.id), "may_edit": may(cls, "edit"),
        "may_write": may(cls, "write"), "signing": signing(session, row, person()),
        "steps": steps(session, row, step, errors), "under": tuple(under(session, row)),
        "page_url": page_url, "may_export": may(cls, "export"), "marks": (), "clips": {},
        "stays": may(cls, "edit") and stays(row),
        "doubts": doubts(session, row), **facts_beside(session, row),
    }  # fmt: skip
