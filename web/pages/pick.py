"""What a picker may offer: rows of a register found by any of their names."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.listing import Ask, looked_up, ordered
from inventory.register import Register, fields, registers
from inventory.role import can
from inventory.text import fold, search_text
from web.access import by_register, narrow, person
from web.current import database
from web.registers.asked import filterable
from web.registers.names import Names, names

bp = Blueprint("pick", __name__)

_OFFERED = 50


@bp.get("/pick/<class_name>")
@by_register
def rows(class_name: str) -> list[dict[str, str]]:
    """The first 50 in use whose name, initials or address match ?q=, narrowed by the list's own
    filters; `find` holds what else each answers to."""
    cls = {c.__name__: c for c in registers().values() if c.shown}.get(class_name) or abort(404)
    right = cls.see_act if cls.pick_act is None else cls.pick_act
    if not can(person(), right):
        abort(403)
    narrow(right)
    wanted = {f.name: request.args[f.name] for f in filterable(cls) if request.args.get(f.name)}
    ask = Ask(request.args.get("q", ""), wanted)
    with database().view(person().scope) as session:
        ask = looked_up(session, cls, ask)
        found = [row[0] for row in session.execute(ordered(cls, ask).limit(_OFFERED))]
        hints = _hints(session, cls, found)
        own = [
            {"value": row.id, "text": row.label, "hint": hint, "find": row.search}
            for row, hint in zip(found, hints, strict=True)
        ]
        return [*own, *_from_above(session, cls, ask.search)]


def _from_above(session: Session, cls: type[Register], typed: str) -> Iterator[dict[str, str]]:
    """What holds here although a centre above made it."""
    for key, label in cls.handed_down(session).items():
        find = search_text(label)
        if fold(typed) in find:
            yield {"value": key, "text": label, "hint": _("上级"), "find": find}


def _hints(session: Session, cls: type[Register], found: list[Register]) -> list[str]:
    """What tells rows of one name apart: address, kind, unit."""
    told = [f for f in fields(cls) if f.name not in ("name", "parent_id")]
    told = [f for f in told if f.entry.listed and (f.entry.choices or f.kind in ("ip", "ref"))]
    called = names(
        session, [(f, getattr(row, f.name)) for f in told if f.kind == "ref" for row in found]
    )
    return [
        " · ".join(filter(None, (_told(f, getattr(row, f.name), called) for f in told)))
        for row in found
    ]


def _told(field: Any, value: Any, called: Names) -> str:
    if field.kind == "ref":
        return called.get((field.entry.refers, value), "")
    return str(field.choices.get(value, value) or "")
