"""Taking what is handed over: the receiver named on the paper sees it and signs, wherever the
paper lies. Being named gives sight of this one paper, of nothing else."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, Act, Scope
from inventory.centre import Centre
from inventory.handing import receive, send_back
from inventory.handover import Handover
from inventory.paper_line import things_on
from inventory.register import Rejected
from inventory.revision import digest
from inventory.stepping import Taken
from web.access import origin, own, person
from web.current import database
from web.proving import causes as proof_causes
from web.proving import proof
from web.queries.signing import present
from web.queries.taking import awaiting

bp = Blueprint("taking", __name__, url_prefix="/take")


@bp.get("")
@own
def index() -> str:
    """Everything that waits for this person's signature as the one who takes it."""
    with database().view(EVERYTHING) as session:
        return render_template("taking.html", waiting=awaiting(session, person().id))


@bp.get("/<id>")
@own
def show(id: str) -> str:
    return _page(id)


@bp.post("/<id>")
@own
def sign(id: str) -> ResponseReturnValue:
    """Signed, the things are the receiver's in the same act; refused, nothing has changed."""
    reach = _reach(id)
    try:
        shown = proof()
        with database().transaction(_act("签字接收", reach)) as session:
            taken = Taken(person(), {}, shown, request.form.get("seen", ""))
            receive(session, session.get_one(Handover, id), taken)
    except Rejected as error:
        told = [str(one) for one in error.errors]
        return _page(id, causes=told, proof_errors=proof_causes(error)), 422
    flash(_("已签字接收。"), "ok")
    return redirect(url_for(".index"))


@bp.post("/<id>/return")
@own
def refuse(id: str) -> ResponseReturnValue:
    reach = _reach(id)
    try:
        with database().transaction(_act("退回交接单", reach)) as session:
            row = session.get_one(Handover, id)
            send_back(session, row, person(), request.form.get("remark", ""))
    except Rejected as error:
        return _page(id, causes=[str(one) for one in error.errors]), 422
    flash(_("已退回。"), "ok")
    return redirect(url_for(".index"))


def _mine(session: Session, id: str) -> Handover:
    """A paper that names the person asking and waits for the hand; 404 for any other."""
    mine = (one for one in awaiting(session, person().id) if one.id == id)
    return next(mine, None) or abort(404)


def _reach(id: str) -> Scope:
    """Where this act must reach: as far as the person does, and to the paper and its things."""
    with database().view(EVERYTHING) as session:
        path = session.get_one(Centre, _mine(session, id).centre_id).path
    return Scope(tuple(sorted({*person().reach().paths, path})))


def _act(what: str, reach: Scope) -> Act:
    return replace(person().act(what, origin()), scope=reach)


def _page(id: str, **told: Any) -> str:
    with database().view(EVERYTHING) as session:
        row = _mine(session, id)
        return render_template(
            "take.html", row=row, things=things_on(session, row), present=present(session, row),
            seen=digest(row), **({"proof_errors": {}, "causes": ()} | told),
        )  # fmt: skip
