"""值班月历: the working calendar and the roster of one centre, a month at a glance and on paper."""

from flask import Blueprint, abort, render_template, request

from inventory.centre import Centre
from inventory.duty_roster import DutyRoster
from inventory.register import field_of
from inventory.shanghai import today
from inventory.workdays import WEEKDAYS, provisional
from web.access import by_register, person
from web.current import database
from web.queries.duty_month import month
from web.queries.visits import days_of, month_of
from web.registers.book import book, home_centre, may
from web.registers.controls import Control, options_of, picker_url

bp = Blueprint("duty_month", __name__, url_prefix="/duty-calendar")


@bp.get("/")
@by_register
def index() -> str:
    """This month of one's own centre, unless another is asked for."""
    book("roster")
    first = month_of(request.args.get("month", ""), today())
    with database().view(person().scope) as session:
        wanted = request.args.get("centre_id") or home_centre()
        centre = session.get(Centre, wanted) or abort(404)
        return render_template(
            "duty_month.html", rows=month(session, centre.id, first), centre=centre, first=first,
            days=days_of(first), unsure=provisional(session, first.year), weekdays=WEEKDAYS,
            today=today(), control=_control(centre), may_write=may(DutyRoster, "write"),
        )  # fmt: skip


def _control(centre: Centre) -> Control:
    told = field_of(DutyRoster, "centre_id")
    options = options_of(told, centre.id, {("Centre", centre.id): centre.name})
    return Control(told, centre.id, (), options, picker_url(told))
