"""What the status page asks: a fixed number of bounded statements, whatever the fleet."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.act import Scope
from inventory.centre import Centre
from inventory.device import Device
from inventory.interface import Interface, InterfaceLatest
from inventory.run import Event
from inventory.state import DeviceState, Gauge
from web.queries.levels import CRITICAL, level, suspects

CAUSES, NAMED, ODDITIES, WARNED, UNITS, PORTS, EVENTS = 30, 6, 20, 20, 60, 10, 20
_STEP = 27  # characters by which one level lengthens a centre's path: a key and a slash

Found = Row[*tuple[Any, ...]]
Rows = Sequence[Found]
Query = Select[*tuple[Any, ...]]

WATCHED = and_(Device.retired_at.is_(None), Device.paused.is_(False))
state_now = func.coalesce(DeviceState.state, "unknown")  # no row yet: never polled


def counts(session: Session) -> dict[str, int]:
    """Devices by state; those nobody watches are "paused", whatever they last said."""
    word = case((Device.paused, "paused"), else_=state_now).label("word")
    query = _with_state(select(word, func.count())).where(Device.retired_at.is_(None))
    return dict(session.execute(query.group_by("word")).all())


def causes(session: Session) -> Rows:
    """Devices that are down of themselves: (Device, DeviceState, unit, below, hidden).

    `below` counts what is out of reach because of it, `hidden` is the sum of `below` over all
    causes, also those beyond the first 30.
    """
    reach = _reach()
    each = select(reach.c.root, (func.count() - 1).label("below")).group_by(reach.c.root).subquery()
    query = (
        select(
            Device, DeviceState, Centre.name.label("unit"), each.c.below,
            func.sum(each.c.below).over().label("hidden"),
        )
        .join(each, each.c.root == Device.id)
        .join(DeviceState, DeviceState.device_id == Device.id)
        .join(Centre, Centre.id == Device.centre_id)
        .order_by(each.c.below.desc(), DeviceState.since, Device.id)
    )  # fmt: skip
    return session.execute(query.limit(CAUSES)).all()


def affected(session: Session, roots: Sequence[str]) -> dict[str, list[Found]]:
    """The first devices (root, id, name) out of reach below each of these causes."""
    reach, child = _reach(), aliased(Device)
    place = func.row_number().over(partition_by=reach.c.root, order_by=child.name).label("place")
    ranked = (
        select(reach.c.root, child.id, child.name, place)
        .join(child, child.id == reach.c.device)
        .where(reach.c.root.in_(roots), reach.c.device != reach.c.root)
        .subquery()
    )
    found = defaultdict(list)
    for row in session.execute(select(ranked).where(ranked.c.place <= NAMED)):
        found[row.root].append(row)
    return found


def oddities(session: Session) -> Rows:
    """(Device, DeviceState, unit): nobody can tell how it is, then what answers only in part."""
    unknown = state_now == "unknown"
    partly = and_(state_now == "up", DeviceState.why != "", DeviceState.misses == 0)
    query = (
        _with_state(select(Device, DeviceState, Centre.name.label("unit")))
        .join(Centre, Centre.id == Device.centre_id)
        .where(WATCHED, or_(unknown, partly))
        .order_by(case((unknown, 0), else_=1), DeviceState.since, Device.id)
    )
    return session.execute(query.limit(ODDITIES)).all()


def warned(session: Session, since: datetime) -> Rows:
    """Devices whose sensors passed a limit: (id, name, profile, unit, worst, total, critical).

    Only devices that answer, and values read since `since`: an old value says nothing.
    `total` and `critical` count all of them, also beyond the first 20.
    """
    worst = func.max(level()).label("worst")
    passed = _alarms(select(Gauge.device_id, worst), since).where(Gauge.id.in_(suspects()))
    each = passed.group_by(Gauge.device_id).subquery()
    query = (
        select(
            Device.id, Device.name, Device.profile, Centre.name.label("unit"), each.c.worst,
            func.count().over().label("total"),
            func.sum(case((each.c.worst == CRITICAL, 1), else_=0)).over().label("critical"),
        )
        .join(each, each.c.device_id == Device.id)
        .join(Centre, Centre.id == Device.centre_id)
        .order_by(each.c.worst.desc(), Device.name, Device.id)
    )  # fmt: skip
    return session.execute(query.limit(WARNED)).all()


def alarms(session: Session, since: datetime, devices: Sequence[str]) -> dict[str, list[Found]]:
    """The sensors of these devices that passed a limit: (Gauge, level), worst first."""
    query = _alarms(select(Gauge, level().label("level")), since)
    query = query.where(Gauge.device_id.in_(devices))
    found = defaultdict(list)
    for row in session.execute(query.order_by(level().desc(), Gauge.metric, Gauge.slot)):
        found[row.Gauge.device_id].append(row)
    return found


def units(session: Session, scope: Scope) -> Rows:
    """Devices by unit: what lies directly below the top of the scope, with all below it.

    (id, name, total, up, down, unreachable, unknown), troubled units first.
    """
    depth = min(map(len, scope.paths), default=0) + _STEP
    prefix = func.substr(Centre.path, 1, depth).label("prefix")
    each = (
        _with_state(select(prefix, func.count().label("total"), *map(_number, _COUNTED)))
        .join(Centre, Centre.id == Device.centre_id)
        .where(WATCHED)
        .group_by("prefix")
        .subquery()
    )
    columns = (each.c[name] for name in ("total", *_COUNTED))
    query = select(Centre.id, Centre.name, *columns).join(each, each.c.prefix == Centre.path)
    order = (each.c.down.desc(), each.c.unreachable.desc(), each.c.unknown.desc(), Centre.code)
    return session.execute(query.order_by(*order).limit(UNITS)).all()


def busiest(session: Session, since: datetime) -> Rows:
    """The ports nearest to their speed: (Interface, in_bps, out_bps, share, device)."""
    latest = InterfaceLatest
    into, out = (func.coalesce(column, 0) for column in (latest.in_bps, latest.out_bps))
    share = (100.0 * case((into > out, into), else_=out) / Interface.speed).label("share")
    query = (
        select(Interface, latest.in_bps, latest.out_bps, share, Device.name.label("device"))
        .join(latest, latest.interface_id == Interface.id)
        .join(Device, Device.id == Interface.device_id)
        .where(WATCHED, Interface.gone_at.is_(None), Interface.speed > 0, into + out > 0)
        .where(latest.at >= since.timestamp())
    )
    return session.execute(query.order_by(share.desc(), Interface.id).limit(PORTS)).all()


def events(session: Session) -> Rows:
    """The newest events: (Event, device name or None)."""
    query = select(Event, Device.name.label("device")).outerjoin(
        Device, Device.id == Event.device_id
    )
    return session.execute(query.order_by(Event.at.desc(), Event.id.desc()).limit(EVENTS)).all()


_COUNTED = ("up", "down", "unreachable", "unknown")


def _number(state: str) -> ColumnElement[int]:
    return func.sum(case((state_now == state, 1), else_=0)).label(state)


def _with_state(query: Query) -> Query:
    return query.select_from(Device).outerjoin(DeviceState, DeviceState.device_id == Device.id)


def _reach() -> CTE:
    """(root, device): each device that is down, with itself and all that is unreachable below."""
    state = DeviceState.device_id == Device.id
    down = select(Device.id.label("root"), Device.id.label("device")).join(DeviceState, state)
    reach = down.where(WATCHED, DeviceState.state == "down").cte("reach", recursive=True)
    below = (
        select(reach.c.root, Device.id)
        .join(Device, Device.parent_id == reach.c.device)
        .join(DeviceState, state)
        .where(WATCHED, DeviceState.state == "unreachable")
    )
    return reach.union(below)  # not UNION ALL: it ends even if parents ran in a circle


def _alarms(query: Query, since: datetime) -> Query:
    return (
        query.join(Device, Device.id == Gauge.device_id)
        .join(DeviceState, DeviceState.device_id == Device.id)
        .where(WATCHED, DeviceState.state == "up", Gauge.at >= since, level() > 0)
    )
