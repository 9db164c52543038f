"""A large import at work: how far it is, what came of it, and the way to stop it."""

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from inventory.register import Register
from inventory.run import JobRun
from playbooks import bringing
from web import asking
from web.access import by_register, person
from web.current import database, settings
from web.fragment import fragment
from web.queries.runs import run as find
from web.registers.book import book
from web.runs import run_facts

bp = Blueprint("brought", __name__, url_prefix="/r/<slug>/import/run/<id>")


@bp.get("")
@by_register
def show(slug: str, id: str) -> str:
    cls = book(slug, "write")
    found = _run(cls, id)
    return render_template("register_import_run.html", cls=cls, **_facts(found))


@bp.get("/progress")
@by_register
def progress(slug: str, id: str) -> Response:
    """At the end the page that asks is shown afresh, with the result."""
    cls = book(slug, "write")
    found = _run(cls, id)
    answer = fragment("register_import_progress.html", cls=cls, **_facts(found))
    if found.ended:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/cancel")
@by_register
def cancel(slug: str, id: str) -> ResponseReturnValue:
    """The worker looks for the wish to stop between two batches; nothing of the import stays."""
    found = _run(book(slug, "write"), id)
    if not found.ended:
        bringing.stop(settings().home, found.id)
        asking.cancel(found.id)
    return redirect(url_for(".show", slug=slug, id=id))


def _run(cls: type[Register], run_id: str) -> JobRun:
    """One's own import into this register."""
    with database().view(person().scope) as session:
        found = find(session, run_id)
    mine = found and found.kind == "import" and found.requested_by == person().id
    if found is None or not mine or found.params["slug"] != cls.slug:
        abort(404)
    return found


def _facts(found: JobRun) -> dict[str, object]:
    done = found.done or bringing.written(settings().home, found.id)
    return run_facts(found) | {"done": done}
