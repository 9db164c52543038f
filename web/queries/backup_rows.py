"""What the pages of one source and of one set show beside their registers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.backup_copy import BackupCopy
from inventory.backup_set import BackupSet
from inventory.run import JobRun

_SHOWN, _DRAWN, _AT_WORK = 12, 24, 50
_DONE = ("good", "expired")  # a set that was good; that it was cleared away since is another matter


@dataclass(frozen=True, slots=True)
class Runs:
    """The sets of one source: `last` begun, `good` the last one that was verified, the newest few,
    and the sizes of the last good ones in bytes, oldest first."""

    last: BackupSet | None
    good: BackupSet | None
    newest: Sequence[BackupSet]
    sizes: Sequence[int]


def runs_of(session: Session, source_id: str) -> Runs:
    """In the order they were made, whatever the clock said then."""
    query = select(BackupSet).where(BackupSet.source_id == source_id)
    query = query.order_by(BackupSet.ordinal.desc(), BackupSet.id.desc())
    newest = session.scalars(query.limit(_SHOWN)).all()
    good = session.scalars(query.where(BackupSet.state.in_(_DONE)).limit(_DRAWN)).all()
    sizes = [one.size for one in reversed(good)]
    return Runs(newest[0] if newest else None, good[0] if good else None, newest, sizes)


def copies_of(session: Session, set_id: str) -> Sequence[BackupCopy]:
    """Its own place first, then in the order they were made."""
    query = select(BackupCopy).where(BackupCopy.set_id == set_id).order_by(BackupCopy.made_at)
    return sorted(session.scalars(query), key=lambda copy: copy.place != "own")


def at_work(session: Session, kinds: Sequence[str], *about: str) -> Sequence[JobRun]:
    """What is asked for or running of these kinds; about any of these rows, where some are named:
    as its subject, or among the sets it was given."""
    query = select(JobRun).where(JobRun.kind.in_(kinds), JobRun.state.in_(("asked", "running")))
    runs = session.scalars(query.order_by(JobRun.id).limit(_AT_WORK)).all()
    wanted = set(about)
    return [run for run in runs if not wanted or wanted & _named(run)]


def _named(run: JobRun) -> set[str]:
    told = run.params
    return {run.subject, *(told.get("sets") or ()), str(told.get("set") or told.get("back") or "")}
