"""What stands on a handover: put there by a scanner or by hand, one after the other."""

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.handing_lines import add, remove
from inventory.handover import Handover
from inventory.locating import guessed
from inventory.paper_line import things_on
from inventory.register import Rejected, field_of
from web.access import allowed, origin, person
from web.current import database
from web.registers.beside import beside
from web.registers.book import may, page_url
from web.registers.carrying import carries
from web.registers.names import names
from web.registers.row import row_facts

bp = Blueprint("handovers", __name__, url_prefix="/handovers/<id>/things")
_SHOWN = ("centre_id", "keeper_id", "room_id")


@beside("Handover")
def things(session: Session, row: Handover) -> dict[str, object]:
    """The card of its page that lists the things, and takes more while it is a draft."""
    found = things_on(session, row)
    refs = [(field_of(Equipment, name), getattr(one, name)) for one in found for name in _SHOWN]
    open_ = row.state == "draft" and row.retired_at is None and may(Handover, "edit")
    return {"things": found, "kept": names(session, refs), "may_list": open_}


@carries("Handover")
def begin(session: Session, row: Handover, found: list[Equipment]) -> None:
    add(session, row, found, person())


@bp.post("")
@allowed("record")
def put(id: str) -> ResponseReturnValue:
    """One scan: the thing it names goes onto the paper; where several fit, they are offered."""
    typed = request.form.get("typed", "")
    with database().view(person().scope) as session:
        session.get(Handover, id) or abort(404)
        keys = request.form.getlist("thing")
        found = _chosen(session, keys) if keys else guessed(session, typed)
    if len(found) != 1 and not keys:
        said = _("没有找到“%(text)s”。", text=typed.strip()) if typed.strip() and not found else ""
        return _shown(id, said=said, offered=found, typed=typed if found else "")
    try:
        with database().transaction(person().act("交接单加物品", origin())) as session:
            row = session.get(Handover, id) or abort(404)
            new = add(session, row, _chosen(session, [one.id for one in found]), person())
    except Rejected as error:
        return _shown(id, said="；".join(map(str, error.errors)), wrong=True)
    label = "、".join(one.label for one in found)
    told = _("已加入：") if new else _("已经在单子上：")
    return _shown(id, said=told + label)


@bp.post("/<thing>/remove")
@allowed("record")
def drop(id: str, thing: str) -> ResponseReturnValue:
    try:
        with database().transaction(person().act("交接单减物品", origin())) as session:
            row = session.get(Handover, id) or abort(404)
            remove(session, row, thing, person())
    except Rejected as error:
        return _shown(id, said="；".join(map(str, error.errors)), wrong=True)
    return _shown(id)


def _chosen(session: Session, keys: Sequence[str]) -> list[Equipment]:
    found = (session.get(Equipment, key) for key in keys)
    return [one for one in found if one is not None]


def _shown(id: str, **told: object) -> ResponseReturnValue:
    """The cards of things and steps for a page that stands there already (what is signed changes
    with the things); the whole page without scripts."""
    live = "HX-Request" in request.headers
    with database().view(person().scope) as session:
        row = session.get(Handover, id) or abort(404)
        if not live and not told:
            return redirect(page_url(row))
        template = "handover_things.html" if live else Handover.template
        return render_template(template, **(dict(row_facts(session, row)) | told))
