"""The two graphs of a device page, a port's traffic and a sensor, and the same as a sheet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.interface import Interface
from inventory.sheet import Mark, write_csv
from inventory.state import Gauge
from netops.history import History
from netops.profile import profiles
from web.current import settings
from web.graphs import (
    Point,
    Span,
    drawable,
    gauge_chart,
    gauge_line,
    last_day,
    port_chart,
    port_lines,
)
from web.leaving import exported
from web.locale import moment
from web.queries import device as asked
from web.queries import ports as port_queries
from web.reading import shown

_FIRST = ("cpu", "temperature", "load", "battery_charge", "memory")  # the sensor shown unasked


def graphs(session: Session, device: Device, wanted: Mapping[str, str]) -> dict[str, Any]:
    """What the template draws: the port and sensor asked for by id, or the most telling ones."""
    offered, sensors = port_queries.choices(session, device.id), asked.gauges(session, device.id)
    one = _port(session, device, wanted) or next(iter(offered), None)
    sensor = _gauge(session, device, wanted) or _most_telling(sensors)
    return {
        "ports_offered": offered,
        "port": one,
        "port_graph": _port_graph(device, one),
        "gauges_offered": [shown(gauge, device.profile) for gauge in sensors],
        "gauge": sensor,
        "gauge_graph": _gauge_graph(device, sensor),
    }


def graph_csv(session: Session, device: Device, wanted: Mapping[str, str]) -> bytes | None:
    """The samples behind one graph, times in Shanghai; None when there is nothing of that id."""
    port, sensor = _port(session, device, wanted), _gauge(session, device, wanted)
    if port is not None:
        into, out = _port_lines(device, port)
        columns = [_("时间"), _("入") + " bit/s", _("出") + " bit/s"]
        return write_csv(columns, _rows(into, out), _mark(device, port.name))
    if sensor is not None:
        line = gauge_line(_history(), sensor, _day())
        told = f"{sensor.metric} {sensor.slot}".strip()
        columns = [_("时间"), f"{sensor.metric} {sensor.slot} {sensor.unit}"]
        return write_csv(columns, _rows(line), _mark(device, told))
    return None


def _mark(device: Device, graph: str) -> Mark:
    what = {"kind": "csv", "graph": graph, "device": device.name}
    return lambda: exported("曲线数据", "Device", what, device.id)


def _rows(*lines: Sequence[Point]) -> Iterable[tuple[str, ...]]:
    for points in zip(*lines, strict=True):
        at = moment(datetime.fromtimestamp(points[0][0] / 1000, UTC), seconds=True)
        yield (at, *("" if value is None else str(value) for _, value in points))


def _port(session: Session, device: Device, wanted: Mapping[str, str]) -> Interface | None:
    key = _key(wanted.get("port", ""))
    return None if key is None else port_queries.port(session, device.id, key)


def _gauge(session: Session, device: Device, wanted: Mapping[str, str]) -> Gauge | None:
    key = _key(wanted.get("gauge", ""))
    return None if key is None else asked.gauge(session, device.id, key)


def _key(text: str) -> int | None:
    """A key as an address names it; one that no database could hold is nobody's."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _most_telling(sensors: Sequence[Gauge]) -> Gauge | None:
    rank = {metric: place for place, metric in enumerate(_FIRST)}
    return min(sensors, key=lambda g: rank.get(g.metric, len(rank)), default=None)


def _port_graph(device: Device, port: Interface | None) -> Mapping[str, Any] | None:
    lines = _port_lines(device, port) if port else ([], [])
    return port_chart(port, lines) if port and drawable(lines[0]) else None


def _port_lines(device: Device, port: Interface) -> tuple[list[Point], list[Point]]:
    profile = profiles().get(device.profile)
    wide = profile is None or profile.counters != "32"
    return port_lines(_history(), port, _day(), wide=wide)


def _gauge_graph(device: Device, sensor: Gauge | None) -> Mapping[str, Any] | None:
    line = gauge_line(_history(), sensor, _day()) if sensor else []
    if sensor is None or not drawable(line):
        return None
    return gauge_chart(sensor, profiles().get(device.profile), line)


def _history() -> History:
    return History(settings().home / "history")


def _day() -> Span:
    return last_day(datetime.now(UTC), settings().counter_seconds)
