"""One configuration as it may be read: without its secrets, line by line; who wrote which line."""

from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from backups.difference import lines as lines_of
from inventory.config_snapshot import ORIGINS, ConfigSnapshot
from inventory.device import Device
from inventory.role import can
from web.access import allowed, person
from web.configs.desk import bp, shelf, snapshot_or_404, text_file
from web.configs.timeline import before
from web.current import database


@bp.get("/<id>")
@allowed("view")
def snapshot(id: str) -> str:
    one, device = snapshot_or_404(id)
    lines = lines_of(shelf().text(one)) if one.readable else None
    return render_template("config_snapshot.html", lines=lines, **_above(one, device))


@bp.get("/<id>/blame")
@allowed("view")
def blame(id: str) -> str:
    """Every line with the snapshot it came with."""
    one, device = snapshot_or_404(id)
    lines = shelf().blame(one)
    with database().view(person().scope) as session:
        query = select(ConfigSnapshot).where(ConfigSnapshot.device_id == one.device_id)
        seen = {row.id: row for row in session.scalars(query)}
    found = [(line, seen.get(line.snapshot_id)) for line in lines]
    return render_template("config_blame.html", found=found, **_above(one, device))


@bp.get("/<id>/download")
@allowed("export")
def download(id: str) -> Response:
    """The readable text; the secrets in it stay hidden."""
    one, device = snapshot_or_404(id)
    return text_file("配置文本", file_name(device, one), one, lambda: shelf().text(one))


def file_name(device: Device, one: ConfigSnapshot) -> str:
    return f"{device.name}-{one.taken_at:%Y%m%d-%H%M%S}.txt"


def _above(one: ConfigSnapshot, device: Device) -> dict[str, Any]:
    with database().view(person().scope) as session:
        former = before(session, one)
    return {
        "one": one, "device": device, "ORIGINS": ORIGINS, "former": former,
        "may_export": can(person(), "export"), "may_operate": can(person(), "operate"),
        "title": _("%(name)s 的配置", name=device.name),
        "back": url_for("configs.device", id=device.id),
    }  # fmt: skip
