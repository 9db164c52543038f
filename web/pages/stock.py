"""Spares and parts: what lies where, too little first, and the forms that bring it in and out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.part import Part
from inventory.register import FieldError, Register, Rejected, registers
from inventory.role import can
from inventory.stock import fitted
from web.access import allowed, origin, person
from web.current import database
from web.leaving import exported
from web.locale import local
from web.navigation import NavItem, holds
from web.paging import slice_of
from web.queries.stock import (
    TABS,
    found,
    lines,
    on_tab,
    rooms,
    sheet_rows,
    shelf_of,
    shelves,
    used_on,
)
from web.registers.beside import beside
from web.registers.book import page_url
from web.registers.exports import KINDS
from web.stock_forms import FORMS, begun, controls, typed, write

bp = Blueprint("stock", __name__, url_prefix="/stock")
nav = NavItem("stock.index", _l("备件库存"), "tools", 64, holds("view"))

_TITLE = "备件库存"
_LABELS = {"all": _l("全部"), "low": _l("低于最低库存"), "aside": _l("有待报废的")}
_COLUMNS = (
    "名称", "规格型号", "计量单位", "房间", "序列号或批次", "数量", "待报废", "库存合计",
    "最低库存", "低于最低库存",
)  # fmt: skip


@bp.get("")
@allowed("view")
def index() -> str:
    tab = request.args.get("tab", "")
    with database().view(person().scope) as session:
        told = found(shelves(session), request.args.get("q", ""))
        counted = [(_LABELS[word], len(on_tab(told, word)), word) for word in TABS]
        page = slice_of(lines(on_tab(told, tab)), request.args.get("page", 1, int))
        lots = [line.lot for line in page.rows if line.lot]
        return render_template(
            "stock.html", page=page, counted=counted, tab=tab if tab in TABS else "all",
            rooms=rooms(session, lots), page_url=page_url, may_write=can(person(), "record"),
            may_export=can(person(), "export"), forms=FORMS,
        )  # fmt: skip


@bp.get("/export.<any(xlsx,csv):kind>")
@allowed("export")
def export(kind: str) -> ResponseReturnValue:
    """The list as it is filtered, noted as every export is."""
    with database().view(person().scope) as session:
        told = on_tab(
            found(shelves(session), request.args.get("q", "")), request.args.get("tab", "")
        )
        rows = list(sheet_rows(session, told))
    mimetype, writer = KINDS[kind]

    def mark() -> str:
        return exported(_TITLE, "Part", {"kind": kind, "rows": len(rows), "stock": True})

    data = writer(_COLUMNS, iter(rows), _TITLE, mark)
    name = f"{_TITLE}-{local(datetime.now(UTC)):%Y%m%d-%H%M}.{kind}"
    return send_file(BytesIO(data), mimetype, as_attachment=True, download_name=name, max_age=0)


@bp.get("/do/<any(receive,use,take_out,move,count):kind>")
@allowed("record")
def form(kind: str) -> str:
    with database().view(person().scope) as session:
        return _form(session, kind, begun(session, kind, request.args))


@bp.post("/do/<any(receive,use,take_out,move,count):kind>")
@allowed("record")
def do(kind: str) -> ResponseReturnValue:
    """One line of the stock book; refused, the form again with the causes and everything typed."""
    label = FORMS[kind].label
    try:
        with database().transaction(person().act(f"备件{label}", origin())) as session:
            repair = _repair(session)
            made = write(session, kind, typed(session, kind, request.form), repair, person())
            part = session.get_one(Part, made.part_id)
            home = _home(session, made.equipment_id, repair) or part
    except Rejected as error:
        with database().view(person().scope) as session:
            return _form(session, kind, request.form, error.errors), 422
    told = {"what": _(label), "part": part.label, "n": made.quantity, "unit": part.unit}
    flash(_("已登记%(what)s：%(part)s %(n)s %(unit)s", **told), "ok")
    return redirect(page_url(home))


def _form(
    session: Session, kind: str, texts: Mapping[str, str], errors: tuple[FieldError, ...] = ()
) -> str:
    repair = _repair(session)
    drawn = controls(session, kind, texts, errors)
    known = {one.name for one in drawn}
    return render_template(
        "stock_form.html", cls=Part, row=None, kind=kind, form=FORMS[kind], controls=drawn,
        repair=repair,
        general=[str(one) for one in errors if one.field not in known], page_url=page_url,
    )  # fmt: skip


def _repair(session: Session) -> Any:
    """The repair that parts are used on, when the form was opened from one."""
    key = request.values.get("repair", "")
    cls = next((one for one in registers().values() if one.__name__ == "Repair"), None)
    if not key or cls is None:
        return None
    return session.get(cls, key) or abort(404)


def _home(session: Session, equipment_id: str | None, repair: Any) -> Register | None:
    """Back to where the form was opened from."""
    if repair is not None:
        return repair  # type: ignore[no-any-return]
    back = request.form.get("back") == "equipment" and equipment_id
    return session.get(Equipment, equipment_id) if back else None


@beside("Part")
def lots(session: Session, part: Part) -> Mapping[str, Any]:
    """Where it lies, how much there is, and whether that is too little."""
    shelf = shelf_of(session, part)
    return {"shelf": shelf, "rooms": rooms(session, shelf.lots), "forms": FORMS}


@beside("Equipment")
def inside(session: Session, thing: Equipment) -> Mapping[str, Any]:
    """The parts fitted: `{% include "parts/fitted.html" %}` draws them."""
    return {"fitted": fitted(session, thing.id)}


@beside("Repair")
def used(session: Session, repair: Any) -> Mapping[str, Any]:
    """The parts used on it: `{% include "parts/parts_used.html" %}` draws them."""
    return {"parts_used": used_on(session, repair)}
