"""Tables in and out of every register: upload, look at what would happen, agree; export."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import PurePath
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory import exchange
from inventory.exchange import Plan
from inventory.guard import OutOfScope
from inventory.headers import typed_fields
from inventory.register import FieldError, Register, Rejected
from inventory.sheet import SheetError
from playbooks.bringing import AT_ONCE
from web import asking
from web.access import by_register, origin
from web.current import database
from web.locale import local
from web.paging import slice_of
from web.registers import uploads
from web.registers.asked import asked, filters_in_force
from web.registers.book import book, home_centre
from web.registers.conflicts import duplicate
from web.registers.exports import KINDS, XLSX, export, template
from web.registers.returning import returned
from web.registers.uploads import Brought
from web.registers.writing import act

bp = Blueprint("sheets", __name__, url_prefix="/r/<slug>")


class _Moved(Exception):
    """The register changed since the dry run that a person agreed to."""


@bp.get("/export.<kind>", endpoint="export")
@by_register
def take(slug: str, kind: str) -> ResponseReturnValue:
    cls = book(slug, "export")
    if kind not in KINDS:
        abort(404)
    data = export(cls, asked(cls), kind, filters_in_force(cls))
    stamp = local(datetime.now(UTC)).strftime("%Y%m%d-%H%M")
    return _file(data, KINDS[kind][0], f"{cls.title}-{stamp}.{kind}")


@bp.get("/template.xlsx", endpoint="template")
@by_register
def empty_sheet(slug: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    return _file(template(cls), XLSX, f"{cls.title}-导入模板.xlsx")


@bp.get("/import")
@by_register
def upload(slug: str) -> ResponseReturnValue:
    return _upload_page(book(slug, "write"))


@bp.post("/import")
@by_register
def receive(slug: str) -> ResponseReturnValue:
    """Keep the file and go to its dry run."""
    cls = book(slug, "write")
    file = request.files.get("file")
    if file is None or not file.filename:
        return _upload_page(cls, _("请先选择一个文件")), 422
    name = PurePath(file.filename.replace("\\", "/")).name
    digest = uploads.keep(file.stream.read())
    return redirect(url_for(".plan", slug=slug, digest=digest, name=name))


@bp.get("/import/<digest>")
@by_register
def plan(slug: str, digest: str) -> ResponseReturnValue:
    """What the file would do; nothing is written. Leafing through it does not ask again."""
    cls = book(slug, "write")
    name, page = request.args.get("name", ""), request.args.get("sheet", "")
    leafing = bool({"page", "tab"} & set(request.args))
    try:
        given = uploads.brought(cls, digest, name, page)
        if not given.fit.complete:
            return redirect(url_for("columns.show", slug=slug, **_address(given)))
        found = (uploads.recent(cls, digest, page) if leafing else None) or uploads.planned(
            cls, given
        )
    except SheetError as error:
        return _upload_page(cls, f"{name}：{error}"), 422
    return _plan_page(cls, found, given), 422 if found.errors else 200


@bp.get("/import/<digest>/causes.xlsx", endpoint="causes")
@by_register
def take_causes(slug: str, digest: str) -> ResponseReturnValue:
    """The person's own rows with the causes beside them, to be corrected and brought again."""
    cls = book(slug, "write")
    name, page = request.args.get("name", ""), request.args.get("sheet", "")
    try:
        given = uploads.brought(cls, digest, name, page)
        found = uploads.recent(cls, digest, page) or uploads.planned(cls, given)
    except SheetError as error:
        return _upload_page(cls, f"{name}：{error}"), 422
    return _file(returned(given, found), XLSX, f"{PurePath(name).stem}-核对结果.xlsx")


@bp.post("/import/<digest>")
@by_register
def apply(slug: str, digest: str) -> ResponseReturnValue:
    """Do what the dry run said: this file, in one transaction, or nothing. What would keep the
    browser waiting is left to the worker."""
    cls = book(slug, "write")
    name, page = request.args.get("name", ""), request.args.get("sheet", "")
    back = url_for(".plan", slug=slug, digest=digest, name=name, sheet=page or None)
    try:
        given = uploads.brought(cls, digest, name, page)
        if len(given.sheet.rows) > AT_ONCE:
            return _ask(cls, given)
        done = _apply(cls, given)
    except (SheetError, OutOfScope) as error:
        return _upload_page(cls, f"{name}：{error}"), 422
    except (_Moved, StaleDataError):
        flash(_("没有导入：核对之后台账又有变化。下面是按现在的台账重新核对的结果。"), "warning")
        return redirect(back)
    except (Rejected, IntegrityError) as error:
        return _upload_page(cls, _("没有导入"), _errors(cls, error)), 422
    counts = {"new": len(done.new), "changed": len(done.changed), "same": done.same}
    flash(_("已导入：新增 %(new)s，修改 %(changed)s，未变 %(same)s。", **counts), "ok")
    return redirect(back)


def _apply(cls: type[Register], given: Brought) -> Plan:
    reason = f"文件 {given.name}，SHA-256 {given.digest}"
    with database().transaction(act(cls, "导入", reason)) as session:
        done = exchange.apply(session, cls, given.table)
        if done.fingerprint != request.form.get("fingerprint"):
            raise _Moved
    return done


def _ask(cls: type[Register], given: Brought) -> ResponseReturnValue:
    """Let the worker do it; whose page shows how far it is."""
    what = {"slug": cls.slug, "digest": given.digest, "name": given.name, "sheet": given.page}
    agreed = request.form.get("fingerprint", "")
    run = asking.ask("import", home_centre(), fingerprint=agreed, origin=origin(), **what)
    return redirect(url_for("brought.show", slug=cls.slug, id=run))


def _errors(cls: type[Register], error: Rejected | IntegrityError) -> tuple[FieldError, ...]:
    return error.errors if isinstance(error, Rejected) else duplicate(cls, error)


def _upload_page(
    cls: type[Register], problem: str = "", errors: tuple[FieldError, ...] = ()
) -> str:
    return render_template(
        "register_import.html", cls=cls, fields=typed_fields(cls), problem=problem, errors=errors
    )


def _plan_page(cls: type[Register], found: Plan, given: Brought) -> str:
    """A page of what is wrong, new, changed or remarkable; what is wrong first."""
    tabs = {"errors": found.errors, "new": found.new, "changed": found.changed,
            "hints": (*found.hints, *found.passed)}  # fmt: skip
    filled: list[str] = [key for key, rows in tabs.items() if rows]
    tab = request.args.get("tab", filled[0] if filled else "new")
    rows: Any = tabs.get(tab, found.new)
    page = slice_of(rows, request.args.get("page", 1, int))
    return render_template(
        "register_plan.html", cls=cls, plan=found, page=page, given=given, tab=tab,
        address=_address(given), work=len(found.new) + len(found.changed),
    )  # fmt: skip


def _address(given: Brought) -> dict[str, Any]:
    return {"digest": given.digest, "name": given.name, "sheet": given.page or None}


def _file(data: bytes, mimetype: str, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(data), mimetype, as_attachment=True, download_name=name, max_age=0)
