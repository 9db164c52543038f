"""What may be asked in an address of the API: parameters, their bounds, and what is wrong."""

import unicodedata
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from apiflask import Schema
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate

from inventory.centre import TIERS
from inventory.device import KINDS
from inventory.notice import KINDS as NOTICES
from inventory.notice import LEVELS
from inventory.state import STATES

MOST = 200  # rows of one answer
_LONGEST = 100

LABELS = {
    "page": _l("页码"), "per_page": _l("每页条数"), "search": _l("查找"), "state": _l("状态"),
    "kind": _l("类别"), "centre": _l("单位"), "sort": _l("排序"), "retired": _l("已停用"),
    "since": _l("起始时间"), "until": _l("截止时间"), "interface": _l("接口"), "tier": _l("层级"),
    "lang": _l("语言"), "unread": _l("未读"), "level": _l("级别"), "ids": _l("通知"),
    "tab": _l("哪一类"), "words": _l("要找的文字"), "regex": _l("正则表达式"),
    "at": _l("哪一天的配置"), "device": _l("设备"), "a": _l("较早的一版"), "b": _l("较新的一版"),
    "devices": _l("设备"), "content": _l("文件内容"), "reason": _l("说明"),
    "address": _l("地址"), "port": _l("端口"),
}  # fmt: skip


def readable(text: str) -> bool:
    """No control character and no half of a surrogate pair: databases refuse both."""
    marks = (letter for letter in text if letter not in "\t\r\n")
    return not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in marks)


def _told(name: str, about: LazyString) -> dict[str, Any]:
    """No example: the API's page would fill it in and so filter what nobody asked to filter."""
    return {"metadata": {"title": LABELS[name], "description": about}}


def _readable(text: str) -> None:
    if not readable(text):
        raise ValidationError(_("含有不可显示的控制字符"))


def _text(name: str, about: LazyString) -> fields.String:
    length = validate.Length(0, _LONGEST, error=_l("最多 {max} 个字"))
    return fields.String(validate=[length, _readable], **_told(name, about))


def _whole(name: str, about: LazyString, low: int, high: int, **more: Any) -> fields.Integer:
    return fields.Integer(
        validate=validate.Range(low, high, error=_l("应为 {min}–{max} 的整数")),
        error_messages={"invalid": _l("应为整数"), "required": _l("必须填写")},
        **_told(name, about), **more,
    )  # fmt: skip


def _words(name: str, known: Collection[str]) -> fields.String:
    """Some of the known words, with commas between them."""
    about = _l("多个用逗号隔开；可用：%(words)s", words="、".join(known))

    def check(text: str) -> None:
        if not set(text.split(",")) <= set(known):
            raise ValidationError(_("应为其中之一：%(words)s", words="、".join(known)))

    return fields.String(validate=check, **_told(name, about))


class Moment(fields.AwareDateTime):
    """ISO 8601 with its offset. In an address + means a space, so a space here means +."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> datetime:
        return super()._deserialize(str(value).replace(" ", "+"), attr, data, **more)


def _moment(name: str, about: LazyString) -> Moment:
    years = validate.Range(
        datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC),
        error=_l("应在 2000 年到 2100 年之间"),
    )  # fmt: skip
    wrong = _l("应为带时区的 ISO 8601 时间，如 2026-11-21T00:00:00Z")
    messages = dict.fromkeys(("invalid", "invalid_awareness", "format"), wrong)
    return Moment(validate=years, error_messages=messages, **_told(name, about))


class Asked(Schema):
    """What every question may carry."""

    error_messages = {"unknown": _l("没有这个参数")}  # noqa: RUF012  (marshmallow's own way)

    lang = fields.String(
        validate=validate.OneOf(("zh", "en"), error=_l("应为 zh 或 en")),
        **_told("lang", _l("提示用的语言：zh 或 en")),
    )


class Paged(Asked):
    page = _whole("page", _l("从 1 开始"), 1, 1_000_000, load_default=1)
    per_page = _whole("per_page", _l("最多 200"), 1, MOST, load_default=50)


class Listed(Paged):
    search = _text("search", _l("名称、拼音首字母、IP、MAC；空格隔开的每个词都要有"))
    sort = _text("sort", _l("字段名；前面加 - 表示倒序，如 -name"))
    retired = fields.Boolean(
        error_messages={"invalid": _l("应为 true 或 false")}, load_default=False,
        **_told("retired", _l("true：只列已停用的")),
    )  # fmt: skip


class DevicesAsked(Listed):
    state = _words("state", STATES)
    kind = _words("kind", KINDS)
    centre = _text("centre", _l("单位的代码（如 410225）或 id，连同其下级"))


class CentresAsked(Listed):
    tier = _words("tier", TIERS)
    centre = _text("centre", _l("单位的代码（如 410225）或 id，连同其下级"))


class RowsAsked(Listed):
    centre = _text("centre", _l("单位的代码（如 410225）或 id，连同其下级"))


class EventsAsked(Paged):
    since = _moment("since", _l("ISO 8601 带时区，如 2026-11-21T00:00:00Z；含；默认七天前"))
    until = _moment("until", _l("ISO 8601 带时区；不含；默认现在"))


class NoticesAsked(Paged):
    unread = fields.Boolean(
        error_messages={"invalid": _l("应为 true 或 false")}, load_default=False,
        **_told("unread", _l("true：只列未读的")),
    )  # fmt: skip
    kind = _words("kind", NOTICES)
    level = _words("level", LEVELS)
    search = _text("search", _l("标题里的字"))


class SamplesAsked(Asked):
    interface = _whole("interface", _l("接口的 id"), 1, 2**63 - 1, required=True)
    since = _moment("since", _l("ISO 8601 带时区，如 2026-11-21T00:00:00Z；含；默认 until 前一天"))
    until = _moment("until", _l("ISO 8601 带时区；含；默认现在；与 since 最多相隔 35 天"))
