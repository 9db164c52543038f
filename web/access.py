"""Who is asking, and may they: every page and API answer goes through here.

Nothing is open unless it says so: a view without `@public` needs a login.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from apiflask import HTTPError
from flask import Flask, abort, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.person import Person, Standing, can, standing
from web.current import database
from web.security import LOGIN_PATH

_SCRIPTED = ("/api/v1/", "/api/openapi.json", "/metrics")  # asked by programs, not by people

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
View = Callable[Arguments, Answer]


def init_app(app: Flask) -> None:
    app.before_request(_admit)


def public(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
    """This view answers without a login."""
    view.public = True  # type: ignore[attr-defined]
    return view


def anonymous(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
    """This view answers everybody alike: nobody is looked up, so it costs no query."""
    view.anonymous = True  # type: ignore[attr-defined]
    return view


def allowed(act: str) -> Callable[[View[Arguments, Answer]], View[Arguments, Answer]]:
    """Only for people who may `act` (view, edit, operate, export, administer); others get 403."""

    def guard(view: View[Arguments, Answer]) -> View[Arguments, Answer]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            if not can(person(), act):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return guard


def person() -> Standing:
    """The person asking; only inside a view that needs a login."""
    return cast("Standing", g.person)


def origin() -> str:
    """Where an act came from, for the audit row."""
    way = "api" if request.path.startswith("/api/") else "page"
    return f"{way} {request.remote_addr}"


def log_in(who: Person) -> None:
    """Begin a session; a changed password ends every session begun before it."""
    session.clear()
    session["person"], session["password"] = who.id, _stamp(who)


def by_password(login: str, password: str) -> Person | None:
    """The person behind a login and password; the same work is done for an unknown login."""
    with database().view(EVERYTHING) as db:
        who = db.query(Person).where(Person.login == login, Person.retired_at.is_(None)).first()
        known = who if who is not None else Person(login="", name="", centre_id="")
        return who if known.password_is(password) and who is not None else None


def _admit() -> ResponseReturnValue | None:
    g.person, g.centre_name = None, ""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "anonymous", False):
        return None
    who = _from_session() or _from_header()
    if who is not None:
        _settle(who)
    if view is None or getattr(view, "public", False):
        return None
    if g.person is None:
        return _ask_login()
    if g.person.must_change and request.endpoint not in ("account.password", "session.logout"):
        return _ask_password()
    return None


def _from_session() -> Person | None:
    with database().view(EVERYTHING) as db:
        who = db.get(Person, session["person"]) if "person" in session else None
    if who is None or who.retired_at is not None or session.get("password") != _stamp(who):
        return None
    return who


def _from_header() -> Person | None:
    """Scripts of the API may send the login with each request (HTTP Basic, RFC 7617)."""
    given = request.authorization
    if given is None or given.type != "basic" or not request.path.startswith(_SCRIPTED):
        return None
    return by_password(given.username or "", given.password or "")


def _settle(who: Person) -> None:
    with database().view(EVERYTHING) as db:
        g.person = standing(db, who)
        centre: Any = db.get(Centre, who.centre_id)
    g.centre_name = centre.name if centre else ""


def _ask_login() -> ResponseReturnValue:
    if request.path.startswith(_SCRIPTED):
        abort(401)
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(f"{LOGIN_PATH}?{urlencode({'next': here})}")


def _ask_password() -> ResponseReturnValue:
    if request.path.startswith(_SCRIPTED):
        raise HTTPError(403, _("请先在网页上登录，把口令换成自己的，再用程序访问。"))
    return redirect("/account/password")


def _stamp(who: Person) -> str:
    return who.password_set_at.isoformat() if who.password_set_at else ""
