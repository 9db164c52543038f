"""Work about backups that goes on now: how far it is, and the way to stop it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.backup_source import BackupSource
from inventory.medium import Medium
from inventory.role import can
from inventory.run import KINDS, STATES, STOPPABLE, JobRun
from web import asking
from web.access import allowed, person
from web.backing.desk import JOBS, bp
from web.current import database
from web.fragment import fragment
from web.queries.backup_rows import at_work
from web.queries.runs import subjects

_PATIENCE = timedelta(seconds=15)  # after which a request nobody took says that no worker runs


def running_facts(session: Session, *about: str) -> dict[str, Any]:
    """The variables of backups/running.html: all there is, or what is about some rows."""
    runs = at_work(session, JOBS, *about)
    return {
        "running": runs, "called": _called(session, runs), "KINDS": KINDS, "JOB_STATES": STATES,
        "STOPPABLE": STOPPABLE, "may_operate": can(person(), "operate"),
        "idle": {run.id for run in runs if _left(run)},
        "live_url": url_for("backups.live", about=list(about) or None),
    }  # fmt: skip


@bp.get("/live")
@allowed("view")
def live() -> Response:
    """Once nothing is at work any more, the page that asks is shown afresh with what came of it."""
    with database().view(person().scope) as session:
        told = running_facts(session, *request.args.getlist("about"))
    answer = fragment("backups/jobs.html", **told)
    if not told["running"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/run")
@allowed("operate")
def run() -> ResponseReturnValue:
    """Back up the chosen sources now; a second click finds the first one's run."""
    chosen = request.form.getlist("id")
    with database().view(person().scope) as session:
        living = select(BackupSource).where(BackupSource.retired_at.is_(None))
        found = session.scalars(living.where(BackupSource.id.in_(chosen))).all()
    accept = "accept" in request.form
    able = [one for one in found if accept or not one.carried]
    for one in able:
        ask_for(one, accept=accept)
    if len(able) == 1 and len(chosen) == 1:
        return redirect(url_for("registers.show", slug="backup-sources", id=able[0].id))
    if not able:
        flash(_("没有可以自动备份的来源：人工导出的数据文件请上传。"), "warning")
    return redirect(url_for(".index"))


def ask_for(source: BackupSource, accept: bool = False) -> str:
    """The run that will back it up; `accept`: that it became empty or much smaller is right."""
    told = {"accept": True} if accept else {}
    return asking.ask("backup", source.centre_id, source.id, **told)


def _left(run: JobRun) -> bool:
    return run.state == "asked" and datetime.now(UTC) - run.requested_at > _PATIENCE


def _called(session: Session, runs: Sequence[JobRun]) -> dict[str, str]:
    """What each is about, by its subject; a copy may go to a medium as well as to a place."""
    keys = {run.subject for run in runs}
    media = session.scalars(select(Medium).where(Medium.id.in_(keys)))
    return subjects(session, runs) | {one.id: one.label for one in media}
