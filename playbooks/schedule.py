"""The clock of the console: ticks, and does what is due. The only importer of APScheduler.

It runs in the worker's own process: inside the web server there would be as many clocks as
servers. Nothing is remembered in it; what was done stands in JobRun, so a box that was switched
off catches up by asking what is due, not what was missed.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.blocking import BlockingScheduler

from playbooks import duties
from playbooks.dispatch import Pool
from playbooks.site import Site

_ASK_SECONDS = 1
_NAMES_FIRST = 15  # seconds: counters mean nothing until the ports are known


def clock(site: Site, pool: Pool) -> BlockingScheduler:
    """The scheduler, ready to `start()`; `shutdown()` ends it."""
    scheduler = BlockingScheduler(timezone="UTC")

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
