"""What the address of a list asks for, and back: filters live in the address, nowhere else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from inventory.listing import NOTHING, Ask
from inventory.period import span
from inventory.register import Field, Register, fields
from web.navigation import query
from web.registers.names import Names

RESERVED = frozenset({"q", "sort", "page", "tab", "print", "lang", "slug"})  # no field is called so
RETIRED = "retired"
TIMES = ("day", "time")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: what it says, and the address without it."""

    label: str
    remove: str


def asked(cls: type[Register]) -> Ask:
    """The list that this address asks for; what it does not understand it leaves out."""
    wanted = [(f, request.args.get(f.name, "").strip()) for f in filterable(cls)]
    return Ask(
        search=request.args.get("q", ""),
        filters={f.name: value for f, value in wanted if value and _understood(f, value)},
        sort=request.args.get("sort", ""),
        page=request.args.get("page", 1, int),
        retired=request.args.get("tab") == RETIRED,
    )


def filterable(cls: type[Register]) -> tuple[Field, ...]:
    """The columns with few or known values: choices, yes or no, references; and listed times, of
    which a year, a month or a day is asked for."""
    seen = tuple(f for f in fields(cls.observed) if f.entry.listed) if cls.observed else ()
    return tuple(
        f for f in (*seen, *fields(cls))
        if f.kind in ("choice", "yes", "ref") or (f.kind in TIMES and f.entry.listed)
    )  # fmt: skip


def _understood(field: Field, value: str) -> bool:
    return field.kind not in TIMES or value == NOTHING or span(value) is not None


def chosen(cls: type[Register]) -> dict[str, Any]:
    """The arguments of this address that say something; an unknown one could be no link's."""
    known = RESERVED.union(f.name for f in filterable(cls)) - {"slug"}
    return {name: value for name, value in request.args.items() if value and name in known}


def filters_in_force(cls: type[Register]) -> Mapping[str, str]:
    """What an export, a print-out or a saved filter keeps of this address."""
    return {k: v for k, v in chosen(cls).items() if k not in ("page", "print", "lang")}


def chips(cls: type[Register], ask: Ask, names: Names) -> Iterator[Chip]:
    """What narrows the list now, each with the address that drops it."""
    if ask.search:
        yield Chip(_("含“%(text)s”", text=ask.search), query(q=None, page=None))
    known = {f.name: f for f in filterable(cls)}
    for name, value in ask.filters.items():
        field = known[name]
        text = _("%(label)s：%(value)s", label=_(field.label), value=_told(field, value, names))
        yield Chip(text, query(**{name: None}, page=None))


def _told(field: Field, value: str, names: Names) -> str:
    if value == NOTHING:
        return str(_("（空）"))
    if field.kind == "yes":
        return str(_("是") if value == "yes" else _("否"))
    if field.kind == "ref":
        return names.get((field.entry.refers, value), value)
    return "、".join(_(field.choices.get(word, word)) for word in value.split(","))
