"""Matters due on things: overdue first, many done with one form, printed as a checklist."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.care import KINDS
from inventory.care_record import CareRecord
from inventory.caring import matters
from inventory.equipment import Equipment
from inventory.register import Register, registers
from inventory.role import can
from inventory.shanghai import today
from web.access import allowed, person
from web.care_forms import Refusals, record
from web.current import database
from web.leaving import exported
from web.locale import local
from web.navigation import NavItem, holds
from web.paging import slice_of
from web.queries.care import (
    Item,
    called,
    counted,
    how_late,
    item,
    of_kind,
    sheet_rows,
    waiting,
    words,
)
from web.registers.beside import beside
from web.registers.exports import KINDS as FILES

bp = Blueprint("care", __name__, url_prefix="/due")
nav = NavItem("care.index", _l("到期事项"), "calendar", 24, holds("view"))

_TITLE = "到期事项"
_MOST = 200  # lines of one form
_COLUMNS = ("事项", "设备或房间", "单位", "房间", "位置", "保管人", "应做日期", "逾期")


@bp.get("")
@allowed("view")
def index() -> str:
    kind = request.args.get("kind", "")
    with database().view(person().scope) as session:
        found = waiting(session, request.args.get("q", ""))
        told = of_kind(found, kind)
        number = counted(found)
        tabs = [(_(label), number[word], word) for word, label in KINDS.items()]
        facts = {"kinds": KINDS, "how_late": how_late, "kind": kind if kind in KINDS else ""}
        if request.args.get("print"):
            mark = _noted("print", len(told))
            return render_template(
                "care_print.html", rows=told, names=called(session, told), mark=mark, **facts
            )
        page = slice_of(told, request.args.get("page", 1, int))
        return render_template(
            "care.html", page=page, names=called(session, page.rows), total=len(found),
            tabs=tabs, may_write=can(person(), "record"), may_export=can(person(), "export"),
            **facts,
        )  # fmt: skip


@bp.get("/export.<any(xlsx,csv):file>")
@allowed("export")
def export(file: str) -> ResponseReturnValue:
    """The list as it is filtered, noted as every export is."""
    with database().view(person().scope) as session:
        found = waiting(session, request.args.get("q", ""))
        rows = list(sheet_rows(session, of_kind(found, request.args.get("kind", ""))))
    mimetype, writer = FILES[file]
    data = writer(_COLUMNS, iter(rows), _TITLE, lambda: _noted(file, len(rows)))
    name = f"{_TITLE}-{local(datetime.now(UTC)):%Y%m%d-%H%M}.{file}"
    return send_file(BytesIO(data), mimetype, as_attachment=True, download_name=name, max_age=0)


@bp.route("/form", methods=["GET", "POST"])
@allowed("record")
def form() -> ResponseReturnValue:
    """One form for all that was ticked; nothing is written yet."""
    keys = [*request.form.getlist("id"), *request.args.getlist("item")][:_MOST]
    with database().view(person().scope) as session:
        items = _items(session, keys)
        if not items:
            flash(_("请先勾选要登记的事项。"), "warning")
            return redirect(url_for(".index", kind=request.args.get("kind")))
        return _form(items)


@bp.post("/record")
@allowed("record")
def write() -> ResponseReturnValue:
    """All lines of the form, or none and why; what was found abnormal leads to a repair."""
    with database().view(person().scope) as session:
        items = _items(session, request.form.getlist("item")[:_MOST]) or abort(400)
    made, wrong = record([one.key for one in items], request.form)
    if wrong:
        return _form(items, wrong), 422
    flash(_("已登记 %(n)s 项。", n=len(made)), "ok")
    odd = [one.id for one in made if one.result == "abnormal" and one.equipment_id]
    if odd and _repairs():
        return redirect(url_for(".done", record=odd))
    kinds = {one.kind for one in items}
    return redirect(url_for(".index", kind=kinds.pop() if len(kinds) == 1 else None))


@bp.get("/done")
@allowed("record")
def done() -> str:
    """What was found abnormal just now, each with the way to its repair."""
    with database().view(person().scope) as session:
        found = [session.get(CareRecord, key) for key in request.args.getlist("record")[:_MOST]]
        told = [(one, session.get(Equipment, one.equipment_id)) for one in found if one]
        return render_template(
            "care_done.html", found=[pair for pair in told if pair[1]], kinds=KINDS,
            repairs=_repairs(),
        )  # fmt: skip


def _items(session: Session, keys: Sequence[str]) -> list[Item]:
    found = (item(session, key) for key in dict.fromkeys(keys))
    return [one for one in found if one is not None]


def _form(items: Sequence[Item], wrong: Refusals | None = None) -> str:
    return render_template(
        "care_form.html", items=items, kinds=KINDS, words=words(), wrong=wrong or {},
        today=today(), limits=any(one.kind == "earth" for one in items),
    )  # fmt: skip


def _noted(kind: str, rows: int) -> str:
    return exported(_TITLE, "CareRecord", {"kind": kind, "rows": rows, "due": True})


def _repairs() -> type[Register] | None:
    """Where a repair is asked for."""
    return next((one for one in registers().values() if one.__name__ == "Repair"), None)


@beside("Equipment")
def _due_on(session: Session, thing: Equipment) -> Mapping[str, Any]:
    """What is or will be due: `{% include "equipment_due.html" %}` draws it."""
    return _told(matters(session, thing_id=thing.id))


@beside("Room")
def _due_in(session: Session, room: Any) -> Mapping[str, Any]:
    return _told(matters(session, room_id=room.id))


def _told(found: Sequence[Any]) -> Mapping[str, Any]:
    return {"matters": found, "care_kinds": KINDS, "how_late": how_late}
