"""One row of any register on paper: its facts, what it lists, who signed, and a code to find it."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.register import Register
from inventory.revision import MEANINGS
from web.access import by_register, person
from web.current import database
from web.leaving import exported
from web.named import named
from web.pdf import KIND, pdf, qr
from web.printing import AT_ONCE, aside, later
from web.queries.signing import Signing
from web.registers.book import book
from web.registers.row import row_facts

bp = Blueprint("papers", __name__)


@bp.get("/r/<slug>/<id>/paper.pdf")
@by_register
def paper(slug: str, id: str) -> ResponseReturnValue:
    """The form of one row (交接单, 维修单 …) as PDF; noted as every export is."""
    cls = book(slug, "export")
    with database().view(person().scope) as session:
        lines = (session.get(cls, id) or abort(404)).lines(session)
    if aside(lines is not None and len(lines.rows) > AT_ONCE):
        return later(cls.paper or cls.title)
    mark = exported(cls.paper or cls.title, cls.__name__, {"kind": "pdf", "rows": 1}, id)
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        return sheet("papers/row.html", f"{slug}-{id[-6:]}", mark=mark, **_facts(session, row))


def sheet(template: str, name: str, **told: Any) -> Response:
    """A template of papers/ as a PDF that opens in the browser."""
    done = Response(pdf(render_template(template, **told)), mimetype=KIND)
    return named(done, f"{name}.pdf", shown=True)


def _facts(session: Session, row: Register) -> dict[str, Any]:
    told = dict(row_facts(session, row))
    centre = session.get(Centre, getattr(row, "centre_id", ""))
    home = url_for("registers.show", slug=row.slug, id=row.id, _external=True)
    unsigned = tuple(_unsigned(told["signing"])) if told["signing"] else ()
    return told | {
        "centre": centre.name if centre else "", "lines": row.lines(session), "code": qr(home),
        "unsigned": unsigned,
    }  # fmt: skip


def _unsigned(signing: Signing) -> Iterator[str]:
    """The signatures that the form has room for and nobody has given yet: by hand, then."""
    last = signing.last
    given = {one.meaning for one in last.signatures} if last else set()
    return (MEANINGS[word] for word in signing.row.meanings if word not in given)
