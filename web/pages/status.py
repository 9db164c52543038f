"""The first page: is anything wrong, and what is the cause?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.person import can
from web.access import allowed, person
from web.current import database, settings
from web.fragment import fragment
from web.links import listed, new_url
from web.navigation import NavItem
from web.queries import overview
from web.queries.levels import CRITICAL
from web.queries.sweeps import LATE, Pulse, pulse
from web.reading import shown

bp = Blueprint("status", __name__)
nav = NavItem("status.index", _l("运行状态"), "activity", 10)

_NAMED = 3  # causes named in the headline


@dataclass(frozen=True, slots=True)
class Verdict:
    """The page in one sentence; `state` is a key of web.states."""

    state: str
    text: str


@bp.app_template_filter()
def brief(text: str) -> str:
    """The first sentence: in a list the cause is enough, what to do about it is one click away."""
    return text.partition("。")[0]


@bp.get("/")
@allowed("view")
def index() -> str:
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
    last = _pulse()
    since = _fresh(last)
    with database().view(person().scope) as session:
        found: dict[str, Any] = {
            "counts": overview.counts(session),
            "listed": listed,
            "units": overview.units(session, person().scope),
            "events": overview.events(session),
            "oddities": overview.oddities(session),
        }
        found |= _causes(session) | _warned(session, since)
    found["total"] = sum(found["counts"].values())
    found["orphans"] = found["counts"].get("unreachable", 0) - found["hidden"]
    return found | {"pulse": last, "verdict": _verdict(found)}


def _pulse() -> Pulse:
    with database().view(EVERYTHING) as session:
        return pulse(session, settings().status_seconds, datetime.now(UTC))


def _fresh(last: Pulse) -> datetime:
    """Values older than this say nothing. When the background has stopped, the page shows what
    was known then, and says so."""
    return (last.at or datetime.now(UTC)) - timedelta(seconds=LATE * settings().counter_seconds)


def _causes(session: Session) -> dict[str, Any]:
    causes = overview.causes(session)
    roots = [row.Device.id for row in causes if row.below]
    below = overview.affected(session, roots) if roots else {}
    hidden = int(causes[0].hidden) if causes else 0
    return {"causes": causes, "affected": below, "hidden": hidden}


def _warned(session: Session, since: datetime) -> dict[str, Any]:
    devices = overview.warned(session, since)
    ids = [row.id for row in devices]
    passed = overview.alarms(session, since, ids) if ids else {}
    alarms = {
        row.id: [shown(alarm.Gauge, row.profile) for alarm in passed.get(row.id, ())]
        for row in devices
    }
    return {"warned": devices, "alarms": alarms, "CRITICAL": CRITICAL}


def _ports() -> dict[str, Any]:
    since = _fresh(_pulse())
    with database().view(person().scope) as session:
        return {"busiest": overview.busiest(session, since)}


def _verdict(found: Mapping[str, Any]) -> Verdict:
    """Causes first, then what else is wrong; what hangs below a cause is not a fault of its own."""
    counts, warned = found["counts"], found["warned"]
    critical = int(warned[0].critical) if warned else 0
    warnings = warned[0].total - critical if warned else 0
    told = [
        (counts.get("down", 0), _down(found)),
        (found["orphans"], _("不可达 %(n)s 台，上级不在监测之列", n=found["orphans"])),
        (critical, _("严重告警 %(n)s 台", n=critical)),
        (warnings, _("警告 %(n)s 台", n=warnings)),
        (counts.get("unknown", 0), _("状态未知 %(n)s 台", n=counts.get("unknown", 0))),
    ]
    wrong = [text for number, text in told if number]
    if not wrong:
        return Verdict("ok", _("全部设备正常。"))
    worst = "critical" if counts.get("down") or critical else "warning"
    return Verdict(worst, str(_("；")).join(wrong) + str(_("。")))


def _down(found: Mapping[str, Any]) -> str:
    causes, number = found["causes"], found["counts"].get("down", 0)
    names = [row.Device.name for row in causes[:_NAMED]]
    rest = " …" if number > len(names) else ""
    text = _("中断 %(n)s 台：%(names)s", n=number, names=str(_("、")).join(names) + rest)
    below = found["hidden"]
    more = _("；另有 %(n)s 台因此不可达，不单独计为故障", n=below) if below else ""
    return f"{text}{more}"
