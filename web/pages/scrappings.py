"""What stands on a scrapping: things by scan or by hand, parts out of the stock, and what is still
in the way of handing them over."""

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.disposal import HEADS, total
from inventory.disposing import on, uncleared
from inventory.equipment import Equipment
from inventory.locating import guessed
from inventory.paper_line import PaperLine
from inventory.register import Rejected
from inventory.room import Room
from inventory.sanitisation import cleared, needs_clearing
from inventory.scrapping import LOOSE, Scrapping, add_line, put_on, take_off
from inventory.stock import on_hand
from inventory.stock_levels import Lot
from web.access import allowed, origin, person
from web.current import database
from web.registers.beside import beside
from web.registers.book import may, page_url
from web.registers.carrying import carries
from web.registers.row import row_facts

bp = Blueprint("scrappings", __name__, url_prefix="/scrappings/<id>")


@beside("Scrapping")
def lines(session: Session, row: Scrapping) -> dict[str, object]:
    """The card of its lines, which takes more while nobody has been asked, and whose data wait."""
    told = on(session, row)
    open_ = row.state in LOOSE and row.retired_at is None and may(Scrapping, "edit")
    disks = [one.thing for one in told if one.thing is not None and needs_clearing(one.thing)]
    waiting = row.state in (*LOOSE, "asked", "approved")
    return {
        "shares": told, "heads": HEADS, "sum_row": total(told), "may_list": open_,
        "lots": _lots(session, row) if open_ else (),
        "disks": [(one, cleared(session, row, one)) for one in disks] if waiting else (),
        "in_the_way": tuple(uncleared(session, row)) if row.state == "approved" else (),
    }  # fmt: skip


@carries("Scrapping")
def begin(session: Session, row: Scrapping, found: list[Equipment]) -> None:
    for one in found:
        put_on(session, row, one)


@bp.post("/things")
@allowed("record")
def put(id: str) -> ResponseReturnValue:
    """One scan: the thing it names goes onto the paper; where several fit, they are offered."""
    typed, keys = request.form.get("typed", ""), request.form.getlist("thing")
    with database().view(person().scope) as session:
        session.get(Scrapping, id) or abort(404)
        found = _chosen(session, keys) if keys else guessed(session, typed)
    if len(found) != 1:
        said = _("没有找到“%(text)s”。", text=typed.strip()) if typed.strip() and not found else ""
        return _shown(id, said=said, offered=found, typed=typed if found else "")
    return _done(id, found[0].id)


@bp.post("/parts")
@allowed("record")
def put_parts(id: str) -> ResponseReturnValue:
    """So many of a lot that lies in a room."""
    part, _bar, rest = request.form.get("lot", "").partition("|")
    room, _bar, batch = rest.partition("|")
    number = max(0, request.form.get("quantity", 0, int))
    try:
        with database().transaction(person().act("报废单加配件", origin())) as session:
            row = session.get(Scrapping, id) or abort(404)
            lot = _lot(session, row, (part, room, batch), number)
            add_line(session, row, lot)
    except Rejected as error:
        return _shown(id, said="；".join(map(str, error.errors)), wrong=True)
    return _shown(id, said=_("已加入。"))


@bp.post("/lines/<line>/remove")
@allowed("record")
def drop(id: str, line: str) -> ResponseReturnValue:
    try:
        with database().transaction(person().act("报废单减物品", origin())) as session:
            row = session.get(Scrapping, id) or abort(404)
            found = session.get(PaperLine, line)
            if found is not None and found.paper_id == row.id:
                take_off(session, row, found)
    except Rejected as error:
        return _shown(id, said="；".join(map(str, error.errors)), wrong=True)
    return _shown(id)


def _done(id: str, key: str) -> ResponseReturnValue:
    try:
        with database().transaction(person().act("报废单加设备", origin())) as session:
            row = session.get(Scrapping, id) or abort(404)
            thing = session.get(Equipment, key) or abort(404)
            put_on(session, row, thing)
    except Rejected as error:
        return _shown(id, said="；".join(map(str, error.errors)), wrong=True)
    return _shown(id, said=_("已加入：") + thing.label)


def _chosen(session: Session, keys: Sequence[str]) -> list[Equipment]:
    found = (session.get(Equipment, key) for key in keys)
    return [one for one in found if one is not None]


def _lots(session: Session, row: Scrapping) -> tuple[tuple[str, str], ...]:
    """What lies in good order in the rooms of this centre: value and words of each lot."""
    lots = on_hand(session, session.get(Centre, row.centre_id))
    return tuple(
        (f"{one.part.id}|{one.room_id}|{one.batch}", _words(session, one))
        for one in lots
        if one.quantity
    )


def _words(session: Session, lot: Lot) -> str:
    room, part = session.get(Room, lot.room_id), lot.part
    what = " ".join(filter(None, (part.label, part.model, lot.batch)))
    return f"{what} · {room.name if room else ''} · {lot.quantity} {part.unit}"


def _lot(session: Session, row: Scrapping, key: tuple[str, str, str], number: int) -> PaperLine:
    """The line of so many of that lot. Raises Rejected when there are not so many."""
    found = on_hand(session, session.get(Centre, row.centre_id))
    there = next((one for one in found if (one.part.id, one.room_id, one.batch) == key), None)
    if there is None or not 1 <= number <= there.quantity:
        most = there.quantity if there else 0
        raise Rejected((row.wrong("listing", f"请选一批库存配件，数量 1 至 {most}"),), row.id)
    return PaperLine(part_id=key[0], room_id=key[1], batch=key[2], quantity=number)


def _shown(id: str, **told: object) -> ResponseReturnValue:
    """The card alone for a page that stands there already; the whole page without scripts."""
    with database().view(person().scope) as session:
        row = session.get(Scrapping, id) or abort(404)
        if "HX-Request" in request.headers:
            card = lines(session, row)
            return render_template("scrapping_lines.html", row=row, **card, **told)
        if not told.get("wrong") and not told.get("offered"):
            return redirect(page_url(row))
        return render_template(Scrapping.template, **(dict(row_facts(session, row)) | told))
