"""A login ends when nobody has touched the console for a while, and after a day's work anyway."""

from datetime import datetime

from flask import flash, request, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory import session as logins
from inventory.policy import Policy
from inventory.session import LoginSession, over, seen_long_ago
from web.current import database

_SAID = {
    "revoked": _l("您在这里的登录已被终止，请重新登录。"),
    "password": _l("口令已更改，请用新口令登录。"),
    "factor": _l("验证方式已更改，请重新登录。"),
    "retired": _l("登录已失效。"),
}


def watch(login: LoginSession, rules: Policy, now: datetime) -> bool:
    """Is this login still good? If it has run out it is ended and the person told why."""
    if login.ended_at is not None:
        _tell(_SAID.get(login.ended, ""))
        return False
    why = over(login, rules, now)
    if why:
        with database().observe() as db:
            logins.end(db, [login.id], why, now)
        _tell(_why(why, rules))
    elif _by_hand() and seen_long_ago(login, now):
        with database().observe() as db:
            logins.see(db, login.id, now)
    return not why


def forget(login: LoginSession | None) -> None:
    """Nothing of an ended login stays in the browser but the word that it has ended."""
    said = session.get("_flashes")
    session.clear()
    if said and login is not None:
        session["_flashes"] = said


def _why(why: str, rules: Policy) -> str:
    if why == "idle":
        return str(_("超过 %(n)s 分钟没有操作，已退出登录。", n=rules.idle_minutes))
    if why == "absolute":
        return str(_("登录已满 %(n)s 小时，请重新登录。", n=rules.absolute_hours))
    return str(_("两步登录没有在 5 分钟内完成，请重新登录。"))


def _tell(text: object) -> None:
    """Programs read no messages."""
    if text and not request.path.startswith("/api/"):
        flash(str(text), "info")


def _by_hand() -> bool:
    """A fragment that refreshes itself in an open page is not a person at work."""
    return "X-Live" not in request.headers
