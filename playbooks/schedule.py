"""The clock of the console: ticks, and does what is due. The only importer of APScheduler.

It runs in the worker's own process: inside the web server there would be as many clocks as
servers. Nothing is remembered in it; what was done stands in JobRun, so a box that was switched
off catches up by asking what is due, not what was missed.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Thread
from types import MappingProxyType

from apscheduler.events import (
    EVENT_JOB_MAX_INSTANCES,
    EVENT_SCHEDULER_STARTED,
    JobSubmissionEvent,
)
from apscheduler.schedulers.blocking import BlockingScheduler

from playbooks import duties
from playbooks.dispatch import Pool
from playbooks.jobs import Work
from playbooks.listening import listen
from playbooks.site import Site

_ASK_SECONDS = _HEAR_SECONDS = 1
_NOTICE_SECONDS, _HAND_SECONDS = 5, 60
_LOOK_SECONDS = 5
_TRAIL_SECONDS, _COPY_SECONDS = 600, 5
_SLACK = timedelta(seconds=5)
_SECONDLY = ("asked", "messages")
_log = logging.getLogger(__name__)
_VISIT_SECONDS = 60  # 20:00 is 20:00; within one hour nobody is told twice
_UNSTABLE_SECONDS = 3600
_DRAFT_SECONDS = 60
_NAMES_FIRST = 15  # seconds: counters mean nothing until the ports are known


def clock(
    site: Site, pool: Pool, further: Mapping[str, Work] = MappingProxyType({})
) -> BlockingScheduler:
    """The scheduler, ready to `start()`; `shutdown()` ends it. `further` are works of layers that
    this one may not know: the composition root hands them in."""
    scheduler = BlockingScheduler(timezone="UTC")
    scheduler.add_listener(_late, EVENT_JOB_MAX_INSTANCES)
    scheduler.add_listener(lambda _event: _watch(scheduler, pool), EVENT_SCHEDULER_STARTED)

    def every(seconds: int, name: str, work: Callable[[], None], after: int = 0) -> None:
        after = min(after, seconds)  # a first turn later than that would look like a clock set back
        scheduler.add_job(
            work, "interval", seconds=seconds, id=name, max_instances=1, coalesce=True,
            misfire_grace_time=seconds, next_run_time=datetime.now(UTC) + timedelta(seconds=after),
        )  # fmt: skip

    every(site.status_seconds, "status", lambda: duties.status(site, pool))
    every(site.counter_seconds, "counters", lambda: duties.counters(site, pool), _NAMES_FIRST)
    every(site.counter_seconds, "login", lambda: duties.login(site, pool), 2 * _NAMES_FIRST)
    every(_ASK_SECONDS, "asked", lambda: duties.asked(site, pool, further))
    every(_LOOK_SECONDS, "unconfirmed", lambda: duties.unconfirmed(site))
    every(_LOOK_SECONDS, "configs", lambda: duties.configs(site, pool), 2 * _NAMES_FIRST)
    every(_DRAFT_SECONDS, "compliance", lambda: duties.compliance(site), 4 * _NAMES_FIRST)
    every(site.counter_seconds, "changes", lambda: duties.changes(site, pool), 3 * _NAMES_FIRST)
    every(
        site.sighting_seconds, "sightings", lambda: duties.sightings(site, pool), 4 * _NAMES_FIRST
    )
    every(_NOTICE_SECONDS, "notices", lambda: duties.notices(site))
    every(_HAND_SECONDS, "newcomers", lambda: duties.newcomers(site))
    every(_TRAIL_SECONDS, "trail", lambda: duties.trail(site), 2 * _NAMES_FIRST)
    _backups(every, site)
    every(_COPY_SECONDS, "copies", lambda: duties.copies(site))
    every(_TRAIL_SECONDS, "signatures", lambda: duties.signatures(site), 4 * _NAMES_FIRST)
    every(_VISIT_SECONDS, "visitors", lambda: duties.visitors(site), 5 * _NAMES_FIRST)
    every(_DRAFT_SECONDS, "drafts", lambda: duties.drafts(site), 4 * _NAMES_FIRST)
    every(_VISIT_SECONDS, "faults", lambda: duties.faults(site), 5 * _NAMES_FIRST)
    every(_UNSTABLE_SECONDS, "unstable", lambda: duties.unstable(site), 6 * _NAMES_FIRST)
    every(86400, "tidy", lambda: duties.tidy(site))
    listening = listen(site, pool)
    if listening is not None:
        every(_HEAR_SECONDS, "messages", lambda: duties.messages(listening))
    return scheduler


def _backups(every: Callable[..., None], site: Site) -> None:
    every(_TRAIL_SECONDS, "shelf", lambda: duties.shelf(site), 3 * _NAMES_FIRST)
    every(_DRAFT_SECONDS, "backups", lambda: duties.backups(site), 2 * _NAMES_FIRST)
    every(_DRAFT_SECONDS, "backup_copies", lambda: duties.backup_copies(site), 4 * _NAMES_FIRST)


def catch_up(scheduler: BlockingScheduler, now: datetime) -> None:
    """Whatever waits for longer than its own period is due: our clock was set back."""
    for job in scheduler.get_jobs():
        if job.next_run_time > now + job.trigger.interval + _SLACK:
            _log.warning("our clock was set back: %s is due at once", job.id)
            job.modify(next_run_time=now)


def _watch(scheduler: BlockingScheduler, pool: Pool) -> None:
    """A thread of its own: the scheduler itself sleeps by the clock that may have been set."""

    def look() -> None:
        while not pool.stopping.wait(_LOOK_SECONDS) and scheduler.running:
            catch_up(scheduler, datetime.now(UTC))

    Thread(target=look, name="clock", daemon=True).start()


def _late(event: JobSubmissionEvent) -> None:
    if event.job_id not in _SECONDLY:  # the next second will do
        _log.warning("%s is still at work when due again: this turn is left out", event.job_id)
