"""配备标准: which unit has what it must at least have, what is short, and who accepted that."""

from collections import Counter
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.role import can
from inventory.sheet import write_xlsx
from inventory.standards import Standard, standards
from web.access import allowed, person
from web.current import database
from web.leaving import exported
from web.named import named
from web.pages.papers import sheet
from web.queries.standards import COLOURS, HEADS, STATES, Judged, cells, judged, narrowed
from web.registers.book import home_centre
from web.registers.exports import XLSX

bp = Blueprint("standards", __name__, url_prefix="/standards")
PAGE = 50


@bp.get("/")
@allowed("view")
def index() -> str:
    state, text = request.args.get("state", ""), request.args.get("q", "")
    with database().view(person().scope) as session:
        centre = _centre(session)
        told = judged(session, centre.path)
        shown = narrowed(told, state, text)
        page = max(1, request.args.get("page", 1, int))
        pages = max(1, -(-len(shown) // PAGE))
        page = min(page, pages)
        return render_template(
            "standards.html", rows=shown[(page - 1) * PAGE : page * PAGE], total=len(shown),
            page=page, pages=pages, counts=Counter(one.state for one in told), all=len(told),
            states=STATES, colours=COLOURS, state=state, text=text, centre=centre,
            obsolete=_obsolete(), may_export=can(person(), "export"),
            may_record=can(person(), "record"),
        )  # fmt: skip


@bp.get("/standards.xlsx")
@allowed("view")
@allowed("export")
def export() -> Response:
    """What is listed, as a sheet; noted in the audit chain."""
    rows = _listed()
    title = "配备标准"
    data = write_xlsx(
        [_(head) for head in HEADS], (cells(one) for one in rows), title,
        lambda: exported(title, "Shortfall", {"kind": "xlsx", "rows": len(rows)}),
    )  # fmt: skip
    return named(Response(data, mimetype=XLSX), "standards.xlsx")


@bp.get("/standards.pdf")
@allowed("view")
@allowed("export")
def paper() -> Response:
    """What is listed, on paper."""
    rows = _listed()
    mark = exported("配备标准", "Shortfall", {"kind": "pdf", "rows": len(rows)})
    with database().view(person().scope) as session:
        centre = _centre(session)
        return sheet(
            "papers/standards.html", "standards", rows=[cells(one) for one in rows],
            heads=HEADS, centre=centre.name, mark=mark, wide=True, obsolete=_obsolete(),
        )  # fmt: skip


def _listed() -> list[Judged]:
    with database().view(person().scope) as session:
        told = judged(session, _centre(session).path)
    return narrowed(told, request.args.get("state", ""), request.args.get("q", ""))


def _centre(session: Session) -> Centre:
    """The centre asked for, if it lies within reach; else the person's own."""
    wanted: Any = session.get(Centre, request.args.get("centre", ""))
    return wanted or session.get_one(Centre, home_centre())


def _obsolete() -> list[Standard]:
    return [one for one in standards() if one.obsolete]
