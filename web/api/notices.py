"""Notices by the API: what is there for whoever asks, and marking it read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE

from inventory import mailbox
from inventory.act import EVERYTHING
from inventory.mailbox import NoticeAsk
from inventory.notice import Notice
from web.access import own, person
from web.api import answers, examples
from web.api.door import NOTICES, bp, documented
from web.api.paging import Asked, paged, wrong
from web.api.questions import NoticesAsked
from web.current import database

_MOST = 200  # ids of one request


@bp.get("/notices")
@documented(_l("列出自己的通知"), _l("最新的在前；只有自己名下的。"), NOTICES)
@own
@bp.input(NoticesAsked, location="query", unknown=RAISE)
@bp.output(answers.NoticePage, example=examples.page(examples.NOTICE))
def notices(query_data: Asked) -> Any:
    ask = NoticeAsk(
        query_data["unread"], tuple(filter(None, query_data.get("kind", "").split(","))),
        tuple(filter(None, query_data.get("level", "").split(","))), query_data.get("search", ""),
        query_data["page"],
    )  # fmt: skip
    with database().view(EVERYTHING) as db:
        found = mailbox.notices(db, person(), ask, size=query_data["per_page"])
    beyond = query_data["page"] > found.pages  # a page beyond the last is empty
    rows = [] if beyond else [_told(one, at) for one, at in found.rows]
    return paged(rows, found.total, query_data)


@bp.post("/notices/read")
@documented(
    _l("把通知标为已读"),
    _l("请求体 {\"ids\": [\"…\"]}，一次最多 200 个；不写 ids 就是全部未读的。别人的通知不受影响。"),
    NOTICES, 400,
)  # fmt: skip
@own
@bp.output(answers.Marked, example={"marked": 2, "unread": 0})
def mark_read() -> Any:
    ids = _ids()
    with database().observe() as db:
        marked = mailbox.read(db, person(), datetime.now(UTC), ids)
    with database().view(EVERYTHING) as db:
        return {"marked": marked, "unread": mailbox.unread(db, person()).unread}


def _ids() -> list[str] | None:
    """The ids of the body; None for all. Raises Rejected when it says anything else."""
    given = request.get_json() if request.content_length else {}
    ids = given.get("ids") if isinstance(given, dict) and set(given) <= {"ids"} else ""
    if ids is None:
        return None
    known = isinstance(ids, list) and all(isinstance(one, str) and one.isalnum() for one in ids)
    if not known or len(ids) > _MOST:
        raise wrong("ids", _("应为通知的 id 组成的列表，最多 200 个"))
    return list(ids)


def _told(one: Notice, at: datetime | None) -> Mapping[str, Any]:
    names = ("id", "kind", "level", "title", "text", "link", "made_at")
    return {name: getattr(one, name) for name in names} | {"read_at": at}
