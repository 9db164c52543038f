"""One's own account: name, rights, password."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory import recovery, securitykey
from inventory import session as logins
from inventory.act import EVERYTHING
from inventory.choosing import unfit
from inventory.person import Person
from inventory.register import Rejected
from inventory.role import ROLES
from web.access import own, person, settling
from web.admission import open_login
from web.affairs import own_act
from web.current import caller, database, door
from web.proving import causes
from web.reminding import remind
from web.start import start

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("/")
@own
def index() -> ResponseReturnValue:
    with database().view(EVERYTHING) as db:
        who = db.get_one(Person, person().id)
        told = list(remind(db, who, g.guest))
        return render_template("account.html", who=who, told=told, roles=_roles(), **_kept(db, who))


@bp.route("/password", methods=["GET", "POST"])
@settling
def password() -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("password.html", problems={})
    problems = _change()
    if problems:
        return render_template("password.html", problems=problems), 422
    flash(_("口令已修改；其他浏览器里的登录已经失效。"), "ok")
    return redirect(start(person()))


def _roles() -> list[str]:
    """What the person is, and for whom."""
    return [
        _(ROLES[one.role]) + (_("（代 %(name)s）", name=one.on_behalf) if one.on_behalf else "")
        for one in person().held
    ]


def _kept(db: Session, who: Person) -> dict[str, Any]:
    valid = timedelta(days=g.guest.rules.password_days)
    return {
        "until": who.password_set_at + valid if who.password_set_at else None,
        "codes": recovery.left(db, who.id),
        "keys": securitykey.keys_of(db, who.id),
    }


def _change() -> dict[str, Any]:
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    try:
        door().prove(person().id, old, None, caller())
    except Rejected as error:
        return {"old": [causes(error)["proof_password"]]}
    if new != again:
        return {"again": [_("两次输入的新口令不一样")]}
    with database().transaction(own_act("修改本人口令")) as db:
        who = db.get_one(Person, person().id)
        wrong = unfit(db, who, new)
        if not wrong:
            who.set_password(new)
            db.flush()  # which ends every login of this person: this one goes on under a new token
            open_login(logins.reopen(db, g.login, datetime.now(UTC)))
    return {"new": [_(cause) for cause in wrong]} if wrong else {}
