"""What is to be pushed to one switch so that it holds people to the register, and what is not."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.change import Change
from inventory.device import Device
from inventory.register import FieldError, Rejected
from inventory.role import can
from netops.enforced import Entry
from netops.errors import Unreadable
from playbooks.binding_differences import Difference, differences
from playbooks.binding_plan import BindingPlan, plan_for, propose_for, propose_unbind
from playbooks.binding_task import MOST
from web.access import allowed, origin, person
from web.addresses.desk import bp, device_or_404
from web.current import database, key


@bp.get("/devices/<id>/plan")
@allowed("view")
def plan(id: str) -> ResponseReturnValue:
    return _page(id)


@bp.post("/devices/<id>/plan")
@allowed("operate")
def propose(id: str) -> ResponseReturnValue:
    """A change that does what the plan says; it is approved and run on its own page."""
    reason = request.form.get("reason", "")
    try:
        with database().transaction(person().act("拟成绑定下发", origin())) as session:
            device = device_or_404(session, id)
            change = propose_for(session, key(), device, person(), reason)
    except Rejected as error:
        return _page(id, [_(one.cause) for one in error.errors]), 422
    return _begun(change)


@bp.post("/devices/<id>/unbind")
@allowed("operate")
def unbind(id: str) -> ResponseReturnValue:
    """Take ticked entries that nobody registered out of the device."""
    ticked = set(request.form.getlist("id"))
    try:
        with database().transaction(person().act("拟成删除绑定", origin())) as session:
            device = device_or_404(session, id)
            gone = [_entry(one) for one in _extra(session, id) if _key(one) in ticked]
            if not gone:
                raise Rejected((FieldError("id", "绑定", "请先勾选要删除的绑定"),))
            reason = request.form.get("reason", "")
            change = propose_unbind(session, key(), device, person(), gone[:MOST], reason)
    except Rejected as error:
        return _page(id, [_(one.cause) for one in error.errors]), 422
    return _begun(change)


def _page(device_id: str, causes: list[str] | None = None) -> str:
    with database().view(person().scope) as session:
        device = device_or_404(session, device_id)
        told = _planned(session, device)
        extra = _extra(session, device_id)
        may_operate = can(person(), "operate", device) and not device.retired_at
    return render_template(
        "addresses/plan.html", device=device, plan=told, extra=extra, key_of=_key, MOST=MOST,
        causes=causes or (), may_operate=may_operate, reason=request.form.get("reason", ""),
    )  # fmt: skip


def _planned(session: Session, device: Device) -> BindingPlan:
    try:
        return plan_for(session, device.id)
    except Unreadable:
        abort(404)  # its profile is gone, and with it everything that could be said


def _extra(session: Session, device_id: str) -> list[Difference]:
    return [one for one in differences(session, device_id) if one.kind == "extra"]


def _key(one: Difference) -> str:
    return f"{one.ip} {one.mac} {one.port}"


def _entry(one: Difference) -> Entry:
    return Entry(one.ip, one.mac, one.port, one.vlan)


def _begun(change: Change) -> ResponseReturnValue:
    flash(_("已建立，正在读取设备配置、计算命令；看过计划再提请审批。"), "ok")
    return redirect(url_for("registers.show", slug="changes", id=change.id))
