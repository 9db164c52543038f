"""The book of faults: a fault begun from what is there already, its process line by line, the
month on paper, and what is amiss."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from inventory import exchange
from inventory.device import Device
from inventory.fault import WORKED, Fault
from inventory.fault_findings import incomplete
from inventory.fault_step import FaultMember, FaultStep, members_of, people_of, steps_of, told
from inventory.log_entry import LogEntry
from inventory.register import Register, Rejected, field_of, fields
from inventory.shanghai import today
from web.access import allowed, by_register, origin, person
from web.current import database
from web.queries.faults import month_faults, of_device, of_entry
from web.queries.visits import days_of, month_of
from web.registers.beside import beside
from web.registers.book import book, may, page_url
from web.registers.controls import Control, beginning, control
from web.registers.names import names
from web.registers.row import row_facts

bp = Blueprint("faults", __name__, url_prefix="/faults")
_SHOWN = timedelta(days=365)  # how far back what is amiss is listed
_ASKED: Mapping[type[Register], tuple[str, ...]] = {
    FaultStep: ("text", "at", "who_id", "who"), FaultMember: ("staff_id", "name"),
}  # fmt: skip


@beside("Fault")
def process(session: Session, row: Fault) -> dict[str, object]:
    """The cards of what was done and who took part, which take more while it is handled."""
    steps = steps_of(session, row.id)
    may_work = row.state in WORKED and row.retired_at is None and may(FaultStep, "write")
    return {
        "process": steps, "people": people_of(session, steps), "may_work": may_work,
        "members": members_of(session, row.id), "everybody": told(session, row.id)[1],
        "line": _controls(FaultStep) if may_work else {},
        "member": _controls(FaultMember) if may_work else {},
    }  # fmt: skip


@bp.get("/begin")
@allowed("record")
def begin() -> ResponseReturnValue:
    """The form of a new fault with what is known of ?device= or ?entry= filled in."""
    with database().view(person().scope) as session:
        device = session.get(Device, request.args.get("device", ""))
        entry = session.get(LogEntry, request.args.get("entry", ""))
        known = of_device(session, device) if device else of_entry(entry) if entry else {}
    return redirect(url_for("registers.new", slug="faults", **dict[str, Any](known)))


@bp.post("/<id>/steps")
@allowed("record")
def add(id: str) -> ResponseReturnValue:
    """One line of the process: what was done, and Enter."""
    return _added(id, FaultStep)


@bp.post("/<id>/people")
@allowed("record")
def join(id: str) -> ResponseReturnValue:
    """Somebody who took part."""
    return _added(id, FaultMember)


@bp.get("/book")
@by_register
def month() -> str:
    """The month's book on paper."""
    book("faults")
    first: date = month_of(request.args.get("month", ""), today())
    with database().view(person().scope) as session:
        rows = month_faults(session, first)
        refs = [f for f in fields(Fault) if f.kind == "ref"]
        called = names(session, [(f, getattr(one.fault, f.name)) for one in rows for f in refs])
        return render_template(
            "fault_book.html", rows=rows, names=called, first=first, days=days_of(first)
        )


@bp.get("/lacking")
@by_register
def lacking() -> str:
    """Grave faults without what they need, told above too late, open too long (duty A7)."""
    book("faults")
    now = datetime.now(UTC)
    with database().view(person().scope) as session:
        found = incomplete(session, now, since=now - _SHOWN)
        called = names(session, [(field_of(Fault, "centre_id"), one.fault.centre_id)
                               for one in found])  # fmt: skip
        return render_template("fault_lacking.html", found=found, names=called)


def _controls(cls: type[Register]) -> dict[str, Control]:
    return {name: control(field_of(cls, name), "", (), {}) for name in _ASKED[cls]}


def _added(id: str, cls: type[Register]) -> ResponseReturnValue:
    try:
        with database().transaction(person().act(f"新增{cls.title}", origin())) as session:
            fault = session.get(Fault, id) or abort(404)
            typed = {name: request.form.get(name, "") for name in _ASKED[cls]}
            given = {name: text for name, text in typed.items() if text.strip()}
            beginnings = {name: beginning(cls, None).get(name, "") for name in _ASKED[cls]}
            cells = {**beginnings, **given, "fault_id": id, "centre_id": fault.centre_id}
            values, errors = exchange.parse(session, cls, cells)
            if errors:
                raise Rejected(tuple(errors))
            session.add(cls(**values))
    except Rejected as error:
        return _shown(id, "；".join(map(str, error.errors)))
    return _shown(id)


def _shown(id: str, wrong: str = "") -> ResponseReturnValue:
    """The cards alone for a page that stands there already; the whole page without scripts."""
    with database().view(person().scope) as session:
        row = session.get(Fault, id) or abort(404)
        if "HX-Request" in request.headers:
            card = process(session, row)
            return render_template(
                "fault_process.html", row=row, cls=Fault, wrong=wrong, page_url=page_url, **card
            )
        if not wrong:
            return redirect(page_url(row))
        return render_template(Fault.template, **row_facts(session, row), wrong=wrong), 422
