"""API tokens: one's own, made with the password in the hand and shown once."""

from datetime import date, datetime, timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import token
from inventory.centre import Centre
from inventory.register import Rejected
from inventory.role import RIGHTS, can
from inventory.shanghai import SHANGHAI
from inventory.token import LENDABLE, ApiToken, Loan, Made
from web.access import origin, own, person
from web.affairs import own_act
from web.current import database
from web.proving import causes, proof

bp = Blueprint("tokens", __name__, url_prefix="/account/tokens")
_USUAL = 90  # days


@bp.get("")
@own
def index() -> ResponseReturnValue:
    return _page()


@bp.post("")
@own
def make() -> ResponseReturnValue:
    try:
        proof()
        made = _made()
    except Rejected as error:
        return _page({**causes(error), **{e.field: _(e.cause) for e in error.errors}}), 422
    page = render_template("token_made.html", made=made)
    return Response(page, headers={"Cache-Control": "no-store"})


@bp.post("/<id>/revoke")
@own
def revoke(id: str) -> ResponseReturnValue:
    with database().transaction(own_act("吊销接口令牌")) as db:
        row = db.get(ApiToken, id)
        if row is None or row.person_id != person().id:
            abort(404)
        row.turn(gone=True)
    flash(_("令牌“%(name)s”已吊销，用它的程序从现在起被拒绝。", name=row.name), "ok")
    return redirect(url_for(".index"))


def _made() -> Made:
    loan = Loan(
        request.form.get("name", ""), request.form.getlist("right"),
        request.form.get("centre_id", ""), _day(request.form.get("expires", "")),
    )  # fmt: skip
    with database().transaction(person().act("建立接口令牌", origin())) as db:
        return token.make(db, person(), loan, _today())


def _page(errors: dict[str, str] | None = None) -> str:
    with database().view(person().scope) as db:
        return render_template(
            "tokens.html", rows=token.of_person(db, person().id), errors=errors or {},
            proof_errors=errors or {}, rights=_mine(), centres=_centres(db), last=_last(),
            usual=_today() + timedelta(days=_USUAL), today=_today(),
        )  # fmt: skip


def _mine() -> dict[str, str]:
    """What this person has to lend."""
    return {right: RIGHTS[right] for right in LENDABLE if can(person(), right)}


def _centres(db: Session) -> list[Centre]:
    living = select(Centre).where(Centre.retired_at.is_(None))
    return list(db.scalars(living.order_by(Centre.path)))


def _today() -> date:
    return datetime.now(SHANGHAI).date()


def _last() -> date:
    return _today() + timedelta(days=token.LONGEST)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
