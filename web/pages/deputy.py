"""A leader who will be away puts somebody in one's place for some days, by oneself."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from inventory import exchange
from inventory.consent import propose
from inventory.grant import Delegation
from inventory.person import Person
from inventory.register import Rejected
from inventory.role import DELEGATED, ROLES
from inventory.shanghai import SHANGHAI
from web.access import allowed, origin, person
from web.current import database
from web.registers.book import home_centre

bp = Blueprint("deputy", __name__, url_prefix="/account/deputy")

_TYPED = ("taker_id", "role", "starts", "ends", "reason")


@bp.get("/")
@allowed("approve")
def index() -> str:
    return _page({})


@bp.post("/")
@allowed("approve")
def begin() -> ResponseReturnValue:
    """In force at once: whoever gives it away has agreed by that."""
    cells = {name: request.form.get(name, "") for name in _TYPED}
    cells |= {"giver_id": person().id, "centre_id": home_centre()}
    try:
        with database().transaction(person().act("委托", origin())) as db:
            values, errors = exchange.parse(db, Delegation, cells)
            if errors:
                raise Rejected(tuple(errors))
            db.add(row := Delegation(**values))
            propose(db, row)
    except Rejected as error:
        return _page({one.field: _(one.cause) for one in error.errors}), 422
    flash(_("委托已生效，到期自动收回。"), "ok")
    return redirect(url_for(".index"))


@bp.post("/<id>/end")
@allowed("approve")
def end(id: str) -> ResponseReturnValue:
    with database().transaction(person().act("收回委托", origin())) as db:
        row = db.get(Delegation, id)
        if row is None or row.giver_id != person().id:
            abort(404)
        row.turn(gone=True)
    flash(_("委托已收回。"), "ok")
    return redirect(url_for(".index"))


def _page(wrong: dict[str, str]) -> str:
    with database().view(person().scope) as db:
        query = select(Person).where(Person.retired_at.is_(None), Person.id != person().id)
        people = db.scalars(query.order_by(Person.sort_key)).all()
        given = select(Delegation).where(Delegation.giver_id == person().id)
        rows = db.scalars(given.order_by(Delegation.starts.desc()).limit(20)).all()
    own = {held.role for held in person().held if not held.on_behalf}
    told: dict[str, Any] = {"names": {one.id: one.name for one in people}, "people": people}
    told["general"] = [cause for name, cause in wrong.items() if name not in _TYPED]
    roles = {role: ROLES[role] for role in DELEGATED if role in own}
    today = datetime.now(SHANGHAI).date().isoformat()
    return render_template(
        "deputy.html", rows=rows, roles=roles, wrong=wrong, form=request.form, today=today, **told
    )
