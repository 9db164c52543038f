"""Many requests of one kind on one page, each in a line with everything that is asked: read so,
they are decided together."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, abort, render_template
from sqlalchemy.orm import Session

from inventory.approval import Approval, thing_of
from inventory.asked import RULES
from inventory.opened import opened
from inventory.register import Register, Rejected, fields
from inventory.revision import digest, sealed_fields
from web.access import anybody, person
from web.current import database
from web.queries.approvals import lines_of
from web.registers.names import names

bp = Blueprint("approval_lines", __name__)
MOST = 200


@bp.get("/approvals/lines/<kind>")
@anybody
def show(kind: str) -> str:
    """Every line is shown whole, so each counts as opened with the content it has now."""
    told = RULES.get(kind)
    if told is None or not told.lined:
        abort(404)
    with database().observe() as session:
        for approval, row in _lines(session, lines_of(session, person(), kind, MOST)):
            opened(session, person().id, approval, digest(row))
    with database().view(person().scope) as session:
        lines = list(_lines(session, lines_of(session, person(), kind, MOST)))
        facts = _facts(session, [row for _approval, row in lines])
        return render_template("approval_lines.html", rule=told, lines=lines, most=MOST, **facts)


def _lines(session: Session, asked: Sequence[Approval]) -> Iterator[tuple[Approval, Any]]:
    """Those whose row this person may see."""
    for approval in asked:
        try:
            yield approval, thing_of(session, approval)
        except Rejected:
            continue


def _facts(session: Session, rows: Sequence[Any]) -> dict[str, Any]:
    """The columns: what is signed, but for what no line says anything of."""
    if not rows:
        return {"columns": [], "names": {}}
    cls: type[Register] = type(rows[0])
    sealed = [f for f in fields(cls) if f.name in sealed_fields(cls)]
    columns = [f for f in sealed if any(getattr(row, f.name) not in (None, "") for row in rows)]
    called = names(session, [(f, getattr(row, f.name)) for row in rows for f in columns
                             if f.kind == "ref"])  # fmt: skip
    return {"columns": columns, "names": called}
