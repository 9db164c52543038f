"""What a device told when its fault was looked into, copied as text: later polls overwrite it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.run import Event
from inventory.shanghai import SHANGHAI
from inventory.state import STATES, DeviceState, Gauge

_EVENTS, _GAUGES = 10, 20


def diagnosis(session: Session, device_id: str, now: datetime) -> str:
    """State, since when and why, the sensors and the last events of the device, as lines of text
    that begin with the moment; "" for a device out of sight."""
    device = session.get(Device, device_id)
    return "\n".join(_lines(session, device, now)) if device is not None else ""


def _lines(session: Session, device: Device, now: datetime) -> Iterator[str]:
    yield f"【{_at(now)} 采集】{device.name}（{device.address}）"
    state = session.get(DeviceState, device.id)
    if state is None:
        yield "还没有轮询过"
    else:
        yield from _state(state)
    gauges = select(Gauge).where(Gauge.device_id == device.id).order_by(Gauge.metric, Gauge.slot)
    for one in session.scalars(gauges.limit(_GAUGES)):
        yield f"{one.metric} {one.slot}".rstrip() + f"：{one.value:g} {one.unit}（{_at(one.at)}）"
    events = select(Event).where(Event.device_id == device.id).order_by(Event.at.desc(), Event.id)
    found = session.scalars(events.limit(_EVENTS)).all()
    yield "最近事件：" if found else "没有事件"
    yield from (f"{_at(one.at)} {one.text}" for one in reversed(found))


def _state(state: DeviceState) -> Iterator[str]:
    since = f"，自 {_at(state.since)}" if state.since else ""
    yield f"状态：{STATES.get(state.state, state.state)}{since}"
    told = (
        ("原因", state.why), ("技术信息", state.detail),
        ("最近轮询", _at(state.last_poll_at)), ("最近有应答", _at(state.last_ok_at)),
        ("启动时间", _at(state.booted_at)), ("型号", f"{state.vendor} {state.model}".strip()),
        ("软件版本", state.version),
    )  # fmt: skip
    yield from (f"{label}：{text}" for label, text in told if text)


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if moment else ""
