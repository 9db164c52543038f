"""Where switches hold people to something else than the register says, as cases (duty D2)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CompoundSelect, select
from sqlalchemy.orm import Session

from inventory.binding import Binding
from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.device_binding import DeviceBinding
from inventory.prefix import Prefix
from inventory.sighting import FdbSighting
from playbooks.binding_differences import Difference, differences_of
from playbooks.drift_words import Case

_SEVERITIES = {"missing": "warning", "extra": "info"}


def unlike(session: Session) -> Iterator[Case]:
    """Every difference of the devices whose configuration was read and that somebody is, or should
    be, bound at."""
    query = (
        select(Device.id, Device.profile, Device.centre_id, Device.name)
        .join(ConfigState, ConfigState.device_id == Device.id)
        .where(Device.retired_at.is_(None), ConfigState.success_at.is_not(None))
        .where(Device.id.in_(_concerned()))
    )
    rows = {row.id: row for row in session.execute(query)}
    for device, found in differences_of(session, {key: row.profile for key, row in rows.items()}):
        told = {}
        for one in found:
            case = _case(device, rows[device].centre_id, rows[device].name, one)
            told[case.object] = case  # two entries of one pair are one difference
        yield from told.values()


def _concerned() -> CompoundSelect[Any]:
    """Devices that a binding names, that hold one, that are the gateway of an enforced range, or
    where a card that is to be held to its address hangs now."""
    active = (Binding.state == "active", Binding.retired_at.is_(None))
    enforced = (Prefix.mode == "enforce", Prefix.retired_at.is_(None))
    here = (
        select(FdbSighting.device_id)
        .join(Binding, Binding.mac == FdbSighting.mac)
        .join(Prefix, Prefix.id == Binding.prefix_id)
        .where(FdbSighting.until.is_(None), FdbSighting.edge.is_(True), *active, *enforced)
    )
    return select(Binding.device_id).where(*active).union(
        select(DeviceBinding.device_id), select(Prefix.gateway_device_id).where(*enforced), here
    )  # fmt: skip


def _case(device: str, centre: str, name: str, one: Difference) -> Case:
    what = "没有" if one.kind == "missing" else "有未登记的"
    where = f"（端口 {one.port}）" if one.port else ""
    return Case(
        object=f"{one.kind}|{device}|{one.ip}|{one.mac}", kind=one.kind,
        severity=_SEVERITIES[one.kind], centre_id=centre, prefix_id=one.prefix_id or "",
        ip=one.ip, mac=one.mac, binding_id=one.binding_id or "", device_id=device, port=one.port,
        text=f"{name}上{what}绑定 {one.ip} {one.mac}{where}：{one.why}。",
    )  # fmt: skip
