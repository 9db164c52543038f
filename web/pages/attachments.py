"""Files of any register's rows: hung, opened, taken off; seen only by whoever sees the row."""

from io import BytesIO

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.attachment import Attachment, attach
from inventory.content import CONTENTS, refused
from inventory.guard import OutOfScope
from inventory.notice import tell
from inventory.register import Register, Rejected
from inventory.store import Damaged, Kept
from web.access import by_register, person
from web.current import database
from web.registers.attached import SHOWN_POLICY, store
from web.registers.book import book, page_url
from web.registers.undoing import back, refuse
from web.registers.writing import act

bp = Blueprint("attachments", __name__, url_prefix="/r/<slug>/<id>/attachments")


@bp.post("")
@by_register
def upload(slug: str, id: str) -> ResponseReturnValue:
    """All files of the form or none: a refused one says why, above the same form."""
    cls = book(slug, "edit")
    row = _row(cls, id)
    part = request.form.get("part", "")
    try:
        kept = _kept()
        with database().transaction(act(cls, "上传附件：")) as session:
            fresh = session.get(cls, id) or abort(404)
            for one in kept:
                attach(session, fresh, one, part)
    except OutOfScope:
        abort(403)
    except Rejected as error:
        causes = [one.cause for one in error.errors]
        page = render_template("attachments_refused.html", cls=cls, row=row, causes=causes,
                               url=page_url(row))  # fmt: skip
        return page, 422
    flash(_("已上传：%(names)s。", names="、".join(one.name for one in kept)), "ok")
    return redirect(f"{page_url(row)}#attachments")


@bp.get("/<key>/<any(open,download):way>")
@by_register
def take(slug: str, id: str, key: str, way: str) -> ResponseReturnValue:
    """Images and PDF open in a tab, where nothing in them can reach this console; the rest is
    saved."""
    cls = book(slug)
    return sent(_row(cls, id), _one(cls, id, key), way)


def sent(row: Register, one: Attachment, way: str) -> ResponseReturnValue:
    """The file itself, to be looked at ("open") or saved ("download")."""
    content = CONTENTS[one.kind]
    inline = way == "open" and content.shown
    try:
        data = store().read(one.sha256)
    except Damaged as damaged:
        return _damaged(row, one, damaged.reason)
    response: Response = send_file(
        BytesIO(data), content.mime, as_attachment=not inline, download_name=one.name, max_age=0
    )
    response.headers["Content-Security-Policy"] = SHOWN_POLICY[one.kind == "pdf"]
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/<key>/<any(retire,restore):way>")
@by_register
def turn(slug: str, id: str, key: str, way: str) -> ResponseReturnValue:
    """Take it off the row, or hang it there again; the file itself stays either way."""
    cls = book(slug, "edit")
    row = _row(cls, id)
    _one(cls, id, key)
    gone = way == "retire"
    try:
        with database().transaction(act(cls, "停用附件：" if gone else "恢复附件：")) as session:
            one = session.get_one(Attachment, key)
            one.turn(gone=gone)
    except Rejected as error:
        refuse(error)
        return back(page_url(row))
    flash(_retired(one.name) if gone else _("已恢复附件：%(name)s。", name=one.name), "ok")
    return back(page_url(row))


def _row(cls: type[Register], row_id: str) -> Register:
    with database().view(person().scope) as session:
        return session.get(cls, row_id) or abort(404)


def _one(cls: type[Register], row_id: str, key: str) -> Attachment:
    """A file of this very row: the address of another row's file opens nothing."""
    with database().view(person().scope) as session:
        one = session.get(Attachment, key)
    if one is None or (one.thing, one.thing_id) != (cls.__name__, row_id):
        abort(404)
    return one


def _kept() -> list[Kept]:
    """Every file that was chosen, safely on disk. Raises Rejected."""
    files = [file for name in ("file", "photo") for file in request.files.getlist(name)]
    chosen = [file for file in files if file.filename]
    if not chosen:
        raise refused("没有选择文件")
    return [store().keep(file.stream, file.filename or "") for file in chosen]


def _retired(name: str) -> str:
    return str(_("已停用附件：%(name)s。文件保留，可以恢复。", name=name))


def _damaged(row: Register, one: Attachment, reason: str) -> ResponseReturnValue:
    """Whoever opens it is told, and so is whoever looks after the console."""
    with database().observe() as session:
        title = f"附件“{one.name}”：{reason}"
        tell(session, "wrong", title, centre_id=one.centre_id, right="edit", level="critical",
             link=page_url(row), key=f"attachment:{one.id}")  # fmt: skip
    page = render_template(
        "attachments_refused.html", row=row, causes=[f"{one.name}：{reason}"], url=page_url(row)
    )
    return page, 410
