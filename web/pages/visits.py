"""The visitors' book: one visit with the step that comes next, its sheet, and the month's book."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from unicodedata import category

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm.exc import StaleDataError

from inventory import visiting
from inventory.register import FieldError, Rejected, field_of
from inventory.shanghai import SHANGHAI
from inventory.visit import Visit
from inventory.visit_needs import escorts
from web.access import by_register, origin, person
from web.current import database
from web.navigation import NavItem, holds
from web.proving import causes as proof_causes
from web.proving import proof
from web.queries.visits import days_of, month_of, month_visits, sheet_facts
from web.registers.book import book
from web.registers.controls import Control, options_of, picker_url
from web.registers.names import names
from web.registers.row import row_facts

bp = Blueprint("visits", __name__, url_prefix="/visits")
nav = NavItem(
    "registers.index", _l("机房来访"), "door", 62, holds("view"), {"slug": "visits"}, ("visits",)
)

STEPS: Mapping[str, str] = {
    "ask": "申请机房来访", "urgent": "应急进入机房", "enter": "登记进入机房",
    "leave": "登记离开机房", "cancel": "取消机房来访",
}  # fmt: skip
_DONE = {
    "ask": _l("已申请，等领导批准。"), "urgent": _l("已按应急办理，可以登记进入；请领导事后复核。"),
    "enter": _l("已登记进入。"), "leave": _l("已登记离开。"), "cancel": _l("已取消。"),
}  # fmt: skip


@bp.get("/<id>")
@by_register
def show(id: str) -> str:
    book("visits")
    return _page(id)


@bp.post("/<id>/<any(ask,urgent,enter,leave,cancel):step>")
@by_register
def take(id: str, step: str) -> ResponseReturnValue:
    """One step; refused, the page again with the cause and everything typed."""
    book("visits", "edit")
    with database().view(person().scope) as session:
        session.get(Visit, id) or abort(404)
    try:
        given = _given(step)
        with database().transaction(person().act(STEPS[step], origin())) as session:
            visit = session.get(Visit, id) or abort(404)
            getattr(visiting, step)(session, visit, person(), **given)
    except Rejected as error:
        return _page(id, step, error), 422
    except StaleDataError:
        return _page(id, step, Rejected((_late(),))), 409
    flash(str(_DONE[step]), "ok")
    return redirect(url_for(".show", id=id))


@bp.get("/<id>/sheet")
@by_register
def sheet(id: str) -> str:
    """One visit on one sheet of A4, to be signed by hand at the door."""
    book("visits")
    with database().view(person().scope) as session:
        visit = session.get(Visit, id) or abort(404)
        return render_template("visit_sheet.html", **sheet_facts(session, visit))


@bp.get("/book")
@by_register
def month() -> str:
    """The month's book on paper."""
    book("visits")
    first = month_of(request.args.get("month", ""), datetime.now(UTC).astimezone(SHANGHAI).date())
    with database().view(person().scope) as session:
        rows = month_visits(session, first)
        told = names(session, [(field_of(Visit, "escort_id"), v.escort_id) for v, _d in rows])
        return render_template(
            "visit_book.html", rows=rows, names=told, first=first, days=days_of(first)
        )


def _given(step: str) -> dict[str, Any]:
    """What the small form of a step says. Raises Rejected."""
    given: dict[str, Any] = {}
    told: Mapping[str, Callable[[], Any]] = {
        "reason": lambda: _text("reason"), "proof": proof, "at": lambda: _moment(step),
        "escort_id": lambda: _text("escort_id") or None, "done": lambda: _text("done"),
        "carried_out": lambda: _text("carried_out"),
    }  # fmt: skip
    wanted = {
        "ask": ("reason",), "urgent": ("reason", "proof"), "enter": ("escort_id", "at"),
        "leave": ("done", "carried_out", "at"), "cancel": ("reason",),
    }  # fmt: skip
    for name in wanted[step]:
        given[name] = told[name]()
    return given


def _text(name: str) -> str:
    """What was typed, without the characters that nobody can see and no database keeps."""
    text = request.form.get(name, "").replace("\r\n", "\n")
    return "".join(c for c in text if c in "\n\t" or category(c) not in ("Cc", "Cs")).strip()


def _moment(step: str) -> datetime | None:
    """The time typed in, of the Chinese clock; None for now."""
    text = _text("at")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) if text else None
    except ValueError:
        name = "entered_at" if step == "enter" else "left_at"
        cause = "不是时间，应写成 2026-11-21 08:00"
        raise Rejected((FieldError(name, field_of(Visit, name).label, cause),)) from None


def _late() -> FieldError:
    return FieldError("state", field_of(Visit, "state").label, "别人刚刚办理过，请看现在的状态")


def _page(id: str, step: str = "", error: Rejected | None = None) -> str:
    with database().view(person().scope) as session:
        visit = session.get(Visit, id) or abort(404)
        escort = field_of(Visit, "escort_id")
        chosen = _text("escort_id") if step == "enter" else visit.escort_id or ""
        offered = options_of(escort, chosen, names(session, [(escort, chosen)]))
        control = Control(escort, chosen, (), offered, picker_url(escort))
        causes = [str(one) for one in error.errors] if error else []
        return render_template(
            "visit.html", **row_facts(session, visit), step=step, causes=causes, escort=control,
            escorts=escorts(visit), proof_errors=proof_causes(error) if error else {},
        )  # fmt: skip
