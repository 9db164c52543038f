"""What the agent on a server sends for its source: chunk after chunk, then "that was all"."""

from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from apiflask import HTTPError, Schema
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, fields, validate

from backups.delivery import CHUNK, MOST, Claim, Deliveries, NotTaken
from backups.staging import folder_of
from inventory.audit import note
from inventory.backup_source import BackupSource
from web.access import allowed, origin, person
from web.api.door import BACKUPS, bp, documented
from web.api.paging import Asked, living
from web.current import database, settings

_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_HELD = {"source": "考城镇业务资料", "last": _SHA, "chunks": {"0": _SHA}, "chunk": CHUNK}


class Held(Schema):
    """What is here of a source already."""

    source = fields.String(required=True, metadata={"description": _l("来源的名称")})
    last = fields.String(
        required=True, metadata={"description": _l("最近一份文件清单的 SHA-256，没有则为空")}
    )
    chunks = fields.Dict(
        required=True, metadata={"description": _l("还没有结束的上传中，已收到的块的 SHA-256")}
    )
    chunk = fields.Integer(required=True, metadata={"description": _l("一块最多多少字节")})


class ChunkKept(Schema):
    number = fields.Integer(required=True)
    sha256 = fields.String(required=True)


def _digest(about: Any, **more: Any) -> fields.String:
    shape = validate.Regexp(r"[0-9a-f]{64}\Z|\Z", error=_l("应为 64 位十六进制"))
    return fields.String(validate=shape, metadata={"description": about}, **more)


class Claimed(Schema):
    chunks = fields.Integer(required=True, validate=validate.Range(1, MOST))
    sha256 = _digest(_l("全部块连在一起的 SHA-256"), required=True)
    manifest = _digest(_l("文件清单的 SHA-256"), required=True)
    base = _digest(_l("在哪一份清单的基础上；空着为全部文件"), load_default="")
    agent = fields.String(load_default="", validate=validate.Length(0, 120))
    host = fields.String(load_default="", validate=validate.Length(0, 120))
    warnings = fields.List(
        fields.String(validate=validate.Length(0, 300)), load_default=list,
        validate=validate.Length(0, 20),
    )  # fmt: skip


class Delivered(Schema):
    number = fields.Integer(required=True, metadata={"description": _l("这个来源的第几次上传")})


_CLAIM = {"chunks": 1, "sha256": _SHA, "manifest": _SHA, "base": "", "host": "kaocheng-01"}


@bp.get("/backup-sources/<source_id>/delivery")
@documented(
    _l("看代理程序上传到哪里"),
    _l("只用于途径为代理程序的来源。中断的上传可以从没有的块接着送。要“填写”权限。"),
    BACKUPS, 404, 409,
)  # fmt: skip
@allowed("record")
@bp.output(Held, example=_HELD)
def delivery(source_id: str) -> Any:
    source = _source(source_id)
    held = _deliveries(source)
    last = held.last()
    chunks = {str(number): sha256 for number, sha256 in held.chunks().items()}
    known = last.manifest if last else ""
    return {"source": source.name, "last": known, "chunks": chunks, "chunk": CHUNK}


@bp.put("/backup-sources/<source_id>/delivery/chunks/<number>")
@documented(
    _l("上传一块"),
    _l("请求体就是内容，X-SHA256 头是它的摘要；同一块可以重送。要“填写”权限。"),
    BACKUPS, 404, 409,
)  # fmt: skip
@allowed("record")
@bp.output(ChunkKept, example={"number": 0, "sha256": _SHA})
def take_chunk(source_id: str, number: str) -> Any:
    request.max_content_length = CHUNK + 1  # one more than allowed is told in words
    source = _source(source_id)
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else -1
    sha256 = request.headers.get("X-SHA256", "")
    try:
        _deliveries(source).take(at, sha256, cast("BinaryIO", request.stream))
    except NotTaken as error:
        raise HTTPError(error.status, _(error.reason)) from None
    return {"number": at, "sha256": sha256}


@bp.post("/backup-sources/<source_id>/delivery")
@documented(
    _l("结束一次上传"),
    _l("核对全部内容的摘要，相符才采用；下一次备份用它做成一份。要“填写”权限。"),
    BACKUPS, 404, 409,
)  # fmt: skip
@allowed("record")
@bp.input(Claimed, unknown=RAISE, example=_CLAIM)
@bp.output(Delivered, status_code=201, example={"number": 7})
def finish_delivery(source_id: str, json_data: Asked) -> Any:
    source = _source(source_id)
    claim = Claim(**{**json_data, "warnings": tuple(json_data["warnings"])})
    try:
        done = _deliveries(source).finish(claim, datetime.now(UTC))
    except NotTaken as error:
        raise HTTPError(error.status, _(error.reason)) from None
    act = person().act("代理上传", origin())
    told = {"number": done.number, "sha256": claim.sha256, "host": done.host, "agent": done.agent}
    with database().transaction(act) as db:
        note(db, act, "BackupSource", source.id, source.centre_id, told)
    return {"number": done.number}, 201


def _source(source_id: str) -> BackupSource:
    """A living source that an agent delivers, within reach of whoever asks."""
    with database().view(person().scope) as db:
        source: BackupSource = living(db, BackupSource, source_id)
    if source.reach != "agent" or source.method not in ("files", "uploaded"):
        raise HTTPError(409, _("“%(name)s”不由代理程序上传，没有保存。", name=source.name))
    return source


def _deliveries(source: BackupSource) -> Deliveries:
    return Deliveries(folder_of(settings().home, source.id))
