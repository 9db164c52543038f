"""Labels for things: A4 sheets of 24, or one a page for a label printer, with a code that opens
the thing's page on a telephone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.listing import Ask, count, ordered
from inventory.register import field_of
from web.access import by_register, person
from web.current import database
from web.leaving import exported
from web.pages.papers import sheet
from web.pdf import qr
from web.printing import AT_ONCE, aside, later
from web.registers.asked import asked, chosen, filters_in_force
from web.registers.book import book
from web.registers.names import Names, names

bp = Blueprint("labels", __name__, url_prefix="/labels")
SIZES: Mapping[str, tuple[str, int]] = {  # word → what it is called, labels a page
    "a4": ("A4 不干胶纸，24 张（70×37 毫米）", 24), "50x30": ("标签机 50×30 毫米", 1),
    "60x40": ("标签机 60×40 毫米", 1),
}  # fmt: skip
_TITLE = "设备标签"
MOST = 480  # twenty sheets
_REFS = ("keeper_id", "room_id", "centre_id")


@dataclass(frozen=True, slots=True)
class Label:
    """One label: the thing, the code, and what its keeper, room and unit are called."""

    thing: Equipment
    code: Markup
    keeper: str
    room: str
    centre: str


@bp.route("", methods=["GET", "POST"])
@by_register
def choose() -> str:
    """Which size, and where the first free label is: for the ticked things, or for the list."""
    cls = book("equipment", "export")
    ids = request.values.getlist("id")
    with database().view(person().scope) as session:
        number = len(_things(session, ids)) if ids else count(session, cls, asked(cls))
    told = {} if ids else chosen(cls)
    return render_template("labels.html", ids=ids, told=told, number=number, sizes=SIZES, most=MOST)


@bp.get("/sheet.pdf")
@by_register
def printed() -> ResponseReturnValue:
    """The labels as PDF; noted as every export is."""
    cls = book("equipment", "export")
    ids, size = request.args.getlist("id"), request.args.get("size", "")
    size = size if size in SIZES else "a4"
    page = SIZES[size][1]
    first = min(max(1, request.args.get("first", 1, int)), page)
    with database().view(person().scope) as session:
        things = _things(session, ids, None if ids else asked(cls))
        if aside(len(things) > AT_ONCE):
            return later(_TITLE)
        told = list(_labels(session, things))
    exported(_TITLE, cls.__name__, _noted(ids, len(told), filters_in_force(cls)))
    used: list[Label | None] = [None] * (first - 1)
    sheets = _sheets([*used, *told], page)
    return sheet("papers/labels.html", "labels", size=size, sheets=sheets)


def _noted(ids: Sequence[str], number: int, filters: Any) -> dict[str, Any]:
    return {"kind": "labels", "rows": number} | ({} if ids else {"filters": dict(filters)})


def _things(session: Session, ids: Sequence[str], ask: Ask | None = None) -> list[Equipment]:
    query: Any = select(Equipment).where(Equipment.id.in_(ids)).order_by(Equipment.tag)
    if ask is not None:
        query = ordered(Equipment, ask)
    return list(session.scalars(query.limit(MOST)).all())


def _labels(session: Session, things: Sequence[Equipment]) -> Iterator[Label]:
    refs = [(field_of(Equipment, name), getattr(one, name)) for one in things for name in _REFS]
    called: Names = names(session, refs)
    for one in things:
        told = (
            called.get((field_of(Equipment, name).entry.refers, getattr(one, name)), "")
            for name in _REFS
        )
        yield Label(one, qr(url_for("scanned.show", tag=one.tag, _external=True)), *told)


def _sheets(labels: Sequence[Label | None], page: int) -> list[Sequence[Label | None]]:
    return [labels[at : at + page] for at in range(0, len(labels), page)]
