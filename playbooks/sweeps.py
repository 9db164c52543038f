"""The standing orders of polling: status each minute, counters each five, identity when due."""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inventory import usage
from inventory.act import EVERYTHING
from inventory.device import Device
from inventory.interface import Interface
from inventory.run import JobRun
from inventory.state import DeviceState
from netops import icmp
from netops.errors import AuthRejected
from netops.ingest import ingest
from netops.judge import MISSES_TO_DOWN
from netops.poller import PING_WAIT, PINGS, Part, poll
from netops.reading import Poll, Target
from netops.targets import Refused, targets
from playbooks.dispatch import Pool
from playbooks.hours import office
from playbooks.site import Site

PARTS: Mapping[str, tuple[Part, ...]] = {
    "status": ("status",),
    "counters": ("status", "ports", "gauges"),
    "gauges": ("status", "gauges"),
    "identity": ("status", "identity", "ports", "gauges"),
}
_DESCRIBED = 400  # in one minute: 24,000 an hour
_STARTING = timedelta(minutes=15)  # a stack's last member may need ten minutes
_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sweep:
    """How one sweep went: when, how long (seconds), and the devices by state."""

    kind: str
    at: datetime
    seconds: float
    counts: Mapping[str, int]
    polls: tuple[Poll, ...]
    lost: str = ""  # why the samples could not be stored; "" when they were


def sweep(
    site: Site, pool: Pool, kind: str, slot: int, only: Collection[str] | None = None
) -> Sweep:
    """Visit the devices (or `only` these) and write what they said. `slot`: Unix seconds."""
    began, at = time.monotonic(), datetime.now(UTC)
    with site.database.view(EVERYTHING) as session:
        todo, refused = targets(session, site.key, only)
        known = _indexes(session, only) if kind == "counters" else {}
        silent = _silent(session) if kind in ("status", "counters") else set()
        in_hours = office(session, at)
    todo = _sparing(kind, todo, silent)
    visit = partial(_visit, kind, known, _pinged(todo, silent))
    # One alone is asked here and now: somebody waits for it.
    told = map(visit, todo) if len(todo) == 1 else pool.each(visit, todo)
    polls = [*told, *(_unasked(each, at) for each in refused)]
    used = Counter(each.snmp.credential for each in todo if each.snmp is not None)
    with site.database.observe() as session:
        usage.count(session, "poll", used, at)
    lost: list[str] = []
    counts = ingest(site.database, site.history, polls, slot, in_hours=in_hours, lost=lost.append)
    return Sweep(kind, at, time.monotonic() - began, counts, tuple(polls), "".join(lost))


def _silent(session: Session) -> set[str]:
    """Devices that have not answered for so long that they are not up."""
    query = select(DeviceState.device_id).where(DeviceState.misses >= MISSES_TO_DOWN)
    return set(session.scalars(query))


def _sparing(kind: str, todo: Sequence[Target], silent: Collection[str]) -> list[Target]:
    """Each minute the silent are asked once, to see whether they are back, and never for more:
    a cut line with hundreds behind it must not make the minute's sweep last ten."""
    if kind == "counters":
        return [target for target in todo if target.device not in silent]
    return [replace(each, retries=0) if each.device in silent else each for each in todo]


def run_due(site: Site, pool: Pool, kind: str, now: datetime) -> Sweep | None:
    """The sweep of this cycle, unless it was done already; its JobRun tells how it went."""
    period = site.status_seconds if kind == "status" else site.counter_seconds
    slot = int(now.timestamp()) // period * period
    run_id = begin(site, kind, slot, period, now)
    if run_id is None:
        return None
    try:
        done = sweep(site, pool, kind, slot)
    except Exception:
        end(site, run_id, state="failed", note="值守台内部错误，详见日志")
        raise
    note = f"历史曲线没有存下：{done.lost}" if done.lost else ""
    outcome = {"counts": dict(done.counts), "seconds": round(done.seconds, 3)}
    number = len(done.polls)
    end(site, run_id, state="done", note=note, outcome=outcome, done=number, total=number)
    return done


