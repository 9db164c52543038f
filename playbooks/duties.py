"""What the worker does: the sweeps that are due, and the work people asked for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete

from inventory.run import JobRun
from playbooks import logins
from playbooks.discover import discover
from playbooks.dispatch import Pool
from playbooks.jobs import Job, Work, take_asked
from playbooks.site import Site
from playbooks.sweeps import identity_due, run_due, sweep
from playbooks.walks import walk_now

_RUNS_KEPT_DAYS = 30


def poll_now(job: Job) -> Mapping[str, Any]:
    """Everything about one device, at once; the counters' own slot is left to the cycle."""
    slot = int(datetime.now(UTC).timestamp())
    done = sweep(job.site, job.pool, "identity", slot, only=[job.subject])
    poll = done.polls[0] if done.polls else None
    error = poll.error if poll else None
    return {"ms": round(poll.ms) if poll else None, "why": error.reason if error else ""}


WORKS: Mapping[str, Work] = {"poll": poll_now, "walk": walk_now, "discover": discover}


def status(site: Site, pool: Pool) -> None:
    """The minute's sweep, then the identity of whoever is due for it."""
    now = datetime.now(UTC)
    run_due(site, pool, "status", now)
    due = identity_due(site, now)
    if due:
        sweep(site, pool, "identity", int(now.timestamp()), only=due)


def login(site: Site, pool: Pool) -> None:
    """What only the command line tells, once a day and device."""
    waiting = logins.due(site, datetime.now(UTC))
    if waiting:
        logins.ask(site, pool, waiting)


def counters(site: Site, pool: Pool) -> None:
    run_due(site, pool, "counters", datetime.now(UTC))


def asked(site: Site, pool: Pool) -> None:
    take_asked(site, pool, WORKS)


def tidy(site: Site) -> None:
    """Daily: drop day files past their time and the records of routine sweeps."""
    now = datetime.now(UTC)
    site.history.retain(now.date(), site.kept_days)
    old = now - timedelta(days=_RUNS_KEPT_DAYS)
    with site.database.observe() as session:
        session.execute(
            delete(JobRun).where(
                JobRun.kind.in_(("status", "counters", "identity")), JobRun.requested_at < old
            )
        )
