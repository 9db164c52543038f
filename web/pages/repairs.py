"""The repair book: what a repair's page shows beside its fields, and the month on paper."""

from datetime import date

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.register import fields
from inventory.repair import Repair
from inventory.repairing import thing_of
from inventory.sanitisation import OPEN, cleared, needs_clearing
from inventory.shanghai import today
from web.access import by_register, person
from web.current import database
from web.queries.repairs import month_repairs
from web.queries.visits import days_of, month_of
from web.registers.beside import beside
from web.registers.book import book
from web.registers.names import names

bp = Blueprint("repairs", __name__, url_prefix="/repairs")


@beside("Repair")
def gate(session: Session, repair: Repair) -> dict[str, object]:
    """Whether its data must be dealt with before it may go out, and are (Article 125)."""
    thing: Equipment | None = thing_of(session, repair)
    needed = needs_clearing(thing) if thing is not None else repair.holds_data
    before = repair.state in OPEN["Repair"]
    return {
        "gate": cleared(session, repair, thing) if needed and before else "", "thing": thing,
        "gated": needed and before,
    }  # fmt: skip


@bp.get("/book")
@by_register
def month() -> str:
    """The month's book on paper."""
    book("repairs")
    first: date = month_of(request.args.get("month", ""), today())
    with database().view(person().scope) as session:
        rows = month_repairs(session, first)
        refs = [f for f in fields(Repair) if f.kind == "ref"]
        told = names(session, [(f, getattr(row, f.name)) for row in rows for f in refs])
        return render_template(
            "repair_book.html", rows=rows, names=told, first=first, days=days_of(first),
            cost=sum(row.cost or 0 for row in rows),
        )  # fmt: skip
