"""Routers off the province's template, and exceptions that end within a fortnight."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.config_exception import AHEAD, ConfigException
from inventory.config_verdict import ConfigVerdict
from inventory.device import Device
from inventory.role import Standing
from inventory.shanghai import today
from web.todo import Todo
from web.todo_lines import FEW, Wanted, lines

rights = ("view", "edit")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    yield from _routers(session)
    kind, row = _("配置豁免将到期"), ConfigException
    near = today(now) + timedelta(days=AHEAD)
    query = select(row).where(
        row.state == "approved", row.retired_at.is_(None), row.until_on <= near,
        row.until_on >= today(now),
    )  # fmt: skip

    def line(one: ConfigException) -> Todo:
        link = f"/r/config-exceptions/{one.id}"
        return Todo(kind, f"{kind}：{one.headline}", link, one.until_on)

    told = Wanted(kind, "/r/config-exceptions?state=approved", query, row.until_on, line)
    yield from told.todo(session, now)


def _routers(session: Session) -> Iterator[Todo]:
    kind = _("路由器配置不符合模板")
    query = (
        select(Device.id, Device.name)
        .join(ConfigVerdict, ConfigVerdict.device_id == Device.id)
        .where(Device.kind == "router", Device.retired_at.is_(None))
        .where(ConfigVerdict.state == "deviating")
        .distinct()
        .order_by(Device.name)
    )
    found = session.execute(query).all()
    few = [
        Todo(kind, f"{kind}：{one.name}", f"/compliance/{one.id}", level="warning")
        for one in found[: FEW + 1]
    ]
    yield from lines(kind, few, len(found), "/compliance/?tab=deviating")
