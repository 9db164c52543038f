"""Equipment: the line in the navigation, what the page of one thing shows, and putting a thing
into service as a monitored device, taking it out, swapping it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.category import categories
from inventory.deployment import deploy, serving, withdraw
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.lifecycle import STATES
from inventory.register import Rejected
from inventory.shanghai import today
from inventory.state import DeviceState
from web.access import by_register, origin, person
from web.current import database
from web.navigation import NavItem, holds
from web.queries import equipment as asked
from web.registers.beside import beside
from web.registers.book import book, may

bp = Blueprint("equipment", __name__, url_prefix="/equipment")
nav = NavItem(
    "registers.index", _l("设备台账"), "device-desktop", 22, holds("view"), {"slug": "equipment"},
    ("equipment", "differences", "equipment_month"),
)  # fmt: skip


@beside("Equipment")
def _beside(session: Session, thing: Equipment) -> Mapping[str, Any]:
    """Its life, its service, its papers, and what can be done from here."""
    now = asked.service(session, thing)
    may_serve = may(Equipment, "write") and thing.state == "in_use" and not thing.retired_at
    return {
        "life": asked.life(session, thing), "service": now, "papers": asked.papers(session, thing),
        "onward": tuple(asked.onward(thing)), "STATES_OF": STATES, "may_serve": may_serve,
        "devices": asked.unserved(session) if may_serve and now.now is None else (),
        "others": asked.spare(session, now.device.kind) if may_serve and now.device else (),
        "category": categories().get(thing.category), "today": today(),
    }  # fmt: skip


@bp.post("/<id>/deploy")
@by_register
def serve(id: str) -> ResponseReturnValue:
    """Let this thing be the device chosen."""
    book("equipment", "write")

    def work(session: Session) -> str:
        thing = session.get(Equipment, id) or abort(404)
        device = _chosen(session, Device, "device")
        deploy(session, thing, device, request.form.get("reason", "").strip()[:200])
        return str(_("%(thing)s 已投用为“%(device)s”。", thing=thing.label, device=device.name))

    return _done("投用设备", work, url_for("registers.show", slug="equipment", id=id))


@bp.post("/<id>/withdraw")
@by_register
def take_out(id: str) -> ResponseReturnValue:
    """The thing serves as nothing any more; its device is watched on until somebody pauses it."""
    book("equipment", "write")

    def work(session: Session) -> str:
        thing = session.get(Equipment, id) or abort(404)
        ended = withdraw(session, thing)
        device = session.get(Device, ended.device_id) if ended else None
        name = device.name if device else ""
        return str(_("已撤下。“%(name)s”还在监测；如果已经停机，请暂停它。", name=name))

    return _done("撤下设备", work, url_for("registers.show", slug="equipment", id=id))


@bp.post("/<id>/swap")
@by_register
def swap(id: str) -> ResponseReturnValue:
    """Another thing takes over as the device; the old one goes back by a handover."""
    book("equipment", "write")
    back = url_for("registers.show", slug="equipment", id=id)

    def work(session: Session) -> str:
        old = session.get(Equipment, id) or abort(404)
        now = serving(session, thing=id) or abort(404)
        device = session.get(Device, now.device_id) or abort(404)
        fresh = _chosen(session, Equipment, "thing")
        deploy(session, fresh, device, f"更换 {old.tag}")
        words = _("“%(device)s”已换成 %(thing)s，历史仍在。", device=device.name, thing=fresh.label)
        return str(words) + str(_("换下的 %(thing)s 请办理交接（退回）。", thing=old.label))

    return _done("更换设备", work, back)


@bp.get("/for/<device_id>")
@by_register
def link(device_id: str) -> ResponseReturnValue:
    """Which thing stands behind a device: choose one of the book."""
    book("equipment", "write")
    return _link(device_id)


@bp.post("/for/<device_id>")
@by_register
def put(device_id: str) -> ResponseReturnValue:
    book("equipment", "write")

    def work(session: Session) -> str:
        device = session.get(Device, device_id) or abort(404)
        thing = _chosen(session, Equipment, "thing")
        deploy(session, thing, device, "关联台账")
        return str(_("%(thing)s 已投用为“%(device)s”。", thing=thing.label, device=device.name))

    there = url_for("devices.show", id=device_id)
    return _done("投用设备", work, there, url_for(".link", device_id=device_id))


def _link(device_id: str) -> str:
    with database().view(person().scope) as session:
        device = session.get(Device, device_id) or abort(404)
        return render_template(
            "equipment_link.html", device=device, seen=session.get(DeviceState, device_id),
            things=asked.spare(session, device.kind), **asked.keeping(session, device),
        )  # fmt: skip


def _chosen(session: Session, cls: type[Any], name: str) -> Any:
    """The row that a select of the form names. Raises Rejected when none is chosen."""
    found = session.get(cls, request.form.get(name, ""))
    if found is None:
        raise Rejected((asked.unchosen(cls, name),))
    return found


def _done(
    what: str, work: Callable[[Session], str], there: str, back: str = ""
) -> ResponseReturnValue:
    """One act; refused, the page where it was tried says why and nothing was done."""
    try:
        with database().transaction(person().act(what, origin())) as session:
            told = work(session)
    except Rejected as error:
        flash(str(error), "warning")
        return redirect(back or there)
    flash(told, "ok")
    return redirect(there)
