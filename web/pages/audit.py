"""The audit administrator's own area: is the trail sound, who did what, all of it to take along."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import triggers
from inventory.act import EVERYTHING
from inventory.audit import AuditRow, head
from inventory.chain import Head
from inventory.role import can
from inventory.run import JobRun
from inventory.verdict import last
from inventory.witness import published
from playbooks.forwarding import forwarded
from web import asking
from web.access import allowed, narrow, person
from web.asked_trail import asked
from web.current import database, settings
from web.fragment import fragment
from web.leaving import exported
from web.navigation import NavItem
from web.queries import runs, trail
from web.queries.trail import TrailAsk
from web.registers.book import home_centre, may, page_url
from web.runs import run_facts
from web.trail_files import KINDS as FILES
from web.trail_files import MOST, TooMany, file_of
from web.trail_words import faults

bp = Blueprint("audit", __name__, url_prefix="/audit")
nav = NavItem("audit.index", _l("审计记录"), "shield-check", 80)

_PRINTED = 1_000


@bp.get("/")
@allowed("trail")
def index() -> ResponseReturnValue:
    ask, wrong = asked()
    if wrong:
        return _page(ask, _("“%(text)s”不是日期，应为 2026-11-22 的样子。", text=wrong)), 422
    return _printed(ask) if request.args.get("print") else _page(ask)


@bp.get("/<int:seq>")
@allowed("trail")
def show(seq: int) -> str:
    """One row in words: what was before, what after."""
    with database().view(person().scope) as session:
        row = session.scalar(select(AuditRow).where(AuditRow.seq == seq)) or abort(404)
        about = trail.shown(session, row)
        return render_template(
            "audit_row.html", row=row, told=trail.told(session, row),
            centre=trail.centres(session, [row]).get(row.centre_id or "", ""),
            roles=trail.role_words(row), about=about,
            about_url=page_url(about) if about and may(type(about), "view") else "", **_words(),
        )  # fmt: skip


@bp.get("/export.<kind>")
@allowed("trail")
def export(kind: str) -> ResponseReturnValue:
    """What is filtered as a file, with the head of the chain below it."""
    _must_export()
    if kind not in FILES:
        abort(404)
    ask, _wrong = asked()
    try:
        with database().view(person().scope) as session:
            return file_of(session, ask, kind)
    except TooMany:
        told = _("没有导出：超过 %(n)s 行。请按时间分段导出，或用 netops audit export。", n=MOST)
        return _page(ask, told), 422


@bp.post("/verify")
@allowed("trail")
def verify() -> ResponseReturnValue:
    """Ask the worker to look at the whole trail now."""
    run = asking.ask("verify", home_centre())
    return redirect(url_for(".index", job=run))


@bp.get("/verify/<id>")
@allowed("trail")
def progress(id: str) -> Response:
    """How far the look is; at its end the page is shown afresh, with the verdict."""
    run = _run(id)
    answer = fragment("audit_progress.html", **run_facts(run))
    if run.ended:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/verify/<id>/cancel")
@allowed("trail")
def cancel(id: str) -> ResponseReturnValue:
    if not _run(id).ended:
        asking.cancel(id)
    return redirect(url_for(".index", job=id))


def _page(ask: TrailAsk, problem: str = "") -> str:
    with database().view(person().scope) as session:
        found = trail.trail(session, ask, request.args.get("page", 1, int))
        job = runs.run(session, request.args.get("job", ""))
    return render_template(
        "audit.html", found=found, ask=ask, problem=problem, **_words(), **_status(),
        **(run_facts(job) if job else {"run": None}),
    )  # fmt: skip


def _run(run_id: str) -> JobRun:
    with database().view(person().scope) as session:
        run = runs.run(session, run_id)
    if run is None or run.kind != "verify":
        abort(404)
    return run


def _must_export() -> None:
    if not can(person(), "export"):
        abort(403)
    narrow("export")


def _printed(ask: TrailAsk) -> str:
    """On paper, with the head; paper leaves the console as a file does."""
    _must_export()
    with database().view(person().scope) as session:
        total = trail.count(session, ask)
        rows = session.scalars(trail.found(ask).limit(_PRINTED)).all()
        centres, names = trail.centres(session, rows), trail.labels(session, rows)
    mark = exported("审计记录", "AuditRow", {"kind": "print", "rows": len(rows)} | ask.given())
    return render_template(
        "audit_print.html",
        rows=rows,
        centres=centres,
        names=names,
        total=total,
        ask=ask,
        mark=mark,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "things": trail.things(), "changes": trail.CHANGES,
        "may_export": can(person(), "export"),
    }  # fmt: skip


def _status() -> Mapping[str, Any]:
    """How the trail stands: the last look, and what can be told without looking at every row."""
    with database().view(EVERYTHING) as session:
        verdict = last(session)
        gone = triggers.missing(session.connection())
        sent, failed = forwarded(session)
        return {
            "verdict": verdict, "newest": Head(*head(session)), "faults": faults(verdict, gone),
            "witnesses": len(published(settings().home)), "syslog": settings().syslog,
            "sent": sent, "send_failed": failed, "verifying": _verifying(session),
        }  # fmt: skip


def _verifying(session: Session) -> str:
    """The look that is under way, whoever asked for it."""
    waiting = select(JobRun.id).where(
        JobRun.kind == "verify", JobRun.state.in_(("asked", "running"))
    )
    return session.scalar(waiting.limit(1)) or ""
