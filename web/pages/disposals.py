"""The list for handing over scrap (资产上交): what waits longest first, a page and a sheet."""

from functools import partial

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from inventory.scrapping import Scrapping
from web.access import by_register, person
from web.current import database
from web.leaving import exported
from web.named import named
from web.queries import disposals as asked
from web.registers.book import book, may
from web.registers.exports import KINDS

bp = Blueprint("disposals", __name__, url_prefix="/disposals")


@bp.get("/")
@by_register
def index() -> str:
    book("scrappings")
    view = _view()
    with database().view(person().scope) as session:
        lines = asked.disposals(session, view)
        return render_template(
            "disposals.html", lines=lines, view=view, sums=asked.sum_of(lines),
            may_export=may(Scrapping, "export"),
        )  # fmt: skip


@bp.get("/list.<kind>")
@by_register
def export(kind: str) -> Response:
    """The same lines as a sheet, with the sum of the original cost below."""
    book("scrappings", "export")
    if kind not in KINDS:
        abort(404)
    view = _view()
    with database().view(person().scope) as session:
        lines = asked.disposals(session, view)
        rows = [one.texts for one in lines]
    rows.append(asked.last_row(lines))
    what = {"kind": kind, "rows": len(lines), "filters": {"view": view}}
    mark = partial(exported, "资产上交清单", "Scrapping", what)
    response = Response(
        KINDS[kind][1](asked.COLUMNS, iter(rows), "资产上交清单", mark),
        content_type=KINDS[kind][0],
    )
    name = f"{_('资产上交清单')}.{kind}"
    return named(response, name)


def _view() -> str:
    wanted = request.args.get("view", "waiting")
    return wanted if wanted in asked.VIEWS else "waiting"
