"""Devices: listed, shown, registered, changed."""

from collections.abc import Mapping
from typing import Any

from apiflask import HTTPError
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.device import Device
from inventory.register import FieldError, Rejected, fields
from inventory.state import DeviceState
from web.access import allowed, person
from web.api import answers, examples
from web.api.bodies import body_of, values_of
from web.api.door import DEVICES, bp, documented
from web.api.paging import Asked, found, living, paged, rows
from web.api.questions import DevicesAsked
from web.current import database
from web.registers.writing import act

NewDevice = body_of(Device, "NewDevice")
DeviceChange = body_of(Device, "DeviceChange", change=True)
_NAMES = ("id", *(told.name for told in fields(Device)), "revision", "retired_at")


@bp.get("/devices")
@documented(
    _l("列出设备"),
    _l("连同各自的状态；一次最多 200 台。可查找、筛选、排序，与网页上的列表相同。"),
    DEVICES,
)
@allowed("view")
@bp.input(DevicesAsked, location="query", unknown=RAISE)
@bp.output(answers.DevicePage, example=examples.page(examples.DEVICE))
def devices(query_data: Asked) -> Any:
    with database().view(person().scope) as db:
        page, total = rows(db, Device, query_data, "state", "kind")
        return paged(_told(db, page), total, query_data)


@bp.get("/devices/<device_id>")
@documented(_l("看一台设备"), _l("登记的内容、现在的状态，以及它自报的型号、序列号等。"), DEVICES)
@allowed("view")
@bp.output(answers.FullDevice, example=examples.FULL_DEVICE)
def device(device_id: str) -> Any:
    with database().view(person().scope) as db:
        return _whole(db, found(db, Device, device_id))


@bp.post("/devices")
@documented(
    _l("登记一台设备"),
    _l("按网页表单的规则检查；引用（单位、上级设备、凭据）可写 id、代码或名称。要“编辑”权限。"),
    DEVICES, 400, 409,
)  # fmt: skip
@allowed(Device.edit_act)
@bp.input(NewDevice, validation=False, example=examples.NEW_DEVICE)
@bp.output(answers.FullDevice, status_code=201, example=examples.FULL_DEVICE)
def new_device(json_data: Any) -> Any:
    with database().transaction(act(Device, "新增")) as db:
        row = Device(**values_of(db, Device, json_data))
        db.add(row)
        db.flush()
        told = _whole(db, row)
    return told, 201, {"Location": url_for("api.device", device_id=row.id)}


@bp.patch("/devices/<device_id>")
@documented(
    _l("修改一台设备"),
    _l("只写要改的字段；revision 必须是读到时的那个，已被别人改过则回答 409。要“编辑”权限。"),
    DEVICES, 400, 409,
)  # fmt: skip
@allowed(Device.edit_act)
@bp.input(DeviceChange, validation=False, example=examples.DEVICE_CHANGE)
@bp.output(answers.FullDevice, example=examples.FULL_DEVICE)
def change_device(device_id: str, json_data: Any) -> Any:
    with database().transaction(act(Device, "修改")) as db:
        row = living(db, Device, device_id)
        given = dict(json_data) if isinstance(json_data, dict) else json_data
        revision = given.pop("revision", None) if isinstance(given, dict) else None
        values = values_of(db, Device, given, row)
        _check_revision(row, revision)
        for name, value in values.items():
            setattr(row, name, value)
        db.flush()
        return _whole(db, row)


def _check_revision(row: Device, revision: Any) -> None:
    if type(revision) is not int:
        cause = _("必须填写读到时的 revision（整数）")
        raise Rejected((FieldError("revision", _("修订号"), cause),))
    if revision != row.revision:
        told = _("%(name)s 已被别人修改过，请重新读取后再改", name=row.name)
        raise HTTPError(409, told, f"revision is {row.revision}, not {revision}")


def _told(db: Session, page: Any) -> list[dict[str, Any]]:
    """Devices with the names of their centres and parents: two queries for the whole page."""
    centres = _called(db, Centre, {row.centre_id for row, _seen in page})
    parents = _called(db, Device, {row.parent_id for row, _seen in page} - {None})
    return [
        {name: getattr(row, name) for name in _NAMES}
        | {
            "centre": centres.get(row.centre_id, ""),
            "parent": parents.get(row.parent_id),
            "unsafe": [_(text) for text in row.unsafe],
            "state": seen or DeviceState(state="unknown"),
        }
        for row, seen in page
    ]


def _called(db: Session, cls: type[Any], ids: set[str]) -> Mapping[str, str]:
    if not ids:
        return {}
    query = select(cls.id, cls.name).where(cls.id.in_(ids))
    return dict(db.execute(query).all())


def _whole(db: Session, row: Device) -> dict[str, Any]:
    seen = db.get(DeviceState, row.id)
    told = _told(db, [(row, seen)])[0]
    return told | {"identity": told["state"]}
