"""The book of bindings on paper: range by range who holds which address, with lines to sign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_book import range_named
from inventory.binding import STATES, Binding
from inventory.centre import Centre
from inventory.listing import Ask, count, ordered
from inventory.prefix import MODES, Prefix
from inventory.register import fields
from web.access import by_register, person
from web.current import database
from web.leaving import consent, exported
from web.pages.papers import sheet
from web.printing import AT_ONCE, aside, later
from web.registers.asked import asked, filters_in_force
from web.registers.book import book, home_centre
from web.registers.names import names

bp = Blueprint("binding_book", __name__)
MOST = 3000  # a hundred pages; a larger book is printed range by range
_TITLE = "地址绑定登记册"


@dataclass(frozen=True, slots=True)
class Part:
    """The bindings of one range, in the order of their addresses."""

    prefix: Prefix | None
    rows: Sequence[Binding]


@bp.get("/bindings/book.pdf")
@by_register
def printed() -> ResponseReturnValue:
    """What the list shows as PDF, and what is in force where it was not narrowed to a state; noted
    as every export is."""
    cls = book("bindings", "export")
    consent(cls.__name__)
    ask = _in_force(asked(cls))
    with database().view(person().scope) as session:
        number = count(session, cls, ask)
        if aside(number > AT_ONCE):
            return later(_TITLE)
        told = _facts(session, ask)
    what = {"kind": "pdf", "rows": min(number, MOST), "filters": dict(filters_in_force(cls))}
    mark = exported(_TITLE, cls.__name__, what)
    told |= {"number": number, "most": MOST, "mark": mark, "modes": MODES, "states": STATES}
    return sheet("papers/bindings.html", "bindings", **told)


def _in_force(ask: Ask) -> Ask:
    if "state" in ask.filters:
        return ask
    return replace(ask, filters={**ask.filters, "state": "active"}, sort="ip")


def _facts(session: Session, ask: Ask) -> dict[str, Any]:
    rows: list[Binding] = list(session.scalars(ordered(Binding, ask).limit(MOST)))
    refs = [f for f in fields(Binding) if f.kind == "ref"]
    called = names(session, [(f, getattr(row, f.name)) for row in rows for f in refs])
    home = session.get(Centre, home_centre())
    centre = home.name if home is not None else ""
    return {"parts": _parts(session, rows), "names": called, "centre": centre}


def _parts(session: Session, rows: Sequence[Binding]) -> Sequence[Part]:
    by_range: dict[str, list[Binding]] = {}
    for row in rows:
        by_range.setdefault(row.prefix_id, []).append(row)
    query = select(Prefix).where(Prefix.id.in_(by_range))
    known: Mapping[str, Prefix] = {one.id: one for one in session.scalars(query)}
    return [
        Part(known.get(key) or range_named(session, key, some[0].centre_id), some)
        for key, some in by_range.items()
    ]
