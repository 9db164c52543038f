"""Is what was planned for one device still so when it is run? The register, or who hangs at the
device's ports, may have changed since."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.device_binding import CheckedPort
from inventory.port_names import port_key
from netops.binding_text import missing
from netops.enforced import Entry
from netops.profile import Profile, profile_named
from playbooks.binding_ports import Scenery, scenery
from playbooks.binding_task import Task, task_of
from playbooks.binding_vlans import vlans_for
from playbooks.binding_wanted import entries_at, entries_of, in_force, wants
from playbooks.procedure import GUARDS


def still(session: Session, device_id: str, params: Mapping[str, str]) -> str:
    """Why a plan may not be carried out any more: the register, or who hangs at its ports, may
    have changed."""
    task, device = task_of(params), session.get_one(Device, device_id)
    profile, have = profile_named(device.profile), entries_of(session, device_id)
    able = _able(session, device, profile, task)
    held = [one for one in have if one not in task.remove] + list(task.add)
    seen = scenery(session, device)
    causes = chain(
        _unregistered(task.add, [*able, *have]), _registered_again(task.remove, able),
        _shut(seen, task.add), _unchecked(seen, task.ports, held),
        _loose(session, device, seen, task, held),
    )  # fmt: skip
    return next(causes, "")


def still_unwanted(session: Session, device_id: str, params: Mapping[str, str]) -> str:
    """The same of entries to be taken out: nobody may have registered them meanwhile."""
    task, device = task_of(params), session.get_one(Device, device_id)
    able = _able(session, device, profile_named(device.profile), task)
    return next(_registered_again(task.remove, able), "")


def _able(session: Session, device: Device, profile: Profile, task: Task) -> list[Entry]:
    """What the register wants here now; of gateways and DHCP servers, whatever is in force."""
    if profile.binding.at == "gateway":
        return in_force(session, (*task.add, *task.remove))
    return [one.entry for one in wants(session, device, profile) if not one.why]


def _unregistered(add: Iterable[Entry], known: list[Entry]) -> Iterator[str]:
    for one in missing(add, known):
        yield f"绑定 {one.ip} {one.mac} {one.port}".rstrip() + " 现在不在登记里，或登记已改"


def _registered_again(remove: Iterable[Entry], able: list[Entry]) -> Iterator[str]:
    left = set(missing(remove, able))
    for one in remove:
        if one not in left:
            yield f"要删的绑定 {one.ip} {one.mac} 现在又在登记里"


def _shut(seen: Scenery, add: Iterable[Entry]) -> Iterator[str]:
    for one in add:
        if one.port and (cause := seen.closed(one.port)):
            yield f"绑定 {one.ip} 不能下发到端口 {one.port}：{cause}"


def _unchecked(seen: Scenery, ports: Iterable[str], held: list[Entry]) -> Iterator[str]:
    for port in ports:
        if cause := seen.refusal(port, entries_at(port, held)):
            yield f"端口 {port} 现在不能启用检查：{cause}"


def _loose(
    session: Session, device: Device, seen: Scenery, task: Task, held: list[Entry]
) -> Iterator[str]:
    """VLANs that may not be checked as a whole by now, and new links that nobody exempts."""
    if not task.vlans:
        return
    rows = session.scalars(select(CheckedPort).where(CheckedPort.device_id == device.id)).all()
    checked = {port_key(one.port) for one in rows if one.checks} | set(map(port_key, task.ports))
    good, links, told = vlans_for(profile_named(device.profile).binding, seen, held, checked)
    causes = dict(told)
    for vlan in task.vlans:
        if vlan not in good:
            why = causes.get(f"VLAN {vlan}", "里面没有绑定")
            yield f"VLAN {vlan} 现在不能启用检查：{why}"
    exempt = {port_key(one.port) for one in rows if one.trusted} | set(map(port_key, task.trusts))
    for link in links:
        if port_key(link) not in exempt:
            yield f"{link} 现在是上联口，计划里没有把它设为信任"


GUARDS["bind"] = still
GUARDS["unbind"] = still_unwanted
