"""会议达标: the meetings, assessments and bulletins of a year, centre by centre (management
Articles 27–29), and what is still missing."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.home import home_fact
from inventory.meeting import KINDS, Meeting
from inventory.meetings import REQUIRED, Missing, held, meeting_homes, missing, tally
from inventory.shanghai import today
from inventory.text import fold
from web.access import by_register, person
from web.current import database
from web.paging import slice_of
from web.registers.book import book, may

bp = Blueprint("meetings", __name__, url_prefix="/meetings")
_YEARS = 5  # further back by the address
_FIRST = 2010


@dataclass(frozen=True, slots=True)
class Line:
    """One centre's year."""

    centre: Centre
    counts: dict[str, tuple[int, int]]
    missing: list[Missing]


@bp.get("/")
@by_register
def index() -> str:
    """Every centre within reach that holds meetings, or has people who should."""
    book("meetings")
    this = today().year
    year = min(max(request.args.get("year", this, int), _FIRST), this)
    with database().view(person().scope) as session:
        lines = _lines(session, year)
    wanted = fold(request.args.get("q", ""))
    listed = [one for one in lines if wanted in one.centre.search]
    return render_template(
        "meetings.html", shown=slice_of(listed, request.args.get("page", 1, int)), year=year,
        years=range(this, this - _YEARS, -1), kinds=KINDS, everyone=len(lines),
        good=sum(not one.missing for one in lines), over=year < this,
        may_write=may(Meeting, "write"),
    )  # fmt: skip


def _lines(session: Session, year: int) -> list[Line]:
    told = held(session, year)
    query = select(Centre).where(Centre.tier.in_(REQUIRED), Centre.id.in_(meeting_homes(session)))
    home = home_fact(session, "centre")
    centres = sorted(session.scalars(query.order_by(Centre.path)), key=lambda one: one.id != home)
    return [
        Line(one, dict(tally(one.tier, mine)), missing(one.tier, mine))
        for one in centres
        for mine in (told.get(one.id, {}),)
    ]
