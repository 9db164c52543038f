"""The system administrator's own area: accounts, logins, channels, the console itself."""

from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from web.access import allowed, person
from web.current import database
from web.navigation import NavItem
from web.queries.areas import system

bp = Blueprint("system", __name__, url_prefix="/admin/system")
nav = NavItem("system.index", _l("系统管理"), "settings", 82)


@bp.get("/")
@allowed("accounts")
def index() -> str:
    with database().view(person().scope) as db:
        return render_template("system.html", area=system(db, datetime.now(UTC)))
