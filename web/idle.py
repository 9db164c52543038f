"""A login ends when nobody has touched the console for a while (session cookies know no clock)."""

import time

from flask import Flask, flash, request, session
from flask_babel import gettext as _

_STEP = 60  # seconds; the cookie is not rewritten more often than that


def init_app(app: Flask, minutes: int) -> None:
    """End a login after `minutes` without a request of the person's own."""

    def watch() -> None:
        if "person" not in session:
            return
        now, seen = int(time.time()), session.get("seen")
        if seen is not None and now - seen > minutes * 60:
            session.clear()
            flash(_("超过 %(n)s 分钟没有操作，已退出登录。", n=minutes), "info")
        elif _by_hand() and (seen is None or now - seen >= _STEP):
            session["seen"] = now

    app.before_request(watch)


def _by_hand() -> bool:
    """A fragment that refreshes itself in an open page is not a person at work."""
    return "X-Live" not in request.headers
