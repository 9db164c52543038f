"""The roll of a training on its page: tick who was there, one button."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory import exchange
from inventory.register import Rejected
from inventory.roll import enter, roll
from inventory.staff import JOBS, Staff
from inventory.training import Attendance, Training
from web.access import by_register, origin, person
from web.current import database
from web.registers.beside import beside
from web.registers.book import book, page_url
from web.registers.row import row_facts

bp = Blueprint("training", __name__)


@beside("Training")
def lines(session: Session, row: Training) -> Mapping[str, Any]:
    """The roll as it stands, and what was typed when it was refused."""
    return {"lines": roll(session, row), "typed": request.form, "jobs": JOBS}


@bp.post("/trainings/<id>/roll")
@by_register
def note(id: str) -> ResponseReturnValue:
    """The whole roll at once; refused, the page again with everything typed."""
    cls = book("trainings", "write")
    try:
        with database().transaction(person().act("登记参训人员", origin())) as session:
            training = session.get(Training, id) or abort(404)
            done = enter(session, training, _present(session, training))
    except Rejected as error:
        with database().view(person().scope) as session:
            row = session.get(cls, id) or abort(404)
            causes = [str(one) for one in error.errors]
            return render_template(cls.template, **row_facts(session, row), causes=causes), 422
    flash(_("已登记 %(n)s 人参加培训。", n=len(done)), "ok")
    return redirect(page_url(training))


def _present(session: Session, training: Training) -> dict[str, Mapping[str, Any]]:
    """Staff id → hours, score and whether passed, of those ticked. Raises Rejected."""
    found: dict[str, Mapping[str, Any]] = {}
    for staff_id in dict.fromkeys(request.form.getlist("id")):
        staff = session.get(Staff, staff_id) or abort(404)
        cells = {name: request.form.get(f"{name}.{staff_id}", "") for name in ("hours", "score")}
        cells["passed"] = "是" if request.form.get(f"passed.{staff_id}") else "否"
        cells |= {
            "staff_id": staff_id, "training_id": training.id, "centre_id": staff.centre_id
        }  # fmt: skip
        values, errors = exchange.parse(session, Attendance, cells)
        if errors:
            raise Rejected(tuple(_named(staff, one) for one in errors), training.id)
        found[staff_id] = {name: values.get(name) for name in ("hours", "score", "passed")}
    return found


def _named(staff: Staff, error: Any) -> Any:
    return type(error)(error.field, f"{staff.name} {error.label}", error.cause)
