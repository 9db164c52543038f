"""Polls become rows: latest state, interfaces, gauges and events in one transaction; samples to
the day file. Replaying the same batch (same slot) adds nothing."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.db import Database
from inventory.device import Device
from inventory.state import STATES, DeviceState
from inventory.state import Gauge as GaugeRow
from netops.cycle import Cycle
from netops.history import Batch, History
from netops.judge import Verdict, below, judge
from netops.ports import record_ports
from netops.reading import Gauge, Identity, Poll

_HEADLINES = ("cpu", "memory", "temperature")  # gauges that a list of devices shows
_BOOT_SLACK = 30.0  # seconds by which a boot time may wander between two readings


def ingest(
    database: Database,
    history: History,
    polls: Sequence[Poll],
    slot: int,
    *,
    in_hours: Callable[[Device, datetime], bool] = lambda _device, _at: True,
) -> dict[str, int]:
    """Write one cycle's polls. `slot` is Unix seconds aligned to the cycle.

    Returns how many of the polled devices are in each state.
    """
    with database.observe() as session:
        devices = _devices(session, [poll.target.device for poll in polls])
        work = Cycle(
            session, slot, {d.id: d.name for d in devices.values()}, _states(session, devices)
        )
        known = [poll for poll in polls if poll.target.device in devices]
        verdicts = {p.target.device: _verdict(work, p, devices, in_hours) for p in known}
        for poll in _parents_first(known, devices):
            device = devices[poll.target.device]
            _settle(work, poll, device, verdicts[device.id])
        batch = Batch(work.ports, work.gauges, work.visits)
        counts = dict.fromkeys(STATES, 0)
        for poll in known:
            counts[work.states[poll.target.device].state] += 1
    history.write(slot, batch)
    return counts


def _devices(session: Session, wanted: Sequence[str]) -> dict[str, Device]:
    """The polled devices and everything above them (parents may be in another shard)."""
    found: dict[str, Device] = {}
    missing = set(wanted)
    while missing:
        rows = session.scalars(select(Device).where(Device.id.in_(missing))).all()
        found |= {row.id: row for row in rows}
        missing = {row.parent_id for row in rows if row.parent_id} - found.keys()
    return found


def _states(session: Session, devices: dict[str, Device]) -> dict[str, DeviceState]:
    query = select(DeviceState).where(DeviceState.device_id.in_(devices))
    found = {row.device_id: row for row in session.scalars(query)}
    for device in devices.values():
        if device.id not in found:
            row = DeviceState(
                device_id=device.id, centre_id=device.centre_id, state="unknown", misses=0
            )
            session.add(row)
            found[device.id] = row
        elif found[device.id].centre_id != device.centre_id:
            found[device.id].centre_id = device.centre_id  # the device moved to another unit
    return found


def _verdict(
    work: Cycle,
    poll: Poll,
    devices: dict[str, Device],
    in_hours: Callable[[Device, datetime], bool],
) -> Verdict:
    device = devices[poll.target.device]
    row = work.states[device.id]
    return judge(row.state, row.misses, poll, in_hours=in_hours(device, poll.at))


def _parents_first(polls: Iterable[Poll], devices: dict[str, Device]) -> list[Poll]:
    """Nearer the root first, so that a child is judged by this sweep's word on its parent."""

    def depth(device: Device) -> int:
        steps = 0
        while device.parent_id in devices and steps < len(devices):
            device, steps = devices[device.parent_id], steps + 1
        return steps

    return sorted(polls, key=lambda poll: depth(devices[poll.target.device]))


def _settle(work: Cycle, poll: Poll, device: Device, verdict: Verdict) -> None:
    """Write one device's poll: state and event, identity, ports, gauges."""
    row = work.states[device.id]
    parent = work.states.get(device.parent_id or "")
    if parent is not None:
        verdict = below(verdict, work.names[parent.device_id], parent.state)
    _set_state(work, row, poll, verdict)
    work.visits.append((work.slot, device.id, row.state, poll.ms, row.why))
    if poll.error is not None:
        return
    rebooted = _set_boot(work, row, poll)
    if poll.identity is not None:
        _set_identity(row, poll.identity, poll.at)
    if poll.ports is not None and (poll.identity is not None or not rebooted):
        # After a reboot ifIndex may mean another port: wait for the names before believing it.
        record_ports(work, row, poll)
    _set_gauges(work, row, poll.gauges, poll.at)


def _set_state(work: Cycle, row: DeviceState, poll: Poll, verdict: Verdict) -> None:
    if verdict.state != row.state:
        name, since = work.names[row.device_id], row.since
        held = f"，此前{STATES[row.state]}自 {since.isoformat()}" if since else ""
        work.event(
            row, "state", poll.at, f"{name} {STATES[verdict.state]}：{verdict.why or '恢复应答'}",
            before=row.state, after=verdict.state, held=held,
        )  # fmt: skip
        row.state, row.since = verdict.state, poll.at
    row.since = row.since or poll.at
    row.why, row.detail, row.misses = verdict.why, verdict.detail, verdict.misses
    row.last_poll_at, row.ms, row.answered = poll.at, poll.ms, " ".join(poll.answered)
    if poll.error is None:
        row.last_ok_at = poll.at


def _set_boot(work: Cycle, row: DeviceState, poll: Poll) -> bool:
    """Note when the device started; True when it restarted since the poll before."""
    if poll.uptime is None:
        return False
    booted, before = poll.at - timedelta(seconds=poll.uptime), row.booted_at
    restarted = before is not None and (booted - before).total_seconds() > _BOOT_SLACK
    if restarted:
        work.event(
            row,
            "boot",
            poll.at,
            f"{work.names[row.device_id]} 重新启动过",
            since=booted.isoformat(),
        )
        row.identity_at = None  # read the names again before trusting any ifIndex
    if before is None or restarted:
        row.booted_at = booted
    return restarted


def _set_identity(row: DeviceState, told: Identity, at: datetime) -> None:
    for name in (
        "sys_name", "sys_descr", "sys_object_id", "sys_location", "vendor", "model", "serial",
        "version",
    ):  # fmt: skip
        column = DeviceState.__table__.c[name].type
        setattr(row, name, getattr(told, name)[: getattr(column, "length", None)])
    row.identity_at = at


def _set_gauges(work: Cycle, row: DeviceState, gauges: Sequence[Gauge], at: datetime) -> None:
    if not gauges:
        return
    query = select(GaugeRow).where(GaugeRow.device_id == row.device_id)
    known = {(g.metric, g.slot): g for g in work.session.scalars(query)}
    fresh = []
    for gauge in gauges:
        found = known.get((gauge.metric, gauge.slot))
        if found is None:
            found = GaugeRow(
                device_id=row.device_id, centre_id=row.centre_id, metric=gauge.metric,
                slot=gauge.slot, unit=gauge.unit,
            )  # fmt: skip
            work.session.add(found)
        found.value, found.at = gauge.value, at
        fresh.append(found)
    work.session.flush()  # new gauges get their ids before their samples are keyed by them
    work.gauges += [(work.slot, g.id, g.value) for g in fresh]
    for metric in _HEADLINES:
        values = [gauge.value for gauge in gauges if gauge.metric == metric]
        if values:
            setattr(row, metric, max(values))
