"""What may be cleared away: shown first, with what stays and why; then done by the worker."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.backup_source import BackupSource
from inventory.role import can
from playbooks.clearing import previews
from web import asking
from web.access import allowed, person
from web.backing.desk import bp, source_or_404
from web.backing.running import running_facts
from web.current import database


@bp.get("/clearing")
@allowed("view")
def clearing() -> str:
    """Every source of which something may go, or would if nothing were owed."""
    with database().view(person().scope) as session:
        query = select(BackupSource).order_by(BackupSource.sort_key, BackupSource.id)
        sources = session.scalars(query).all()
        told = running_facts(session)
    with database().view(EVERYTHING) as whole:  # discs of the centre above keep a set, too
        found = previews(whole, sources)
    rows = [one for one in found if one.goes or one.stays]
    freed = sum(each.bytes for one in rows for each in one.goes)
    return render_template(
        "backups/preview.html", rows=rows, freed=freed, may=can(person(), "operate"), **told
    )


@bp.post("/clearing/<id>")
@allowed("operate")
def clear(id: str) -> ResponseReturnValue:
    """Exactly those that were shown, as far as they still may go."""
    source = source_or_404(id)
    shown = request.form.getlist("id")
    if not shown:
        abort(404)
    asking.ask("clear", source.centre_id, source.id, sets=sorted(shown))
    return redirect(url_for(".clearing"))
