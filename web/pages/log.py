"""The duty log, day by day: what stands on a sheet, writing on it, signing one's part, and what the
console proposes (Articles 26 and 105)."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from inventory.content import ACCEPTED
from inventory.log_book import empty, fill_nothing, sign_share
from inventory.log_day import LogDay
from inventory.log_entry import CHECKED, WAYS, LogEntry
from inventory.log_sections import HINTS, SECTIONS
from inventory.log_share import LogShare
from inventory.log_sheet import sheet_for, sheet_of
from inventory.register import Rejected, field_of, registers
from inventory.role import can
from inventory.shanghai import today
from inventory.shifts import SHIFTS
from inventory.stepping import Taken, take
from web.access import allowed, origin, person
from web.current import database
from web.fragment import fragment
from web.log_form import kept_files, put, told
from web.navigation import NavItem, holds
from web.proving import causes as proof_causes
from web.proving import proof
from web.queries.log_day import Place, book_of, place_of
from web.registers.beside import beside
from web.registers.book import page_url
from web.registers.controls import picker_url
from web.registers.row import row_facts
from web.registers.writing import Late

bp = Blueprint("log", __name__, url_prefix="/log")
nav = NavItem("log.index", _l("工作日志"), "notebook", 15, holds("view"), key="l")
_DAY = timedelta(days=1)


@bp.app_template_global()
def may_log() -> bool:
    """May the person asking write in some duty log?"""
    return g.get("person") is not None and can(g.person, "record")


@bp.get("/")
@allowed("view")
def index() -> ResponseReturnValue:
    return _page()


@bp.get("/sheet/<id>")
@allowed("view")
def sheet(id: str) -> str:
    with database().view(person().scope) as session:
        row = session.get(LogDay, id) or abort(404)
        return render_template(LogDay.template, **row_facts(session, row))


@bp.get("/part/<id>")
@allowed("view")
def part(id: str) -> ResponseReturnValue:
    """One person's part stands on its sheet."""
    with database().view(person().scope) as session:
        row = session.get(LogShare, id) or abort(404)
        return redirect(url_for(".sheet", id=row.day_id))


@bp.get("/live")
@allowed("view")
def live() -> Response:
    with database().view(person().scope) as session:
        part = "side" if request.args.get("part") == "side" else "sheet"
        return fragment(f"log_{part}.html", **_facts(session, _place(session, request.args)))


@bp.post("/entries")
@allowed("record")
def write() -> ResponseReturnValue:
    """One entry from the form: JSON for the page that sent it, else the page again."""
    try:
        files = kept_files()
        row, where = _written_once(request.form, files)
    except Rejected as error:
        return _refused(error)
    except (Late, StaleDataError):
        cause = _("这条记录刚才在别处改过，请刷新页面看过再改。")
        return ({"message": cause, "errors": []}, 409) if _asks_json() else (_page([cause]), 409)
    if not _asks_json():
        return redirect(where)
    return {
        "id": row.id, "number": row.number, "text": row.text, "section": _(SECTIONS[row.section]),
        "where": where, "late": row.late_entry,
    }  # fmt: skip


@bp.post("/nothing")
@allowed("record")
def nothing() -> ResponseReturnValue:
    """无 into the sections that hold nothing yet, of those that were shown so."""
    shown = set(request.form.getlist("section"))

    def fill(session: Session, place: Place) -> None:
        if place.sheet is None:
            place = _begun(session, place)
        assert place.sheet is not None
        left = [one for one in empty(session, place.sheet) if one in shown]
        fill_nothing(session, place.sheet, person(), left)

    return _done("填写“无”", fill, _("已在没有记录的栏目填“无”。"))


@bp.post("/sign")
@allowed("record")
def sign() -> ResponseReturnValue:
    """One's own part, as it was shown; and the whole sheet up to the leader, if that was asked."""
    form = request.form

    def give(session: Session, place: Place) -> None:
        row = sheet_for(session, place.centre.id, place.day, place.shift)
        session.flush()
        seen, none = form.get("seen", ""), form.get("nothing") == "1"
        sign_share(session, row, person(), shown, seen, nothing=none)
        if form.get("submit"):
            given = {"unsigned": form.get("unsigned", "").strip() or None}
            take(session, row, "submit", Taken(person(), given))

    try:
        shown = proof()
    except Rejected as error:
        return _again(error)
    return _done("日志填报签字", give, _("已签字。"))


