"""人员达标: the people the norm asks for, unit by unit, what is missing first; and the roll of a
training, on which everybody is ticked at once."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from inventory.certificate import KINDS as CERTIFICATES
from inventory.register import field_of
from inventory.role import can
from inventory.shanghai import today
from inventory.staff import DEGREES, Staff
from inventory.staffing import HOURS, NEEDED, SESSIONS, STATIONS, Member, Unit
from inventory.staffing_records import units
from inventory.text import fold
from web.access import allowed, narrow, person
from web.current import database
from web.leaving import exported
from web.named import named
from web.paging import slice_of
from web.registers.exports import KINDS as SHEETS

bp = Blueprint("staffing", __name__, url_prefix="/staffing")
_FIRST = 2010


@bp.get("/")
@allowed("view")
def index() -> str:
    """Every centre and township within reach."""
    year = _year()
    with database().view(person().scope) as session:
        found = units(session, year)
    wanted = fold(request.args.get("q", ""))
    listed = [one for one in found if wanted in one.centre.search]
    return render_template(
        "staffing.html", shown=slice_of(listed, request.args.get("page", 1, int)), **_told(year),
        good=sum(not one.shortfalls for one in found), grave=sum(bool(one.grave) for one in found),
        everyone=len(found), may_export=can(person(), "export"),
    )  # fmt: skip


@bp.get("/<id>")
@allowed("view")
def unit(id: str) -> str:
    """One unit, person by person."""
    year = _year()
    with database().view(person().scope) as session:
        found = next((one for one in units(session, year) if one.centre.id == id), None)
    return render_template("staffing_unit.html", unit=found or abort(404), **_told(year))


@bp.get("/people.<kind>")
@allowed("view")
def export(kind: str) -> Response:
    """Everybody the norm is about, as a sheet."""
    if kind not in SHEETS:
        abort(404)
    if not can(person(), "export"):
        abort(403)
    narrow("export")
    year = _year()
    with database().view(person().scope) as session:
        lines = [_line(one, each) for one in units(session, year) for each in one.professionals]
    columns = [
        _("单位"), _("姓名"), _("岗位"), _("持证"), _("学历达标"), _("培训次数"), _("学时"),
        _("考试合格"),
    ]  # fmt: skip
    mark = partial(
        exported, _("人员达标"), Staff.__name__, {"kind": kind, "rows": len(lines), "year": year}
    )
    mimetype, write = SHEETS[kind]
    done = Response(write(columns, iter(lines), _("人员达标"), mark), mimetype=mimetype)
    name = f"{_('人员达标')}{year}.{kind}"
    return named(done, name)


def _line(unit: Unit, one: Member) -> tuple[str, ...]:
    job = str(_(field_of(Staff, "job").choices[one.staff.job]))
    ticks = ("是" if good else "否" for good in (one.certified, one.schooled, one.examined))
    certified, schooled, examined = ticks
    return (
        unit.centre.name, one.staff.name, job, certified, schooled, str(one.sessions),
        f"{one.hours:g}", examined,
    )  # fmt: skip


def _year() -> int:
    asked = request.args.get("year", today().year, int)
    return min(max(asked, _FIRST), today().year)


def _told(year: int) -> dict[str, Any]:
    return {
        "year": year, "years": tuple(_years()), "needed": NEEDED, "hours": HOURS,
        "sessions": SESSIONS, "stations": STATIONS, "jobs": field_of(Staff, "job").choices,
        "degrees": DEGREES, "certificates": CERTIFICATES,
    }  # fmt: skip


def _years() -> Iterator[int]:
    """The last five: further back by the address."""
    yield from range(today().year, today().year - 5, -1)
