"""Drafts of the duty log by the API: read by programs, confirmed or left out by whoever may write
the log. Entries themselves are rows of the register log-entries."""

from typing import Any

from apiflask import Schema
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, fields, validate
from sqlalchemy import func, select

from inventory.log_deciding import confirm, dismiss
from inventory.log_draft import LogDraft
from inventory.log_entry import WAYS
from inventory.log_sections import SECTIONS
from web.access import allowed, origin, person
from web.api.answers import page_of
from web.api.door import LOG, bp, documented
from web.api.hand import in_person
from web.api.paging import Asked, found, paged, part
from web.api.questions import Moment, Paged
from web.current import database

_WORDS = "、".join(f"{key} {label}" for key, label in SECTIONS.items())
_TOLD = ("id", "section", "text", "at", "day", "link", "equipment_id", "device_id", "state")


class Draft(Schema):
    """Something the console proposes for the log; `link` is the page it comes from."""

    id = fields.String(required=True)
    section = fields.String(required=True, metadata={"description": _WORDS})
    text = fields.String(required=True)
    at = Moment(metadata={"description": _l("何时发生的")})
    day = fields.Date(metadata={"description": _l("记在哪一天的日志上")})
    link = fields.String()
    equipment_id = fields.String(allow_none=True)
    device_id = fields.String(allow_none=True)
    state = fields.String(metadata={"description": _l("open、entered、dismissed 或 gone")})


class LeftOut(Draft):
    """The draft that was left out."""


class Confirmed(Schema):
    """How a person puts it; what is left out stays as it was drafted."""

    section = fields.String(validate=validate.OneOf(tuple(SECTIONS)))
    text = fields.String(validate=validate.Length(1, 2000))
    way = fields.String(validate=validate.OneOf(tuple(WAYS)))
    scanned = fields.String(validate=validate.OneOf(("yes", "no")))
    encrypted = fields.String(validate=validate.OneOf(("yes", "no")))


class Left(Schema):
    reason = fields.String(required=True, validate=validate.Length(1, 300))


class Entered(Schema):
    id = fields.String(required=True, metadata={"description": _l("日志记录的 id")})
    number = fields.String(required=True)


_DRAFT = {
    "id": "01jd6y8w6k4tq0v8n2x5c7b1fa", "section": "problem", "day": "2026-11-21",
    "text": "考城镇 2M 专线 中断 12 分钟", "at": "2026-11-21T00:00:07+00:00",
    "link": "/devices/01jd6y3m9k4tq0v8n2x5c7b1fa", "equipment_id": None,
    "device_id": "01jd6y3m9k4tq0v8n2x5c7b1fa", "state": "open",
}  # fmt: skip


@bp.get("/log/drafts")
@documented(_l("列出日志草稿"), _l("还没有确认的，最早的在前。"), LOG)
@allowed("view")
@bp.input(Paged, location="query", unknown=RAISE)
@bp.output(page_of(Draft, "DraftPage"), example={"items": [_DRAFT], "total": 1, "page": 1})
def drafts(query_data: Asked) -> Any:
    open_ = LogDraft.state == "open"
    query = select(LogDraft).where(open_).order_by(LogDraft.day, LogDraft.at, LogDraft.id)
    with database().view(person().scope) as db:
        total = db.scalar(select(func.count()).select_from(LogDraft).where(open_)) or 0
        rows = [_told(one) for one in db.scalars(part(query, query_data))]
    return paged(rows, total, query_data)


@bp.post("/log/drafts/<draft_id>/confirm")
@documented(
    _l("确认一条草稿"),
    _l("记入当天日志，记在本人名下；可改栏目和内容。须本人登录，令牌不能确认。"),
    LOG, 400, 404, 409,
)  # fmt: skip
@allowed("record")
@bp.input(Confirmed, unknown=RAISE, example={"text": "专线中断 12 分钟，运营商已恢复"})
@bp.output(Entered, status_code=201, example={"id": _DRAFT["id"], "number": "20261121-004"})
def confirm_draft(draft_id: str, json_data: Asked) -> Any:
    in_person()
    with database().transaction(person().act("确认日志草稿", origin())) as db:
        entry = confirm(db, found(db, LogDraft, draft_id), person(), json_data)
        return {"id": entry.id, "number": entry.number}, 201


@bp.post("/log/drafts/<draft_id>/dismiss")
@documented(
    _l("忽略一条草稿"), _l("理由会留存。须本人登录，令牌不能忽略。"), LOG, 400, 404, 409
)  # fmt: skip
@allowed("record")
@bp.input(Left, unknown=RAISE, example={"reason": "误报或试验"})
@bp.output(LeftOut, example=_DRAFT | {"state": "dismissed"})
def dismiss_draft(draft_id: str, json_data: Asked) -> Any:
    in_person()
    with database().transaction(person().act("忽略日志草稿", origin())) as db:
        one = found(db, LogDraft, draft_id)
        dismiss(db, one, person(), json_data["reason"])
        return _told(one)


def _told(one: LogDraft) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _TOLD}
