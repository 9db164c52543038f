"""Work a person asked for on a page: claimed once, told as it goes, stopped when asked to."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.run import JobRun, claim
from netops.errors import DeviceError
from playbooks.dispatch import Pool
from playbooks.site import Site

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed request. `tell` reports progress, `cancelled` asks whether to go on."""

    site: Site
    pool: Pool
    run_id: str
    subject: str
    params: Mapping[str, Any]

    def tell(self, done: int, total: int, note: str = "") -> None:
        """Show progress."""
        with self.site.database.observe() as session:
            run = session.get_one(JobRun, self.run_id)
            run.done, run.total, run.note = done, total, note

    def cancelled(self) -> bool:
        """True once somebody asked to stop."""
        with self.site.database.view(EVERYTHING) as session:
            return session.get_one(JobRun, self.run_id).cancel_requested


Work = Callable[[Job], Mapping[str, Any]]


def take_asked(site: Site, pool: Pool, works: Mapping[str, Work]) -> list[str]:
    """Claim every request waiting and start it; returns the ids taken."""
    taken = []
    for run_id in _waiting(site, works):
        with site.database.observe() as session:
            run = session.get(JobRun, run_id)
            if run is None or not claim(session, run, datetime.now(UTC)):
                continue
            session.refresh(run)
            job = Job(site, pool, run.id, run.subject, dict(run.params))
            work = works[run.kind]
        taken.append(run_id)
        pool.start(lambda job=job, work=work: _do(job, work))  # type: ignore[misc]
    return taken


def close_orphans(site: Site) -> int:
    """Requests that were running when the worker died: told as failed, never silently lost."""
    with site.database.observe() as session:
        left = session.scalars(select(JobRun).where(JobRun.state == "running")).all()
        for run in left:
            run.state, run.ended_at = "failed", datetime.now(UTC)
            run.note = "执行时值守台停止了，请重新发起"
        return len(left)


def _waiting(site: Site, works: Mapping[str, Work]) -> list[str]:
    with site.database.view(EVERYTHING) as session:
        query = select(JobRun.id).where(JobRun.state == "asked", JobRun.kind.in_(works))
        return list(session.scalars(query.order_by(JobRun.requested_at)))


def _do(job: Job, work: Work) -> None:
    """Run to an end that is written down, whatever happens."""
    try:
        outcome, state, note = work(job), "done", ""
    except DeviceError as error:
        outcome, state, note = {"detail": error.detail}, "failed", error.reason
    except Exception as error:  # noqa: BLE001  (the worker outlives any job; the log has the trace)
        _log.exception("job %s failed", job.run_id)
        outcome, state, note = (
            {"detail": type(error).__name__},
            "failed",
            "值守台内部错误，详见日志",
        )
    with job.site.database.observe() as session:
        run = session.get(JobRun, job.run_id)
        assert run is not None
        run.state = "cancelled" if run.cancel_requested and state == "done" else state
        run.outcome, run.note, run.ended_at = dict(outcome), note or run.note, datetime.now(UTC)
