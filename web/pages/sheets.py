"""Tables in and out of every register: upload, look at what would happen, agree; export."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import PurePath

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory import exchange
from inventory.exchange import Plan, sheet_fields
from inventory.guard import OutOfScope
from inventory.register import FieldError, Register, Rejected
from inventory.sheet import SheetError
from web.access import allowed, person
from web.current import database
from web.locale import local
from web.paging import slice_of
from web.registers import uploads
from web.registers.asked import asked, filters_in_force
from web.registers.book import book
from web.registers.conflicts import duplicate
from web.registers.exports import KINDS, XLSX, export, template
from web.registers.writing import act

bp = Blueprint("sheets", __name__, url_prefix="/r/<slug>")


class _Moved(Exception):
    """The register changed since the dry run that a person agreed to."""


@bp.get("/export.<kind>", endpoint="export")
@allowed("export")
def take(slug: str, kind: str) -> ResponseReturnValue:
    cls = book(slug, "export")
    if kind not in KINDS:
        abort(404)
    data = export(cls, asked(cls), kind, filters_in_force(cls))
    stamp = local(datetime.now(UTC)).strftime("%Y%m%d-%H%M")
    return _file(data, KINDS[kind][0], f"{cls.title}-{stamp}.{kind}")


@bp.get("/template.xlsx", endpoint="template")
@allowed("view")
def empty_sheet(slug: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    return _file(template(cls), XLSX, f"{cls.title}-导入模板.xlsx")


@bp.get("/import")
@allowed("view")
def upload(slug: str) -> ResponseReturnValue:
    return _upload_page(book(slug, "write"))


@bp.post("/import")
@allowed("view")
def receive(slug: str) -> ResponseReturnValue:
    """Keep the file and go to its dry run; a file that cannot be read says why at once."""
    cls = book(slug, "write")
    file = request.files.get("file")
    if file is None or not file.filename:
        return _upload_page(cls, _("请先选择一个文件")), 422
    name = PurePath(file.filename.replace("\\", "/")).name
    digest = uploads.keep(file.stream.read())
    try:
        uploads.kept(digest, name)
    except SheetError as error:
        return _upload_page(cls, f"{name}：{error}"), 422
    return redirect(url_for(".plan", slug=slug, digest=digest, name=name))


@bp.get("/import/<digest>")
@allowed("view")
def plan(slug: str, digest: str) -> ResponseReturnValue:
    """What the file would do; nothing is written."""
    cls = book(slug, "write")
    name = request.args.get("name", "")
    try:
        given = uploads.kept(digest, name)
        with database().view(person().scope) as session:
            found = exchange.plan(session, cls, given)
    except SheetError as error:
        return _upload_page(cls, f"{name}：{error}"), 422
    return _plan_page(cls, found, digest, name), 422 if found.errors else 200


@bp.post("/import/<digest>")
@allowed("view")
def apply(slug: str, digest: str) -> ResponseReturnValue:
    """Do what the dry run said: this file, in one transaction, or nothing."""
    cls = book(slug, "write")
    name = request.args.get("name", "")
    try:
        done = _apply(cls, digest, name)
    except (SheetError, OutOfScope) as error:
        return _upload_page(cls, f"{name}：{error}"), 422
    except (_Moved, StaleDataError):
        flash(_("没有导入：核对之后台账又有变化。下面是按现在的台账重新核对的结果。"), "warning")
        return redirect(url_for(".plan", slug=slug, digest=digest, name=name))
    except (Rejected, IntegrityError) as error:
        return _upload_page(cls, _("没有导入"), _errors(cls, error)), 422
    counts = {"new": len(done.new), "changed": len(done.changed), "same": done.same}
    flash(_("已导入：新增 %(new)s，修改 %(changed)s，未变 %(same)s。", **counts), "ok")
    return redirect(url_for(".plan", slug=slug, digest=digest, name=name, done=1))


def _apply(cls: type[Register], digest: str, name: str) -> Plan:
    given = uploads.kept(digest, name)
    with database().transaction(act(cls, "导入", f"文件 {name}，SHA-256 {digest}")) as session:
        done = exchange.apply(session, cls, given)
        if done.fingerprint != request.form.get("fingerprint"):
            raise _Moved
    return done


def _errors(cls: type[Register], error: Rejected | IntegrityError) -> tuple[FieldError, ...]:
    return error.errors if isinstance(error, Rejected) else duplicate(cls, error)


def _upload_page(
    cls: type[Register], problem: str = "", errors: tuple[FieldError, ...] = ()
) -> str:
    return render_template(
        "register_import.html", cls=cls, fields=sheet_fields(cls), problem=problem, errors=errors
    )


def _plan_page(cls: type[Register], found: Plan, digest: str, name: str) -> str:
    """Errors when there are any, else new and changed rows, a page at a time."""
    tab = request.args.get("tab", "new" if found.new else "changed")
    rows = found.errors or (found.changed if tab == "changed" else found.new)
    page = slice_of(rows, request.args.get("page", 1, int))
    return render_template(
        "register_plan.html", cls=cls, plan=found, page=page, digest=digest, name=name, tab=tab
    )


def _file(data: bytes, mimetype: str, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(data), mimetype, as_attachment=True, download_name=name, max_age=0)
