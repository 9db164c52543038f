"""Devices without a fresh backup, changes that are saved nowhere, exports that are owed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.role import Standing
from playbooks.unsaved import LIMIT
from web.queries.configs import standing, unsaved
from web.todo import Todo
from web.todo_lines import Wanted, listed

rights = ("view", "operate")
_EXPORT = timedelta(days=1)  # from the change to its export


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("设备配置没有新备份")

    def stale(one: Device) -> Todo:
        state = session.get(ConfigState, one.id)
        why = f"{one.name}：{state.why}" if state and state.why else one.name
        return Todo(kind, why, f"/configs/devices/{one.id}", level="warning")

    old = standing(now, "failing", "stale", "never", "bare", "unexported")
    yield from listed(session, old, stale, kind, "/configs/?tab=old")
    yield from _exports(session, now)
    yield from _lost(session, now)


def _exports(session: Session, now: datetime) -> Iterator[Todo]:
    kind = _("配置变动后要人工导出")

    def owed(one: Device) -> Todo:
        since = session.get_one(ConfigState, one.id).heard_at
        due = since + _EXPORT if since else None
        return Todo(kind, one.name, f"/configs/devices/{one.id}", due, "critical")

    due = standing(now, "due")
    told = Wanted(kind, "/configs/?tab=manual", due, ConfigState.heard_at, owed, _EXPORT)
    return told.todo(session, now)


def _lost(session: Session, now: datetime) -> Iterator[Todo]:
    kind = _("设备上的改动没有保存")

    def line(one: Device) -> Todo:
        since = session.get_one(ConfigState, one.id).unsaved_since
        due = since + LIMIT if since else None
        return Todo(kind, one.name, f"/configs/devices/{one.id}", due, "warning")

    kept = unsaved(now - LIMIT)
    told = Wanted(kind, "/configs/?tab=unsaved", kept, ConfigState.unsaved_since, line, LIMIT)
    return told.todo(session, now)
