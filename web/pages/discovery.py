"""Finding devices: search a range of addresses, look at what answered, register what is ours."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.device import Device
from inventory.role import Standing, can
from inventory.run import STATES, JobRun
from netops.discovery import addresses
from netops.profile import profiles
from web import asking
from web.access import allowed, origin, person
from web.current import database
from web.links import new_url
from web.navigation import NavItem
from web.paging import slice_of
from web.queries import proposals as asked
from web.queries.runs import run as run_of
from web.queries.runs import searches
from web.registering import Errors, Place, chosen, register
from web.registers.book import home_centre
from web.runs import run_facts

bp = Blueprint("discovery", __name__, url_prefix="/discover")

_MOST_PORTS = 64
CARRIERS = "router,switch,firewall,wireless"  # what a device may hang below


def may_discover(who: Standing | None) -> bool:
    return who is not None and can(who, "operate") and can(who, "edit")


nav = NavItem("discovery.index", _l("发现设备"), "search", 40, may_discover)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the search form says; `problems` by field name."""

    range: str = ""
    credentials: tuple[str, ...] = ()
    ports: str = "161"
    ping: bool = True


@bp.get("/")
@allowed("operate")
@allowed("edit")
def index() -> str:
    return _form(Wish(), {})


@bp.post("/")
@allowed("operate")
@allowed("edit")
def start() -> ResponseReturnValue:
    form = request.form
    wish = Wish(
        form.get("range", "").strip(), tuple(form.getlist("credentials")),
        form.get("ports", "").strip(), form.get("ping") == "yes",
    )  # fmt: skip
    problems = _problems(wish)
    if problems:
        return _form(wish, problems), 422
    asking.opened("发现设备", wish.credentials, home_centre(), range=wish.range)
    run = asking.ask(
        "discover", home_centre(), range=wish.range, credentials=list(wish.credentials),
        ports=_ports(wish.ports), ping=wish.ping, scope=list(person().scope.paths),
    )  # fmt: skip
    return redirect(url_for(".show", id=run))


@bp.get("/<id>")
@allowed("operate")
@allowed("edit")
def show(id: str) -> ResponseReturnValue:
    return _found(id, {}, {})


@bp.post("/<id>/register")
@allowed("operate")
@allowed("edit")
def enter(id: str) -> ResponseReturnValue:
    """Register what is ticked: all of it, or nothing and the reasons beside each row."""
    form = request.form
    with database().view(person().scope) as session:
        run = _run(session, id)
        known = {one.number: one for one in asked.proposals(session, run)}
    choices = chosen(form.getlist("id"), form, known)
    if not choices:
        flash(_("没有勾选设备，没有登记。"), "warning")
        return redirect(url_for(".show", id=id))
    ping, v2c = bool(run.params.get("ping")), form.get("v2c") == "yes"
    place = Place(form.get("unit", ""), form.get("parent", ""), ping, v2c)
    errors = register(person().act("登记发现的设备", origin()), choices, place)
    if errors:
        return _found(id, errors, form), 422
    flash(_("已登记 %(n)s 台设备，一分钟内开始轮询。", n=len(choices)), "ok")
    return redirect(url_for(".show", id=id))


def _form(wish: Wish, problems: Mapping[str, str]) -> str:
    with database().view(person().scope) as session:
        known = asked.credentials(session)
        before = searches(session)
    return render_template(
        "discovery.html", wish=wish, problems=problems, credentials=known, before=before,
        JOB_STATES=STATES, new_credential=new_url("credentials"),
    )  # fmt: skip


def _problems(wish: Wish) -> dict[str, str]:
    found = {}
    try:
        addresses(wish.range)
    except ValueError as error:
        found["range"] = str(error)
    if not wish.credentials and not wish.ping:
        found["credentials"] = _("至少选一个 SNMP 凭据，或者勾选 ping。")
    ports = wish.ports.replace("，", ",").replace(",", " ").split()
    good = [port for port in ports if port.isdecimal() and 0 < int(port) < 65536]
    if not good or len(good) < len(ports) or len(ports) > _MOST_PORTS:
        found["ports"] = _("端口应为 1–65535 的数字，用空格隔开，最多 %(n)s 个。", n=_MOST_PORTS)
    return found


def _ports(text: str) -> list[int]:
    return [int(port) for port in text.replace("，", ",").replace(",", " ").split()]


def _run(session: Session, run_id: str) -> JobRun:
    found = run_of(session, run_id)
    if found is None or found.kind != "discover":
        abort(404)
    return found


def _found(run_id: str, errors: Errors, typed: Mapping[str, str]) -> str:
    """Progress while it runs, afterwards what answered, new devices first in line."""
    everything = request.args.get("all") == "1"
    with database().view(person().scope) as session:
        run = _run(session, run_id)
        found = asked.proposals(session, run)
        unit = session.get(Centre, typed.get("unit") or person().centre_id)
        parent = session.get(Device, typed.get("parent", ""))
    new = [one for one in found if not one.known]
    part = slice_of(found if everything else new, request.args.get("page", 1, int))
    return render_template(
        "discovery_found.html", part=part, found=len(found), new=len(new), everything=everything,
        unit=unit, parent=parent, carriers=CARRIERS, profiles=profiles(), errors=errors,
        typed=typed, ticked=request.form.getlist("id"),
        **run_facts(run),
    )  # fmt: skip
