"""Latest states: loaded and saved many at a time, changed by one poll each."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.device import Device
from inventory.state import STATES, DeviceState
from netops import fit
from netops.cycle import Cycle, Known, Seen
from netops.judge import Verdict
from netops.reading import Identity, Poll

_BOOT_SLACK = 30.0  # seconds by which a boot time may wander between two readings
_WRAP = 2**32 / 100  # seconds until sysUpTime begins anew (RFC 3418)
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
    """Write what became of the devices in this cycle, all in one statement."""
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
        first = seen.last_poll_at is None and verdict.state == "up"  # no news: it is as expected
        held = f"，此前{STATES[seen.state]}自 {seen.since.isoformat()}" if seen.since else ""
        text = f"{seen.device.name} {STATES[verdict.state]}：{why or '恢复应答'}"
        facts = {"before": seen.state, "after": verdict.state, "held": held}
        if not first:
            cycle.event(seen, "state", poll.at, text, **facts)
        seen.state, seen.since = verdict.state, poll.at
    seen.since = seen.since or poll.at
    seen.why, seen.detail, seen.misses = why, fit.text(verdict.detail), verdict.misses
    seen.last_poll_at, seen.ms, seen.answered = poll.at, poll.ms, " ".join(poll.answered)
    if poll.error is None:
        seen.last_ok_at = poll.at
    if seen.state != "up":  # the figures of a list are those of now
        seen.cpu = seen.memory = seen.temperature = None


def note_boot(cycle: Cycle, seen: Seen, poll: Poll) -> None:
    """Note when the device started. A restart is an event, and makes its ifIndexes suspect.

    To be called before `settle`, which moves the time of the last answer.
    """
    if poll.uptime is None or not 0 <= poll.uptime < _LONGEST_UP:
        return
    booted = poll.at - timedelta(seconds=poll.uptime)
    if seen.booted_at is not None and not _moved(seen.booted_at, booted):
        return
    if _restarted(seen, poll):
        text = f"{seen.device.name} 重新启动过"
        cycle.event(seen, "boot", poll.at, text, since=booted.isoformat())
        seen.identity_at = None  # read the names again before trusting any ifIndex
    seen.booted_at = booted


def _moved(before: datetime, booted: datetime) -> bool:
    """sysUpTime that wrapped, once or often, has not moved."""
    moved = abs((booted - before).total_seconds())
    return abs(moved - round(moved / _WRAP) * _WRAP) > _BOOT_SLACK


def _restarted(seen: Seen, poll: Poll) -> bool:
    """Up for less time than has passed since its last answer. When it started, by our clock, does
    not tell: ours may be set, and the device's may lose seconds a day."""
    if seen.booted_at is None or seen.last_ok_at is None or poll.uptime is None:
        return False
    passed = (poll.at - seen.last_ok_at).total_seconds()
    return poll.uptime < passed + _BOOT_SLACK


def describe(cycle: Cycle, seen: Seen, told: Identity) -> None:
    """Keep who the device says it is; what it leaves open may be known from its command line,
    and stays as long as it is the same make of box."""
    facts, this = facts_of(told), DeviceState.device_id == seen.device.id
    make = cycle.session.scalar(select(DeviceState.sys_object_id).where(this))
    if make == facts["sys_object_id"]:
        facts = {name: text for name, text in facts.items() if text}
    if facts:
        cycle.session.execute(update(DeviceState).where(this).values(facts))


def facts_of(told: Identity) -> dict[str, str]:
    """The facts of an identity, cut to what the columns hold."""
    return {name: fit.text(getattr(told, name), _ROOM[name]) for name in _FACTS}


def parents_first(polls: Sequence[Poll], seen: dict[str, Seen]) -> list[Poll]:
    """Nearer the root first, so that a child is judged by this sweep's word on its parent."""
    return sorted(polls, key=lambda poll: len(_above(seen[poll.target.device], seen)))


def parent(of: Seen, seen: dict[str, Seen]) -> Seen | None:
    """The nearest device above that is watched: of one that is paused or retired nobody knows
    how it is, so it excuses nothing. None at the top and in a circle."""
    return next((each for each in _above(of, seen) if each.device.watched), None)


def _above(of: Seen, seen: dict[str, Seen]) -> list[Seen]:
    """The way up, nearest first; () where parents run in a circle."""
    way, passed = list[Seen](), {of.device.id}
    here = seen.get(of.device.parent_id or "")
    while here is not None:
        if here.device.id in passed:
            return []
        passed.add(here.device.id)
        way.append(here)
        here = seen.get(here.device.parent_id or "")
    return way


def _with_parents(session: Session, wanted: Iterable[str]) -> dict[str, Known]:
    watched = and_(Device.retired_at.is_(None), Device.paused.is_(False))
    query = select(
        Device.id, Device.name, Device.centre_id, Device.parent_id, Device.hours, watched
    )
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
