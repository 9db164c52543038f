"""What one must do now, by the API: the lines of the first page, for a screen on the wall or a
telephone's widget."""

from datetime import UTC, datetime
from typing import Any

from apiflask import Schema
from flask_babel import lazy_gettext as _l
from marshmallow import fields

from web.access import anybody, person
from web.api.door import TODAY, bp, documented
from web.current import database
from web.todo import todo, told

_EXAMPLE = {
    "items": [
        {
            "group": "late", "kind": "来访在场", "text": "登记离开：李工（华为郑州代表处）",
            "link": "/visits/01jd6y8w6k4tq0v8n2x5c7b1fa", "due": "2026-11-20T07:42:00+00:00",
            "when": "昨天进入，过夜没有离开登记", "level": "critical", "count": 1, "own": True,
            "first": [],
        },
    ],
    "counts": {"late": 1, "today": 0, "week": 0, "later": 0},
}  # fmt: skip


def _about(words: Any, **more: Any) -> dict[str, Any]:
    return {"metadata": {"description": words}, **more}


class Named(Schema):
    text = fields.String(required=True)
    link = fields.String(required=True)


class Line(Schema):
    """One matter, or many of one kind."""

    group = fields.String(**_about(_l("late、today、week（七天内）或 later"), required=True))
    kind = fields.String(required=True)
    text = fields.String(required=True)
    link = fields.String(**_about(_l("在本值守台的哪一页办理"), required=True))
    due = fields.String(**_about(_l("期限：日期，或 UTC 时间；没有期限为 null"), allow_none=True))
    when = fields.String(**_about(_l("还有多久，或逾期多久")))
    level = fields.String(**_about(_l("info、warning 或 critical"), required=True))
    count = fields.Integer(**_about(_l("这一行合并了多少件"), required=True))
    own = fields.Boolean(**_about(_l("只有本人能办，或是本人保管的")))
    first = fields.List(fields.Nested(Named), **_about(_l("合并的，先列出的几件")))


class Today(Schema):
    items = fields.List(fields.Nested(Line), required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


@bp.get("/today")
@documented(
    _l("今日待办"), _l("自己现在要办的事，逾期在前；与首页“今日待办”相同，办完即不再列出。"), TODAY
)
@anybody
@bp.output(Today, example=_EXAMPLE)
def today() -> Any:
    now = datetime.now(UTC)
    return told(todo(database(), person(), now), now)
