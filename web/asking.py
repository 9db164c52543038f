"""A page asks for work by inserting a JobRun; the worker takes it from there."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from inventory import usage
from inventory.keys import new_key
from inventory.run import JobRun
from web.access import origin, person
from web.current import database


def ask(kind: str, centre_id: str, subject: str = "", **params: Any) -> str:
    """The id of the run that will do it; a second click finds the first one's run."""
    with database().observe() as session:
        same = select(JobRun).where(
            JobRun.kind == kind, JobRun.subject == subject, JobRun.requested_by == person().id,
            JobRun.state.in_(("asked", "running")),
        )  # fmt: skip
        waiting = (run for run in session.scalars(same) if _says(run.params, params))
        run = next(waiting, None) or _new(kind, centre_id, subject, params)
        session.add(run)
        return run.id


def opened(what: str, credentials: Iterable[str], centre_id: str, **about: str) -> None:
    """Note that this person has secrets opened for `what`, on which device or addresses."""
    act = person().act(what, origin())
    with database().transaction(act) as session:
        usage.opened_by_hand(session, act, credentials, centre_id, **about)


def cancel(run_id: str) -> None:
    """Ask the worker to stop; what nobody has begun yet is simply not done."""
    now = datetime.now(UTC)
    with database().observe() as session:
        wanted = update(JobRun).where(JobRun.id == run_id)
        session.execute(wanted.values(cancel_requested=True))
        session.execute(
            wanted.where(JobRun.state == "asked").values(state="cancelled", ended_at=now)
        )


def _new(kind: str, centre_id: str, subject: str, params: Mapping[str, Any]) -> JobRun:
    key, who = new_key(), person()
    return JobRun(
        id=key, site="local", kind=kind, slot=key, subject=subject, centre_id=centre_id,
        params=dict(params), requested_by=who.id, requested_name=who.name,
        requested_at=datetime.now(UTC),
    )  # fmt: skip


def _says(known: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    return dict(known) == dict(params)
