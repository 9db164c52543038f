"""The paper sheet of a backup key: printed by who may, never stored; typed back in to prove it."""

from hmac import compare_digest

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from backups.backup_keys import key_of
from backups.key_text import Mistyped, key_from_text, key_text
from inventory.backup_escrow import opens, printed, proved
from inventory.backup_key import BackupKey
from inventory.centre import Centre
from inventory.register import Rejected
from inventory.role import can
from inventory.secret import SecretError
from web.access import allowed, origin, person
from web.current import database, key
from web.named import named
from web.pdf import KIND, draw, qr
from web.proving import causes, proof

bp = Blueprint("key_sheets", __name__, url_prefix="/backups/keys/<id>/sheet")


@bp.get("")
@allowed("view")
def index(id: str) -> str:
    return _page(id)


@bp.post("")
@allowed("credentials")
def paper(id: str) -> ResponseReturnValue:
    """The sheet as PDF, once; the act is in the chain before a letter of it leaves."""
    _seen(id)
    try:
        proof()
    except Rejected as error:
        return _page(id, proof_errors=causes(error)), 422
    act = person().act("打印备份密钥单", origin())
    with database().transaction(act) as session:
        row = session.get(BackupKey, id) or abort(404)
        text = key_text(_raw(session, row))
        printed(session, row, act)
    with database().view(person().scope) as session:
        told = {"row": row, "opens": opens(session, row), "text": text, "code": qr(text)}
        centre = session.get_one(Centre, row.centre_id).name
        html = render_template("papers/key_sheet.html", centre=centre, **told)
    answer = Response(draw(html), mimetype=KIND)
    answer.headers["Cache-Control"] = "no-store"
    return named(answer, f"{row.number}.pdf", shown=True)


@bp.post("/proof")
@allowed("record")
def prove(id: str) -> ResponseReturnValue:
    """What stands on the sheet, typed or scanned: is it this key? Nothing typed is kept."""
    _seen(id)
    try:
        typed = key_from_text(request.form.get("typed", ""))
    except Mistyped as error:
        return _page(id, error.reason), 422
    with database().view(person().scope) as session:
        same = compare_digest(typed, _raw(session, session.get_one(BackupKey, id)))
    if not same:
        return _page(
            id, _("抄写无误，但不是这把密钥：请看单上的密钥指纹，到那把密钥的页面验证。")
        ), 422
    with database().transaction(person().act("验证备份密钥单", origin())) as session:
        proved(session, session.get_one(BackupKey, id))
    flash(_("密钥单可用：它就是这把密钥。"), "ok")
    return redirect(url_for("registers.show", slug="backup-keys", id=id))


def _raw(session: Session, row: BackupKey) -> bytes:
    try:
        return key_of(session, key(), row.print_id)
    except SecretError:
        abort(409)


def _seen(id: str) -> None:
    with database().view(person().scope) as session:
        session.get(BackupKey, id) or abort(404)


def _page(id: str, wrong: str = "", proof_errors: dict[str, str] | None = None) -> str:
    with database().view(person().scope) as session:
        row = session.get(BackupKey, id) or abort(404)
        may_print = can(person(), "credentials", row)
    return render_template(
        "backups/key_sheet.html", row=row, wrong=wrong, proof_errors=proof_errors or {},
        may_print=may_print,
    )  # fmt: skip
