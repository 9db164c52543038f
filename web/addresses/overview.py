"""The first page of the addresses: violations, then ranges and how far they are held."""

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_finding import KINDS, SEVERITIES, STATES, AddressFinding
from inventory.binding import Binding
from inventory.centre import Centre
from inventory.device import Device
from inventory.prefix import MODES
from inventory.role import can
from inventory.stepping import offered
from web import asking
from web.access import allowed, person
from web.addresses.desk import bp, device_or_404
from web.current import database
from web.queries import addresses as asked
from web.registers.book import home_centre, may


@bp.get("/")
@allowed("view")
def index() -> str:
    severity = request.args.get("severity", "")
    severity = severity if severity in SEVERITIES else ""
    with database().view(person().scope) as session:
        found = asked.overview(session, severity, request.args.get("page", 1, int))
        steps = steps_of(session, [one.row for one in found.violations])
    return render_template(
        "addresses/index.html", found=found, severity=severity, KINDS=KINDS, STATES=STATES,
        SEVERITIES=SEVERITIES, MODES=MODES, steps=steps, SHOWN=asked.SHOWN, **rights(),
    )  # fmt: skip


@bp.post("/scan")
@allowed("operate")
def scan() -> ResponseReturnValue:
    """Read the tables now, of one device or of all in sight."""
    key = request.form.get("device", "")
    with database().view(person().scope) as session:
        centre = device_or_404(session, key).centre_id if key else home_centre()
        only = {} if key or "/" in person().scope.paths else {"devices": _in_sight(session)}
    run = asking.ask("scan", centre, key, **only)
    flash(_("已开始读取 ARP 表和 MAC 地址表。"), "ok")
    return redirect(url_for("jobs.show", id=run))


def _in_sight(session: Session) -> list[str]:
    return list(session.scalars(select(Device.id).where(Device.retired_at.is_(None))))


def steps_of(session: Session, rows: Iterable[AddressFinding]) -> dict[str, set[str]]:
    """The names of the steps this person may take with each of these violations, by its id."""
    found = list(rows)
    units = {row.centre_id for row in found}
    here = session.scalars(select(Centre).where(Centre.id.in_(units))).all()
    told = {row.id: {step.name for step in offered(session, row, person())} for row in found}
    del here  # held until now, or rights would be asked for with one question for each step
    return told


def rights() -> dict[str, bool]:
    """What whoever looks may do here."""
    return {
        "may_operate": can(person(), "operate"), "may_record": may(Binding, "write"),
        "may_edit": can(person(), "edit"), "may_export": can(person(), "export"),
    }  # fmt: skip
