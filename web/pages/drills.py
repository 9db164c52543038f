"""Doing a drill: of a backup, from one of its copies; of an old disc, with the key of its sheet."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.iso import drives
from backups.key_text import Mistyped, key_from_text, key_text
from inventory.backup_copy import BackupCopy
from inventory.backup_set import BackupSet
from inventory.drill_due import lacking
from inventory.role import can
from inventory.shanghai import today
from playbooks.drill_scratch import lay_key
from web import asking
from web.access import allowed, person
from web.current import database, key, settings
from web.registers.book import home_centre

bp = Blueprint("drills", __name__, url_prefix="/backups/drills")
_REACHED = ("own", "host")  # what the console can read by itself


@bp.get("/new")
@allowed("record")
def new() -> str:
    return _page()


@bp.post("/new")
@allowed("record")
def begin() -> ResponseReturnValue:
    """Of one set; the worker does it."""
    with database().view(person().scope) as session:
        row = session.get(BackupSet, request.form.get("set", "")) or abort(404)
        if not can(person(), "record", row):
            abort(403)
        copy = request.form.get("copy", "")
        if copy and copy not in {one.id for one in _copies(session, row)}:
            abort(404)
    run = asking.ask("drill", row.centre_id, row.id, set=row.id, copy=copy)
    return redirect(url_for("jobs.show", id=run))


@bp.post("/disc")
@allowed("record")
def disc() -> ResponseReturnValue:
    """Of an old disc: what was typed waits, sealed, in a file that the worker takes away."""
    lines = [one.strip() for one in request.form.get("folder", "").splitlines()]
    places, typed = [one for one in lines if one], request.form.get("typed", "")
    if not places or not all(one.startswith("/") or one in drives() for one in places):
        return _page(wrong={"folder": _("请写绝对路径，如 /media/cdrom")}), 422
    try:
        typed = key_text(key_from_text(typed))
    except Mistyped as error:
        return _page(wrong={"typed": error.reason}), 422
    laid = lay_key(settings().home, key(), typed)
    run = asking.ask("drill", home_centre(), folder="\n".join(places), typed=laid)
    return redirect(url_for("jobs.show", id=run))


def _copies(session: Session, row: BackupSet) -> list[BackupCopy]:
    query = select(BackupCopy).where(
        BackupCopy.set_id == row.id, BackupCopy.place.in_(_REACHED), BackupCopy.state == "verified"
    )
    return list(session.scalars(query.order_by(BackupCopy.place.desc(), BackupCopy.id)))


def _page(wrong: dict[str, str] | None = None) -> str:
    with database().view(person().scope) as session:
        row = session.get(BackupSet, request.args.get("set", ""))
        told: dict[str, Any] = {"row": row, "copies": _copies(session, row) if row else []}
        due = lacking(session, today())
    return render_template(
        "backups/drill_new.html", due=due, wrong=wrong or {}, given=request.form, **told
    )
