"""From the demo county to a real centre: found its home, tell the first password once, move over.

The supervisor (`web.up`) sees the mark and starts the real home; nothing of the demo goes along.
"""

from collections.abc import Mapping
from functools import cache

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.exchange import parse
from inventory.founding import found, founded, seed_units
from inventory.person import Person
from inventory.register import Rejected
from inventory.role import can
from inventory.secret import Key
from inventory.text import pinyin_initials
from web.access import allowed, anybody, person
from web.current import database, settings
from web.settings import Settings
from web.up import LEFT, opened

bp = Blueprint("demo", __name__)

Choice = tuple[str, str, str]  # code, name, what else it is found by


@bp.get("/demo/leave")
@anybody
def leave() -> ResponseReturnValue:
    """What will happen, and the form for those who may do it."""
    with opened(_real()) as real:
        if founded(real):
            return _settled()
    if not can(person(), "accounts"):
        return render_template("leave_asked.html")
    return _form({}, {})


@bp.post("/demo/leave")
@allowed("accounts")
def found_centre() -> ResponseReturnValue:
    """Found the real home; the supervisor may move over once the answer is out."""
    given = {name: request.form.get(name, "") for name in ("centre", "login", "name")}
    settings_there = _real()
    with opened(settings_there) as real:
        if founded(real):
            return _settled()
        values, wrong = _judged(given)
        if wrong:
            return _form(given, wrong), 422
        try:
            password = found(real, given["centre"], values["login"], values["name"])
        except Rejected as rejected:
            return _refused(real, given, rejected)
    Key.load(settings_there.key_file)
    return _told(given["centre"], values["login"], password)


def _real() -> Settings:
    """Where the real centre lives; 404 outside the demo."""
    if not current_app.config["DEMO"]:
        abort(404)
    return Settings.from_env()


def _judged(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The administrator's login and name, and what is wrong by field."""
    about = {name: given[name] for name in ("login", "name")}
    with database().view(EVERYTHING) as session:
        values, errors = parse(session, Person, about)
    wrong = {error.field: _(error.cause) for error in errors}
    known = {code for _group, choices in centres() for code, _name, _find in choices}
    if given["centre"] not in known:
        wrong["centre"] = _("请从列表中选择您的中心")
    return values, wrong


def _refused(real: Database, given: Mapping[str, str], rejected: Rejected) -> ResponseReturnValue:
    """Somebody else was quicker, or the seed does not agree."""
    if founded(real):
        return _settled()
    return _form(given, {"centre": _(rejected.errors[0].cause)}), 422


def _form(given: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    return render_template("leave.html", given=given, wrong=wrong, centres=centres())


def _settled() -> ResponseReturnValue:
    return render_template("leave_settled.html"), 409


def _told(code: str, login: str, password: str) -> Response:
    """The one page that ever shows the password. The mark is set when it has been sent."""
    centre = next(unit["name"] for unit in seed_units() if unit["code"] == code)
    page = render_template("leave_done.html", centre=centre, login=login, password=password)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close((settings().home / LEFT).touch)
    return response


@cache
def centres() -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """The seed by city, each with its counties; found by pinyin initials and code, too."""
    groups: dict[str, list[Choice]] = {}
    group = ""
    for unit in seed_units():
        if unit["tier"] != "county":
            group = unit["name"]
        choice = (unit["code"], unit["name"], f"{unit['code']} {pinyin_initials(unit['name'])}")
        groups.setdefault(group, []).append(choice)
    return tuple((name, tuple(choices)) for name, choices in groups.items())
