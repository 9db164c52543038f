"""What comes before everything else: an expired password, a phone not yet enrolled, the set-up."""

from apiflask import HTTPError
from flask import Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from web.guest import Guest
from web.navigation import link

PASSWORD_PATH, PHONE_PATH = "/account/password", "/account/phone"
_FOUNDERS = ("setup", "own")  # whoever founded the home sets it up, and nothing else
_SCRIPTED = ("/api/v1/", "/api/openapi.json", "/metrics")


def first(known: Guest) -> ResponseReturnValue | None:
    """Where a person must go before anything else; None when all is settled."""
    if known.standing.must_change:
        told = _("请先在网页上登录，把口令换成自己的，再用程序访问。")
        return _send(PASSWORD_PATH, told)
    if known.enrol == "must":
        return _send(PHONE_PATH, _("请先在网页上登录，绑定动态码，再用程序访问。"))
    if known.standing.roles == ("founder",) and _right() not in _FOUNDERS:
        return _send(link("setup.separation"), _("请先在网页上完成启用设置。"))
    return None


def _right() -> str:
    """The right that the view asked for takes."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "right", "")


def _send(path: str, told: str) -> ResponseReturnValue:
    """The whole page goes there, also when only a part of it was asked for."""
    if request.path.startswith(_SCRIPTED):
        raise HTTPError(403, told)
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Redirect": path})
    return redirect(path)
