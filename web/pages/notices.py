"""Notices on the screen: the bell, the inbox, and for whoever watches the console what was sent."""

from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from inventory import mailbox
from inventory.act import EVERYTHING
from inventory.delivery import STATES
from inventory.mailbox import Bell, NoticeAsk
from inventory.notice import KINDS, LEVELS
from inventory.role import can
from inventory.sheet import write_csv
from web.access import allowed, own, person
from web.current import database
from web.fragment import fragment
from web.leaving import exported
from web.locale import moment
from web.named import named
from web.queries import deliveries as sendings
from web.queries.deliveries import DeliveryAsk

bp = Blueprint("notices", __name__, url_prefix="/notices")
_MOST = 10_000  # rows of one export


@bp.app_template_global("bell")
def bell() -> Bell:
    """What the bell in the top bar shows, counted once for a request; only where somebody is
    logged in. It hangs on error pages, too: silent there when the database does not answer."""
    if "bell" not in g:
        try:
            with database().view(EVERYTHING) as session:
                g.bell = mailbox.unread(session, person())
        except SQLAlchemyError:
            g.bell = Bell(0, 0)
    return cast("Bell", g.bell)


@bp.get("/")
@own
def index() -> str:
    ask = _ask()
    with database().view(EVERYTHING) as session:
        found = mailbox.notices(session, person(), ask)
    return render_template(
        "notices.html", found=found, ask=ask, chosen=_kept(), KINDS=KINDS, LEVELS=LEVELS,
        may_export=can(person(), "export"), may_health=can(person(), "health"),
    )  # fmt: skip


@bp.get("/bell")
@own
def ring() -> Response:
    return fragment("parts/bell.html")


@bp.get("/<id>")
@own
def follow(id: str) -> ResponseReturnValue:
    """To what the notice is about; that is reading it."""
    with database().view(EVERYTHING) as session:
        found = mailbox.own(session, person(), id)
    if found is None:
        flash(_("这条通知不在您名下，或已经清理。"), "warning")
        return redirect(url_for(".index"))
    _read([id])
    return redirect(found.link or url_for(".index", tab="all"))


@bp.post("/read")
@own
def read() -> ResponseReturnValue:
    """Mark the ticked ones read, or all."""
    count = _read(None if "all" in request.form else request.form.getlist("id"))
    flash(_("已把 %(n)s 条通知标为已读。", n=count), "ok")
    return redirect(url_for(".index", **_kept()))


@bp.get("/notices.csv")
@allowed("export")
def export() -> Response:
    with database().view(EVERYTHING) as session:
        found = mailbox.notices(session, person(), _ask(), size=_MOST)
    rows = [
        [moment(one.made_at), _(LEVELS[one.level]), _(KINDS[one.kind]), one.title, one.text,
         moment(at) if at else ""]
        for one, at in found.rows
    ]  # fmt: skip
    columns = [_("时间"), _("级别"), _("类别"), _("标题"), _("内容"), _("已读时间")]
    return _csv("notices", columns, rows, "通知")


@bp.get("/deliveries")
@allowed("health")
def deliveries() -> str:
    ask = _sent_ask()
    with database().view(person().scope) as session:
        found = sendings.deliveries(session, ask)
    return render_template(
        "deliveries.html", found=found, ask=ask, SENT=STATES, LEVELS=LEVELS,
        may_export=can(person(), "export"),
    )  # fmt: skip


@bp.post("/deliveries/retry")
@allowed("health")
def retry() -> ResponseReturnValue:
    """Try the ticked ones afresh; the worker takes them within seconds."""
    with database().view(person().scope) as session:
        mine = sendings.within(session, request.form.getlist("id"))
    with database().observe() as session:
        count = sendings.retry(session, mine, datetime.now(UTC))
    flash(_("%(n)s 条将在几秒内重新发送。", n=count), "ok")
    return redirect(url_for(".deliveries", **_kept()))


@bp.get("/deliveries.csv")
@allowed("export")
def export_sent() -> Response:
    with database().view(person().narrowed("health").scope) as session:
        found = sendings.deliveries(session, _sent_ask(), size=_MOST)
    rows = [
        [moment(one.made_at), line.title, line.person, line.channel, _(STATES[one.state]),
         str(one.tries), moment(one.sent_at) if one.sent_at else "", one.error]
        for one, line in found.rows
    ]  # fmt: skip
    columns = [
        _("时间"), _("通知"), _("收件人"), _("通知渠道"), _("状态"), _("次数"), _("发送时间"),
        _("说明"),
    ]  # fmt: skip
    return _csv("deliveries", columns, rows, "通知发送记录")


def _csv(name: str, columns: list[str], rows: list[list[str]], title: str) -> Response:
    mark = partial(exported, title, "Notice", {"kind": "csv", "rows": len(rows)})
    response = Response(write_csv(columns, rows, mark), content_type="text/csv; charset=utf-8")
    return named(response, f"{name}.csv")


def _read(ids: list[str] | None) -> int:
    with database().observe() as session:
        return mailbox.read(session, person(), datetime.now(UTC), ids)


def _ask() -> NoticeAsk:
    return NoticeAsk(
        unread=request.args.get("tab") != "all",
        kinds=tuple(filter(None, [request.args.get("kind")])),
        levels=tuple(filter(None, [request.args.get("level")])),
        search=request.args.get("q", "").strip(),
        page=request.args.get("page", 1, int),
    )


def _sent_ask() -> DeliveryAsk:
    return DeliveryAsk(
        state=request.args.get("state", ""),
        search=request.args.get("q", "").strip(),
        page=request.args.get("page", 1, int),
    )


def _kept() -> dict[str, Any]:
    """The list the person came from."""
    names = ("tab", "kind", "level", "state", "q")
    return {name: request.args[name] for name in names if request.args.get(name)}
