"""The form for a configuration that a person exported by hand: the file, why, and whose change."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backups.configs import Kept
from backups.content import untold
from backups.vault import NotKept
from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.entry import FieldError
from inventory.register import Rejected
from inventory.store import Damaged
from netops.redact import blank
from playbooks.config_export import bring
from web.access import allowed, origin, person
from web.configs.desk import bp, device_or_404, shelf
from web.current import database

_LONGEST = {"reason": 300, "who": 80}


@bp.get("/devices/<id>/import")
@allowed("operate")
def take_in(id: str) -> str:
    return _form(id, {})


@bp.post("/devices/<id>/import")
@allowed("operate")
def receive(id: str) -> ResponseReturnValue:
    """Kept whole, or not at all with the causes beside the fields."""
    file, told = request.files.get("file"), request.form
    with database().view(person().scope) as session:
        device = device_or_404(session, id)
    try:
        data = file.stream.read() if file and file.filename else None
        name = file.filename or "" if file else ""
        kept = brought(device, name, data, told.get("reason", ""), told.get("who", ""))
    except Rejected as error:
        return _form(id, {one.field: one.cause for one in error.errors}), 422
    except (NotKept, Damaged) as error:
        return _form(id, {"": error.reason}), 422
    if not kept.changed:
        flash(_("与最近一版完全相同，没有另存；已记下今天核对过。"), "ok")
        return redirect(url_for(".device", id=id))
    why = untold(data or b"")
    if why:
        note = _("已导入。文件%(why)s，只加密保存原文，不能查看、比较和查找。", why=_(why))
        flash(note, "warning")
    else:
        flash(_("已导入。"), "ok")
    return redirect(url_for(".snapshot", id=kept.snapshot_id))


def brought(device: Device, name: str, data: bytes | None, reason: str, who: str) -> Kept:
    """Keep the file in the name of whoever asks. Raises Rejected, NotKept, Damaged."""
    reason, who = reason.strip(), who.strip()
    errors = [
        FieldError(field, label, _("最多 %(n)s 个字", n=_LONGEST[field]))
        for field, label, text in (("reason", _("说明"), reason), ("who", _("修改人"), who))
        if len(text) > _LONGEST[field]
    ]
    if not reason:
        errors.append(FieldError("reason", _("说明"), _("请写明为什么导出这份配置")))
    if data is None:
        errors.append(FieldError("file", _("配置文件"), _("请选择一个文件")))
    if errors or data is None:
        raise Rejected(tuple(errors))
    told = blank(f"由 {who} 修改：{reason}" if who and who != person().name else reason)
    act = person().act("导入设备配置", origin(), told)
    return bring(shelf(), device, name, data, act, datetime.now(UTC))


def _form(id: str, wrong: Mapping[str, str]) -> str:
    with database().view(person().scope) as session:
        told: dict[str, Any] = {
            "device": device_or_404(session, id),
            "state": session.get(ConfigState, id),
        }
    return render_template("config_take_in.html", wrong=wrong, typed=request.form, **told)
