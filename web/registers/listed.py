"""What the pages of a list show: rows, what they are called, tabs, chips, saved filters."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.attachment import counts
from inventory.listing import Ask, count, looked_up, numbers, ordered, page_of, pairs
from inventory.register import Field, Onward, Register, fields, registers
from web.navigation import query
from web.registers import filters
from web.registers.asked import RETIRED, chips, filterable, filters_in_force
from web.registers.book import may, page_url
from web.registers.columns import columns, marks, names_shown
from web.registers.controls import Control, options_of, picker_url

MOST_PRINTED = 2_000
_GONE = "已停用"  # the last tab


def shown(session: Session, cls: type[Register], ask: Ask) -> Mapping[str, Any]:
    """One page of the list with everything around it."""
    ask = looked_up(session, cls, ask)
    page = page_of(session, cls, ask)
    told = _table(session, cls, ask, page.rows)
    return told | {
        "page": page,
        "tabs": tuple(_tabs(session, cls, ask, page.total)),
        "controls": _controls(cls, ask, told["names"]),
        "saved": filters.saved(session, cls),
        "arguments": filters.arguments,
        "here": urlencode(filters_in_force(cls)),
        "may_edit": may(cls, "edit"),
        "may_write": may(cls, "write"),
        "may_export": may(cls, "export"),
        "onward": tuple(one for one in cls.onward if _begins(one)),
    }


def _begins(one: Onward) -> bool:
    """May this person begin that paper, now that somebody keeps its register?"""
    cls = registers().get(one.slug)
    return cls is not None and cls.shown and may(cls, "write")


def printed(session: Session, cls: type[Register], ask: Ask) -> Mapping[str, Any]:
    """The whole list on paper, as far as paper reaches."""
    ask = looked_up(session, cls, ask)
    found = pairs(cls, session.execute(ordered(cls, ask).limit(MOST_PRINTED)).all())
    return dict(_table(session, cls, ask, found)) | {"total": count(session, cls, ask)}


def _table(
    session: Session, cls: type[Register], ask: Ask, rows: tuple[tuple[Register, Any], ...]
) -> dict[str, Any]:
    told = columns(cls)
    names = names_shown(session, told, rows, _filtered_references(cls, ask))
    return {
        "cls": cls, "ask": ask, "rows": rows, "columns": told, "names": names,
        "marks": marks(cls), "clips": counts(session, cls, [row.id for row, _ in rows]),
        "page_url": page_url,
        "chips": tuple(chips(cls, ask, names)),
    }  # fmt: skip


def _filtered_references(cls: type[Register], ask: Ask) -> Iterator[tuple[Field, str]]:
    for field in filterable(cls):
        if field.kind == "ref" and ask.filters.get(field.name):
            yield field, ask.filters[field.name]


def _tabs(
    session: Session, cls: type[Register], ask: Ask, total: int
) -> Iterator[tuple[str, int, str, bool]]:
    """The living rows, those of each view of the register, the retired ones: label, number,
    address, whether it is the one shown."""
    own = {name for view in cls.views.values() for name in view}
    rest = {name: value for name, value in ask.filters.items() if name not in own}
    told: dict[str, Mapping[str, str]] = {cls.living: {}, **cls.views, _GONE: {}}
    tabs = [replace(ask, filters=rest | dict(told[name]), retired=name == _GONE) for name in told]
    others = iter(numbers(session, cls, [tab for tab in tabs if tab != ask]))
    for (label, view), tab in zip(told.items(), tabs, strict=True):
        wanted = dict[str, Any].fromkeys(own) | {"tab": RETIRED if tab.retired else None}
        number = total if tab == ask else next(others)
        yield _(label), number, query(**(wanted | {"page": None} | dict(view))), tab == ask


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
