"""Changes of configurations: a new one, and how far one is. Its row's page shows the plan."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.change import IN_FLIGHT, Change
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.register import Rejected, field_of
from inventory.role import can
from inventory.run import JobRun
from netops.errors import Unreadable
from netops.profile import profiles
from playbooks.procedure import STEPS, Procedure, Refusal, procedure_named
from playbooks.procedure_asking import Asked, offered, propose
from web.access import allowed, origin, person
from web.current import database, key
from web.fragment import fragment
from web.navigation import NavItem, holds
from web.registers.beside import beside
from web.registers.controls import Control, options_of, picker_url
from web.registers.names import names
from web.runs import run_facts

bp = Blueprint("changes", __name__, url_prefix="/changes")
nav = NavItem(
    "registers.index", _l("配置操作"), "tools", 46, holds("view"), {"slug": "changes"}, ("changes",)
)
_FEW = 50  # backups to choose from


@bp.get("/new")
@allowed("operate")
def new() -> str:
    """Which device, what to do, with what parameters: one after the other."""
    return _form(dict(request.args))


@bp.post("/new")
@allowed("operate")
def make() -> ResponseReturnValue:
    """A draft, which the worker plans; nothing is sent to the device."""
    form = request.form
    _procedure(form.get("procedure", ""))
    try:
        with database().transaction(person().act("建立配置操作", origin())) as session:
            device = session.get(Device, form.get("device", "")) or abort(404)
            minutes = form.get("minutes", "10").strip()
            asked = Asked(
                form.get("procedure", ""), form, form.get("reason", ""),
                int(minutes) if minutes.isascii() and minutes.isdigit() else 0,
            )  # fmt: skip
            change = propose(session, key(), device, person(), asked)
    except Rejected as error:
        causes = {one.field: one.cause for one in error.errors}
        return _form(form.to_dict(), causes), 422
    flash(_("已建立，正在读取设备配置、计算命令；看过计划再提请审批。"), "ok")
    return redirect(url_for("registers.show", slug="changes", id=change.id))


@bp.get("/<id>/progress")
@allowed("view")
def progress(id: str) -> Response:
    """How far it is; the page is shown afresh as soon as something has changed."""
    with database().view(person().scope) as session:
        row = session.get(Change, id) or abort(404)
        facts = facts_of(session, row)
    answer = fragment("change_progress.html", row=row, **facts)
    if request.args.get("seen") != facts["seen"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


@beside("Change")
def facts_of(session: Session, row: Change) -> Mapping[str, Any]:
    """The work under way or just done, the time left, the patch line by line."""
    query = select(JobRun).where(JobRun.kind == "procedure", JobRun.subject == row.id)
    last = session.scalars(query.order_by(JobRun.requested_at.desc()).limit(1)).first()
    busy = last is not None and not last.ended
    told: dict[str, Any] = {
        "last": last, "busy": busy, "left": _left(row), "steps_words": STEPS,
        "seen": f"{row.state}-{row.revision}-{last.id if last else ''}-{busy}",
        "patch": [(_kind(line), line) for line in row.diff.splitlines()],
        "flying": row.state in IN_FLIGHT or busy,
    }  # fmt: skip
    if last is not None:
        told |= run_facts(last) | {"stop": _stop(row, last)}
    return told


def _stop(row: Change, run: JobRun) -> str:
    """Where to ask a run to stop: only before anything is sent."""
    try:
        order = procedure_named(row.procedure).order
    except Refusal:
        return ""
    early = "push" not in order or run.done < order.index("push")
    if run.ended or run.params.get("act") != "run" or not early or not can(person(), "operate"):
        return ""
    return url_for("jobs.cancel", id=run.id)


def _left(row: Change) -> float | None:
    """Seconds until it is undone by itself; None while nothing is waited for."""
    if row.state != "waiting" or row.deadline_at is None:
        return None
    return max(0.0, (row.deadline_at - datetime.now(UTC)).total_seconds())


def _kind(line: str) -> str:
    """The look of one line of a patch."""
    if line.startswith(("+++", "---", "@@")):
        return "mark"
    return {"+": "new", "-": "old"}.get(line[:1], "same")


def _form(given: Mapping[str, str], causes: Mapping[str, str] | None = None) -> str:
    with database().view(person().scope) as session:
        device = session.get(Device, given.get("device") or given.get("device_id") or "")
        if device is not None and not can(person(), "operate", device):
            abort(403)
        found = _procedure(given.get("procedure", ""))
        told = field_of(Change, "device_id")
        chosen = device.id if device else ""
        options = options_of(told, chosen, names(session, [(told, chosen)]))
        return render_template(
            "change_form.html", device=device, procedure=found, given=given, causes=causes or {},
            control=Control(told, chosen, (), options, picker_url(told)),
            offered=_offered(device), readable=_readable(device),
            snapshots=_snapshots(session, device, found),
        )  # fmt: skip


def _procedure(name: str) -> Procedure | None:
    """Those that are not shown are asked for where they belong, with rules of their own."""
    try:
        found = procedure_named(name) if name else None
    except Refusal:
        abort(404)
    return found if found is None or found.shown else abort(404)


def _offered(device: Device | None) -> list[Procedure]:
    try:
        return offered(device) if device else []
    except Unreadable:
        return []


def _readable(device: Device | None) -> bool:
    """Can an undo be worked out from what the device says of its configuration?"""
    known = profiles().get(device.profile) if device else None
    return known is not None and bool(known.config.running)


def _snapshots(
    session: Session, device: Device | None, found: Procedure | None
) -> list[ConfigSnapshot]:
    wanted = found is not None and any(one.kind == "snapshot" for one in found.params)
    if device is None or not wanted:
        return []
    query = select(ConfigSnapshot).where(ConfigSnapshot.device_id == device.id)
    return list(session.scalars(query.order_by(ConfigSnapshot.taken_at.desc()).limit(_FEW)))
