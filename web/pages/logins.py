"""Logins that are open: one's own, and for whoever keeps the accounts everybody's in reach."""

from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory import attempt, audit
from inventory import session as logins
from inventory.act import EVERYTHING
from inventory.person import Person
from inventory.role import can
from inventory.session import ENDED, FACTORS, LoginSession
from inventory.sheet import write_csv
from web.access import allowed, origin, own, person
from web.affairs import own_act
from web.current import database
from web.leaving import exported
from web.locale import moment
from web.named import named
from web.queries import logins as found
from web.queries.logins import LoginAsk

bp = Blueprint("logins", __name__, url_prefix="/account/logins")


@bp.app_template_global("may_accounts")
def may_accounts() -> bool:
    return can(person(), "accounts")


@bp.get("")
@own
def index() -> ResponseReturnValue:
    with database().view(EVERYTHING) as db:
        rows = found.own(db, person().id)
    return render_template("logins.html", rows=rows, ENDED=ENDED, FACTORS=FACTORS)


@bp.post("/<id>/end")
@own
def end(id: str) -> ResponseReturnValue:
    """End one of one's own; "others" is all but this one."""
    now = datetime.now(UTC)
    with database().transaction(act := own_act("终止本人的登录")) as db:
        theirs = {one.id for one in found.own(db, person().id)} - {g.login.id}
        if id != "others" and id not in theirs:
            abort(404)
        logins.end(db, theirs if id == "others" else [id], "revoked", now)
        audit.note(db, act, "Person", person().id, person().centre_id, {"登录": id})
    flash(_("已终止，那里的浏览器须重新登录。"), "ok")
    return redirect(url_for(".index"))


@bp.get("/all")
@allowed("accounts")
def everybody() -> ResponseReturnValue:
    ask = _ask()
    with database().view(person().scope) as db:
        told = found.everybody(db, ask)
        shut = found.locks(db, datetime.now(UTC))
        return render_template(
            "logins_all.html", found=told, ask=ask, locks=shut, ENDED=ENDED, FACTORS=FACTORS
        )


@bp.get("/all.csv")
@allowed("accounts")
def export() -> Response:
    with database().view(person().scope) as db:
        rows = [_cells(login, who) for login, who in db.execute(found.asked(_ask()))]
    mark = partial(exported, "登录记录", "LoginSession", {"kind": "csv", "rows": len(rows)})
    columns = [
        _("姓名"), _("登录名"), _("登录时间"), _("最近操作"), _("地址"), _("方式"), _("结束"),
    ]  # fmt: skip
    response = Response(write_csv(columns, rows, mark), content_type="text/csv; charset=utf-8")
    return named(response, "logins.csv")


@bp.post("/all/<id>/end")
@allowed("accounts")
def end_theirs(id: str) -> ResponseReturnValue:
    with database().transaction(act := person().act("终止他人的登录", origin())) as db:
        login = db.get(LoginSession, id) or abort(404)
        who = db.get(Person, login.person_id) or abort(404)
        logins.end(db, [id], "revoked", datetime.now(UTC))
        audit.note(db, act, "Person", who.id, who.centre_id, {"登录": id, "地址": login.address})
    flash(_("已终止“%(name)s”在 %(at)s 的登录。", name=who.name, at=login.address), "ok")
    return redirect(url_for(".everybody"))


@bp.post("/unlock")
@allowed("accounts")
def unlock() -> ResponseReturnValue:
    """Open an address that failed too often; accounts are opened from the list of people."""
    key = request.form.get("key", "")
    if not key.startswith("address:"):
        abort(400)
    with database().transaction(act := person().act("解除地址锁定", origin())) as db:
        if attempt.forget(db, key):
            audit.note(db, act, "Address", "", person().centre_id, {"地址": key})
    flash(_("已解除锁定。"), "ok")
    return redirect(url_for(".everybody"))


def _ask() -> LoginAsk:
    return LoginAsk(
        request.args.get("q", ""), request.args.get("show") == "all",
        request.args.get("page", 1, int),
    )  # fmt: skip


def _cells(login: LoginSession, who: Person) -> list[str]:
    return [
        who.name, who.login, moment(login.begun_at), moment(login.seen_at), login.address,
        _(FACTORS[login.factor]), _(ENDED[login.ended]) if login.ended else "",
    ]  # fmt: skip
