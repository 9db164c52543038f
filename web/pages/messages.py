"""What devices said by themselves: syslog, traps and informs that a rule understood."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.message import VIAS, Message
from inventory.role import can
from netops.event import FACTS, KINDS
from web.access import allowed, person
from web.configs.desk import sheet
from web.current import database
from web.locale import moment
from web.queries.messages import MessageAsk, every
from web.queries.messages import messages as asked

bp = Blueprint("messages", __name__, url_prefix="/messages")
_HEADS = ("设备", "时间", "设备时间", "类别", "内容", "出现次数", "途径", "来源")


@bp.get("/")
@allowed("view")
def index() -> str:
    ask = _ask()
    with database().view(person().scope) as session:
        device = _device(session, ask)
        found = asked(session, ask)
    return render_template(
        "messages.html", found=found, ask=ask, device=device, SAID=KINDS, VIAS=VIAS, FACTS=FACTS,
        may_export=can(person(), "export"), filters=_filters(ask),
    )  # fmt: skip


@bp.get("/export.<any(xlsx,csv):suffix>")
@allowed("export")
def export(suffix: str) -> Response:
    """The messages of the filter, all pages of them."""
    ask = _ask()
    with database().view(person().scope) as session:
        _device(session, ask)
        rows = [_cells(one, name) for one, name in every(session, ask)]
    return sheet("设备消息", suffix, map(_, _HEADS), rows, "Message")


def _ask() -> MessageAsk:
    told, kind = request.args, request.args.get("kind", "")
    return MessageAsk(
        told.get("device", ""), kind if kind in KINDS else "", told.get("q", "").strip(),
        told.get("page", 1, int),
    )  # fmt: skip


def _filters(ask: MessageAsk) -> Mapping[str, Any]:
    """The filter as an address has it."""
    return {"device": ask.device or None, "kind": ask.kind or None, "q": ask.words or None}


def _device(session: Session, ask: MessageAsk) -> Device | None:
    """The one device that is asked about; 404 out of scope."""
    return (session.get(Device, ask.device) or abort(404)) if ask.device else None


def _cells(one: Message, name: str) -> tuple[str, ...]:
    return (
        name, moment(one.at, seconds=True), moment(one.said_at, seconds=True),
        _(KINDS.get(one.kind, one.kind)), one.text, str(one.times), VIAS.get(one.via, one.via),
        one.origin,
    )  # fmt: skip
