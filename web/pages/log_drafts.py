"""What the console proposes for the duty log: written down as it is, or left out for a reason."""

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory.log_deciding import confirm, dismiss
from inventory.log_draft import LogDraft
from inventory.log_sheet import day_of
from inventory.register import Rejected
from web.access import allowed, origin, person
from web.current import database
from web.registers.undoing import back

_TAKEN = (StaleDataError, IntegrityError)  # two hands on one draft at the same moment
_LEAD = 20  # characters of a draft that tell which one is meant

bp = Blueprint("log_drafts", __name__, url_prefix="/log/drafts")


@bp.post("/<id>/confirm")
@allowed("record")
def enter(id: str) -> ResponseReturnValue:
    return _confirmed([id])


@bp.post("/confirm")
@allowed("record")
def enter_many() -> ResponseReturnValue:
    """Each ticked draft becomes an entry of its own; one that is refused keeps back no other."""
    ids = request.form.getlist("id")
    if not ids:
        flash(_("请先勾选。"), "warning")
        return _back()
    return _confirmed(ids)


@bp.post("/<id>/dismiss")
@allowed("record")
def leave(id: str) -> ResponseReturnValue:
    """Left out; the reason is one of the usual ones, or typed."""
    reason = request.form.get("reason", "") or request.form.get("other", "")
    try:
        with database().transaction(person().act("忽略日志草稿", origin())) as session:
            one = session.get(LogDraft, id) or abort(404)
            dismiss(session, one, person(), reason)
    except Rejected as error:
        flash(_("没有执行：%(cause)s", cause=str(error)), "warning")
    except _TAKEN:
        flash(_("别人刚刚办理过，请看现在的状态。"), "warning")
    return _back()


def _confirmed(ids: list[str]) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        told = {key: (session.get(LogDraft, key) or abort(404)).text[:_LEAD] for key in ids}
    for key, name in told.items():
        try:
            _confirm(key)
        except Rejected as error:
            flash(_("没有执行：%(cause)s", cause=f"“{name}” {error}"), "warning")
        except _TAKEN:
            flash(_("别人刚刚办理过，请看现在的状态。"), "warning")
    return _back()


def _confirm(key: str) -> None:
    with database().transaction(person().act("确认日志草稿", origin())) as session:
        one = session.get(LogDraft, key) or abort(404)
        confirm(session, one, person(), {"shift": _shift(one)})


def _shift(one: LogDraft) -> str:
    """By night when it was confirmed on the page of the night that saw it."""
    night = (day_of(one.at, "night").isoformat(), "night")
    shown = (request.form.get("day"), request.form.get("shift"))
    return "night" if shown == night else "day"


def _back() -> ResponseReturnValue:
    return back(url_for("log.index"))
