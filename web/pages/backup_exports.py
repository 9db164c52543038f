"""What an auditor takes along: the backup register of a period as one signed file, and the key by
which the file is known to be ours."""

from datetime import date, timedelta

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from backups.register_tables import Period
from inventory.act import EVERYTHING
from inventory.backup_export import BackupExport
from inventory.cadence import bounds, period_of
from inventory.role import can
from inventory.shanghai import today
from inventory.signing_key import fingerprint, public_key
from web.access import allowed, narrow, origin, person
from web.backup_register import ACT, House, export
from web.current import database, key, settings
from web.named import named
from web.printing import aside, later, step
from web.registers.book import home_centre

bp = Blueprint("backup_exports", __name__, url_prefix="/backups/export")
_FEW = 5  # exports named beside the form; the book has them all


@bp.get("")
@allowed("view")
def index() -> str:
    _must_export()
    return _page(_quarter(today()))


@bp.get("/register.zip")
@allowed("view")
def take() -> ResponseReturnValue:
    """The signed file, always made by the worker: a year's paper takes minutes."""
    _must_export()
    asked, cause = _asked()
    if cause:
        return _page(asked, cause), 422
    if aside(True):
        return later(ACT)
    house = House(database(), settings().home, key())
    name, data = export(house, person().act(ACT, origin()), home_centre(), asked, step)
    answer = Response(data, mimetype="application/zip")
    return named(answer, name)


def _must_export() -> None:
    if not can(person(), "export"):
        abort(403)
    narrow("export")


def _asked() -> tuple[Period, str]:
    """The period in the address, and what is wrong with it."""
    usual = _quarter(today())
    try:
        first = date.fromisoformat(request.args.get("first", ""))
        last = date.fromisoformat(request.args.get("last", ""))
    except ValueError:
        return usual, _("日期应为 2026-11-22 的样子，两个都要填。")
    if first > last:
        return Period(first, last), _("开始日期在结束日期之后，请对调。")
    return Period(first, last), ""


def _quarter(day: date) -> Period:
    """The quarter this day is in, up to the day."""
    return Period(bounds(period_of("quarterly", day))[0], day)


def _choices(day: date) -> dict[str, Period]:
    """Periods that auditors usually ask for."""
    now = _quarter(day)
    ended = now.first - timedelta(days=1)
    return {
        _("本季度"): now,
        _("上季度"): Period(_quarter(ended).first, ended),
        _("今年"): Period(date(day.year, 1, 1), day),
        _("去年"): Period(date(day.year - 1, 1, 1), date(day.year - 1, 12, 31)),
    }


def _page(asked: Period, cause: str = "") -> str:
    with database().view(EVERYTHING) as session:
        found = public_key(session)
    with database().view(person().scope) as session:
        query = select(BackupExport).order_by(BackupExport.made_at.desc()).limit(_FEW)
        rows = session.scalars(query).all()
    return render_template(
        "backups/export.html", asked=asked, cause=cause, rows=rows, choices=_choices(today()),
        fingerprint=fingerprint(found.public) if found else "",
        public=found.public if found else "",
    )  # fmt: skip
