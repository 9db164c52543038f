"""“Test the connection” of a source or a place: asked of the worker, told where it was asked."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.audit import note
from inventory.backup_place import BackupPlace
from inventory.role import can
from inventory.run import JobRun
from web import asking
from web.access import allowed, origin, person
from web.backing.desk import bp, one, source_or_404
from web.backing.running import running_facts
from web.current import database
from web.registers.beside import beside


def last_try(session: Session, subject: str) -> JobRun | None:
    """The latest trial that has ended, as long as it is remembered."""
    ended = select(JobRun).where(
        JobRun.kind == "reach", JobRun.subject == subject, JobRun.state.in_(("done", "failed"))
    )
    return session.scalars(ended.order_by(JobRun.requested_at.desc()).limit(1)).first()


@beside("BackupPlace")
def beside_place(session: Session, row: BackupPlace) -> Mapping[str, Any]:
    living = row.retired_at is None
    return {
        "may_try": living and can(person(), "operate", row), "tried": last_try(session, row.id),
        **running_facts(session, row.id),
    }  # fmt: skip


@bp.post("/sources/<id>/try")
@allowed("operate")
def try_source(id: str) -> ResponseReturnValue:
    source = source_or_404(id)
    return _asked("BackupSource", source.id, source.centre_id, "backup-sources")


@bp.post("/places/<id>/try")
@allowed("operate")
def try_place(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        place = one(session, BackupPlace, id)
    return _asked("BackupPlace", place.id, place.centre_id, "backup-places")


def _asked(thing: str, row_id: str, centre_id: str, slug: str) -> ResponseReturnValue:
    """A login is used: that somebody had it used is written down."""
    act = person().act("测试连接", origin())
    with database().transaction(act) as session:
        note(session, act, thing, row_id, centre_id, {})
    asking.ask("reach", centre_id, row_id)
    return redirect(url_for("registers.show", slug=slug, id=row_id))
