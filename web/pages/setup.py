"""Day one: separate the three administrators, name the people, finish. Then there is no super-user.

What is typed is kept at every step, so that an interrupted set-up goes on where it stopped.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory import setup as day_one
from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.entry import FieldError, Rejected
from inventory.home import home_fact
from inventory.role import GIVEN
from inventory.setup import Member, Setup
from inventory.shanghai import SHANGHAI
from web.access import allowed, origin, person
from web.current import database
from web.navigation import NavItem
from web.queries.separation import said

bp = Blueprint("setup", __name__, url_prefix="/setup")
nav = NavItem("setup.separation", _l("启用设置"), "flag", 5)

_MODE = ("reason", "until", "deferred")
_ROWS = 4  # empty rows offered at first
_MOST = 40


@bp.get("/")
@allowed("setup")
def separation() -> str:
    return _separation(_draft())


@bp.post("/")
@allowed("setup")
def separate() -> ResponseReturnValue:
    reason, until, deferred = (request.form.get(name, "").strip() for name in _MODE)
    setup = replace(
        _draft(), small=request.form.get("mode") == "small", reason=reason[:500], until=until,
        deferred=deferred,
    )  # fmt: skip
    _keep(setup)
    wrong = _by_field(day_one.separation_wrong(setup, datetime.now(SHANGHAI).date()))
    return (_separation(setup, wrong), 422) if wrong else redirect(url_for(".people"))


@bp.get("/people")
@allowed("setup")
def people() -> str:
    return _people(_draft())


@bp.post("/people")
@allowed("setup")
def name_people() -> ResponseReturnValue:
    setup = replace(_draft(), people=tuple(_typed()))
    _keep(setup)
    if "more" in request.form:
        return _people(setup, more=2)
    wrong = _by_field(day_one.people_wrong(setup))
    return (_people(setup, wrong), 422) if wrong else redirect(url_for(".check"))


@bp.post("/people/said")
@allowed("setup")
def explain() -> str:
    """What these people could do, while they are being typed."""
    setup = replace(_draft(), people=tuple(_typed()))
    return render_template("setup_said.html", said=said(setup))


@bp.get("/check")
@allowed("setup")
def check() -> ResponseReturnValue:
    setup = _draft()
    if any(day_one.separation_wrong(setup, datetime.now(SHANGHAI).date())):
        return redirect(url_for(".separation"))
    if any(day_one.people_wrong(setup)):
        return redirect(url_for(".people"))
    return _check(setup)


@bp.post("/finish")
@allowed("setup")
def finish() -> ResponseReturnValue:
    """All of it at once; the one page that ever shows the first passwords."""
    setup = _draft()
    try:
        with database().transaction(person().act("完成启用设置", origin())) as db:
            centre = db.get_one(Centre, home_fact(db, "centre"))
            told = day_one.finish(db, setup, centre)
    except Rejected as rejected:
        return _check(setup, [str(error) for error in rejected.errors]), 422
    with database().observe() as db:
        day_one.keep(db, None)
    return _once(render_template("setup_done.html", told=told, centre=centre))


def _draft() -> Setup:
    with database().view(EVERYTHING) as db:
        return day_one.draft(db)


def _keep(setup: Setup) -> None:
    with database().observe() as db:
        day_one.keep(db, setup)


def _typed() -> Iterable[Member]:
    """The rows of the form; one that is left empty is no person."""
    form = request.form
    for n in range(min(form.get("rows", 0, int), _MOST)):
        login, name, employer = (form.get(f"{key}-{n}", "").strip() for key in
                                 ("login", "name", "employer"))  # fmt: skip
        roles = tuple(role for role in GIVEN if role in form.getlist(f"role-{n}"))
        one = Member(login[:40], name[:40], employer[:120], roles)
        if not one.empty:
            yield one


def _by_field(errors: Iterable[FieldError]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for error in errors:
        told.setdefault(error.field, []).append(_(error.cause))
    return told


def _separation(setup: Setup, wrong: dict[str, list[str]] | None = None) -> str:
    return render_template("setup.html", step=1, setup=setup, wrong=wrong or {})


def _people(setup: Setup, wrong: dict[str, list[str]] | None = None, more: int = 0) -> str:
    rows = [*setup.people, *([Member()] * max(more, _ROWS - len(setup.people)))]
    return render_template(
        "setup_people.html", step=2, setup=setup, rows=rows[:_MOST], wrong=wrong or {},
        roles=GIVEN, said=said(setup),
    )  # fmt: skip


def _check(setup: Setup, problems: Iterable[str] = ()) -> str:
    without = person().login not in {one.login for one in setup.members}
    facts: dict[str, Any] = {"said": said(setup), "without_founder": without, "roles": GIVEN}
    return render_template("setup_check.html", step=3, setup=setup, problems=problems, **facts)


def _once(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
