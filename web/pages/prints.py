"""A file that the worker makes: how far it is, the way to stop it, and in the end the file."""

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from inventory.prints import KEPT, made
from inventory.run import JobRun
from web import asking
from web.access import own, person
from web.current import database, settings
from web.fragment import fragment
from web.printing import may_take
from web.queries.runs import run as find
from web.runs import run_facts

bp = Blueprint("prints", __name__, url_prefix="/prints/<id>")


@bp.get("")
@own
def show(id: str) -> str:
    found = _run(id)
    until = (found.ended_at or datetime.now(UTC)) + KEPT
    there = found.state == "done" and made(settings().home, found.id).is_file()
    more = {"there": there, "until": until, "may_take": may_take(person(), found)}
    return render_template("print.html", **_facts(found), **more)


@bp.get("/progress")
@own
def progress(id: str) -> Response:
    """At the end the page that asks is shown afresh, with the file."""
    found = _run(id)
    answer = fragment("job_progress.html", **_facts(found))
    if found.ended:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/cancel")
@own
def cancel(id: str) -> ResponseReturnValue:
    """The worker stops within a second; nothing of the file stays."""
    found = _run(id)
    if not found.ended:
        asking.cancel(found.id)
    return redirect(url_for(".show", id=id))


@bp.get("/file")
@own
def take(id: str) -> ResponseReturnValue:
    """Only for who asked, and while the rights it was asked with still reach that far."""
    found = _run(id)
    file = made(settings().home, found.id)
    if found.state != "done" or not file.is_file():
        abort(404)
    if not may_take(person(), found):
        abort(403)
    answer = send_file(file, found.outcome["type"], max_age=0)
    answer.headers["Content-Disposition"] = found.outcome["disposition"]
    return answer


def _run(run_id: str) -> JobRun:
    """One's own print; other people's do not exist."""
    with database().view(person().scope) as session:
        found = find(session, run_id)
    if found is None or found.kind != "print" or found.requested_by != person().id:
        abort(404)
    return found


def _facts(found: JobRun) -> dict[str, object]:
    return run_facts(found) | {"stop": url_for(".cancel", id=found.id)}
