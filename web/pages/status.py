"""The first page: is anything wrong, and what is the cause?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.role import can
from web import fleet
from web.access import allowed, anybody, narrow, person
from web.current import database
from web.fragment import fragment
from web.links import listed, new_url
from web.navigation import NavItem, holds
from web.queries import overview
from web.queries.levels import CRITICAL
from web.reading import shown
from web.start import start

bp = Blueprint("status", __name__)
nav = NavItem("status.index", _l("运行状态"), "activity", 10, holds("view"))


@bp.app_template_filter()
def brief(text: str) -> str:
    """The first sentence: in a list the cause is enough, what to do about it is one click away."""
    return text.partition("。")[0]


@bp.get("/")
@anybody
def index() -> ResponseReturnValue:
    if not can(person(), "view"):  # each role has a first page of its own
        return redirect(start(person()))
    narrow("view")
    rights = {"may_edit": can(person(), "edit"), "new_url": new_url("devices")}
    return render_template("status.html", **rights, **_now(), **_ports())


@bp.get("/status/live")
@allowed("view")
def live() -> Response:
    return fragment("status_live.html", **_now())


@bp.get("/status/ports")
@allowed("view")
def ports() -> Response:
    return fragment("status_ports.html", **_ports())


def _now() -> dict[str, Any]:
    last = fleet.beat()
    with database().view(person().scope) as session:
        found = fleet.known(session, fleet.fresh(last))
        found |= {
            "listed": listed,
            "units": overview.units(session, person().scope),
            "events": overview.events(session),
            "oddities": overview.oddities(session),
            "affected": _affected(session, found),
            "alarms": _alarms(session, found, fleet.fresh(last)),
        }
    return found | {"pulse": last, "verdict": fleet.verdict(found), "CRITICAL": CRITICAL}


def _affected(session: Session, found: Mapping[str, Any]) -> Mapping[str, Any]:
    roots = [row.Device.id for row in found["causes"] if row.below]
    return overview.affected(session, roots) if roots else {}


def _alarms(session: Session, found: Mapping[str, Any], since: datetime) -> Mapping[str, Any]:
    """The sensors behind each device that is warned of."""
    ids = [row.id for row in found["warned"]]
    passed = overview.alarms(session, since, ids) if ids else {}
    return {
        row.id: [shown(alarm.Gauge, row.profile) for alarm in passed.get(row.id, ())]
        for row in found["warned"]
    }


def _ports() -> dict[str, Any]:
    with database().view(person().scope) as session:
        return {"busiest": overview.busiest(session, fleet.fresh(fleet.beat()))}
