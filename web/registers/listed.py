"""What the pages of a list show: rows, what they are called, tabs, chips, saved filters."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.listing import Ask, count, ordered, page_of, pairs
from inventory.register import Field, Register, fields
from web.navigation import query
from web.registers import filters
from web.registers.asked import RETIRED, chips, filterable, filters_in_force
from web.registers.book import may, page_url
from web.registers.columns import columns, marks, names_shown
from web.registers.controls import Control, options_of, picker_url

MOST_PRINTED = 2_000


def shown(session: Session, cls: type[Register], ask: Ask) -> Mapping[str, Any]:
    """One page of the list with everything around it."""
    page = page_of(session, cls, ask)
    other = count(session, cls, replace(ask, retired=not ask.retired))
    told = _table(session, cls, ask, page.rows)
    return told | {
        "page": page,
        "tabs": _tabs(ask, page.total, other),
        "controls": _controls(cls, ask, told["names"]),
        "saved": filters.saved(session, cls),
        "arguments": filters.arguments,
        "here": urlencode(filters_in_force(cls)),
        "may_edit": may(cls, "edit"),
        "may_write": may(cls, "write"),
        "may_export": may(cls, "export"),
    }


def printed(session: Session, cls: type[Register], ask: Ask) -> Mapping[str, Any]:
    """The whole list on paper, as far as paper reaches."""
    found = pairs(cls, session.execute(ordered(cls, ask).limit(MOST_PRINTED)).all())
    return dict(_table(session, cls, ask, found)) | {"total": count(session, cls, ask)}


def _table(
    session: Session, cls: type[Register], ask: Ask, rows: tuple[tuple[Register, Any], ...]
) -> dict[str, Any]:
    told = columns(cls)
    names = names_shown(session, told, rows, _filtered_references(cls, ask))
    return {
        "cls": cls, "ask": ask, "rows": rows, "columns": told, "names": names,
        "marks": marks(cls), "page_url": page_url,
        "chips": tuple(chips(cls, ask, names)),
    }  # fmt: skip


def _filtered_references(cls: type[Register], ask: Ask) -> Iterator[tuple[Field, str]]:
    for field in filterable(cls):
        if field.kind == "ref" and ask.filters.get(field.name):
            yield field, ask.filters[field.name]


def _tabs(ask: Ask, total: int, other: int) -> list[tuple[str, int, str, bool]]:
    alive, gone = (other, total) if ask.retired else (total, other)
    return [
        (_("在用"), alive, query(tab=None, page=None), not ask.retired),
        (_("已停用"), gone, query(tab=RETIRED, page=None), ask.retired),
    ]


def _controls(cls: type[Register], ask: Ask, names: Mapping[tuple[str, str], str]) -> list[Control]:
    """The filters that can be set, as form controls."""
    own = {field.name for field in fields(cls)}
    told = []
    for field in filterable(cls):
        text = ask.filters.get(field.name, "")
        options = options_of(field, text, names) if field.kind != "yes" else _YES_NO
        load = picker_url(field) if field.name in own else ""
        told.append(Control(field, text, (), options=options, load=load))
    return told


_YES_NO = (("yes", "是"), ("no", "否"))
