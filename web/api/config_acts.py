"""What is done about configurations by the API: read one now, bring a file, report a change."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any

from apiflask import HTTPError
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE
from sqlalchemy import select

from backups.vault import NotKept
from inventory.device import Device
from inventory.register import FieldError, Rejected
from inventory.run import JobRun
from inventory.store import Damaged
from web.access import allowed, person
from web.api import answers, examples
from web.api import config_shapes as shapes
from web.api.door import CONFIGS, bp, documented
from web.api.paging import Asked, found, living
from web.api.questions import LABELS
from web.configs.overview import ask_for, readable
from web.configs.taking_in import brought
from web.configs.timeline import report, wrong_reason
from web.current import database


@bp.post("/configs/backup")
@documented(
    _l("立即备份几台设备的配置"),
    _l("回答 202 和作业。有一台不能自动读取就一台也不做，并说明是哪一台。要“操作”权限。"),
    CONFIGS, 404, 409,
)  # fmt: skip
@allowed("operate")
@bp.input(shapes.BackupAsked, unknown=RAISE, example={"devices": [shapes.STATE["device_id"]]})
@bp.output(answers.Job, status_code=202, example=examples.JOB | {"kind": "config"})
def backup_configs(json_data: Asked) -> Any:
    ids = set(json_data["devices"])
    with database().view(person().scope) as db:
        rows = db.scalars(select(Device).where(Device.id.in_(ids))).all()
    if len(rows) < len(ids):
        raise HTTPError(404, _("有的设备不存在，或不在您的管辖范围内。"))
    return _begun(list(rows))


@bp.post("/devices/<device_id>/configs/backup")
@documented(_l("立即备份一台设备的配置"), _l("回答 202 和作业。要“操作”权限。"), CONFIGS, 404, 409)
@allowed("operate")
@bp.output(answers.Job, status_code=202, example=examples.JOB | {"kind": "config"})
def backup_config(device_id: str) -> Any:
    with database().view(person().scope) as db:
        one: Device = living(db, Device, device_id)
    return _begun([one])


@bp.post("/devices/<device_id>/configs")
@documented(
    _l("导入人工导出的配置"),
    _l("文件内容用 Base64；与最近一版相同则不另存。要“操作”权限。"),
    CONFIGS, 404, 409,
)  # fmt: skip
@allowed("operate")
@bp.input(
    shapes.Exported, unknown=RAISE,
    example={"name": "pbx.cfg", "content": "Y29uZmln", "reason": "增加分机 8012"},
)  # fmt: skip
@bp.output(
    shapes.Brought, status_code=201,
    example={"changed": True, "snapshot_id": shapes.SNAPSHOT["id"]},
)  # fmt: skip
def take_in_config(device_id: str, json_data: Asked) -> Any:
    with database().view(person().scope) as db:
        one: Device = living(db, Device, device_id)
    try:
        data = b64decode(json_data["content"], validate=True)
    except NotBase64:
        raise _wrong("content", _("不是 Base64")) from None
    try:
        kept = brought(one, json_data["name"], data, json_data["reason"], "")
    except (NotKept, Damaged) as error:
        raise HTTPError(409, error.reason) from None
    return {"changed": kept.changed, "snapshot_id": kept.snapshot_id}, 201


@bp.post("/devices/<device_id>/configs/changed")
@documented(
    _l("报告配置有变动"), _l("记下以后，没有新的备份或导出就显示逾期。要“填写”权限。"),
    CONFIGS, 404, 409,
)  # fmt: skip
@allowed("record")
@bp.input(shapes.Reported, unknown=RAISE, example={"reason": "增加分机 8012"})
@bp.output(shapes.Noted, status_code=201, example={"reason": "增加分机 8012"})
def report_config(device_id: str, json_data: Asked) -> Any:
    reason = json_data["reason"].strip()
    if cause := wrong_reason(reason):
        raise _wrong("reason", cause)
    with database().view(person().scope) as db:
        one: Device = living(db, Device, device_id)
    report(one, reason)
    return {"reason": reason}, 201


def _begun(devices: list[Device]) -> Any:
    left = [one.name for one in devices if not readable(one)]
    if left:
        raise HTTPError(409, _("%(names)s 不能自动读取，没有执行。", names="、".join(left[:5])))
    key = ask_for(devices)
    with database().view(person().scope) as db:
        run = found(db, JobRun, key)
    return run, 202, {"Location": url_for("api.job", job_id=key)}


def _wrong(name: str, cause: str) -> Rejected:
    return Rejected((FieldError(name, str(LABELS[name]), cause),))
