"""SNMP walk of one device: choose where to look, the worker looks, the job shows what it found."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory.device import Device
from playbooks.walks import OID
from web import asking
from web.access import allowed, person
from web.current import database

bp = Blueprint("walks", __name__, url_prefix="/devices/<id>/walk")

PRESETS = (
    ("1.3.6.1.2.1.1", _l("系统：名称、型号、位置")),
    ("1.3.6.1.2.1.2.2", _l("接口（IF-MIB）")),
    ("1.3.6.1.2.1.31.1.1", _l("接口扩展：64 位计数、别名")),
    ("1.3.6.1.2.1.47.1.1.1", _l("部件、序列号（ENTITY-MIB）")),
    ("1.0.8802.1.1.2.1.4", _l("邻居（LLDP）")),
    ("1.3.6.1.2.1.17.7.1.2.2", _l("MAC 地址表（按 VLAN）")),
    ("1.3.6.1.2.1.4.22", _l("ARP 表")),
    ("1.3.6.1.2.1.25", _l("主机资源：CPU、内存、磁盘、进程")),
    ("1.3.6.1.2.1.33", _l("UPS（RFC 1628）")),
    ("1.3.6.1.4.1", _l("厂商私有部分")),
)


@bp.get("/")
@allowed("operate")
def form(id: str) -> str:
    return render_template("walk.html", device=_device(id), presets=PRESETS, oid="", problem="")


@bp.post("/")
@allowed("operate")
def start(id: str) -> ResponseReturnValue:
    device = _device(id)
    typed = request.form.get("oid", "").strip()
    oid = typed.strip(".") or request.form.get("preset", "")
    problem = _problem(device, oid)
    if problem:
        page = render_template(
            "walk.html", device=device, presets=PRESETS, oid=typed, problem=problem
        )
        return page, 422
    assert device.snmp_id is not None  # or there was a problem
    asking.opened("SNMP 遍历", [device.snmp_id], device.centre_id, device=device.name, oid=oid)
    run = asking.ask("walk", device.centre_id, device.id, oid=oid)
    return redirect(url_for("jobs.show", id=run))


def _device(device_id: str) -> Device:
    with database().view(person().scope) as session:
        found = session.get(Device, device_id)
    if found is None:
        abort(404)
    return found


def _problem(device: Device, oid: str) -> str:
    """Why it cannot be walked, "" when it can."""
    if device.snmp_id is None:
        return str(_("这台设备没有选 SNMP 凭据，请先在“编辑”里选择。"))
    if device.paused or device.retired_at:
        return str(_("设备已暂停监测或已停用，请先恢复监测。"))
    if not OID.fullmatch(oid):
        return str(_("“%(oid)s”不是 OID，应写成 1.3.6.1.2.1.1 这样的数字。", oid=oid))
    return ""
