"""Who has not signed: person by day, a month of one centre; and the sheets no leader has signed."""

from datetime import date
from functools import partial

from flask import Blueprint, Response, abort, render_template, request

from inventory.log_day import LogDay
from inventory.log_signed import MARKS
from inventory.role import can
from inventory.shanghai import today
from web.access import allowed, by_register, person
from web.current import database
from web.leaving import exported
from web.named import named
from web.queries import log_unsigned
from web.queries.visits import month_of
from web.registers.book import book
from web.registers.exports import KINDS as SHEETS

bp = Blueprint("log_unsigned", __name__, url_prefix="/log/unsigned")
_TITLE = "日志签字情况"
_COLOURS = {
    "signed": "ok", "blank": "ok", "late": "warning", "due": "info", "missing": "critical",
}  # fmt: skip


@bp.get("")
@allowed("view")
def index() -> str:
    with database().view(person().scope) as session:
        told = log_unsigned.month(session, person(), *_asked())
        return render_template(
            "log_unsigned.html", told=told, MARKS=MARKS, COLOURS=_COLOURS, now_month=today(),
            may_export=can(person(), "export"), may_sign=can(person(), "sign"),
        )  # fmt: skip


@bp.get("/export.<kind>")
@by_register
def export(kind: str) -> Response:
    """The table as it is shown, as a sheet; noted as every export is."""
    if kind not in SHEETS:
        abort(404)
    book(LogDay.slug, "export")
    with database().view(person().scope) as session:
        told = log_unsigned.month(session, person(), *_asked())
        heads, rows = log_unsigned.sheet(told)
    where = told.centre.id if told.centre else ""
    what = {"kind": kind, "rows": len(told.lines), "filters": {"month": f"{told.first:%Y-%m}"}}
    mark = partial(exported, _TITLE, LogDay.__name__, what, where)
    response = Response(SHEETS[kind][1](heads, rows, _TITLE, mark), content_type=SHEETS[kind][0])
    name = f"{_TITLE}-{told.first:%Y-%m}.{kind}"
    return named(response, name)


def _asked() -> tuple[date, str]:
    """The month in the address, and the centre."""
    return month_of(request.args.get("month", ""), today()), request.args.get("centre_id", "")
