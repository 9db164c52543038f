"""What devices say now: interfaces and sensors; and what happened: events."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import RAISE
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.interface import Interface, InterfaceLatest
from inventory.run import Event
from inventory.state import Gauge
from web.access import allowed, person
from web.api import answers, examples
from web.api.door import READINGS, bp, documented
from web.api.paging import Asked, found, paged, part, span
from web.api.questions import EventsAsked, Paged
from web.current import database

_PORT = tuple(name for name in answers.Interface().fields if name != "latest")
_COLUMNS = ("in_octets", "out_octets", "in_errors", "out_errors", "in_discards", "out_discards")


@bp.get("/devices/<device_id>/interfaces")
@documented(
    _l("一台设备的接口"), _l("连同最新的计数和速率，按设备给的次序。不再报告的接口不列。"), READINGS
)
@allowed("view")
@bp.input(Paged, location="query", unknown=RAISE)
@bp.output(answers.InterfacePage, example=examples.page(examples.INTERFACE))
def interfaces(device_id: str, query_data: Asked) -> Any:
    with database().view(person().scope) as db:
        found(db, Device, device_id)
        mine = (Interface.device_id == device_id, Interface.gone_at.is_(None))
        query = (
            select(Interface, InterfaceLatest)
            .outerjoin(InterfaceLatest, InterfaceLatest.interface_id == Interface.id)
            .where(*mine)
            .order_by(Interface.if_index, Interface.id)
        )
        page = db.execute(part(query, query_data)).all()
        total = db.scalar(select(func.count(Interface.id)).where(*mine)) or 0
    return paged((_interface(row, latest) for row, latest in page), total, query_data)


@bp.get("/devices/<device_id>/gauges")
@documented(_l("一台设备的传感器"), _l("CPU、内存、温度、UPS 等的最新值。"), READINGS)
@allowed("view")
@bp.output(answers.Gauges, example={"items": [examples.GAUGE]})
def gauges(device_id: str) -> Any:
    with database().view(person().scope) as db:
        found(db, Device, device_id)
        query = select(Gauge).where(Gauge.device_id == device_id)
        return {"items": db.scalars(query.order_by(Gauge.metric, Gauge.slot)).all()}


@bp.get("/devices/<device_id>/events")
@documented(_l("一台设备的事件"), _l("通断变化、重启、接口变化等，从旧到新。"), READINGS)
@allowed("view")
@bp.input(EventsAsked, location="query", unknown=RAISE)
@bp.output(answers.EventPage, example=examples.page(examples.EVENT))
def device_events(device_id: str, query_data: Asked) -> Any:
    with database().view(person().scope) as db:
        found(db, Device, device_id)
        return _events(db, select(Event).where(Event.device_id == device_id), query_data)


@bp.get("/events")
@documented(
    _l("所有设备的事件"),
    _l("从旧到新；把最后一条的 at 作为下一次的 since，即可持续取用（按 id 去掉重复的）。"),
    READINGS,
)
@allowed("view")
@bp.input(EventsAsked, location="query", unknown=RAISE)
@bp.output(answers.EventPage, example=examples.page(examples.EVENT))
def events(query_data: Asked) -> Any:
    with database().view(person().scope) as db:
        return _events(db, select(Event), query_data)


def _events(db: Session, query: Select[Any], asked: Asked) -> dict[str, Any]:
    since, until = span(asked, timedelta(days=7))
    query = query.where(Event.at >= since, Event.at < until)
    total = db.scalar(query.with_only_columns(func.count(Event.id))) or 0
    page = db.scalars(part(query.order_by(Event.at, Event.id), asked)).all()
    return paged(page, total, asked)


def _interface(row: Interface, latest: InterfaceLatest | None) -> Mapping[str, Any]:
    told = {name: getattr(row, name) for name in _PORT}
    return told | {"latest": latest and _latest(latest)}


def _latest(latest: InterfaceLatest) -> Mapping[str, Any]:
    told = {name: getattr(latest, name) for name in (*_COLUMNS, "in_bps", "out_bps")}
    return told | {
        "at": datetime.fromtimestamp(latest.at, UTC),
        "errors_ps": latest.errors_ps,
        "discards_ps": latest.discards_ps,
    }
