"""Latest states: loaded and saved many at a time, changed by one poll each."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import timedelta

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.state import STATES, DeviceState
from netops import fit
from netops.batches import batches
from netops.cycle import Cycle, Known, Seen
from netops.judge import Verdict
from netops.reading import Identity, Poll

_BOOT_SLACK = 30.0  # seconds by which a boot time may wander between two readings
_LONGEST_UP = 2**31  # seconds that snmpEngineTime can tell (RFC 3411)
_TABLE = DeviceState.__table__
_KEPT = tuple(f.name for f in fields(Seen) if f.name != "device")
_SAVE = (
    update(DeviceState)
    .where(_TABLE.c.device_id == bindparam("of"))
    .values({name: bindparam(name) for name in (*_KEPT, "centre_id")})
)
_FACTS = (
    "sys_name", "sys_descr", "sys_object_id", "sys_location", "vendor", "model", "serial",
    "version",
)  # fmt: skip
_ROOM = {name: getattr(_TABLE.c[name].type, "length", None) for name in _FACTS}


def load(session: Session, wanted: Iterable[str]) -> dict[str, Seen]:
    """The states of these devices and of everything above them (parents may be in another
    shard); a device never seen before gets its row. Unknown ids are left out."""
    known = _with_parents(session, wanted)
    query = select(_TABLE.c.device_id, *(_TABLE.c[name] for name in _KEPT))
    seen = {
        row[0]: Seen(known[row[0]], *row[1:])
        for batch in batches(known)
        for row in session.execute(query.where(_TABLE.c.device_id.in_(batch)))
    }
    for device in known.values():
        if device.id not in seen:
            session.execute(
                insert(DeviceState).values(device_id=device.id, centre_id=device.centre_id)
            )
            seen[device.id] = Seen(device)
    return seen


def save(cycle: Cycle, devices: Iterable[str]) -> None:
    rows = []
    for device in devices:
        seen = cycle.seen[device]
        row = {name: getattr(seen, name) for name in _KEPT}
        rows.append(row | {"of": device, "centre_id": seen.device.centre_id})
    if rows:
        cycle.session.connection().execute(_SAVE, rows)


def settle(cycle: Cycle, seen: Seen, poll: Poll, verdict: Verdict) -> None:
    """Write a verdict into the state; a change is an event."""
    why = fit.text(verdict.why)
    if verdict.state != seen.state:
        held = f"，此前{STATES[seen.state]}自 {seen.since.isoformat()}" if seen.since else ""
        text = f"{seen.device.name} {STATES[verdict.state]}：{why or '恢复应答'}"
        cycle.event(seen, "state", poll.at, text, before=seen.state, after=verdict.state, held=held)
        seen.state, seen.since = verdict.state, poll.at
    seen.since = seen.since or poll.at
    seen.why, seen.detail, seen.misses = why, fit.text(verdict.detail), verdict.misses
    seen.last_poll_at, seen.ms, seen.answered = poll.at, poll.ms, " ".join(poll.answered)
    if poll.error is None:
        seen.last_ok_at = poll.at


def note_boot(cycle: Cycle, seen: Seen, poll: Poll) -> bool:
    """Note when the device started; True when it restarted since the poll before."""
    if poll.uptime is None or not 0 <= poll.uptime < _LONGEST_UP:
        return False
    booted, before = poll.at - timedelta(seconds=poll.uptime), seen.booted_at
    restarted = before is not None and (booted - before).total_seconds() > _BOOT_SLACK
    if restarted:
        text = f"{seen.device.name} 重新启动过"
        cycle.event(seen, "boot", poll.at, text, since=booted.isoformat())
        seen.identity_at = None  # read the names again before trusting any ifIndex
    if before is None or restarted:
        seen.booted_at = booted
    return restarted


def describe(cycle: Cycle, seen: Seen, told: Identity, poll: Poll) -> None:
    """Keep who the device says it is, cut to what the columns hold."""
    facts = {name: fit.text(getattr(told, name), _ROOM[name]) for name in _FACTS}
    statement = update(DeviceState).where(DeviceState.device_id == seen.device.id)
    cycle.session.execute(statement.values(facts))
    seen.identity_at = poll.at


def parents_first(polls: Sequence[Poll], seen: dict[str, Seen]) -> list[Poll]:
    """Nearer the root first, so that a child is judged by this sweep's word on its parent."""

    def depth(poll: Poll) -> int:
        above, steps = seen[poll.target.device].device.parent_id, 0
        while above in seen and steps < len(seen):
            above, steps = seen[above].device.parent_id, steps + 1
        return steps

    return sorted(polls, key=depth)


def _with_parents(session: Session, wanted: Iterable[str]) -> dict[str, Known]:
    query = select(Device.id, Device.name, Device.centre_id, Device.parent_id, Device.hours)
    found: dict[str, Known] = {}
    missing = set(wanted)
    while missing:
        rows = [
            Known(*row)
            for batch in batches(missing)
            for row in session.execute(query.where(Device.id.in_(batch)))
        ]
        found |= {row.id: row for row in rows}
        missing = {row.parent_id for row in rows if row.parent_id} - found.keys()
    return found
