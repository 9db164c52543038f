"""月册和归档: the months of one centre's duty log as paged PDF and workbook, a year as ZIP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_day import STATES as LOG_STATES
from inventory.log_day import LogDay
from inventory.log_month import month_of_log
from inventory.log_month_parts import KINDS, STATES, Month
from inventory.log_rules import house
from inventory.log_sections import LOG_TIERS
from inventory.log_year import STAGES, kept_in, year_of_log, years_of_log
from inventory.shanghai import today
from inventory.shifts import SHIFTS
from web.access import allowed, by_register, origin, person
from web.current import database, settings
from web.leaving import marked, noted
from web.log_archive import Made, archive, book, digest_of
from web.log_sheet import workbook_of
from web.named import named
from web.pdf import KIND
from web.printing import AT_ONCE, aside, later, step
from web.queries.visits import days_of, month_of
from web.registers.book import book as register
from web.registers.book import may
from web.registers.exports import XLSX

bp = Blueprint("log_months", __name__, url_prefix="/log/months")
_BOOK, _YEAR = "工作日志月册", "工作日志全年归档"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The centre in the address (one's own when it names none of the scope), and its month."""

    centre: Centre
    first: date
    centres: Sequence[Centre]


@bp.get("")
@allowed("view")
def index() -> str:
    """Twelve months of one centre, what they hold and what they lack."""
    year = _year()
    with database().view(person().scope) as session:
        ask = _asked(session)
        lines = year_of_log(session, ask.centre.id, year)
        years = years_of_log(session, ask.centre.id)
    return render_template(
        "log_months.html", ask=ask, lines=lines, year=year, years=sorted({year, *years})[::-1],
        STATES=STATES, STAGES=STAGES, may_export=may(LogDay, "export"),
        has=any(one.kept for one in lines),
    )  # fmt: skip


@bp.get("/month")
@allowed("view")
def show() -> str:
    """One month, day by day; each day leads to its sheet."""
    with database().view(person().scope) as session:
        ask = _asked(session)
        month = month_of_log(session, ask.centre, ask.first)
    return render_template(
        "log_month.html", month=month, ask=ask, near=days_of(ask.first), KINDS=KINDS,
        STATES=STATES, LOG_STATES=LOG_STATES, SHIFTS=SHIFTS, may_export=may(LogDay, "export"),
    )  # fmt: skip


@bp.get("/book.pdf")
@by_register
def paper() -> ResponseReturnValue:
    """The month book on A4; noted as every export is. A long one is drawn by the worker."""
    register(LogDay.slug, "export")
    if not request.args.get("month"):
        return redirect(url_for(".index"))
    with database().view(person().scope) as session:
        ask = _asked(session)
        month = month_of_log(session, ask.centre, ask.first)
    if aside(sum(1 for _one in month.lines) > AT_ONCE):
        return later(_BOOK)
    home = url_for(".show", month=f"{ask.first:%Y-%m}", centre_id=ask.centre.id, _external=True)
    made = _noted(_BOOK, "pdf", month, home)
    return _file(book(month, made), KIND, _named(month, "pdf"), inline=True)


@bp.get("/month.xlsx")
@by_register
def workbook() -> ResponseReturnValue:
    """The same month as a workbook."""
    register(LogDay.slug, "export")
    with database().view(person().scope) as session:
        ask = _asked(session)
        month = month_of_log(session, ask.centre, ask.first)
    made = _noted(_BOOK, "xlsx", month)
    return _file(workbook_of([month], made.mark).getvalue(), XLSX, _named(month, "xlsx"))


@bp.get("/archive.zip")
@by_register
def whole_year() -> ResponseReturnValue:
    """The year as ZIP, always made by the worker: a dozen books take minutes."""
    register(LogDay.slug, "export")
    year = _year()
    with database().view(person().scope) as session:
        ask = _asked(session)
        if not kept_in(session, ask.centre.id, year):
            abort(404)
        if aside(True):
            return later(_YEAR)
        made = _made(_YEAR, ask.centre.id, {"kind": "zip", "year": year})
        data = archive(session, ask.centre, year, made, step)
    what = {"kind": "zip", "year": year, "manifest": digest_of(data)}
    _made(_YEAR, ask.centre.id, what)  # the chain keeps what the archive says of itself
    return _file(data, "application/zip", f"{ask.centre.name}-{_(_YEAR)}-{year}.zip")


def _asked(session: Session) -> _Asked:
    query = select(Centre).where(Centre.tier.in_(LOG_TIERS), Centre.retired_at.is_(None))
    centres = session.scalars(query.order_by(Centre.code)).all()
    by_id = {one.id: one for one in centres}
    own = by_id.get(house(session, person().centre_id) or "", centres[0] if centres else None)
    asked = request.args.get("centre_id", "")
    centre = by_id.get(asked) if asked else own
    if centre is None:
        abort(404)
    return _Asked(centre, month_of(request.args.get("month", ""), today()), centres)


def _year() -> int:
    return month_of(f"{request.args.get('year', '')}-01", today()).year


def _noted(title: str, kind: str, month: Month, address: str = "") -> Made:
    what = {"kind": kind, "rows": sum(1 for _one in month.lines), "month": f"{month.first:%Y-%m}"}
    return _made(title, month.centre_id, what, address)


def _made(title: str, centre_id: str, what: dict[str, object], address: str = "") -> Made:
    act = person().act(f"导出{title}", origin())
    head = noted(database(), act, (LogDay.__name__, centre_id, centre_id), what)
    return Made(marked(settings().home, head, act, g.centre_name), head, address)


def _named(month: Month, kind: str) -> str:
    return f"{month.centre}-{_(_BOOK)}-{month.first:%Y-%m}.{kind}"


def _file(data: bytes, mimetype: str, name: str, *, inline: bool = False) -> Response:
    return named(Response(data, mimetype=mimetype), name, shown=inline)
