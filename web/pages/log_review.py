"""The leader's queue of day sheets: read one after the other, signed together, or sent back."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory.log_day import LogDay
from inventory.register import Rejected
from web.access import allowed, person
from web.current import database
from web.proving import causes as proof_causes
from web.proving import proof
from web.queries import log_sheets
from web.reviewing import opened_now, returned, signed_at_once

bp = Blueprint("log_review", __name__, url_prefix="/log/review")


@bp.get("")
@allowed("sign")
def index() -> str:
    return _list({})


@bp.get("/<id>")
@allowed("sign")
def show(id: str) -> str:
    page = _read(id)
    opened_now(id)
    return page


@bp.post("")
@allowed("sign")
def sign() -> ResponseReturnValue:
    """Everything ticked with one password: all, or none and why, sheet by sheet."""
    ids = [one for one in dict.fromkeys(request.form.getlist("id")) if _seen(one)]
    if not ids:
        return _list({"wrong": [_("还没有勾选任何一份日志")]}), 422
    try:
        done = signed_at_once(ids, proof())
    except Rejected as error:
        told = {"wrong": _causes(error), "proof_errors": proof_causes(error), "ticked": ids}
        return _list(told), 422
    except (StaleDataError, IntegrityError):
        return _list({"wrong": [_("刚才已由别人处理，请看现在的状态。")]}), 409
    flash(_("已审阅签字 %(n)s 份日志", n=len(done)), "ok")
    return redirect(url_for(".index"))


@bp.post("/<id>/return")
@allowed("sign")
def back(id: str) -> ResponseReturnValue:
    if not _seen(id):
        abort(404)
    remark = request.form.get("remark", "")
    try:
        sheet = returned(id, remark)
    except Rejected as error:
        return _read(id, wrong=_causes(error), remark=remark), 422
    except (StaleDataError, IntegrityError):
        return _read(id, wrong=[_("刚才已由别人处理，请看现在的状态。")]), 409
    flash(_("已退回 %(name)s 的日志，填报人会收到通知。", name=sheet.label), "ok")
    return redirect(url_for(".index"))


def _causes(error: Rejected) -> list[str]:
    """One sentence each; what belongs to the password stands there."""
    own = ("password", "code", "key")
    return [f"{one.label}：{_(one.cause)}" for one in error.errors if one.field not in own]


def _seen(id: str) -> bool:
    with database().view(person().scope) as session:
        return id.isalnum() and session.get(LogDay, id) is not None


def _list(told: dict[str, Any]) -> str:
    with database().view(person().scope) as session:
        found = log_sheets.queue(session, person(), request.args.get("page", 1, int))
        ticked = found.read if request.method == "GET" else told.get("ticked", ())
        facts = {"proof_errors": {}, **told, "ticked": ticked}
        return render_template("log_queue.html", found=found, **facts)


def _read(id: str, **told: Any) -> str:
    with database().view(person().scope) as session:
        row = session.get(LogDay, id) or abort(404)
        sheet = log_sheets.sheet(session, person(), row)
        return render_template("log_read.html", sheet=sheet, row=row, **told)
