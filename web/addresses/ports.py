"""A switch as its ports see it; shutting one with an offending host behind it, and opening it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.address_finding import KINDS, STATES, AddressFinding
from inventory.change import Change
from inventory.device import Device
from inventory.port_rule import KINDS as DECLARED
from inventory.register import Rejected
from inventory.role import can
from inventory.sighting import ROLES, TABLES
from playbooks.isolating import Cutting, against, interface_of, isolate, release, warning
from web.access import allowed, origin, person
from web.addresses.desk import bp, device_or_404
from web.addresses.overview import rights
from web.current import database, key
from web.device_page import device_page, frame_of
from web.queries.addresses import violation
from web.queries.addresses_ports import board

LIGHTS = {"edge": "ok", "many": "info", "uplink": "unknown", "lag": "unknown", "never": "unknown"}


@bp.get("/devices/<id>")
@allowed("view")
def ports(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        frame = frame_of(session, id)
        found = board(session, frame.device)
    every = request.args.get("all") == "1"
    shown = [one for one in found.lines if every or one.told]
    return device_page(
        "addresses/ports.html", frame, found=found, shown=shown, every=every, LIGHTS=LIGHTS,
        ROLES=ROLES | DECLARED, TABLES=TABLES, KINDS=KINDS, STATES=STATES, **rights(),
    )  # fmt: skip


@bp.get("/isolate")
@allowed("operate")
def cut() -> ResponseReturnValue:
    return _form("isolate", request.args.get("device", ""), request.args.get("port", ""))


@bp.post("/isolate")
@allowed("operate")
def do_cut() -> ResponseReturnValue:
    """Proposes only: it is approved, or run in an emergency, on the change's own page."""
    return _do("isolate")


@bp.get("/release")
@allowed("operate")
def open_() -> ResponseReturnValue:
    return _form("release", request.args.get("device", ""), request.args.get("port", ""))


@bp.post("/release")
@allowed("operate")
def do_open() -> ResponseReturnValue:
    return _do("release")


def _form(way: str, device_id: str, port: str, wrong: str = "") -> ResponseReturnValue:
    finding = request.values.get("finding", "")
    with database().view(person().scope) as session:
        device = device_or_404(session, device_id)
        if not can(person(), "operate", device):
            abort(403)
        known = interface_of(session, device, port) or abort(404)
        one = violation(session, finding) if finding else None
        why = against(session, device, port) if way == "isolate" else ""
        risk = warning(session, device, port) if way == "isolate" else ""
    page = render_template(
        "addresses/isolate.html", way=way, device=device, port=known.name, violation=one, why=why,
        risk=risk, wrong=wrong, given=request.form, KINDS=KINDS, STATES=STATES,
    )  # fmt: skip
    return page, 422 if wrong or (why and request.method == "POST") else 200


def _do(way: str) -> ResponseReturnValue:
    form, act = request.form, isolate if way == "isolate" else release
    title = "申请隔离端口" if way == "isolate" else "申请解除隔离"
    try:
        with database().transaction(person().act(title, origin())) as session:
            device = device_or_404(session, form.get("device", ""))
            finding = _finding(session, device, form.get("finding", ""))
            asked = Cutting(device, form.get("port", ""), form.get("reason", ""), finding)
            change = act(session, key(), person(), asked)
    except Rejected as error:
        causes = "；".join(_(one.cause) for one in error.errors)
        return _form(way, form.get("device", ""), form.get("port", ""), causes)
    return _begun(change)


def _finding(session: Session, device: Device, key: str) -> AddressFinding | None:
    """The violation that asks for it; 404 when it is of another device."""
    found = session.get(AddressFinding, key) if key else None
    if key and (found is None or found.device_id != device.id):
        abort(404)
    return found


def _begun(change: Change) -> ResponseReturnValue:
    flash(_("已拟成配置操作，正在做计划；提请审批，或按应急执行。"), "ok")
    return redirect(url_for("registers.show", slug="changes", id=change.id))
