"""How the background is doing: facts about this console, the same for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.run import JobRun

ROUTINE = ("status", "counters", "identity", "sightings")
_LOOK_BACK = 10  # runs: the newest may be under way, those before may have died with the worker
LATE = 3  # periods without a finished sweep: the background has stopped


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last finished status sweep, or None; `late` when the next ones did not come."""

    at: datetime | None
    late: bool


def pulse(session: Session, period: int, now: datetime) -> Pulse:
    """`session` must see everything: sweeps belong to the console's own centre. `period`: seconds.

    Runs are numbered by time, so that the newest are found from the end of the key; asking for
    the state in SQL would have all of a month's sweeps sorted first.
    """
    query = select(JobRun.state, JobRun.ended_at).where(JobRun.kind == "status")
    newest = session.execute(query.order_by(JobRun.id.desc()).limit(_LOOK_BACK))
    at = next((run.ended_at for run in newest if run.state == "done"), None)
    return Pulse(at, at is None or now - at > timedelta(seconds=LATE * period))


def recent(session: Session, number: int) -> Sequence[JobRun]:
    """The newest routine sweeps."""
    query = select(JobRun).where(JobRun.kind.in_(ROUTINE)).order_by(JobRun.id.desc())
    return session.scalars(query.limit(number)).all()
