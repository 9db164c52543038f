"""What must I do now: the first page of everybody, no click before the answer, overdue first."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from inventory.act import EVERYTHING
from inventory.role import can
from inventory.verdict import Verdict, last
from web import fleet
from web.access import anybody, person
from web.current import database
from web.fragment import fragment
from web.navigation import NavItem
from web.start import start
from web.todo import GROUPS, LATE, grouped, how_near, todo

bp = Blueprint("today", __name__, url_prefix="/today")
nav = NavItem("today.index", _l("今日待办"), "home", 5)


@bp.get("")
@anybody
def index() -> ResponseReturnValue:
    if can(person(), "setup"):  # nothing is due before the set-up is done
        return redirect(start(person()))
    return render_template("today.html", **_now())


@bp.get("/live")
@anybody
def live() -> Response:
    return fragment("today_live.html", **_now())


def _now() -> dict[str, Any]:
    now = datetime.now(UTC)
    groups = grouped(todo(database(), person(), now), now)
    return {
        "groups": groups, "GROUPS": GROUPS, "LATE": LATE, "near": {
            one: how_near(one, now) for found in groups.values() for one in found
        },
        "counts": {
            name: sum(one.count for one in groups.get(name, ())) for name in GROUPS
        },
        **(_devices() if can(person(), "view") else {"verdict": None}),
        "chain": _chain() if can(person(), "trail") else None,
    }  # fmt: skip


def _devices() -> dict[str, Any]:
    """The headline of the status page; none while no device is registered."""
    last = fleet.beat()
    with database().view(person().narrowed("view").scope) as session:
        found = fleet.known(session, fleet.fresh(last))
    return {"pulse": last, "verdict": fleet.verdict(found) if found["total"] else None}


def _chain() -> Verdict | None:
    """The last look at the audit trail, when it found all well: what it found amiss is a matter."""
    with database().view(EVERYTHING) as session:
        found = last(session)
    return found if found is not None and found.good else None
