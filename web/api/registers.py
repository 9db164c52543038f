"""Every register in one way, and the tree of centres."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE

from inventory import cell
from inventory.centre import Centre
from inventory.exchange import sheet_fields
from inventory.register import Field, Register, registers
from web.access import allowed, anybody, by_register, person
from web.api import answers, examples
from web.api.confidential import taken, unless_consented
from web.api.door import REGISTERS, bp, documented
from web.api.paging import Asked, paged, rows
from web.api.questions import CentresAsked, RowsAsked
from web.current import database
from web.registers.book import book, may


@bp.get("/centres")
@documented(_l("列出单位"), _l("本中心及其下级，一次最多 200 个；按代码排序。"), REGISTERS)
@allowed("")
@bp.input(CentresAsked, location="query", unknown=RAISE)
@bp.output(answers.CentrePage, example=examples.page(examples.CENTRE))
def centres(query_data: Asked) -> Any:
    with database().view(person().scope) as db:
        page, total = rows(db, Centre, query_data, "tier")
        return paged((row for row, _seen in page), total, query_data)


@bp.get("/registers")
@documented(_l("有哪些登记簿"), _l("各自的名称、依据的条款和字段。"), REGISTERS)
@anybody
@bp.output(answers.Registers, example={"items": [examples.REGISTER]})
def all_registers() -> Any:
    shelf = (cls for cls in registers().values() if cls.shown and may(cls, "view"))
    return {"items": [_register(cls) for cls in shelf]}


@bp.get("/registers/<slug>")
@documented(
    _l("一本登记簿的内容"),
    _l("与导出的表格相同：每格是文字，可原样导回；口令等不给出。"
       "每本登记簿看什么权限，与网页相同；敏感台账与导出一样，须先经分管领导批准。"),
    REGISTERS,
)  # fmt: skip
@by_register
@bp.input(RowsAsked, location="query", unknown=RAISE)
@bp.output(answers.RowPage, example=examples.page(examples.ROW))
def register(slug: str, query_data: Asked) -> Any:
    cls = book(slug)
    unless_consented(cls)
    with database().view(person().scope) as db:
        page, total = rows(db, cls, query_data)
        kept = [row for row, _seen in page]
        labels = cell.labels_for(db, cls, kept)
    taken(cls, len(kept))
    return paged((_row(cls, row, labels) for row in kept), total, query_data)


def _row(cls: type[Register], row: Register, labels: cell.Labels) -> Mapping[str, Any]:
    told = sheet_fields(cls)
    return {
        "id": row.id,
        "revision": row.revision,
        "retired_at": row.retired_at,
        "values": {f.name: cell.write(f, getattr(row, f.name), labels) for f in told},
    }


def _register(cls: type[Register]) -> Mapping[str, Any]:
    return {
        "slug": cls.slug,
        "title": _(cls.title),
        "articles": cls.articles,
        "fields_": list(_fields(cls)),
    }


def _fields(cls: type[Register]) -> Iterator[Mapping[str, Any]]:
    for told in sheet_fields(cls):
        yield {
            "name": told.name, "label": _(told.label), "kind": told.kind,
            "required": told.entry.required, "unit": told.entry.unit, "help": _help(told),
            "choices": {word: _(label) for word, label in told.choices.items()},
        }  # fmt: skip


def _help(told: Field) -> str:
    return _(told.entry.help) if told.entry.help else ""
