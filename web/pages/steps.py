"""Taking a step with one row: the small form of its page, refused as a whole or done."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from inventory import exchange
from inventory.register import Register, Rejected
from inventory.stepping import Step, Taken, steps_of, take
from web.access import by_register, origin, person
from web.current import database
from web.proving import causes as proof_causes
from web.proving import proof
from web.registers.book import book, page_url
from web.registers.row import row_facts

bp = Blueprint("steps", __name__)


@bp.post("/r/<slug>/<id>/do/<name>")
@by_register
def do(slug: str, id: str, name: str) -> ResponseReturnValue:
    """One step; refused, the row's page again with the causes and everything typed."""
    cls = book(slug)
    step = next((one for one in steps_of(cls) if one.name == name), None) or abort(404)
    try:
        row = _taken(cls, id, step)
    except Rejected as error:
        return _again(cls, id, step, error), 422
    except StaleDataError:
        return _again(cls, id, step, None), 409
    flash(_("已办理：%(step)s", step=_(step.label)), "ok")
    return redirect(page_url(row))


def _taken(cls: type[Register], id: str, step: Step) -> Register:
    with database().view(person().scope) as session:
        session.get(cls, id) or abort(404)
    shown = proof() if step.proof else None
    with database().transaction(person().act(f"{cls.title}：{step.label}", origin())) as session:
        row = session.get(cls, id) or abort(404)
        given = typed(session, cls, step, row)
        take(session, row, step.name, Taken(person(), given, shown, request.form.get("seen", "")))
    return row


def typed(session: Any, cls: type[Register], step: Step, row: Register) -> Mapping[str, Any]:
    """The values of the fields that a step asks for. Raises Rejected."""
    cells = {name: request.form[name] for name in step.asks if name in request.form}
    values, errors = exchange.parse(session, cls, cells, row, step=True)
    if errors:
        raise Rejected(tuple(errors), row.id)
    return {name: value for name, value in values.items() if name in step.asks}


def _again(cls: type[Register], id: str, step: Step, error: Rejected | None) -> str:
    """The general page: a row's own page has the same card, drawn from the same facts."""
    errors = error.errors if error else ()
    late = _("别人刚刚办理过，请看现在的状态。")
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        told = row_facts(session, row, step=step.name, errors=errors)
        return render_template(
            cls.template, **told, proof_errors=proof_causes(error) if error else {},
            causes=[str(one) for one in errors] if error else [late],
        )  # fmt: skip
