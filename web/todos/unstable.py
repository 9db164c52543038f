"""Devices found now up, now down, about which somebody must decide within three days."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.role import Standing
from inventory.unstable import LATE, UnstableDevice
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("时好时坏的设备待决定")
    row = UnstableDevice
    query = select(row).where(row.state == "open", row.retired_at.is_(None))

    def line(one: UnstableDevice) -> Todo:
        device = session.get(Device, one.device_id)
        text = f"{one.number} {device.name if device else ''}"
        return Todo(kind, text, f"/r/unstable/{one.id}", one.found_at + LATE, "warning")

    told = Wanted(kind, "/r/unstable?state=open", query, row.found_at, line, LATE)
    return told.todo(session, now)
