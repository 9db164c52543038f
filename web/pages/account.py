"""One's own account: name, rights, password."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.person import ROLES, Person
from web.access import log_in, origin, person
from web.current import database

bp = Blueprint("account", __name__, url_prefix="/account")

SHORTEST = 9  # "longer than 8", regulation Article 118
_CLASSES = (str.isdigit, str.islower, str.isupper, lambda c: not c.isalnum())


@bp.get("/")
def index() -> ResponseReturnValue:
    roles = [_(ROLES[role]) for role in person().roles]
    return render_template("account.html", roles=roles)


@bp.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("password.html", problems={})
    problems = _change()
    if problems:
        return render_template("password.html", problems=problems), 422
    flash(_("口令已修改；其他浏览器里的登录已经失效。"), "ok")
    return redirect("/")


def weakness(text: str) -> str:
    """Why a password is too weak for Article 118 (longer than 8, mixed), "" when it is not."""
    if len(text) < SHORTEST:
        return str(_("至少 %(n)s 位", n=SHORTEST))
    if sum(any(test(letter) for letter in text) for test in _CLASSES) < 3:
        return str(_("数字、小写、大写、符号至少要有三种"))
    return ""


def _change() -> dict[str, str]:
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    with database().transaction(person().act("修改本人口令", origin())) as db:
        who = db.get(Person, person().id)
        assert who is not None
        problems = _problems(who, old, new, again)
        if not problems:
            who.set_password(new)
    if not problems:
        log_in(who)
    return problems


def _problems(who: Person, old: str, new: str, again: str) -> dict[str, str]:
    if not who.password_is(old):
        return {"old": _("现用口令不对")}
    if new == old:
        return {"new": _("新口令不能与现用口令相同")}
    if weakness(new):
        return {"new": weakness(new)}
    return {} if new == again else {"again": _("两次输入的新口令不一样")}