def end(site: Site, run_id: str, **facts: object) -> None:
    """Write down how a cycle's run ended."""
    with site.database.observe() as session:
        ended = update(JobRun).where(JobRun.id == run_id)
        session.execute(ended.values(ended_at=datetime.now(UTC), **facts))


def identity_due(site: Site, now: datetime) -> list[str]:
    """Devices that answer but were never described, restarted since, or were described long ago.

    One that has just started is described again until its tables are full, one that was described
    in the future too. At most 400 a minute, the longest waiting first: the next status sweep
    follows on the same clock.
    """
    stale = now - timedelta(seconds=site.identity_seconds)
    filling = and_(DeviceState.booted_at > now - _STARTING, DeviceState.identity_at < now - _AGAIN)
    query = (
        select(DeviceState.device_id)
        .join(Device, Device.id == DeviceState.device_id)
        .where(Device.retired_at.is_(None), Device.paused.is_(False), DeviceState.state == "up")
        .where(
            or_(
                DeviceState.identity_at.is_(None),
                DeviceState.identity_at < stale,
                DeviceState.identity_at > now + _AGAIN,
                filling,
            )
        )
        .order_by(DeviceState.identity_at.is_not(None), DeviceState.identity_at)
        .limit(_DESCRIBED)
    )
    with site.database.view(EVERYTHING) as session:
        return list(session.scalars(query))


def _pinged(todo: Sequence[Target], silent: Collection[str]) -> Mapping[str, bool]:
    """Who answers, of those judged by ping alone and of the silent: all are asked together, which
    costs one wait."""
    asked = {
        each.address for each in todo if each.ping and (each.snmp is None or each.device in silent)
    }
    if not asked or not icmp.available():
        return {}
    answers = icmp.ping(sorted(asked), timeout=PING_WAIT, tries=PINGS)
    return {address: ms is not None for address, ms in answers.items()}


def _visit(
    kind: str,
    known: Mapping[str, tuple[str, ...]],
    pinged: Mapping[str, bool],
    target: Target,
) -> Poll:
    """Ports whose names are not known yet are left alone: their counters would belong to nobody."""
    indexes = known.get(target.device)
    if kind == "counters" and not indexes:
        kind = "gauges"
    return poll(target, PARTS[kind], indexes=indexes, pinged=pinged.get(target.address))


def _unasked(refused: Refused, at: datetime) -> Poll:
    """A device whose credential cannot be opened is shown with that reason, not left out."""
    return Poll(Target(refused.device, "", ""), at, 0.0, error=AuthRejected(refused.reason))


def _indexes(session: Session, only: Collection[str] | None) -> dict[str, tuple[str, ...]]:
    """The ifIndexes already known of each device: asking for them by name halves the packets."""
    query = select(Interface.device_id, Interface.if_index).where(Interface.gone_at.is_(None))
    if only is not None:
        query = query.where(Interface.device_id.in_(only))
    found: dict[str, list[str]] = defaultdict(list)
    for device, index in session.execute(query):
        found[device].append(str(index))
    return {device: tuple(indexes) for device, indexes in found.items()}


def begin(site: Site, kind: str, slot: int, period: int, now: datetime) -> str | None:
    """Take the slot: its unique key lets one worker in, a second one sees it is done."""
    run = JobRun(
        site="local", kind=kind, slot=str(slot), centre_id=site.centre_id, state="running",
        requested_at=now, started_at=now,
    )  # fmt: skip
    try:
        with site.database.observe() as session:
            _free(session, kind, slot, period)
            session.add(run)
    except IntegrityError:
        return None
    return run.id


def _free(session: Session, kind: str, slot: int, period: int) -> None:
    """The slot of a sweep that failed or was killed may be taken again. Slots of the future were
    taken before our clock was set back: they would stop every sweep until we are there again."""
    ours = delete(JobRun).where(JobRun.site == "local", JobRun.kind == kind)
    session.execute(ours.where(JobRun.slot == str(slot), JobRun.state == "failed"))
    ahead = select(JobRun.id).where(JobRun.site == "local", JobRun.kind == kind)
    if session.scalar(ahead.where(JobRun.slot > str(slot + 2 * period)).limit(1)):
        session.execute(ours.where(JobRun.slot >= str(slot)))
