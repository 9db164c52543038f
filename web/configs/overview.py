"""The overview of a centre: which devices have a fresh backup, which have none, and why."""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from inventory.config_state import SAVED
from inventory.device import Device
from inventory.role import can
from web import asking
from web.access import allowed, person
from web.configs.desk import bp, sheet
from web.current import database
from web.locale import moment
from web.queries import configs as asked
from web.queries.configs import MANUAL, READ, STANDINGS, TABS, ConfigAsk, Line, way_of
from web.registers.book import home_centre

_HEADS = (
    "设备", "管理地址", "方式", "情况", "原因", "最近成功", "最近尝试", "最新一版", "未保存起",
    "听到变动",
)  # fmt: skip


@bp.get("/")
@allowed("view")
def index() -> str:
    ask = _ask()
    with database().view(person().scope) as session:
        found = asked.overview(session, ask, datetime.now(UTC))
    return render_template(
        "configs.html", found=found, ask=ask, STANDINGS=STANDINGS, SAVED=SAVED,
        may_operate=can(person(), "operate"), may_export=can(person(), "export"),
    )  # fmt: skip


@bp.get("/export.<any(xlsx,csv):kind>")
@allowed("export")
def export(kind: str) -> Response:
    """The devices of the filter, all pages of it."""
    with database().view(person().scope) as session:
        rows = [_cells(one) for one in asked.lines(session, _ask(), datetime.now(UTC))]
    return sheet("配置备份情况", kind, map(_, _HEADS), rows, "Device")


@bp.post("/backup")
@allowed("operate")
def backup() -> ResponseReturnValue:
    """Read the ticked devices now. What cannot be read by logging in is left out and named."""
    ids = set(request.form.getlist("id"))
    with database().view(person().scope) as session:
        found = session.scalars(select(Device).where(Device.id.in_(ids))).all()
    if not found:
        abort(404)
    chosen = [one for one in found if readable(one)]
    left = [one.name for one in found if not readable(one)]
    if left:
        told = str(_("、")).join(left[:5]) + (" …" if len(left) > 5 else "")
        flash(_("%(names)s 不能自动读取，没有列入。", names=told), "warning")
    if not chosen:
        return redirect(url_for(".index"))
    return redirect(url_for("jobs.show", id=ask_for(chosen)))


def readable(device: Device) -> bool:
    """Can its configuration be read by logging in, now?"""
    told = not (device.retired_at or device.paused)
    return told and device.ssh_id is not None and way_of(device) == READ


def ask_for(devices: list[Device]) -> str:
    """The run that will read these; a second click finds the first one's run."""
    ids = sorted(one.id for one in devices)
    by = person().id
    if len(devices) == 1:
        return asking.ask("config", devices[0].centre_id, ids[0], devices=ids, by=by)
    return asking.ask("config", home_centre(), devices=ids, by=by)


def _ask() -> ConfigAsk:
    tab = request.args.get("tab", "all")
    return ConfigAsk(
        tab if tab in TABS else "all", request.args.get("q", ""), request.args.get("page", 1, int)
    )


def _cells(one: Line) -> tuple[str, ...]:
    return tuple(_texts(one))


def _texts(one: Line) -> Iterator[str]:
    state = one.state
    yield one.device.name
    yield one.device.address
    yield _("人工导出") if one.way == MANUAL else _("自动读取")
    yield _(STANDINGS[one.standing][1])
    yield state.why if state else ""
    for at in (
        state and state.success_at, state and state.attempt_at, one.last and one.last.taken_at,
        state and state.unsaved_since, state and state.heard_at,
    ):  # fmt: skip
        yield moment(at) if at else ""
