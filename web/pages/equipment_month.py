"""设备月报: the county manager's month of all equipment, on the screen, on paper, as a sheet."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from inventory.equipment import Equipment
from inventory.register import field_of
from web.access import by_register, person
from web.current import database
from web.equipment_sheet import workbook_of
from web.leaving import exported
from web.pages.papers import sheet
from web.printing import AT_ONCE, aside, later
from web.queries import equipment_month as asked
from web.registers.book import book, home_centre, may
from web.registers.controls import Control, options_of, picker_url
from web.registers.exports import XLSX

bp = Blueprint("equipment_month", __name__, url_prefix="/equipment/month")

_TITLE = "设备月报"


@bp.get("/")
@by_register
def show() -> ResponseReturnValue:
    book("equipment")
    told = _facts()
    centre = _control(told["ask"])
    more = {"centre": centre, "may_export": may(Equipment, "export"), "MOST": asked.MOST}
    return render_template("equipment_month.html", **told, **more)


@bp.get("/paper.pdf")
@by_register
def paper() -> ResponseReturnValue:
    """The month on A4; noted as every export is."""
    book("equipment", "export")
    told = _facts()
    if aside(len(told["moved"]) > AT_ONCE):
        return later(_TITLE)
    mark = _left(told, "pdf")
    name, centre = f"equipment-{told['ask'].first:%Y-%m}", told["ask"].centre.name
    return sheet("papers/equipment_month.html", name, **told, mark=mark, centre=centre)


@bp.get("/month.xlsx")
@by_register
def workbook() -> ResponseReturnValue:
    """The count by category and state, and every movement, on two sheets; the mark on a third."""
    book("equipment", "export")
    told = _facts()
    file = workbook_of(told["month"], told["moved"], _left(told, "xlsx"))
    ask = told["ask"]
    name = f"{_TITLE}-{ask.centre.name}-{ask.first:%Y-%m}.xlsx"
    return send_file(file, XLSX, as_attachment=True, download_name=name, max_age=0)


def _facts() -> dict[str, Any]:
    month, centre_id, category = (
        request.args.get(name, "") for name in ("month", "centre_id", "category")
    )
    with database().view(person().scope) as session:
        ask = asked.asked(session, month, centre_id, category, home_centre())
        return dict(asked.facts(session, ask))


def _control(ask: asked.Asked) -> Control:
    """The centre as a picker."""
    told = field_of(Equipment, "centre_id")
    called = {("Centre", ask.centre.id): ask.centre.name}
    options = options_of(told, ask.centre.id, called)
    return Control(told, ask.centre.id, (), options, picker_url(told))


def _left(told: Mapping[str, Any], kind: str) -> str:
    ask = told["ask"]
    filters = {"month": f"{ask.first:%Y-%m}", "category": ask.category}
    what = {"kind": kind, "rows": len(told["moved"]), "filters": filters}
    return exported(_TITLE, Equipment.__name__, what, ask.centre.id)
