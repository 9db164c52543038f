"""One channel: its facts, a test through the worker, and what it sent last."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from inventory.channel import Channel
from inventory.delivery import STATES
from web import asking
from web.access import allowed, person
from web.current import database
from web.fragment import fragment
from web.queries import deliveries as sendings
from web.queries import runs
from web.registers.row import row_facts
from web.runs import run_facts

bp = Blueprint("channels", __name__, url_prefix="/channels/<id>")


@bp.get("/")
@allowed("health")
def show(id: str) -> str:
    with database().view(person().scope) as session:
        row = session.get(Channel, id) or abort(404)
        return render_template(
            "channel.html", last=sendings.by_channel(session, id), SENT=STATES,
            **_tried(session, id, request.args.get("run", "")), **row_facts(session, row),
        )  # fmt: skip


@bp.get("/test/<run>")
@allowed("health")
def progress(id: str, run: str) -> Response:
    """How the test goes; at its end the page that asks is shown afresh, with the result."""
    with database().view(person().scope) as session:
        told = _tried(session, id, run)
    if told["run"] is None:
        abort(404)
    answer = fragment("job_progress.html", **told)
    if told["run"].ended:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/test")
@allowed("health")
def test(id: str) -> ResponseReturnValue:
    """Ask the worker to send one message to whoever asks."""
    with database().view(person().scope) as session:
        row = session.get(Channel, id) or abort(404)
    run = asking.ask("notify", row.centre_id, id, person=person().id)
    return redirect(url_for(".show", id=id, run=run))


def _tried(session: Session, channel_id: str, run_id: str) -> dict[str, Any]:
    """The test asked about; `run` None when there is none."""
    run = runs.run(session, run_id)
    return run_facts(run) if run and run.subject == channel_id else {"run": None}
