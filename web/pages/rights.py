"""Who may what (权限一览): for the auditor on paper, and for whoever asks why a door is shut."""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from inventory.grant import Grant
from inventory.role import GIVEN, can
from inventory.sheet import write_xlsx
from web.access import allowed, person
from web.current import database
from web.leaving import exported
from web.named import named
from web.paging import slice_of
from web.queries.holding import Holding, holdings, matrix
from web.registers.exports import XLSX

bp = Blueprint("rights", __name__, url_prefix="/rights")


@bp.get("/")
@allowed("people")
def index() -> str:
    rows = _holdings()
    page = slice_of(rows, request.args.get("page", 1, int))
    return render_template(
        "rights.html", rows=rows if "print" in request.args else page.rows, page=page,
        matrix=matrix(), roles=GIVEN, may_export=can(person(), "export"),
    )  # fmt: skip


@bp.get("/rights.xlsx")
@allowed("people")
@allowed("export")
def export() -> Response:
    """Both tables as one sheet of rows; noted in the audit chain."""
    rows = _holdings()
    columns = [_("人员"), _("任职单位"), _("角色"), _("管辖单位"), _("状态"), _("起始日期"),
               _("截止日期"), _("复核人"), _("可以做什么")]  # fmt: skip
    title = "权限一览"
    data = write_xlsx(
        columns, _cells(rows), title, lambda: exported(title, Grant.__name__, {"rows": len(rows)})
    )
    return named(Response(data, mimetype=XLSX), "rights.xlsx")


def _holdings() -> list[Holding]:
    with database().view(person().scope) as db:
        return holdings(db, datetime.now(UTC))


def _cells(rows: list[Holding]) -> Iterator[tuple[str, ...]]:
    may = {
        role: "、".join(_(label) for _right, label, held in matrix() if held[n])
        for n, role in enumerate(GIVEN)
    }
    for one in rows:
        behalf = _("（代 %(name)s）", name=one.behalf) if one.behalf else ""
        yield (
            one.person.name, one.person.employer or "", _(GIVEN.get(one.row.role, "")) + behalf,
            one.centre.name, _(one.row.stage[1]), str(one.row.starts or ""),
            str(one.row.ends or ""), one.agreed, may.get(one.row.role, ""),
        )  # fmt: skip
