"""The standing orders of polling: status each minute, counters each five, identity when due."""

import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.device import Device
from inventory.interface import Interface
from inventory.run import JobRun
from inventory.state import DeviceState
from netops import icmp
from netops.errors import AuthRejected
from netops.ingest import ingest
from netops.poller import PING_WAIT, PINGS, Part, poll
from netops.reading import Poll, Target
from netops.targets import Refused, targets
from playbooks.dispatch import Pool
from playbooks.hours import in_hours
from playbooks.site import Site

PARTS: Mapping[str, tuple[Part, ...]] = {
    "status": ("status",),
    "counters": ("status", "ports", "gauges"),
    "gauges": ("status", "gauges"),
    "identity": ("status", "identity", "ports", "gauges"),
}


@dataclass(frozen=True, slots=True)
class Sweep:
    """How one sweep went: when, how long (seconds), and the devices by state."""

    kind: str
    at: datetime
    seconds: float
    counts: Mapping[str, int]
    polls: tuple[Poll, ...]


def sweep(
    site: Site, pool: Pool, kind: str, slot: int, only: Collection[str] | None = None
) -> Sweep:
    """Visit the devices (or `only` these) and write what they said. `slot`: Unix seconds."""
    began, at = time.monotonic(), datetime.now(UTC)
    with site.database.view(EVERYTHING) as session:
        todo, refused = targets(session, site.key, only)
        known = _indexes(session, only) if kind == "counters" else {}
    visit = partial(_visit, kind, known, _pinged(todo))
    polls = [*pool.each(visit, todo), *(_unasked(each, at) for each in refused)]
    counts = ingest(site.database, site.history, polls, slot, in_hours=in_hours)
    return Sweep(kind, at, time.monotonic() - began, counts, tuple(polls))


def run_due(site: Site, pool: Pool, kind: str, now: datetime) -> Sweep | None:
    """The sweep of this cycle, unless it was done already; its JobRun tells how it went."""
    period = site.status_seconds if kind == "status" else site.counter_seconds
    slot = int(now.timestamp()) // period * period
    run_id = _begin(site, kind, slot, now)
    if run_id is None:
        return None
    done = sweep(site, pool, kind, slot)
    with site.database.observe() as session:
        run = session.get(JobRun, run_id)
        assert run is not None
        run.state, run.ended_at = "done", datetime.now(UTC)
        run.done = run.total = len(done.polls)
        run.outcome = {"counts": dict(done.counts), "seconds": round(done.seconds, 3)}
    return done


def identity_due(site: Site, now: datetime) -> list[str]:
    """Devices that answer but were never described, restarted since, or were described long ago."""
    stale = now - timedelta(seconds=site.identity_seconds)
    query = (
        select(DeviceState.device_id)
        .join(Device, Device.id == DeviceState.device_id)
        .where(Device.retired_at.is_(None), Device.paused.is_(False), DeviceState.state == "up")
        .where(or_(DeviceState.identity_at.is_(None), DeviceState.identity_at < stale))
    )
    with site.database.view(EVERYTHING) as session:
        return list(session.scalars(query))


def _pinged(todo: Sequence[Target]) -> Mapping[str, bool]:
    """Who of those judged by ping alone answers: all are asked together, which costs one wait."""
    asked = {target.address for target in todo if target.snmp is None and target.ping}
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
    heard = pinged.get(target.address) if target.snmp is None else None
    return poll(target, PARTS[kind], indexes=indexes, pinged=heard)


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


def _begin(site: Site, kind: str, slot: int, now: datetime) -> str | None:
    """Take the slot: its unique key lets one worker in, a second one sees it is done."""
    run = JobRun(
        site="local", kind=kind, slot=str(slot), centre_id=site.centre_id, state="running",
        requested_at=now, started_at=now,
    )  # fmt: skip
    try:
        with site.database.observe() as session:
            session.add(run)
    except IntegrityError:
        return None
    return run.id
