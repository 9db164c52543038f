"""Handing over a shift: what waits for me, what I hand over with one press; and the way from a
locked entry to its correction."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_addenda import begun_from
from inventory.log_entry import LogEntry
from inventory.log_rules import house
from inventory.register import Rejected, field_of
from inventory.role import can
from inventory.shanghai import today
from inventory.shift_handing import drafted, waiting
from inventory.shift_handover import ShiftHandover
from inventory.shifts import SHIFTS
from web.access import allowed, origin, person
from web.current import database
from web.registers.beside import beside
from web.registers.book import page_url
from web.registers.names import names

bp = Blueprint("shift", __name__, url_prefix="/log")
_LATEST = 10


@beside("ShiftHandover")
def hands(session: Session, row: ShiftHandover) -> Mapping[str, Any]:
    """Which steps are other people's, and the one that stands open: the hand that is waited for."""
    given, taken = {"hand", "refresh", "withdraw"}, {"take", "refuse"}
    mine = given if row.giver_id == person().id else taken if row.taker_id == person().id else set()
    return {"others": (given | taken) - mine, "opened": "hand" if mine == given else "take"}


@bp.get("/handover")
@allowed("view")
def index() -> str:
    return _page()


@bp.post("/handover")
@allowed("record")
def begin() -> ResponseReturnValue:
    """A draft with what the console knows; the one that is there already when there is one."""
    shift = request.form.get("shift", "day")
    if shift not in SHIFTS:
        abort(400)
    try:
        with database().transaction(person().act("交接班", origin())) as session:
            centre_id = house(session, person().centre_id)
            if centre_id is None or session.get(Centre, centre_id) is None:
                abort(403)
            row = drafted(session, centre_id, today(), shift, person().id)
    except Rejected as error:
        return _page([str(one) for one in error.errors]), 422
    return redirect(page_url(row))


@bp.get("/entries/<id>/correct")
@allowed("record")
def correct(id: str) -> ResponseReturnValue:
    """The form of a correction, with what it corrects already in it."""
    with database().view(person().scope) as session:
        entry = session.get(LogEntry, id) or abort(404)
        told: dict[str, Any] = dict(begun_from(entry))
        return redirect(url_for("registers.new", slug="errors", **told))


def _page(wrong: list[str] | None = None) -> str:
    with database().view(person().scope) as session:
        query = select(ShiftHandover).where(ShiftHandover.retired_at.is_(None))
        latest = session.scalars(query.order_by(ShiftHandover.number.desc()).limit(_LATEST)).all()
        mine = waiting(session, person().id)
        hands = [(field_of(ShiftHandover, name), getattr(one, name))
                 for one in (*mine, *latest) for name in ("giver_id", "taker_id")]  # fmt: skip
        return render_template(
            "shift.html", mine=mine, latest=latest, SHIFTS=SHIFTS, names=names(session, hands),
            wrong=wrong or (), may_record=can(person(), "record"),
        )  # fmt: skip
