"""Work a person asked for on a page: claimed once, told as it goes, stopped when asked to."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backups.pace import Stopped
from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.explained import Explained
from inventory.grant import standing
from inventory.person import Person
from inventory.role import can
from inventory.run import RIGHTS, JobRun, claim
from netops.errors import DeviceError
from playbooks.dispatch import Pool
from playbooks.site import Site

_log = logging.getLogger(__name__)
_LATER = timedelta(minutes=1)
_ENDED = ("failed", "值守台停止时正在执行，没有完成，请重新发起")


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

    def halted(self) -> bool:
        """True once somebody asked to stop, or the worker ends: what may take hours asks this."""
        return self.pool.stopping.is_set() or self.cancelled()


class Unfinished(Explained):
    """The work could not be done; `reason` is a Chinese sentence for whoever asked."""


Work = Callable[[Job], Mapping[str, Any]]


def take_asked(site: Site, pool: Pool, works: Mapping[str, Work]) -> list[str]:
    """Claim every request waiting and start it; returns the ids taken. Whoever has lost the right
    since asking is told so."""
    taken = []
    for run_id in _waiting(site, works):
        with site.database.observe() as session:
            run = session.get(JobRun, run_id)
            if run is None or not claim(session, run, datetime.now(UTC)):
                continue
            session.refresh(run)
            if not _still_may(session, run):
                run.state, run.ended_at = "failed", datetime.now(UTC)
                run.note = f"{run.requested_name} 现在没有做这件事的权限，没有执行"
                continue
            job = Job(site, pool, run.id, run.subject, dict(run.params))
            work = works[run.kind]
        taken.append(run_id)
        pool.start(lambda job=job, work=work: do(job, work))  # type: ignore[misc]
    return taken


def close_orphans(site: Site) -> int:
    """Requests that were running when the worker died: told as failed, never silently lost."""
    with site.database.observe() as session:
        left = session.scalars(select(JobRun).where(JobRun.state == "running")).all()
        for run in left:
            run.state, run.ended_at = "failed", datetime.now(UTC)
            run.note = "执行时值守台停止了，请重新发起"
        return len(left)


def _still_may(session: Session, run: JobRun) -> bool:
    """The console's own work needs no leave; a person's right may have ended since the click."""
    if run.requested_by == "system":
        return True
    who = session.get(Person, run.requested_by)
    if who is None or who.retired_at is not None:
        return False
    return can(
        standing(session, who), RIGHTS.get(run.kind, "operate"), session.get(Centre, run.centre_id)
    )


def _waiting(site: Site, works: Mapping[str, Work]) -> list[str]:
    """What is asked for within the next minute waits for it; what is later than that was asked
    before our clock was set back."""
    now = datetime.now(UTC)
    with site.database.view(EVERYTHING) as session:
        query = select(JobRun.id).where(
            JobRun.state == "asked", JobRun.kind.in_(works),
            or_(JobRun.requested_at <= now, JobRun.requested_at > now + _LATER),
        )  # fmt: skip
        return list(session.scalars(query.order_by(JobRun.requested_at)))


def do(job: Job, work: Work) -> None:
    """Run to an end that is written down, whatever happens."""
    try:
        outcome, state, note = work(job), "done", ""
    except DeviceError as error:
        outcome, state, note = {"detail": error.detail}, "failed", error.reason
    except Unfinished as error:
        outcome, state, note = {}, "failed", error.reason
    except Stopped:
        outcome, state, note = {"stopped": True}, *(("done", "") if job.cancelled() else _ENDED)
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
