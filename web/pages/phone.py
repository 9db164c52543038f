"""The phone that shows one-time codes: enrol it, replace it, print the recovery sheet."""

import io
from datetime import UTC, datetime

import segno
from flask import Blueprint, Response, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory import audit, factor, recovery, totp
from inventory import session as logins
from inventory.act import EVERYTHING
from inventory.attempt import one_at_a_time
from inventory.person import Person
from inventory.register import Rejected
from inventory.secret import Sealed
from web.access import own, person, settling
from web.admission import open_login
from web.affairs import own_act
from web.current import database, key
from web.proving import causes, proof
from web.settling import PHONE_PATH

bp = Blueprint("phone", __name__, url_prefix=PHONE_PATH)


@bp.get("")
@settling
def index() -> ResponseReturnValue:
    return _page()


@bp.get("/qr.svg")
@settling
def qr() -> Response:
    """What the phone scans. Never kept by a browser, and gone once a code has proved it."""
    if g.login.pending is None:
        abort(404)
    drawn = io.BytesIO()
    text = totp.uri(key().open(g.login.pending), person().login)
    segno.make(text, error="m").save(drawn, kind="svg", scale=5, border=2, light="#fff")
    return Response(
        drawn.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"}
    )


@bp.post("")
@settling
def bind() -> ResponseReturnValue:
    """The phone counts once it has shown a right code; only then does the old one not."""
    if g.login.pending is None:
        return redirect(PHONE_PATH)
    now = datetime.now(UTC)
    with database().transaction(act := own_act("绑定动态码")) as db:
        who = db.get_one(Person, person().id)
        one_at_a_time(db)
        secret = key().open(g.login.pending)
        wrong = factor.enrol(db, who, secret, request.form.get("code", ""), key(), now)
        codes = () if wrong else recovery.issue(db, who.id)
        if not wrong:
            audit.note(db, act, "Person", who.id, who.centre_id, {"恢复单": "已生成"})
            logins.end_all(db, who.id, "factor", now, but=g.login.id)
            logins.enrolling(db, g.login.id, None)
            open_login(logins.renew(db, g.login.id, g.login.rights))
    return _sheet(codes) if codes else (_page(_(wrong)), 422)


@bp.post("/replace")
@own
def replace() -> ResponseReturnValue:
    """Begin with another phone; the old one counts until the new one has been proved."""
    try:
        proof()
    except Rejected as error:
        return _page(errors=causes(error)), 422
    _draw()
    return redirect(PHONE_PATH)


@bp.post("/keep")
@own
def keep() -> ResponseReturnValue:
    """Think better of it: the old phone stays."""
    with database().observe() as db:
        logins.enrolling(db, g.login.id, None)
    return redirect(PHONE_PATH)


@bp.post("/recovery")
@own
def sheet() -> ResponseReturnValue:
    """A new recovery sheet; the old one is void."""
    if not g.guest.enrolled:
        abort(403)
    try:
        proof()
    except Rejected as error:
        return _page(errors=causes(error)), 422
    with database().transaction(act := own_act("重新生成恢复单")) as db:
        codes = recovery.issue(db, person().id)
        audit.note(db, act, "Person", person().id, person().centre_id, {"恢复单": "已生成"})
    return _sheet(codes)


def _draw() -> Sealed:
    pending = key().seal(totp.new_secret())
    with database().observe() as db:
        logins.enrolling(db, g.login.id, pending)
    return pending


def _page(problem: str = "", errors: dict[str, str] | None = None) -> str:
    """Either the phone that counts, or the one about to be enrolled."""
    with database().view(EVERYTHING) as db:
        codes = recovery.left(db, person().id)
    pending = g.login.pending
    if pending is None and not g.guest.enrolled:
        pending = _draw()
    secret = totp.spelt(key().open(pending)) if pending else ""
    return render_template(
        "phone.html", secret=secret, codes=codes, problem=problem, proof_errors=errors or {}
    )


def _sheet(codes: tuple[str, ...]) -> Response:
    """Shown in the answer itself: there is no address under which it could be read again."""
    page = render_template("recovery.html", codes=codes, login=person().login)
    return Response(page, headers={"Cache-Control": "no-store"})
