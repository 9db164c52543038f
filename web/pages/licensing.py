"""Software at a glance: too few licences, licences that end, business packages by unit."""

from collections.abc import Iterable
from datetime import datetime

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.business_package import EDITIONS, packages
from inventory.licence import Licence
from inventory.register import field_of
from inventory.role import can
from inventory.shanghai import SHANGHAI
from inventory.software import ORIGINS
from inventory.software_findings import AHEAD, Square, barred, counts, coverage, endings, outdated
from web.access import allowed, person
from web.current import database
from web.navigation import NavItem, holds
from web.paging import slice_of
from web.registers.names import names

bp = Blueprint("licensing", __name__, url_prefix="/software")
nav = NavItem("licensing.index", _l("软件与许可"), "license", 65, holds("view"))


@bp.get("")
@allowed("view")
def index() -> str:
    today = datetime.now(SHANGHAI).date()
    with database().view(person().scope) as session:
        told, ending = counts(session, today), endings(session, today)
        return render_template(
            "licensing.html", counts=told, short=[one for one in told if one.short],
            ending=ending, software=_software(session, [one.licence for one in ending]),
            ahead=AHEAD.days, today=today, barred=barred(session), outdated=outdated(session),
            gaps=_gaps(session), may_write=can(person(), "record"), origins=ORIGINS,
        )  # fmt: skip


@bp.get("/coverage")
@allowed("view")
def coverages() -> str:
    """Which business package is installed in which edition at which unit."""
    with database().view(person().scope) as session:
        units = coverage(session)
    wanting = [one for one in units if _wanting(one.squares.values())]
    shown = wanting if request.args.get("tab") == "wanting" else units
    return render_template(
        "software_coverage.html", page=slice_of(shown, request.args.get("page", 1, int)),
        total=len(units), wanting=len(wanting), packages=packages(), editions=EDITIONS,
        tab=request.args.get("tab", ""),
    )  # fmt: skip


def _wanting(squares: Iterable[Square]) -> bool:
    return any(one.state in ("missing", "wrong") for one in squares)


def _gaps(session: Session) -> dict[str, int]:
    """How many packages are missing, and how many stand in another tier's edition."""
    states = [one.state for unit in coverage(session) for one in unit.squares.values()]
    return {word: states.count(word) for word in ("missing", "wrong")}


def _software(session: Session, licences: list[Licence]) -> dict[str, str]:
    told = field_of(Licence, "software_id")
    called = names(session, [(told, one.software_id) for one in licences])
    return {one.id: called.get(("Software", one.software_id), "") for one in licences}
