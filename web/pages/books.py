"""The shelf: every register that this person may open, and how many rows each has."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from inventory.register import TOPICS, Register, registers
from web.access import anybody, person
from web.current import database
from web.navigation import NavItem
from web.registers.book import may

_OWN = ("devices", "equipment", "visits", "changes")  # registers with a line of their own


class _Shelf(NavItem):
    """Lit on every register's pages but those that have a line of their own."""

    @property
    def active(self) -> bool:
        of_registers = request.blueprint in ("books", "registers", "sheets")
        return of_registers and (request.view_args or {}).get("slug") not in _OWN


bp = Blueprint("books", __name__)
nav = _Shelf("books.index", _l("台账"), "address-book", 60)


@bp.get("/r/")
@anybody
def index() -> ResponseReturnValue:
    """One statement for each right that the registers ask for, however many there are."""
    seen = (cls for cls in registers().values() if cls.shown and may(cls, "view"))
    shelf = sorted(seen, key=lambda cls: cls.articles or (999,))  # as the regulation has them
    counts: dict[type[Register], int] = {}
    for right in {cls.see_act for cls in shelf}:
        counts |= _counts([cls for cls in shelf if cls.see_act == right], right)
    topics = {
        topic: [(cls, counts[cls]) for cls in shelf if cls.topic == topic] for topic in TOPICS
    }
    return render_template("books.html", topics={k: v for k, v in topics.items() if v})


def _counts(shelf: list[type[Register]], right: str) -> dict[type[Register], int]:
    alive = [
        select(func.count()).select_from(cls).where(cls.retired_at.is_(None)).scalar_subquery()
        for cls in shelf
    ]
    with database().view(person().reach(right)) as session:
        return dict(zip(shelf, session.execute(select(*alive)).one(), strict=True))
