"""Who is asking: found out before every view, from the browser's login or a program's token.

What is found is left in `g`: `person` (None for a stranger), `guest`, `login` (the browser's, also
while it is only half done), `by_token`.
"""

from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

from flask import Flask, abort, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from inventory import session as logins
from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.person import Person
from inventory.session import LoginSession
from web import idle, lending, settling
from web.current import database
from web.guest import Guest, guest
from web.security import LOGIN_PATH

SCRIPTED = ("/api/v1/", "/api/openapi.json", "/metrics")  # asked by programs, not by people


def init_app(app: Flask) -> None:
    app.before_request(_admit)


def open_login(token: str) -> None:
    """From now on the browser holds this token, and nothing of what it held before: a cookie
    slipped to somebody beforehand is worth nothing afterwards (session fixation)."""
    session.clear()
    session["token"] = token


def _admit() -> ResponseReturnValue | None:
    g.person = g.guest = g.login = None
    g.centre_name, g.by_token = "", False
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "anonymous", False):
        return None
    _let_in(_by_token() if _offers_token() else _by_cookie())
    if view is None or getattr(view, "public", False):
        return None
    if g.person is None:
        return _ask_login()
    if not hasattr(view, "right"):
        abort(403)  # a view that does not say what it takes is open to nobody
    return None if getattr(view, "settling", False) else settling.first(g.guest)


def _let_in(known: Guest | None) -> None:
    if known is not None:
        g.guest, g.person, g.centre_name = known, known.standing, known.centre_name


def _offers_token() -> bool:
    return request.path.startswith(SCRIPTED) and "Authorization" in request.headers


def _by_token() -> Guest | None:
    g.by_token = True
    return lending.borrower(request.authorization, datetime.now(UTC))


def _by_cookie() -> Guest | None:
    """The person behind the browser's login, unless it has ended or is only half done."""
    token, now = session.get("token", ""), datetime.now(UTC)
    if not token:
        return None
    with database().view(EVERYTHING) as db:
        login, person, place = _behind(db, token)
        known = guest(db, person, place, now) if person else None
    if login is None or known is None or not idle.watch(login, known.rules, now):
        idle.forget(login)
        return None
    g.login = login
    return _renewed(login, known) if login.factor else None


def _behind(db: Session, token: str) -> tuple[LoginSession | None, Person | None, str]:
    """(the login, whose, the name of that person's unit), in one question: every page asks it."""
    found = db.execute(_holder(), {"hash": logins.hashed(token)}).first()
    return (found[0], found[1], found[2]) if found else (None, None, "")


@cache
def _holder() -> Select[LoginSession, Person, str]:
    """Made once."""
    return (
        select(LoginSession, Person, Centre.name)
        .join(Person, Person.id == LoginSession.person_id)
        .join(Centre, Centre.id == Person.centre_id)
        .where(LoginSession.token_hash == bindparam("hash"))
    )


def _renewed(login: LoginSession, known: Guest) -> Guest:
    """Whoever gains or loses a role goes on under a new token; live fragments and programs wait
    for the next page, so that nothing in flight holds an old one."""
    if login.rights == known.fingerprint:
        return known
    page = request.method == "GET" and "HX-Request" not in request.headers
    if not login.rights or (page and not request.path.startswith(SCRIPTED)):
        with database().observe() as db:
            _mark(db, login, known.fingerprint)
    return known


def _mark(db: Session, login: LoginSession, fingerprint: str) -> None:
    if login.rights:
        session["token"] = logins.renew(db, login.id, fingerprint)
    else:
        logins.tell_rights(db, login.id, fingerprint)


def _ask_login() -> ResponseReturnValue:
    if request.path.startswith(SCRIPTED):
        abort(401)
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(f"{LOGIN_PATH}?{urlencode({'next': here})}")
