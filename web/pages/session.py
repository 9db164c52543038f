"""Log in, in one step or two, and out."""

from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory import audit, securitykey
from inventory import session as logins
from inventory.act import EVERYTHING
from inventory.door import WRONG, Entered, Locked
from inventory.login import ByCode
from inventory.person import Person
from inventory.register import Rejected
from web.access import origin, person, public, settling
from web.admission import open_login
from web.current import caller, database, door
from web.guest import guest
from web.proving import by_key, locked, remember, site
from web.reminding import remind

bp = Blueprint("session", __name__)

_FIRST = "/today"


@bp.get("/login")
@public
def login() -> ResponseReturnValue:
    if g.person is not None:
        return redirect(_wanted())
    return render_template("login.html", problem="")


@bp.post("/login")
@public
def enter() -> ResponseReturnValue:
    name, password = request.form.get("login", "").strip(), request.form.get("password", "")
    before = g.login.id if g.login else ""
    try:
        entered = door().enter(name, password, caller())
    except Locked as error:
        return render_template("login.html", problem=locked(error), login=name), 429
    except Rejected:
        return render_template("login.html", problem=_(WRONG), login=name), 422
    _replace(before)
    open_login(entered.token)
    if entered.factor:
        return _welcome(entered)
    return redirect(f"/login/code?{urlencode({'next': _wanted()})}")


@bp.get("/login/code")
@public
def code() -> ResponseReturnValue:
    return _ask_code() if _half() else redirect("/login")


@bp.post("/login/code")
@public
def second() -> ResponseReturnValue:
    if not _half():
        return redirect("/login")
    shown = by_key("key") or ByCode(request.form.get("code", ""))
    try:
        entered = door().second(g.login.id, shown, caller())
    except Locked as error:
        return _ask_code(locked(error)), 429
    except Rejected as error:
        return _ask_code(_(error.errors[0].cause)), 422
    open_login(entered.token)
    return _welcome(entered)


@bp.post("/login/key")
@public
def options() -> ResponseReturnValue:
    """What the browser must ask a security key; only somebody whose password was right asks."""
    here = site()
    if g.login is None or here is None:
        abort(403)
    with database().view(EVERYTHING) as db:
        told, challenge = securitykey.to_show(db, g.login.person_id, here)
    remember(challenge)
    return Response(told, content_type="application/json")


@bp.post("/logout")
@settling
def logout() -> ResponseReturnValue:
    with database().transaction(act := person().act("退出登录", origin())) as db:
        logins.end(db, [g.login.id], "logout", datetime.now(UTC))
        audit.note(db, act, "Person", person().id, person().centre_id, {})
    session.clear()
    return redirect("/login")


def _half() -> bool:
    return g.login is not None and not g.login.factor


def _ask_code(problem: str = "") -> str:
    with database().view(EVERYTHING) as db:
        keys = bool(site()) and bool(securitykey.keys_of(db, g.login.person_id))
    return render_template("login_code.html", problem=problem, keys=keys)


def _replace(before: str) -> None:
    """The same browser logs in again: what it had open is over."""
    if before:
        with database().observe() as db:
            logins.end(db, [before], "again", datetime.now(UTC))


def _welcome(entered: Entered) -> ResponseReturnValue:
    with database().view(EVERYTHING) as db:
        who = db.get_one(Person, entered.person_id)
        for text, level in remind(db, who, guest(db, who, "", datetime.now(UTC))):
            flash(text, level)
    return redirect(_wanted())


def _wanted() -> str:
    """The page asked for before the login, never another site's; what is to be done now for whoever
    asked for none: the bare address of the console is no wish for its status."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not parts.scheme and not parts.netloc
    plain = wanted.isprintable() and "\\" not in wanted  # browsers drop tabs, headers end at CR
    return wanted if inside and plain and wanted != "/" else _FIRST
