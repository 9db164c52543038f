"""Work in the background: what was asked for, how far it is, what came of it."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory.role import can
from inventory.run import KINDS, STATES, JobRun
from inventory.sheet import write_csv
from web import asking
from web.access import allowed, person
from web.current import database
from web.fragment import fragment
from web.leaving import exported
from web.named import named
from web.navigation import NavItem
from web.paging import Slice, slice_of
from web.queries import runs as asked
from web.queries.runs import RunAsk
from web.queries.sweeps import ROUTINE
from web.runs import about, counted, run_facts

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
nav = NavItem("jobs.index", _l("后台任务"), "clock", 70)


@bp.get("/")
@allowed("view")
def index() -> str:
    routine = request.args.get("by") == "clock"
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    ask = RunAsk(person().id, routine, kind, state, request.args.get("page", 1, int))
    with database().view(person().scope) as session:
        found = asked.runs(session, ask)
    kinds = {key: word for key, word in KINDS.items() if (key in ROUTINE) is routine}
    return render_template(
        "jobs.html", found=found, ask=ask, kinds=kinds, KINDS=KINDS, JOB_STATES=STATES, about=about
    )


@bp.get("/<id>")
@allowed("view")
def show(id: str) -> ResponseReturnValue:
    run, name = _run(id)
    if run.kind == "discover":
        return redirect(url_for("discovery.show", id=id))
    if run.kind == "import" and run.requested_by == person().id:
        return redirect(url_for("brought.show", slug=run.params["slug"], id=id))
    if run.kind == "print":
        return redirect(url_for("prints.show", id=id))
    if run.kind == "rotate" and can(person(), "credentials"):
        return redirect(url_for("rotations.index", id=run.params["credential"]))
    if run.kind == "procedure":
        return redirect(url_for("registers.show", slug="changes", id=run.subject))
    told = run_facts(run) | _walk(run)
    return render_template("job.html", name=name, counted=counted, about=about, **told)


@bp.get("/<id>/progress")
@allowed("view")
def progress(id: str) -> Response:
    """How far it is; at the end the page that asks is shown afresh, with the result."""
    run, _name = _run(id)
    answer = fragment("job_progress.html", **run_facts(run))
    if run.ended:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/<id>/cancel")
@allowed("operate")
def cancel(id: str) -> ResponseReturnValue:
    run, _name = _run(id)
    if not run.ended and run.kind not in ROUTINE:
        asking.cancel(id)
    return redirect(url_for(".show", id=id))


@bp.get("/<id>/walk.csv")
@allowed("operate")
def walk_csv(id: str) -> Response:
    run, name = _run(id)
    rows = _matching(run)
    what = {"kind": "csv", "rows": len(rows), "device": name}
    mark = partial(exported, "遍历结果", "Device", what, run.subject)
    content = write_csv(["OID", _("类型"), _("值")], rows, mark)
    response = Response(content, content_type="text/csv; charset=utf-8")
    return named(response, f"{name or 'walk'}.csv")


def _run(run_id: str) -> tuple[JobRun, str]:
    """The run and the name of its device; 404 outside the person's scope, and for another's own."""
    with database().view(person().scope) as session:
        found = asked.run(session, run_id)
        names = asked.subjects(session, [found]) if found else {}
    if found is None or found.hidden_from(person().id):
        abort(404)
    return found, names.get(found.subject, "")


def _walk(run: JobRun) -> dict[str, Any]:
    """What a walk brought, only for those who may walk: a device tells more than is public."""
    if run.kind != "walk" or not can(person(), "operate"):
        return {}
    rows = _matching(run)
    part: Slice[list[str]] = slice_of(rows, request.args.get("page", 1, int))
    return {"part": part, "q": request.args.get("q", ""), "whole": len(run.outcome.get("rows", ()))}


def _matching(run: JobRun) -> list[list[str]]:
    """The rows of a walk in which every word of ?q= occurs."""
    words = request.args.get("q", "").lower().split()
    rows: list[list[str]] = run.outcome.get("rows", []) if run.kind == "walk" else []
    return [row for row in rows if all(word in " ".join(row).lower() for word in words)]
