"""Do the devices hold what the province asks for? The list, one device's sheet, the templates that
come along (Article 98; duty A11)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backups.configs import Shelf
from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.config_sections import MODES
from inventory.config_template import FAMILIES
from inventory.device import Device
from inventory.register import Rejected
from inventory.role import can
from playbooks.baselines import UNPROVEN, baselines, take_over
from playbooks.compliance import STATES
from playbooks.complying import judge_changed
from playbooks.procedure_asking import Asked
from playbooks.procedure_asking import propose as asked_for
from web.access import allowed, origin, person
from web.compliance_sheet import called, device_sheet, paper_of, sheet_of
from web.compliance_sight import Proposal, previewed, proposals
from web.current import database, key, settings
from web.leaving import exported
from web.navigation import NavItem, holds
from web.pages.papers import sheet
from web.paging import slice_of
from web.printing import AT_ONCE, aside, later
from web.queries.compliance import LIGHTS, TABS, board, told_of
from web.registers.book import home_centre
from web.registers.exports import XLSX

bp = Blueprint("compliance", __name__, url_prefix="/compliance")
nav = NavItem("compliance.index", _l("配置合规"), "clipboard-check", 46, holds("view"))
_TITLE = "配置合规检查表"


def shelf() -> Shelf:
    return Shelf(database(), key(), settings().home)


@bp.get("/")
@allowed("view")
def index() -> str:
    tab = request.args.get("tab", "")
    with database().view(person().scope) as session:
        found = board(session, datetime.now(UTC), request.args.get("q", ""))
    return render_template(
        "compliance.html", found=found, tab=tab if tab in TABS else "", TABS=TABS, LIGHTS=LIGHTS,
        page=slice_of(found.on(tab), request.args.get("page", 1, int)),
        may_export=can(person(), "export"),
    )  # fmt: skip


@bp.get("/<id>")
@allowed("view")
def device(id: str) -> str:
    _found(id)
    with database().view(EVERYTHING) as session:  # a template of those above holds here, too
        found, told = session.get_one(Device, id), told_of(session, id)
        proposed = {one.template_id: one for one in proposals(session, shelf(), found, told)}
        may = {right: can(person(), right, found) for right in ("operate", "edit", "record")}
        unit = session.get_one(Centre, found.centre_id)
    return render_template(
        "compliance_device.html", device=found, told=told, proposed=proposed, centre=unit.name,
        LIGHTS=LIGHTS, TABS=TABS, STATES=STATES, MODES=MODES, UNPROVEN=UNPROVEN, may=may,
        may_export=can(person(), "export"),
    )  # fmt: skip


@bp.post("/<id>/again")
@allowed("record")
def again(id: str) -> ResponseReturnValue:
    """Judge one device now, whatever the daily look has yet to see."""
    _found(id)
    judge_changed(database(), shelf(), datetime.now(UTC), [id])
    flash(_("已按现在的模板、参数、豁免和备份重新核对。"), "ok")
    return redirect(url_for(".device", id=id))


@bp.post("/<id>/propose")
@allowed("operate")
def propose(id: str) -> ResponseReturnValue:
    """Hand the proposed lines to the one mechanism that may push: planned, approved, run there."""
    _found(id)
    told = _proposal(id, request.form.get("template", ""))
    if not told.remedy.lines:
        abort(404)
    act = person().act("拟成配置操作", origin())
    try:
        with database().transaction(act) as session:
            change = asked_for(session, key(), session.get_one(Device, id), person(), _asked(told))
    except Rejected as refused:
        flash(str(refused), "critical")
        return redirect(url_for(".device", id=id))
    return redirect(url_for("registers.show", slug="changes", id=change.id))


def _asked(told: Proposal) -> Asked:
    """The change as any other is asked for: what it is for stands before the person's reason."""
    reason = request.form.get("reason", "").strip()
    what = _("按“%(name)s”改正配置", name=told.template)
    lines = {"lines": "\n".join(told.remedy.lines)}
    return Asked("change", lines, f"{what}：{reason}" if reason else "")


