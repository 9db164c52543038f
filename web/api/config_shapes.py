"""The shapes of what the API tells of configurations, and of what may be asked."""

from typing import Any

from apiflask import Schema
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from web.api.answers import page_of
from web.api.questions import LABELS, Asked, Moment, Paged
from web.queries.configs import STANDINGS, TABS


def _about(words: Any) -> dict[str, Any]:
    return {"metadata": {"description": words}}


def _titled(name: str, words: Any) -> dict[str, Any]:
    return {"metadata": {"title": LABELS[name], "description": words}}


class ConfigsAsked(Paged):
    tab = fields.String(
        validate=validate.OneOf(TABS), load_default="all",
        **_titled("tab", _l("all、old（没有新备份）、failed、unsaved 或 manual（人工导出）")),
    )  # fmt: skip
    search = fields.String(validate=validate.Length(0, 100), load_default="")


class DiffAsked(Asked):
    a = fields.String(required=True, **_titled("a", _l("一版配置的 id")))
    b = fields.String(required=True, **_titled("b", _l("另一版配置的 id")))


class ConfigSearchAsked(Paged):
    words = fields.String(required=True, **_titled("words", _l("逐行找，不分大小写")))
    regex = fields.Boolean(load_default=False, **_titled("regex", _l("按 POSIX 扩展正则表达式找")))
    at = fields.String(
        load_default="", **_titled("at", _l("如 2026-11-21：那天结束时的；不写是现在的"))
    )
    device = fields.String(load_default="", **_titled("device", _l("只找这台设备（id）")))


class ConfigState(Schema):
    """How it stands with one device; `success_at` and `attempt_at` apart."""

    device_id = fields.String(required=True)
    device = fields.String(required=True)
    standing = fields.String(**_about("、".join(STANDINGS)), required=True)
    way = fields.String(**_about(_l("read（自动读取）或 manual（人工导出）")))
    success_at = Moment(allow_none=True, **_about(_l("最近一次成功，内容没有变也算")))
    attempt_at = Moment(allow_none=True)
    why = fields.String(**_about(_l("最近一次为什么没有成功")))
    failures = fields.Integer(**_about(_l("连续几次没有成功")))
    snapshot_id = fields.String(allow_none=True, **_about(_l("最新一版")))
    saved = fields.String(**_about(_l("设备上保存了吗：yes、no 或 unknown")))
    unsaved_since = Moment(allow_none=True)
    heard_at = Moment(allow_none=True, **_about(_l("听到变动、还没有读取的时间")))


class Snapshot(Schema):
    """One configuration of one device; the secrets in its text are hidden."""

    id = fields.String(required=True)
    device_id = fields.String(required=True)
    taken_at = Moment(required=True)
    origin = fields.String(**_about("syslog、trap、snmp、sweep、asked、import、procedure"))
    author = fields.String(**_about(_l("修改人")))
    source = fields.String(**_about(_l("从哪里改的")))
    evidence = fields.String()
    reason = fields.String()
    added = fields.Integer()
    removed = fields.Integer()
    lines_total = fields.Integer()
    size = fields.Integer()
    file_name = fields.String()
    sha256 = fields.String(
        **_about(_l("人工导入的文件的 SHA-256；从设备读取的为空，原文加密保存，接口不给出"))
    )


class Version(Snapshot):
    """The one that was asked for."""


class SnapshotText(Schema):
    text = fields.String(required=True)


class Difference(Schema):
    a = fields.Nested(Snapshot)
    b = fields.Nested(Snapshot)
    added = fields.Integer()
    removed = fields.Integer()
    unified = fields.String(**_about(_l("统一差异格式；没有差别为空")))


class ConfigLine(Schema):
    device_id = fields.String(required=True)
    device = fields.String(required=True)
    snapshot_id = fields.String(required=True)
    number = fields.Integer(**_about(_l("行号")))
    text = fields.String()


class BackupAsked(Schema):
    devices = fields.List(
        fields.String(), required=True, validate=validate.Length(1, 500),
        **_titled("devices", _l("设备的 id，最多 500 个")),
    )  # fmt: skip


class Reported(Schema):
    reason = fields.String(required=True, **_titled("reason", _l("改了什么、为什么改")))


class Noted(Reported):
    """The change that was reported."""


class Exported(Schema):
    """A configuration exported by hand."""

    name = fields.String(required=True, **_about(_l("文件名")), validate=validate.Length(1, 200))
    content = fields.String(required=True, **_titled("content", _l("文件内容，Base64")))
    reason = fields.String(required=True, **_titled("reason", _l("为什么导出")))


class Brought(Schema):
    changed = fields.Boolean(**_about(_l("false：与最近一版相同，没有另存")), required=True)
    snapshot_id = fields.String(required=True)


ConfigStatePage = page_of(ConfigState, "ConfigStatePage")
SnapshotPage = page_of(Snapshot, "SnapshotPage")
ConfigLinePage = page_of(ConfigLine, "ConfigLinePage")

_DEVICE, _ID = "01jd6y3m9k4tq0v8n2x5c7b1fa", "01jd6ya1z84tq0v8n2x5c7b1fb"
_AT = "2026-11-21T00:00:07+00:00"
STATE = {
    "device_id": _DEVICE, "device": "兰考核心交换机", "standing": "fresh", "way": "read",
    "success_at": _AT, "attempt_at": _AT, "why": "", "failures": 0, "snapshot_id": _ID,
    "saved": "yes", "unsaved_since": None, "heard_at": None,
}  # fmt: skip
SNAPSHOT = {
    "id": _ID, "device_id": _DEVICE, "taken_at": _AT, "origin": "syslog", "author": "liwang",
    "source": "10.41.0.20", "evidence": "HWCM/4/CFGCHANGE", "reason": "", "added": 2, "removed": 1,
    "lines_total": 412, "size": 13_820, "file_name": "", "sha256": "",
}  # fmt: skip
LINE = {
    "device_id": _DEVICE, "device": "兰考核心交换机", "snapshot_id": _ID, "number": 87,
    "text": " port default vlan 20",
}  # fmt: skip
