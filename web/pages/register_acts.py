"""What can be done to rows of any register besides editing: retire, restore, its own acts; and the
lists a person keeps under a name."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inventory.register import Register, Rejected
from web.access import allowed
from web.registers import filters, writing
from web.registers.asked import chosen, filters_in_force
from web.registers.book import book
from web.registers.undoing import back, refuse, tell

bp = Blueprint("acts", __name__, url_prefix="/r/<slug>")


@bp.post("/<id>/retire")
@allowed("view")
def retire(slug: str, id: str) -> ResponseReturnValue:
    return _act(book(slug, "edit"), [id], writing.RETIRE)


@bp.post("/<id>/restore")
@allowed("view")
def restore(slug: str, id: str) -> ResponseReturnValue:
    return _act(book(slug, "edit"), [id], writing.RESTORE)


@bp.post("/acts")
@allowed("view")
def ticked(slug: str) -> ResponseReturnValue:
    """Do one thing to the ticked rows."""
    cls = book(slug, "edit")
    ids = [one for value in request.form.getlist("id") for one in value.split(",") if one]
    return _act(cls, ids, request.form.get("act", ""))


@bp.post("/filters")
@allowed("view")
def keep_filter(slug: str) -> ResponseReturnValue:
    cls = book(slug)
    try:
        filters.save(cls, request.form.get("name", ""), filters_in_force(cls))
    except Rejected as error:
        flash(str(error), "warning")
    return redirect(url_for("registers.index", slug=slug, **chosen(cls)))


@bp.post("/filters/<id>/forget")
@allowed("view")
def forget_filter(slug: str, id: str) -> ResponseReturnValue:
    cls = book(slug)
    filters.forget(cls, id)
    return redirect(url_for("registers.index", slug=slug, **chosen(cls)))


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
