"""What can be done to rows of any register besides editing: retire, restore, its own acts; and the
lists a person keeps under a name."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.register import Register, Rejected
from web.access import by_register
from web.registers import filters, writing
from web.registers.asked import chosen, filters_in_force
from web.registers.book import book
from web.registers.undoing import back, refuse, tell

bp = Blueprint("acts", __name__, url_prefix="/r/<slug>")


@bp.post("/<id>/retire")
@by_register
def retire(slug: str, id: str) -> ResponseReturnValue:
    return _act(book(slug, "edit"), [id], writing.RETIRE)


@bp.post("/<id>/restore")
@by_register
def restore(slug: str, id: str) -> ResponseReturnValue:
    return _act(book(slug, "edit"), [id], writing.RESTORE)


@bp.post("/acts")
@by_register
def ticked(slug: str) -> ResponseReturnValue:
    """Do one thing to the ticked rows."""
    cls = book(slug, "edit")
    return _act(cls, _ticked(), request.form.get("act", ""))


@bp.post("/onward/<paper>")
@by_register
def onward(slug: str, paper: str) -> ResponseReturnValue:
    """Begin a paper of another register with the ticked rows."""
    cls = book(slug)
    wanted = next((one for one in cls.onward if one.slug == paper), None) or abort(404)
    ids = _ticked()
    if not ids or (len(ids) > 1 and not wanted.many):
        flash(_("请勾选一项。") if not wanted.many else _("请先勾选。"), "warning")
        return back(url_for("registers.index", slug=slug))
    known: dict[str, Any] = {"equipment_id": ids[0]} if len(ids) == 1 else {}
    return redirect(url_for("registers.new", slug=paper, thing=ids, **known))


@bp.post("/filters")
@by_register
def keep_filter(slug: str) -> ResponseReturnValue:
    cls = book(slug)
    try:
        filters.save(cls, request.form.get("name", ""), filters_in_force(cls))
    except Rejected as error:
        flash(str(error), "warning")
    return redirect(url_for("registers.index", slug=slug, **chosen(cls)))


@bp.post("/filters/<id>/forget")
@by_register
def forget_filter(slug: str, id: str) -> ResponseReturnValue:
    cls = book(slug)
    filters.forget(cls, id)
    return redirect(url_for("registers.index", slug=slug, **chosen(cls)))


def _ticked() -> list[str]:
    return [one for value in request.form.getlist("id") for one in value.split(",") if one]


def _act(cls: type[Register], ids: list[str], what: str) -> ResponseReturnValue:
    own = what in (writing.RETIRE, writing.RESTORE)
    try:
        done = (writing.turn if own else writing.perform)(cls, ids, what)
    except Rejected as error:
        refuse(error)
        return back(url_for("registers.index", slug=cls.slug))
    if done.told:
        url = url_for("registers.index", slug=cls.slug)
        return render_template("register_told.html", cls=cls, told=done.told, url=url)
    if done.rows:
        tell(cls, done, what)
    return back(url_for("registers.index", slug=cls.slug))
