"""The security administrator's own area: grants, policy, delegations, break-glass, locks."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory.consent import propose
from inventory.grant import Grant
from inventory.register import Rejected
from web.access import allowed, origin, person
from web.current import database
from web.locale import local
from web.navigation import NavItem
from web.queries.areas import security

bp = Blueprint("safety", __name__, url_prefix="/admin/security")
nav = NavItem("safety.index", _l("安全管理"), "shield-check", 84)


@bp.get("/")
@allowed("grants")
def index() -> str:
    with database().view(person().scope) as db:
        now = datetime.now(UTC)
        return render_template("safety.html", area=security(db, now), today=local(now).date())


@bp.post("/ask/<id>")
@allowed("grants")
def ask(id: str) -> ResponseReturnValue:
    """Ask a second person for a grant that came by the command line."""
    try:
        with database().transaction(person().act("提请复核授权", origin())) as db:
            row = db.get(Grant, id) or abort(404)
            propose(db, row)
        flash(_("已提请复核：%(role)s。", role=_(row.label)), "ok")
    except Rejected as error:
        flash(str(error), "warning")
    return redirect(url_for(".index"))
