"""Say what was done to which rows, offer the way back, and return to the page it came from."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from inventory.register import Register, Rejected
from web.registers.writing import RESTORE, RETIRE, Done

_NAMED = 3
_REVERSE = {RETIRE: RESTORE, RESTORE: RETIRE}


def tell(cls: type[Register], done: Done, what: str) -> None:
    """A line on the next page; retiring and restoring carry a button that takes them back."""
    named = called(done.rows)
    if what not in _REVERSE:
        word = next(one.label for one in cls.acts if one.name == what)
        flash(_("已完成“%(act)s”：%(names)s。", act=_(word), names=named), "ok")
        return
    text = _("已停用：%(names)s。", names=named)
    if what == RESTORE:
        text = _("已恢复：%(names)s。", names=named)
    ids = ",".join(row.id for row in done.rows)
    undo = render_template("register_undo.html", cls=cls, act=_REVERSE[what], ids=ids)
    flash(Markup("{} {}").format(text, Markup(undo)), "ok")  # noqa: S704  (rendered, so escaped)


def called(rows: Sequence[Register]) -> str:
    """The first few by name, and how many in all."""
    named = "、".join(row.label for row in rows[:_NAMED])
    return named if len(rows) <= _NAMED else _("%(names)s 等 %(n)s 条", names=named, n=len(rows))


def refuse(error: Rejected) -> None:
    flash(_("没有执行：%(cause)s", cause=str(error)), "warning")


def back(otherwise: str) -> ResponseReturnValue:
    """To the page the button was on; only its path is believed."""
    came = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    path = f"/{came.path.lstrip('/')}" if came.path else otherwise
    place = f"{path}?{came.query}" if came.query else path
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": place})
    return redirect(place)
