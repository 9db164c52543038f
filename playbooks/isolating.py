"""Cutting a host off at its port, and opening the port again: one rule for pages, API and command
line, carried out by the one mechanism that may push (Article 109; duty A14)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_finding import AddressFinding
from inventory.change import OPEN, Change
from inventory.device import Device
from inventory.interface import Interface
from inventory.port_names import port_key
from inventory.port_rule import KINDS, PortRule, declared
from inventory.register import FieldError, Rejected
from inventory.role import Standing
from inventory.secret import Key
from inventory.sighting import ROLES, PortRole
from inventory.stepping import moving
from netops.errors import Unreadable
from playbooks.binding_ports import scenery
from playbooks.procedure import GUARDS
from playbooks.procedure_asking import Asked, offered, propose

ISOLATE, RELEASE = "isolate", "release"
_LINKS, _CLOSED = ("uplink", "lag"), ("uplink", "never")


@dataclass(frozen=True, slots=True)
class Cutting:
    """What would be done at which port and why; `finding` is the violation that asks for it."""

    device: Device
    port: str
    reason: str
    finding: AddressFinding | None = None
    minutes: int = 10


def against(session: Session, device: Device, port: str) -> str:
    """Why this port may not be shut, in a sentence with the next step; "" when it may."""
    known = interface_of(session, device, port)
    if known is None:
        return f"{device.name} 上没有端口 {port or '（未知）'}，请先在“端口与地址”页核对端口"
    rule = declared(session, device.id).get(port_key(port))
    cause = refusal(device, port, session.get(PortRole, known.id), rule)
    return cause or _own_way(session, device, port)


def still(session: Session, device_id: str, params: Mapping[str, str]) -> str:
    """Why a port may not be shut any more, or never might, whoever asked for it and in what way. Of
    what nobody knows, those who approved have judged; where known, it outranks them."""
    if params["state"] != "down":
        return ""
    device, port = session.get_one(Device, device_id), params["port"]
    rule = declared(session, device_id).get(port_key(port))
    known = interface_of(session, device, port)
    cause = _leading(port, session.get(PortRole, known.id) if known else None, rule)
    return cause or (_own_way(session, device, port) if known else "")


def _own_way(session: Session, device: Device, port: str) -> str:
    """Who shuts the console's own port opens no port any more."""
    seen = scenery(session, device)
    if seen.console & seen.ports[port_key(port)].macs.keys():
        return f"值守台自己接在 {port} 上，关闭后就管不到网络了，不能隔离"
    return ""


def refusal(device: Device, port: str, role: PortRole | None, rule: PortRule | None) -> str:
    """The same of facts that are at hand. What is declared outranks what is observed."""
    if rule is None and role is None:
        return f"还没有读到 {port} 上接着什么，不能隔离：请等下一次扫描，或在“端口说明”中登记"
    return _leading(port, role, rule) or _unreachable(device)


def _leading(port: str, role: PortRole | None, rule: PortRule | None) -> str:
    if rule is not None and rule.kind in _CLOSED:
        return f"{port} 在“端口说明”中登记为{KINDS[rule.kind]}（{rule.reason}），不能隔离"
    if rule is None and role is not None and role.role in _LINKS:
        return f"{port} 是{ROLES[role.role]}（{role.why}），关闭会断开后面的网络，不能隔离"
    return ""


def warning(session: Session, device: Device, port: str) -> str:
    """Who else is cut off with the host; "" when nobody is."""
    known = interface_of(session, device, port)
    role = session.get(PortRole, known.id) if known else None
    if role is None or role.macs < 2:
        return ""
    return f"{port} 上现在有 {role.macs} 个 MAC 地址，关闭端口会把它们全部断开"


def isolate(session: Session, key: Key, who: Standing, asked: Cutting) -> Change:
    """A change that shuts the port, for approval or emergency. Raises Rejected for a port that
    must stay open, and for a finding of another port; the finding then names the change."""
    if why := against(session, asked.device, asked.port):
        raise Rejected((FieldError("port", "端口", why),))
    if why := _of_another(asked):
        raise Rejected((FieldError("finding_id", "地址违规", why),))
    change = _proposed(session, key, who, asked, ISOLATE)
    if asked.finding is not None:
        with moving(session, asked.finding):
            asked.finding.change_id = change.id
    return change


def _of_another(asked: Cutting) -> str:
    """Why the finding does not ask for this; one may not know its port yet."""
    found = asked.finding
    if found is None:
        return ""
    if found.device_id not in (None, asked.device.id):
        return "这项违规在另一台设备上，请核对设备"
    if found.port and port_key(found.port) != port_key(asked.port):
        return f"这项违规在端口 {found.port} 上，不是 {asked.port}，请核对端口"
    return ""


def release(session: Session, key: Key, who: Standing, asked: Cutting) -> Change:
    """A change that opens the port again. Raises Rejected."""
    return _proposed(session, key, who, asked, RELEASE)


def cuttings(session: Session, device_id: str) -> Mapping[str, Change]:
    """The newest isolation or release of each port of a device, by `port_key`."""
    query = select(Change).where(
        Change.device_id == device_id, Change.procedure.in_((ISOLATE, RELEASE)),
        Change.state.in_((*OPEN, "done")),
    )  # fmt: skip
    newest = session.scalars(query.order_by(Change.asked_at, Change.id))
    return {port_key(str(json.loads(one.params).get("port", ""))): one for one in newest}


def interface_of(session: Session, device: Device, port: str) -> Interface | None:
    """The port of that name, as the device itself tells it."""
    query = select(Interface).where(Interface.device_id == device.id, Interface.gone_at.is_(None))
    wanted = port_key(port)
    return next((one for one in session.scalars(query) if port_key(one.name) == wanted), None)


def _proposed(session: Session, key: Key, who: Standing, asked: Cutting, procedure: str) -> Change:
    """Typed with the device's own name of the port."""
    known = interface_of(session, asked.device, asked.port)
    port = known.name if known else asked.port
    wanted = Asked(procedure, {"port": port}, asked.reason, asked.minutes)
    return propose(session, key, asked.device, who, wanted)


def _unreachable(device: Device) -> str:
    """Why nothing can be typed at this device, "" when it can."""
    if device.ssh_id is None:
        return f"{device.name} 没有选 SSH 凭据，值守台不能关闭端口：请先选好，或到现场拔线"
    try:
        if any(one.key == ISOLATE for one in offered(device)):
            return ""
    except Unreadable:
        pass  # its profile is gone: said the same way
    return f"{device.name} 的型号模板没有关闭端口的命令：请到现场处理"


GUARDS["port"] = still
