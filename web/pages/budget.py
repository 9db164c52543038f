"""经费使用: what each item of a year's budget paid for, and which costs name no source."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.registers.budget import BudgetItem
from inventory.shanghai import today
from inventory.spending import spent, untied
from web.access import allowed, person
from web.current import database
from web.registers.beside import beside

bp = Blueprint("budget", __name__, url_prefix="/budget")


@beside("BudgetItem")
def used(session: Session, row: BudgetItem) -> Mapping[str, Any]:
    """What the page of one item shows beside its fields."""
    told = spent(session, row.id)
    total = sum(one.amount for one in told)
    return {"spent": told, "total": total, "left": row.amount - total, "untied": untied(session)}


@bp.get("/")
@allowed("view")
def index() -> str:
    """One year at a glance; the newest year that has a budget unless another is asked for."""
    with database().view(person().scope) as session:
        years = sorted(set(session.scalars(select(BudgetItem.year))), reverse=True)
        wanted = request.args.get("year", 0, int)
        year = wanted if wanted in years else years[0] if years else today().year
        query = select(BudgetItem).where(BudgetItem.year == year, BudgetItem.retired_at.is_(None))
        items = session.scalars(query.order_by(BudgetItem.sort_key)).all()
        rows = [(one, sum(part.amount for part in spent(session, one.id))) for one in items]
        return render_template(
            "budget_year.html", rows=rows, year=year, years=years, untied=untied(session)
        )
