"""Each cycle, and when somebody asks: the tables of routers and switches are read, kept as
intervals, the ports judged by them, and everything held against the register (duty D3)."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.address_homes import Homes
from inventory.device import Device
from inventory.sighting import TableWalk
from inventory.sighting_pace import note_pace
from netops import fit
from netops.errors import DeviceError, Unreadable
from netops.port_judging import Watched, judge_ports, watched
from netops.sighted import TableRead
from netops.sighting_ending import forsake
from netops.sighting_keeping import keep_arp, keep_fdb
from playbooks import drift
from playbooks.dispatch import Pool
from playbooks.jobs import Job, Unfinished
from playbooks.sighting_errands import count, count_logins, errands
from playbooks.sighting_visit import Errand, Walked, by_login, by_snmp, wanting
from playbooks.site import Site
from playbooks.sweeps import begin, end

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Cycle:
    """One turn through the devices: the clock that began with it, how far it is, whether to stop,
    and who could not be read whole."""

    site: Site
    pool: Pool
    began: datetime
    tell: Callable[[int, int], None] = lambda _done, _total: None
    stop: Callable[[], bool] = lambda: False
    started: float = field(default_factory=monotonic)
    partial: int = 0

    def clock(self) -> datetime:
        return self.began + timedelta(seconds=monotonic() - self.started)


def look(site: Site, pool: Pool, now: datetime) -> int | None:
    """This cycle's walk, unless it was done already (then None): how many devices were walked."""
    period = site.sighting_seconds
    slot = int(now.timestamp()) // period * period
    run_id = begin(site, "sightings", slot, period, now)
    if run_id is None:
        return None
    try:
        told = _turn(_Cycle(site, pool, now), None)
    except Exception:
        end(site, run_id, state="failed", note="值守台内部错误，详见日志")
        raise
    number = told["devices"]
    end(site, run_id, state="done", outcome=told, done=number, total=number)
    return number


def scan(job: Job) -> Mapping[str, Any]:
    """What a person asked for: one device (the subject), several (params: devices), or all."""
    only = [job.subject] if job.subject else job.params.get("devices")
    cycle = _Cycle(job.site, job.pool, datetime.now(UTC), job.tell, job.cancelled)
    told = _turn(cycle, only)
    if not told["devices"]:
        raise Unfinished(
            "没有可以读取地址表的设备：只读路由器、交换机、防火墙、无线设备、登记为网关的设备和 "
            "DHCP 服务器，而且要有 SNMP 或 SSH 凭据、当前能连通、没有暂停监测"
        )
    return told


def _turn(cycle: _Cycle, only: Collection[str] | None) -> dict[str, int]:
    """Walk, keep each device's tables as they come, and judge everything at the end; before that,
    too, what has come when half the period is over."""
    site = cycle.site
    with site.database.view(EVERYTHING) as session:
        todo = errands(session, site, cycle.began, only)
        homes, around = Homes(session), watched(session)
    with site.database.observe() as session:
        count(session, todo, cycle.began)
        note_pace(session, site.sighting_seconds)
    done = 0
    for walked in _walks(cycle, todo):
        if walked is None:
            drift.judge(site, cycle.clock())
            continue
        done += 1
        _keep(cycle, walked, homes, around)
        cycle.tell(done, len(todo))
    with site.database.observe() as session:
        forsake(session, cycle.clock())
    found = drift.judge(site, cycle.clock())
    return {"devices": done, "partial": cycle.partial, "findings": found}


def _walks(cycle: _Cycle, todo: Collection[Errand]) -> Iterator[Walked | None]:
    """As they come; None where those that are late, or long, must not hold up the verdict on the
    others. Logins come last and few at a time: what SNMP tells need not wait for them."""
    later: list[tuple[Errand, Walked]] = []
    for one in cycle.pool.aside_within(
        lambda one: (one, _safely(cycle, one)), todo,
        seconds=cycle.site.sighting_seconds / 2, stop=cycle.stop,
    ):  # fmt: skip
        if one is not None and wanting(*one):
            later.append(one)
        else:
            yield one and one[1]
    if later and not cycle.stop():
        yield None
        with cycle.site.database.observe() as session:
            count_logins(session, [errand for errand, _ in later], cycle.clock())
        yield from cycle.pool.in_sessions(
            lambda one: by_login(cycle.site, *one, cycle.clock), later, stop=cycle.stop
        )


def _safely(cycle: _Cycle, errand: Errand) -> Walked:
    """An answer that our own decoding cannot bear is that device's trouble alone."""
    try:
        return by_snmp(errand, cycle.clock)
    except Exception:  # noqa: BLE001
        _log.exception("walk of %s", errand.target.device)
        why = Unreadable("值守台内部错误，详见日志")
        reads = {table: TableRead(table, (), complete=False, why=why) for table in errand.tables}
        return Walked(errand.target.device, cycle.clock(), reads)


def _keep(cycle: _Cycle, walked: Walked, homes: Homes, around: Watched) -> None:
    """One device, one transaction: what goes wrong with one must not cost the others theirs."""
    cycle.partial += not _whole(walked)
    try:
        with cycle.site.database.observe() as session:
            device = session.get(Device, walked.device_id)
            if device is not None and device.retired_at is None:
                _keep_tables(session, device, walked, homes)
                _keep_neighbours(session, device, walked)
                _judge(session, device, walked, around)
    except Exception:  # noqa: BLE001
        cycle.partial += 1
        _log.exception("tables of %s", walked.device_id)


def _whole(walked: Walked) -> bool:
    """A table that a device does not have (a switch that routes nothing has no ARP) is none that
    broke off."""
    reads = walked.reads.values()
    return any(read.complete for read in reads) and all(r.complete or not r.rows for r in reads)


def _keep_tables(session: Session, device: Device, walked: Walked, homes: Homes) -> None:
    for table, read in walked.reads.items():
        if table == "fdb":
            keep_fdb(session, device, read, walked.at, booted=walked.booted)
        else:
            keep_arp(session, device, read, walked.at, booted=walked.booted, homes=homes)
        note = session.get_one(TableWalk, (device.id, table))
        if walked.refused and not read.complete:
            note.refused_at = walked.at
        elif read.complete:
            note.refused_at = None


def _keep_neighbours(session: Session, device: Device, walked: Walked) -> None:
    """When they were asked for; they themselves are evidence for the moment only."""
    told = walked.told
    if told is None:
        return
    note = session.get(TableWalk, (device.id, "neighbours"))
    if note is None:
        note = TableWalk(device_id=device.id, centre_id=device.centre_id, origin="neighbours")
        session.add(note)
    note.attempt_at = walked.at
    if isinstance(told, DeviceError):
        note.why = fit.text(told.reason)
    else:
        note.why, note.rows, note.complete_at = "", len(told.neighbours), walked.at


def _judge(session: Session, device: Device, walked: Walked, around: Watched) -> None:
    """What a walk that broke off did not tell is no evidence."""
    read = walked.reads.get("fdb")
    if read is not None and read.complete:
        told = None if isinstance(walked.told, DeviceError) else walked.told
        judge_ports(session, device, walked.at, around, told)