@bp.get("/<id>/sheet.<any(pdf,xlsx):kind>")
@allowed("export")
def one_sheet(id: str, kind: str) -> ResponseReturnValue:
    """The sheet of one device, noted as every export is."""
    found = _found(id)
    with database().view(EVERYTHING) as session:
        told = device_sheet(session, found)
    mark = exported(_TITLE, "ConfigVerdict", {"kind": kind, "rows": 1}, id)
    return _leaving(told, kind, f"compliance-{id[-6:]}", "papers/compliance_device.html", mark)


@bp.get("/sheet.<any(pdf,xlsx):kind>")
@allowed("export")
def centre_sheet(kind: str) -> ResponseReturnValue:
    """The sheet of everything in sight, as it is filtered."""
    tab = request.args.get("tab", "")
    with database().view(person().scope) as session:
        found = board(session, datetime.now(UTC), request.args.get("q", ""))
        lines = found.on(tab)
    if kind == "pdf" and aside(len(lines) > AT_ONCE):
        return later(_TITLE)
    with database().view(EVERYTHING) as session:  # of the devices that are in sight
        told = paper_of(session, found, lines)
    mark = exported(_TITLE, "ConfigVerdict", {"kind": kind, "rows": len(lines), "tab": tab})
    return _leaving(told, kind, "compliance", "papers/compliance.html", mark)


def _leaving(
    told: dict[str, Any], kind: str, name: str, paper: str, mark: str
) -> ResponseReturnValue:
    if kind == "pdf":
        return sheet(paper, name, **told, mark=mark)
    file = sheet_of(told, mark)
    return send_file(file, XLSX, as_attachment=True, download_name=f"{name}.xlsx", max_age=0)


@bp.get("/templates/")
@allowed("view")
def offered() -> str:
    """The templates that come with the console."""
    return render_template(
        "compliance_offered.html", found=list(baselines().values()), FAMILIES=FAMILIES,
        UNPROVEN=UNPROVEN, may_edit=can(person(), "edit"),
    )  # fmt: skip


@bp.get("/templates/<key>")
@allowed("view")
def baseline(key: str) -> str:
    """One of them, to be read before it is taken over."""
    one = baselines().get(key) or abort(404)
    return render_template(
        "compliance_baseline.html", one=one, FAMILIES=FAMILIES, UNPROVEN=UNPROVEN,
        may_edit=can(person(), "edit"),
    )  # fmt: skip


@bp.post("/templates/<key>/take")
@allowed("edit")
def take(key: str) -> ResponseReturnValue:
    """A draft of the centre's own."""
    one = baselines().get(key) or abort(404)
    with database().transaction(person().act("采用随附的配置模板", origin())) as session:
        row = take_over(session, one, home_centre())
    flash(_("已采用为本中心的草稿：改好后送批，批准后生效。"), "ok")
    return redirect(url_for("registers.show", slug="config-templates", id=row.id))


@bp.get("/preview/<id>")
@allowed("view")
def preview(id: str) -> str:
    """What a template asks of one device, before it is in force."""
    asked = request.args.get("device", "")
    with database().view(person().scope) as session, database().view(EVERYTHING) as whole:
        told = previewed(session, whole, shelf(), id, asked) or abort(404)
        names = called(session, told.devices)
    return render_template("compliance_preview.html", told=told, names=names, STATES=STATES)


def _found(id: str) -> Device:
    with database().view(person().scope) as session:
        return session.get(Device, id) or abort(404)


def _proposal(id: str, template_id: str) -> Proposal:
    found = _found(id)
    with database().view(EVERYTHING) as session:
        made: Sequence[Proposal] = proposals(session, shelf(), found, told_of(session, id))
    return next((one for one in made if one.template_id == template_id), None) or abort(404)
