"""Break-glass: the person logged in and a second one who is present, on one page."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.breakglass import LONGEST, Seat, break_glass, running, seats
from inventory.centre import Centre
from inventory.entry import FieldError
from inventory.login import ByCode
from inventory.person import Person
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.role import ROLES
from web.access import allowed, origin, person
from web.current import caller, database, door
from web.proving import causes, proof
from web.registers.book import home_centre

bp = Blueprint("emergency", __name__, url_prefix="/emergency")


@bp.app_template_filter()
def role_word(role: str) -> str:
    """What a role is called, in the reader's language."""
    return str(_(ROLES.get(role, role)))


@bp.get("/")
@allowed("emergency")
def index() -> str:
    return _page()


@bp.post("/")
@allowed("emergency")
def begin() -> ResponseReturnValue:
    form = request.form
    try:
        own = proof()
    except Rejected as error:
        return _page(proof_errors=causes(error)), 422
    try:
        other = _witness()
    except Rejected as error:
        told = {name.replace("proof_", "witness_"): text for name, text in causes(error).items()}
        return _page(wrong=told), 422
    role, hours = form.get("role", ""), form.get("hours", 0, int)
    try:
        with database().transaction(person().act("启用应急授权", origin())) as db:
            seat = Seat(role, hours, form.get("reason", ""), db.get_one(Centre, home_centre()))
            break_glass(db, person(), own, other, seat)
    except Rejected as error:
        return _page(wrong={one.field: _(one.cause) for one in error.errors}), 422
    words = {"role": _(ROLES[role]), "n": hours}
    flash(_("应急授权已生效：%(role)s，%(n)s 小时后自动失效。", **words), "warning")
    return redirect("/")


@bp.post("/end")
@allowed("emergency")
def end() -> ResponseReturnValue:
    """Done earlier: every break-glass grant of one's own ends now."""
    with database().transaction(person().act("结束应急授权", origin())) as db:
        for row in running(db, person().id, datetime.now(UTC)):
            row.turn(gone=True)
    flash(_("应急授权已结束。"), "ok")
    return redirect(url_for(".index"))


def _witness() -> Proof:
    """The second person's proof; an unknown login is told like one's own."""
    form = request.form
    with database().view(EVERYTHING) as db:
        query = select(Person).where(Person.login == form.get("witness_login", "").strip())
        other = db.scalars(query.where(Person.retired_at.is_(None))).first()
    if other is None or other.id == person().id:
        cause = "须是在场的另一个人，输入他本人的登录名"
        raise Rejected((FieldError("login", "在场的第二人", cause),))
    second = ByCode(form.get("witness_code", ""))
    return door().prove(other.id, form.get("witness_password", ""), second, caller())


def _page(**told: Any) -> str:
    with database().view(EVERYTHING) as db:
        rows = running(db, person().id, datetime.now(UTC))
    usual = {"wrong": {}, "proof_errors": {}} | told
    return render_template(
        "emergency.html", seats=seats(), longest=LONGEST, rows=rows, form=request.form, **usual
    )  # fmt: skip
