"""What a telephone shows after the code on a label was read: how the thing is, and two taps."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import exchange
from inventory.caring import record_care
from inventory.category import categories
from inventory.deployment import serving
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.handing_loans import loan_of
from inventory.lifecycle import KEPT_WELL
from inventory.locating import located
from inventory.register import Rejected, field_of
from inventory.role import can
from inventory.room import Room
from inventory.shanghai import today
from inventory.state import DeviceState
from inventory.stock_scanning import scan
from inventory.stocktake import StockTake
from web.access import allowed, origin, person
from web.current import database
from web.navigation import link
from web.registers.names import names

bp = Blueprint("scanned", __name__, url_prefix="/a")
_REFS = ("centre_id", "keeper_id", "room_id")


@bp.get("/<path:tag>")
@allowed("view")
def show(tag: str) -> ResponseReturnValue:
    """The thing's page for a hand that holds a telephone; what answers to no tag is said so."""
    with database().view(person().scope) as session:
        found = located(session, tag)
        if len(found) != 1:
            page = render_template("scanned_unknown.html", tag=tag, found=found)
            return page, 200 if found else 404
        return render_template("scanned.html", **_facts(session, found[0]))


@bp.post("/<id>/move")
@allowed("record")
def move(id: str) -> ResponseReturnValue:
    """It stands in another room of its unit: no handover, nobody else keeps it."""
    try:
        with database().transaction(person().act("换位置", origin())) as session:
            thing = session.get(Equipment, id) or abort(404)
            room = session.get(Room, request.form.get("room", "")) or abort(400)
            told = {"room_id": room.id, "rack": request.form.get("rack", "")}
            values, wrong = exchange.parse(session, Equipment, told, thing)
            if wrong:
                raise Rejected(tuple(wrong), thing.id)
            for name, value in values.items():
                setattr(thing, name, value)
    except Rejected as error:
        return _refused(id, error)
    flash(_("已换到：%(room)s", room=room.name), "ok")
    return redirect(url_for(".show", tag=thing.tag))


@bp.post("/<id>/power")
@allowed("record")
def power(id: str) -> ResponseReturnValue:
    """Switched on, with what came of it: the month's power-on of what is put away."""
    result, note = request.form.get("result", ""), request.form.get("note", "")
    try:
        with database().transaction(person().act("开机检查", origin())) as session:
            thing = session.get(Equipment, id) or abort(404)
            record_care(session, thing, "power_on", result, note, person())
    except Rejected as error:
        return _refused(id, error)
    flash(_("已登记开机检查。"), "ok")
    return redirect(url_for(".show", tag=thing.tag))


@bp.post("/<id>/count/<take_id>")
@allowed("record")
def count(id: str, take_id: str) -> ResponseReturnValue:
    """Seen, in the stock-take that goes on."""
    try:
        with database().transaction(person().act("盘点扫描", origin())) as session:
            thing = session.get(Equipment, id) or abort(404)
            take = session.get(StockTake, take_id) or abort(404)
            (done,) = scan(session, take, [thing.tag], person(), request.form.get("room", ""))
    except Rejected as error:
        return _refused(id, error)
    flash(f"{_(done.outcome_label)}：{done.told}", "ok")
    return redirect(url_for(".show", tag=thing.tag))


def _refused(id: str, error: Rejected) -> ResponseReturnValue:
    """What was undone is forgotten, and read anew."""
    flash("；".join(map(str, error.errors)), "warning")
    with database().view(person().scope) as session:
        thing = session.get(Equipment, id) or abort(404)
    return redirect(url_for(".show", tag=thing.tag))


def _facts(session: Session, thing: Equipment) -> dict[str, Any]:
    refs = [(field_of(Equipment, name), getattr(thing, name)) for name in _REFS]
    service = serving(session, thing=thing.id)
    rooms = select(Room).where(Room.centre_id == thing.centre_id, Room.retired_at.is_(None))
    mine = can(person(), "record", thing)
    return {
        "row": thing, "names": names(session, refs), "loan": loan_of(session, thing),
        "category": categories().get(thing.category), "today": today(), "may_record": mine,
        "device": session.get(Device, service.device_id) if service else None,
        "seen": session.get(DeviceState, service.device_id) if service else None,
        "rooms": session.scalars(rooms.order_by(Room.sort_key)).all() if mine else (),
        "takes": _takes(session, thing) if mine else (), "put_away": thing.state in KEPT_WELL,
        "repair": link("registers.new", slug="repairs", equipment_id=thing.id, thing=thing.id),
    }  # fmt: skip


def _takes(session: Session, thing: Equipment) -> list[StockTake]:
    """The stock-takes going on that count what belongs to its unit."""
    open_ = session.scalars(select(StockTake).where(StockTake.state == "open"))
    return [one for one in open_ if one.covers(session, thing.centre_id)]
