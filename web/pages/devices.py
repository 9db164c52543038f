"""One device: how it is and why, its ports and sensors, what it says of itself, what was done."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.device import Device
from inventory.equipment import Equipment
from netops.history import History
from web import asking
from web.access import allowed, origin, person
from web.current import database, settings
from web.device_graphs import graph_csv, graphs
from web.device_page import device_page, frame_of
from web.fragment import fragment
from web.named import named
from web.queries import device as asked
from web.queries.changes import changes as changes_of
from web.queries.equipment import keeping
from web.queries.ports import PortAsk
from web.queries.ports import ports as ports_of
from web.reading import headlines, shown, unproven
from web.registers import attached
from web.registers.book import may
from web.runs import run_facts

bp = Blueprint("devices", __name__, url_prefix="/devices/<id>")

_VISITS, _EVENTS, _FEW = 20, 30, 8


@bp.get("/")
@allowed("view")
def show(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        frame = frame_of(session, id)
        more = {
            "facts": asked.facts(session, frame.device),
            "unproven": unproven(frame.device.profile),
            "events": asked.events(session, id, _FEW),
            **graphs(session, frame.device, request.args),
            **attached.card(session, frame.device),
            "behind": keeping(session, frame.device),
            "may_write": may(Equipment, "write"),
        }
        job = asked.job(session, id, request.args.get("job", ""))
    return device_page("device_overview.html", frame, **(more | (run_facts(job) if job else {})))


@bp.get("/head")
@allowed("view")
def head(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        frame = frame_of(session, id)
        sensors = asked.gauges(session, id)
    return fragment("device_head.html", f=frame, headlines=headlines(sensors, frame.device.profile))


@bp.get("/ports")
@allowed("view")
def ports(id: str) -> ResponseReturnValue:
    up_only = request.args.get("up") == "1"
    page = request.args.get("page", 1, int)
    with database().view(person().scope) as session:
        frame = frame_of(session, id)
        found = ports_of(session, id, PortAsk(up_only, request.args.get("sort", ""), page))
    return device_page("device_ports.html", frame, found=found, up_only=up_only)


@bp.get("/sensors")
@allowed("view")
def sensors(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        frame = frame_of(session, id)
        rows = [shown(gauge, frame.device.profile) for gauge in asked.gauges(session, id)]
    return device_page("device_sensors.html", frame, rows=rows)


@bp.get("/log")
@allowed("view")
def log(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        frame = frame_of(session, id)
        events = asked.events(session, id, _EVENTS)
    return device_page("device_log.html", frame, events=events, visits=_visits(frame))


@bp.get("/changes")
@allowed("view")
def changes(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        frame = frame_of(session, id)
        found = changes_of(session, Device, id)
    return device_page("device_changes.html", frame, changes=found)


@bp.get("/graph.csv")
@allowed("export")
def graph(id: str) -> Response:
    with database().view(person().scope) as session:
        device = frame_of(session, id).device
        content = graph_csv(session, device, request.args)
    if content is None:
        abort(404)
    response = Response(content, content_type="text/csv; charset=utf-8")
    return named(response, f"{device.name}.csv")


@bp.post("/poll")
@allowed("operate")
def poll(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        device = frame_of(session, id).device
    if device.paused or device.retired_at:
        flash(_("设备已暂停监测或已停用，没有轮询。请先恢复监测。"), "warning")
        return redirect(url_for(".show", id=id))
    run = asking.ask("poll", device.centre_id, device.id)
    return redirect(url_for(".show", id=id, job=run))


@bp.post("/pause")
@allowed("edit")
def pause(id: str) -> ResponseReturnValue:
    """Stop watching, or watch again: whatever the form's `paused` says."""
    paused = request.form.get("paused") == "yes"
    act = person().act("暂停监测" if paused else "恢复监测", origin())
    with database().transaction(act) as session:
        device = session.get(Device, id)
        if device is None:
            abort(404)
        device.paused = paused
    return redirect(url_for(".show", id=id))


def _visits(frame: asked.Frame) -> list[tuple[datetime, str, float, str]]:
    """The newest visits (at, state, ms, why), looked for just before the last one."""
    now = datetime.now(UTC)
    last = (frame.state.last_poll_at if frame.state else None) or now
    since = last - timedelta(seconds=(_VISITS + 5) * settings().status_seconds)
    found = History(settings().home / "history").visits(frame.device.id, since, now)
    newest = reversed(found[-_VISITS:])
    return [(datetime.fromtimestamp(slot, UTC), *rest) for slot, _device, *rest in newest]  # type: ignore[misc]
