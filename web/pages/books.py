"""The shelf: every register that this person may open, and how many rows each has."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from inventory.register import registers
from web.access import allowed, person
from web.current import database
from web.navigation import NavItem
from web.registers.book import may


class _Shelf(NavItem):
    """Lit on every register's pages but those of the devices, which have a line of their own."""

    @property
    def active(self) -> bool:
        of_registers = request.blueprint in ("books", "registers", "sheets")
        return of_registers and (request.view_args or {}).get("slug") != "devices"


bp = Blueprint("books", __name__)
nav = _Shelf("books.index", _l("台账"), "address-book", 60)


@bp.get("/r/")
@allowed("view")
def index() -> ResponseReturnValue:
    """One statement, however many registers there are."""
    shelf = [cls for cls in registers().values() if cls.shown and may(cls, "view")]
    alive = [
        select(func.count()).select_from(cls).where(cls.retired_at.is_(None)).scalar_subquery()
        for cls in shelf
    ]
    with database().view(person().scope) as session:
        counts = session.execute(select(*alive)).one()
    return render_template("books.html", shelf=list(zip(shelf, counts, strict=True)))
