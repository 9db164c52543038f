"""The hosts' protection: what is amiss, worst first, and the computers nobody tells of."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory.centre import Centre
from inventory.host_health import FAULTS
from inventory.host_import_steps import rematch
from inventory.reporter import KINDS as KINDS_TOLD
from inventory.reporter import reporters
from inventory.role import can
from web.access import allowed, origin, person
from web.current import database
from web.leaving import exported
from web.locale import local
from web.navigation import NavItem, holds
from web.paging import slice_of
from web.queries.protection import COLUMNS, TABS, board, called_of, sheet_rows, units_of
from web.registers.book import home_centre
from web.registers.exports import KINDS
from web.registers.names import Names

bp = Blueprint("protection", __name__, url_prefix="/protection")
nav = NavItem(
    "protection.index", _l("主机防护"), "shield-check", 66, holds("view"), also=("hostfiles",)
)
_TITLE = "主机防护"
_LABELS = {
    "faulty": _l("有问题"), "fine": _l("正常"), "unmatched": _l("没有对上"),
    "uncovered": _l("未纳入"),
}  # fmt: skip


@bp.get("")
@allowed("view")
def index() -> str:
    tab, kind = _asked()
    with database().view(person().scope) as session:
        told = board(session, datetime.now(UTC), request.args.get("q", ""))
        rows: Sequence[Any] = told.computers if tab == "uncovered" else told.on(tab, kind)
        page = slice_of(rows, request.args.get("page", 1, int))
        called: Callable[..., Names] = units_of if tab == "uncovered" else called_of
        counted = {word: len(told.on(word)) for word in TABS[:3]}
        counted["uncovered"] = len(told.computers)
        return render_template(
            "protection.html", page=page, tab=tab, kind=kind, told=told, labels=_LABELS,
            counted=counted, faults=FAULTS, called=called(session, page.rows),
            may_write=can(person(), "record"), may_export=can(person(), "export"),
        )  # fmt: skip


@bp.get("/export.<any(xlsx,csv):kind>")
@allowed("export")
def export(kind: str) -> ResponseReturnValue:
    """The list as it is filtered, noted as every export is."""
    tab, fault = _asked()
    with database().view(person().scope) as session:
        told = board(session, datetime.now(UTC), request.args.get("q", ""))
        rows = list(sheet_rows(session, told.on(tab, fault)))
    mimetype, writer = KINDS[kind]

    def mark() -> str:
        what = {"kind": kind, "rows": len(rows), "tab": tab, "fault": fault}
        return exported(_TITLE, "HostProtection", what)

    data = writer(COLUMNS, iter(rows), _TITLE, mark)
    name = f"{_TITLE}-{local(datetime.now(UTC)):%Y%m%d-%H%M}.{kind}"
    return send_file(BytesIO(data), mimetype, as_attachment=True, download_name=name, max_age=0)


@bp.post("/again")
@allowed("record")
def again() -> ResponseReturnValue:
    """Look again for the things of hosts that had none: somebody may have registered them since."""
    with database().transaction(person().act("主机防护：重新对照台账", origin())) as session:
        done = rematch(session, session.get_one(Centre, home_centre()))
    flash(_("重新对照：新对上 %(n)s 台。", n=done), "ok")
    return redirect(url_for(".index", tab="unmatched"))


@bp.get("/products")
@allowed("view")
def products() -> str:
    """Which exports are understood, by which headers, and how sure that is."""
    return render_template("protection_products.html", products=reporters(), kinds=KINDS_TOLD)


def _asked() -> tuple[str, str]:
    tab, kind = request.args.get("tab", ""), request.args.get("kind", "")
    return tab if tab in TABS else TABS[0], kind if kind in FAULTS else ""
