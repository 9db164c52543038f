"""A backup key taken in again from its paper sheet, after the console that made it was lost
(Articles 141–143; duty E10)."""

from hmac import compare_digest

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backups.backup_keys import take_in_key
from backups.key_text import Mistyped, key_from_text
from backups.set_format import print_of
from inventory.audit import note
from inventory.backup_key import BackupKey
from inventory.explained import Explained
from inventory.register import Rejected
from web.access import allowed, origin, person
from web.current import database, key
from web.proving import causes, proof
from web.registers.book import home_centre

bp = Blueprint("key_intake", __name__, url_prefix="/backups/keys/taken-in")


class _Unlike(Explained):
    """What was typed is not the sheet it claims to be; `reason` says where."""


@bp.get("")
@allowed("credentials")
def form() -> str:
    return _page()


@bp.post("")
@allowed("credentials")
def take() -> ResponseReturnValue:
    """Kept once its own fingerprint proves it and its bringer has shown who they are. It opens what
    was backed up under it; new backups get a new one. The key itself stands in no audit row."""
    try:
        raw = _typed()
        proof()
    except _Unlike as error:
        return _page(error.reason), 422
    except Rejected as error:
        return _page(proof_errors=causes(error)), 422
    act = person().act("录入备份密钥", origin())
    with database().transaction(act) as session:
        row = take_in_key(session, key(), raw, home_centre())
        note(session, act, BackupKey.__name__, row.id, row.centre_id, {"密钥指纹": row.print_id})
    flash(
        _("密钥已在登记中。请在值守台主机上执行 netops backup rebuild，找回它打得开的备份。"), "ok"
    )
    return redirect(url_for("registers.show", slug="backup-keys", id=row.id))


def _typed() -> bytes:
    """The key of the sheet. Raises _Unlike."""
    try:
        raw = key_from_text(request.form.get("typed", ""))
    except Mistyped as error:
        raise _Unlike(error.reason) from None
    told = "".join(request.form.get("print_id", "").split()).lower()
    if not compare_digest(told.encode(), print_of(raw).encode()):
        raise _Unlike(_("抄写无误，但指纹不是单上写的那个：请核对密钥单上的密钥指纹，没有录入。"))
    return raw


def _page(wrong: str = "", proof_errors: dict[str, str] | None = None) -> str:
    return render_template("backups/key_intake.html", wrong=wrong, proof_errors=proof_errors or {})
