"""Log in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from web.access import by_password, log_in, public

bp = Blueprint("session", __name__)


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
    who = by_password(name, password)
    if who is None:
        problem = _("登录名或口令不对。请检查大小写和中英文输入法。")
        return render_template("login.html", problem=problem, login=name), 422
    log_in(who)
    return redirect("/account/password" if who.must_change else _wanted())


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    session.clear()
    return redirect("/login")


def _wanted() -> str:
    """The page asked for before the login; never another site's."""
    wanted = request.values.get("next", "/")
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not parts.scheme and not parts.netloc
    return wanted if inside and "\\" not in wanted else "/"
