"""Addresses by the API: who had one then, the ports of a switch, isolation and its end. Ranges,
bindings and violations are registers (prefixes, bindings, address-findings)."""

from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE

from inventory.address_finding import AddressFinding
from inventory.change import Change
from inventory.device import Device
from inventory.register import FieldError, Rejected
from inventory.run import JobRun
from inventory.whereabouts import Held, Place
from playbooks.isolating import Cutting, isolate, release
from web import asking
from web.access import allowed, origin, person
from web.api import address_shapes as shapes
from web.api import answers, examples
from web.api.door import ADDRESSES, bp, documented
from web.api.paging import Asked, found, living
from web.api.questions import LABELS
from web.current import database, key
from web.queries.addresses_find import answer, target_of
from web.queries.addresses_ports import Host, PortLine, board


@bp.get("/addresses/find")
@documented(
    _l("谁用过这个地址"),
    _l("IP 或 MAC 任何写法；at 是什么时候，不写是现在。seen 为 false：没有看到，只有登记。"),
    ADDRESSES,
)
@allowed("view")
@bp.input(shapes.FindAsked, location="query", unknown=RAISE)
@bp.output(shapes.Sighted, example={"items": [shapes.SIGHTING]})
def find_address(query_data: Asked) -> Any:
    target = target_of(query_data["address"])
    if target is None:
        cause = _("不是 IP 或 MAC 地址，应如 10.41.25.7 或 00:e0:fc:12:34:56")
        raise Rejected((FieldError("address", str(LABELS["address"]), cause),))
    at = query_data.get("at")
    with database().view(person().scope) as db:
        told = answer(db, target, (at or datetime.now(UTC)).astimezone(UTC), at is None)
    rows = [_held(one) for one in told.held] or [_placed(target.mac, one) for one in told.places]
    return {"items": rows}


@bp.get("/devices/<device_id>/addresses")
@documented(
    _l("一台交换机的端口与地址"),
    _l("每个端口是什么口、凭什么判断、接着谁、设备上的绑定、能不能隔离。"),
    ADDRESSES, 404,
)  # fmt: skip
@allowed("view")
@bp.output(shapes.Ports, example={"items": [shapes.PORT]})
def device_addresses(device_id: str) -> Any:
    with database().view(person().scope) as db:
        told = board(db, found(db, Device, device_id))
    return {"items": [_port(one) for one in told.lines]}


@bp.post("/devices/<device_id>/addresses/isolate")
@documented(
    _l("申请隔离一个端口"),
    _l("只拟成配置操作，要批准或按应急执行；上联口、禁止下发的端口不行。要“操作”权限。"),
    ADDRESSES, 404, 409,
)  # fmt: skip
@allowed("operate")
@bp.input(shapes.Cut, unknown=RAISE, example=shapes.CUT)
@bp.output(shapes.Proposed, status_code=201, example=shapes.PROPOSED)
def isolate_port(device_id: str, json_data: Asked) -> Any:
    return _proposed(device_id, json_data, "申请隔离端口")


@bp.post("/devices/<device_id>/addresses/release")
@documented(_l("申请解除隔离"), _l("拟成配置操作，要批准。要“操作”权限。"), ADDRESSES, 404, 409)
@allowed("operate")
@bp.input(shapes.Cut, unknown=RAISE, example=shapes.CUT)
@bp.output(shapes.Proposed, status_code=201, example=shapes.PROPOSED)
def release_port(device_id: str, json_data: Asked) -> Any:
    return _proposed(device_id, json_data, "申请解除隔离")


@bp.post("/devices/<device_id>/addresses/scan")
@documented(
    _l("立即读取一台设备的地址表"), _l("回答 202 和作业。要“操作”权限。"), ADDRESSES, 404, 409
)
@allowed("operate")
@bp.output(answers.Job, status_code=202, example=examples.JOB | {"kind": "scan"})
def scan_device(device_id: str) -> Any:
    with database().view(person().scope) as db:
        one: Device = living(db, Device, device_id)
    run = asking.ask("scan", one.centre_id, one.id)
    with database().view(person().scope) as db:
        return found(db, JobRun, run), 202, {"Location": url_for("api.job", job_id=run)}


def _proposed(device_id: str, asked: Asked, title: str) -> Any:
    act = isolate if title == "申请隔离端口" else release
    with database().transaction(person().act(title, origin())) as db:
        device: Device = living(db, Device, device_id)
        wanted = asked.get("finding_id")
        finding = found(db, AddressFinding, wanted) if wanted else None
        cutting = Cutting(device, asked["port"], asked["reason"], finding)
        change: Change = act(db, key(), person(), cutting)
    where = url_for("api.row", slug="changes", row_id=change.id)
    return {"change_id": change.id, "what": change.what}, 201, {"Location": where}


def _held(one: Held) -> dict[str, Any]:
    same = ("ip", "mac", "exact", "since", "until")
    near = one.places[0] if one.places else None
    return {name: getattr(one, name) for name in same} | {
        "seen": one.since is not None, "told_by": one.device,
        "device_id": near.device_id if near else None, "device": near.device if near else "",
        "port": near.port if near else "", "holder": one.holder.name if one.holder else "",
        "binding_id": one.holder.binding_id if one.holder else None,
    }  # fmt: skip


def _placed(mac: str, one: Place) -> dict[str, Any]:
    same = ("device_id", "device", "port", "exact", "since", "until")
    told = {name: getattr(one, name) for name in same}
    more = {"ip": "", "mac": mac, "seen": True, "told_by": one.device}
    return told | more | {"holder": "", "binding_id": None}


def _port(one: PortLine) -> dict[str, Any]:
    return {
        "port": one.port.name, "kind": one.kind, "refused": one.refused, "macs": one.macs,
        "why": one.rule.reason if one.rule else one.role.why if one.role else "",
        "shut": one.shut, "checks": one.check.checks if one.check else "",
        "hosts": [_host(host) for host in one.hosts],
        "entries": [{"ip": each.ip, "mac": each.mac} for each in one.entries],
        "finding_ids": [each.row.id for each in one.violations],
    }  # fmt: skip


def _host(one: Host) -> dict[str, Any]:
    holders = [each.holder for each in one.bindings]
    return {"mac": one.seen.mac, "vlan": one.seen.vlan, "ips": list(one.ips), "holders": holders}
