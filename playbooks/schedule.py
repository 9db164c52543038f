"""The clock of the console: ticks, and does what is due. The only importer of APScheduler.

It runs in the worker's own process: inside the web server there would be as many clocks as
servers. Nothing is remembered in it; what was done stands in JobRun, so a box that was switched
off catches up by asking what is due, not what was missed.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread

from apscheduler.events import (
    EVENT_JOB_MAX_INSTANCES,
    EVENT_SCHEDULER_STARTED,
    JobSubmissionEvent,
)
from apscheduler.schedulers.blocking import BlockingScheduler

from playbooks import duties
from playbooks.dispatch import Pool
from playbooks.site import Site

_ASK_SECONDS = 1
_LOOK_SECONDS = 5
_SLACK = timedelta(seconds=5)
_log = logging.getLogger(__name__)
_NAMES_FIRST = 15  # seconds: counters mean nothing until the ports are known


def clock(site: Site, pool: Pool) -> BlockingScheduler:
    """The scheduler, ready to `start()`; `shutdown()` ends it."""
    scheduler = BlockingScheduler(timezone="UTC")
    scheduler.add_listener(_late, EVENT_JOB_MAX_INSTANCES)
    scheduler.add_listener(lambda _event: _watch(scheduler, pool), EVENT_SCHEDULER_STARTED)

    def every(seconds: int, name: str, work: Callable[[], None], after: int = 0) -> None:
        scheduler.add_job(
            work, "interval", seconds=seconds, id=name, max_instances=1, coalesce=True,
            misfire_grace_time=seconds, next_run_time=datetime.now(UTC) + timedelta(seconds=after),
        )  # fmt: skip

    every(site.status_seconds, "status", lambda: duties.status(site, pool))
    every(site.counter_seconds, "counters", lambda: duties.counters(site, pool), _NAMES_FIRST)
    every(site.counter_seconds, "login", lambda: duties.login(site, pool), 2 * _NAMES_FIRST)
    every(_ASK_SECONDS, "asked", lambda: duties.asked(site, pool))
    every(86400, "tidy", lambda: duties.tidy(site))
    return scheduler


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
    _log.warning("%s is still at work when it is due again: this turn is left out", event.job_id)
