"""Work about backups done by the command itself: told as it goes, stopped in order at Ctrl-C, and
kept in the list of jobs like work that was asked for on a page."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from getpass import getuser
from types import FrameType
from typing import Any

import click

from inventory.act import Act, system
from inventory.audit import note
from inventory.keys import new_key
from inventory.run import JobRun
from netops.redact import blank
from playbooks.dispatch import Pool
from playbooks.duties import WORKS
from playbooks.jobs import Job, do
from playbooks.site import Site
from web.cli.faults import Failed
from web.cli.telling import tell

INTERRUPTED = 130


@dataclass(frozen=True)
class Watched(Job):
    """A job whose progress somebody sits and watches. `signals`: how often Ctrl-C was pressed; it
    is written down only where the work itself asks, never in the middle of a transaction."""

    signals: list[int] = field(default_factory=list)

    def cancelled(self) -> bool:
        if self.signals:
            with self.site.database.observe() as session:
                session.get_one(JobRun, self.run_id).cancel_requested = True
        return super().cancelled()

    def tell(self, done: int, total: int, note: str = "") -> None:
        super().tell(done, total, note)
        share = f"{100 * done // total:3d}% " if total else ""
        click.echo(f"\r{share}{note}\x1b[K", nl=False, err=True)


def perform(
    site: Site, pool: Pool, kind: str, about: tuple[str, str], params: Mapping[str, Any]
) -> JobRun:
    """Do one piece of work, about (subject, centre) here and now; the run as it ended. The first
    Ctrl-C asks it to stop: SystemExit once it has."""
    run = _begun(kind, *about, params)
    with site.database.observe() as session:
        session.add(run)
    job = Watched(site, pool, run.id, run.subject, dict(params))
    with _stopping(job):
        do(job, WORKS[kind])
    click.echo(err=True)
    if job.signals:
        raise SystemExit(INTERRUPTED)
    with site.database.view(system(kind, "cli").scope) as session:
        return session.get_one(JobRun, run.id)


def answer_of(run: JobRun) -> Mapping[str, Any]:
    """What came of it. Raises Failed."""
    if run.state != "done":
        raise Failed(run.note or "没有完成")
    return run.outcome


def act(what: str, why: str = "") -> Act:
    """Whoever holds the box holds the console; the trail says which account of the box it was."""
    return system(what, f"cli {getuser()}", blank(why.strip()))


def noted(site: Site, what: str, thing: tuple[str, str, str | None], **told: Any) -> None:
    """Write down what is about to be done, to (class, id, centre)."""
    doing = act(what, str(told.pop("why", "")))
    with site.database.transaction(doing) as session:
        note(session, doing, *thing, told)


def _begun(kind: str, subject: str, centre: str, params: Mapping[str, Any]) -> JobRun:
    key, now = new_key(), datetime.now(UTC)
    return JobRun(
        id=key, site="local", kind=kind, slot=key, subject=subject, centre_id=centre,
        params=dict(params), state="running", requested_name=f"cli {getuser()}"[:40],
        requested_at=now, started_at=now,
    )  # fmt: skip


@contextmanager
def _stopping(job: Watched) -> Iterator[None]:
    """The second Ctrl-C ends the program as usual."""

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        job.signals.append(number)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def say(done: Mapping[str, Any], as_json: bool, words: str) -> None:
    """What was done, for a program or for whoever sits there."""
    if as_json:
        tell(dict(done))
    else:
        click.echo(words)
