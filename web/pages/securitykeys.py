"""Security keys (WebAuthn): register, list and remove one's own."""

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory import audit, securitykey
from inventory.act import EVERYTHING
from inventory.person import Person
from inventory.securitykey import SecurityKey
from web.access import own, person
from web.affairs import own_act
from web.current import database
from web.proving import by_key, remember, site

bp = Blueprint("securitykeys", __name__, url_prefix="/account/keys")


@bp.app_template_global("keys_here")
def keys_here() -> bool:
    """Has the person asking a security key, and would the browser use it at this address?"""
    if site() is None:
        return False
    with database().view(EVERYTHING) as db:
        return bool(securitykey.keys_of(db, person().id))


@bp.get("")
@own
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/options")
@own
def options() -> Response:
    """What the browser must tell a new key; a phone comes first, so that a lost key shuts nobody
    out."""
    here = site()
    if here is None or not g.guest.enrolled:
        abort(403)
    with database().view(EVERYTHING) as db:
        who = db.get_one(Person, person().id)
        told, challenge = securitykey.to_register(db, who, here)
    remember(challenge)
    return Response(told, content_type="application/json")


@bp.post("")
@own
def add() -> ResponseReturnValue:
    answer, name = by_key("key"), request.form.get("name", "")
    if answer is None or not g.guest.enrolled:
        abort(403)
    with database().transaction(act := own_act("登记安全密钥")) as db:
        wrong = securitykey.register(db, person().id, name, answer, datetime.now(UTC))
        if not wrong:
            audit.note(db, act, "Person", person().id, person().centre_id, {"名称": name})
    if wrong:
        return _page(_(wrong)), 422
    flash(_("安全密钥“%(name)s”已登记。", name=name), "ok")
    return redirect(url_for(".index"))


@bp.post("/<id>/remove")
@own
def remove(id: str) -> ResponseReturnValue:
    with database().transaction(act := own_act("删除安全密钥")) as db:
        known = db.get(SecurityKey, id)
        if known is None or known.person_id != person().id:
            abort(404)
        db.delete(known)
        audit.note(db, act, "Person", person().id, person().centre_id, {"名称": known.name})
    flash(_("安全密钥“%(name)s”已删除。", name=known.name), "ok")
    return redirect(url_for(".index"))


def _page(problem: str = "") -> str:
    with database().view(EVERYTHING) as db:
        keys = securitykey.keys_of(db, person().id)
        return render_template("securitykeys.html", keys=keys, site=site(), problem=problem)
