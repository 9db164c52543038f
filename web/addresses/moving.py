"""Everybody at one switch goes to another that takes its place: drafted here, approved by line."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.binding_moving import at_switch, move_to
from inventory.device import Device
from inventory.register import FieldError, Rejected
from web.access import allowed, origin, person
from web.addresses.desk import bp, device_or_404
from web.current import database


@bp.get("/devices/<id>/move")
@allowed("record")
def moving(id: str) -> ResponseReturnValue:
    return _page(id)


@bp.post("/devices/<id>/move")
@allowed("record")
def move(id: str) -> ResponseReturnValue:
    """Drafts only: what is in force stays so until each of them is approved."""
    ticked, target = set(request.form.getlist("id")), request.form.get("target", "")
    try:
        with database().transaction(person().act("改接到另一台交换机", origin())) as session:
            rows = [row for row in at_switch(session, device_or_404(session, id).id)
                    if row.id in ticked]  # fmt: skip
            other = device_or_404(session, target) if target else None
            if not rows or other is None or other.id == id:
                cause = "请勾选绑定，并选择另一台交换机"
                raise Rejected((FieldError("target", "接入交换机", cause),))
            made = move_to(session, rows, other)
    except Rejected as error:
        return _page(id, [_(one.cause) for one in error.errors]), 422
    flash(_("已草拟 %(n)s 条绑定，请核对后申请审批。", n=len(made)), "ok")
    return redirect(url_for("registers.index", slug="bindings", device_id=target, state="draft"))


def _page(device_id: str, causes: Sequence[str] = ()) -> str:
    with database().view(person().scope) as session:
        device = device_or_404(session, device_id)
        rows, others = at_switch(session, device_id), _others(session, device)
    return render_template(
        "addresses/move.html", device=device, rows=rows, others=others, causes=causes
    )  # fmt: skip


def _others(session: Session, device: Device) -> Sequence[Device]:
    query = select(Device).where(Device.retired_at.is_(None), Device.id != device.id)
    return session.scalars(query.where(Device.kind == device.kind).order_by(Device.sort_key)).all()