@beside("LogDay")
def day_facts(session: Session, row: LogDay) -> Mapping[str, Any]:
    """What the page of one sheet shows beside what every register's page shows."""
    place = place_of(session, person(), row.centre_id, row.day, row.shift)
    return _facts(session, place or abort(404))


def _facts(session: Session, place: Place) -> dict[str, Any]:
    book = book_of(session, place, person())
    shown = {"centre": place.centre.id, "day": place.day.isoformat(), "shift": place.shift}
    return {
        "book": book, "place": place, "here": shown, "today": today(), "SHIFTS": SHIFTS,
        "earlier": place.day - _DAY, "later": place.day + _DAY, "WAYS": WAYS, "CHECKED": CHECKED,
        "HINTS": HINTS, "SECTIONS": SECTIONS, "pickers": _pickers(), "new": "new" in request.args,
        "typed": request.form, "shelf": registers(), "accepted": ",".join(ACCEPTED),
        "page_url": page_url, "may_export": can(person(), "export"),
    }  # fmt: skip


def _pickers() -> Mapping[str, str]:
    names = ("equipment_id", "solves_id", "centre_id")
    return {name: picker_url(field_of(LogEntry, name)) for name in names}


def _place(session: Session, asked: Mapping[str, str]) -> Place:
    """The sheet that an address or a form names; 404 outside the scope."""
    shift = asked.get("shift", "day")
    try:
        day = date.fromisoformat(asked.get("day", "") or today().isoformat())
    except ValueError:
        abort(404)
    if shift not in SHIFTS or not date(2000, 1, 1) <= day <= date(2199, 12, 31):
        abort(404)
    place = place_of(session, person(), asked.get("centre", ""), day, shift)
    return place if place is not None else abort(404)


def _page(causes: list[str] | None = None, proof_errors: Mapping[str, str] | None = None) -> str:
    """The day that the address or the form names."""
    asked = request.form if request.method == "POST" else request.args
    with database().view(person().scope) as session:
        place = _place(session, asked)
        facts = _facts(session, place) if place.sheet is None else row_facts(session, place.sheet)
        facts = dict(facts) | {"causes": causes or [], "proof_errors": proof_errors or {}}
        return render_template(LogDay.template, **({"row": None, "steps": ()} | facts))


def _written_once(form: Mapping[str, str], files: list[Any]) -> tuple[LogEntry, str]:
    """Sent twice at the same moment, the later one finds what the earlier one has written."""
    try:
        return _written(form, files)
    except IntegrityError:
        return _written(form, files)


def _written(form: Mapping[str, str], files: list[Any]) -> tuple[LogEntry, str]:
    """The entry, and the address of the day it stands on."""
    with database().transaction(person().act("填写工作日志", origin())) as session:
        row = put(session, _place(session, form), form, files)
        sheet = sheet_of(session, row.day_id) or abort(404)
        return row, _address(sheet.centre_id, sheet.day, sheet.shift, f"e-{row.id}")


def _address(centre_id: str, day: date, shift: str, anchor: str | None = None) -> str:
    where = {"centre": centre_id, "day": day.isoformat(), "shift": shift}
    return url_for(".index", _anchor=anchor, **where)  # type: ignore[arg-type]


def _begun(session: Session, place: Place) -> Place:
    row = sheet_for(session, place.centre.id, place.day, place.shift)
    session.flush()
    return Place(place.centre, place.day, place.shift, row)


def _done(what: str, work: Callable[[Session, Place], None], said: str) -> ResponseReturnValue:
    """Do it in one act, and show the day again; refused, with the causes."""
    try:
        with database().transaction(person().act(what, origin())) as session:
            place = _place(session, request.form)
            work(session, place)
    except Rejected as error:
        return _again(error)
    except (StaleDataError, IntegrityError):
        return _page([_("别人刚刚办理过，请看现在的状态。")]), 409
    flash(said, "ok")
    return redirect(_address(place.centre.id, place.day, place.shift))


def _again(error: Rejected) -> ResponseReturnValue:
    wrong = proof_causes(error)
    shown = [str(one) for one in error.errors if f"proof_{one.field}" not in _PROOF]
    return _page(shown, wrong), 422


_PROOF = ("proof_password", "proof_code", "proof_key")


def _refused(error: Rejected) -> ResponseReturnValue:
    if _asks_json():
        return {"message": _("没有保存"), "errors": told(error)}, 422
    return _page([str(one) for one in error.errors]), 422


def _asks_json() -> bool:
    return request.headers.get("Accept", "") == "application/json"
