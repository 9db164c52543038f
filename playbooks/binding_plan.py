"""What is to be pushed to one device so that it holds people to the register, and what is not, and
why: compared by a person before anything is asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.change import Change
from inventory.device import Device
from inventory.device_binding import CheckedPort
from inventory.port_names import port_key
from inventory.prefix import Prefix
from inventory.register import FieldError, Rejected
from inventory.role import Standing
from inventory.secret import Key
from netops.binding_text import missing, same
from netops.enforced import Entry
from netops.profile import Profile, profile_named
from playbooks.binding_ports import Scenery, scenery
from playbooks.binding_task import MOST, Task
from playbooks.binding_vlans import vlans_for
from playbooks.binding_wanted import Want, declared, entries_at, entries_of, given_back, wants
from playbooks.procedure_asking import Asked, propose


@dataclass(frozen=True, slots=True)
class Planned:
    """An entry to be added, for which binding; `told` says where its port is known from when the
    register leaves it open."""

    entry: Entry
    binding_id: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A port, VLAN, address or the whole device (`object`) that is left alone, and why."""

    object: str
    why: str


@dataclass(frozen=True)
class BindingPlan:
    """What one device lacks: entries to add and to remove, ports and VLANs to be checked from then
    on, links exempted; what is refused; how many entries it has, and takes (0: not known)."""

    device_id: str
    title: str = ""
    add: tuple[Planned, ...] = ()
    remove: tuple[Entry, ...] = ()
    ports: tuple[str, ...] = ()
    vlans: tuple[int, ...] = ()
    trusts: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    remarks: tuple[str, ...] = ()
    present: int = 0
    limit: int = 0

    @property
    def empty(self) -> bool:
        """Is there nothing to push?"""
        return not (self.add or self.remove or self.ports or self.vlans)

    def task(self) -> Task:
        """What one change does of it: at most MOST entries, and checks only where all are in it."""
        add = tuple(sorted((one.entry for one in self.add), key=lambda one: one.port)[:MOST])
        later = {port_key(one.entry.port) for one in self.add if one.entry not in add}
        ports = tuple(port for port in self.ports if port_key(port) not in later)
        vlans, trusts = ((), ()) if later else (self.vlans, self.trusts)
        return Task(add, self.remove[:MOST], ports, vlans, trusts, self.gateways)


def plan_for(session: Session, device_id: str) -> BindingPlan:
    """The plan of one device, by what is registered and seen now. Raises LookupError."""
    device = session.get(Device, device_id)
    if device is None:
        raise LookupError(device_id)
    profile = profile_named(device.profile)
    if not profile.binding.known:
        why = f"{profile.title}没有绑定地址的命令，这里的网段只能监视"
        return BindingPlan(device_id, refused=(Refused(device.name, why),))
    return _plan(session, device, profile)


def propose_for(
    session: Session, key: Key, device: Device, who: Standing, reason: str, minutes: int = 10
) -> Change:
    """A change that does what the plan says, to be approved. Raises Rejected."""
    plan = plan_for(session, device.id)
    full = plan.limit and plan.present + len(plan.add) - len(plan.remove) > plan.limit
    if plan.empty or full:
        why = "；".join(f"{one.object}：{one.why}" for one in plan.refused[:3])
        cause = why or "设备上已经有全部绑定，不必下发"
        raise Rejected((FieldError("device_id", "设备", cause),))
    asked = Asked("bind", plan.task().params(), reason, minutes)
    return propose(session, key, device, who, asked)


def propose_unbind(  # noqa: PLR0913  (as above, and what)
    session: Session,
    key: Key,
    device: Device,
    who: Standing,
    entries: Iterable[Entry],
    reason: str,
    *,
    minutes: int = 10,
) -> Change:
    """A change that takes entries out of the device, to be approved. Raises Rejected."""
    asked = wants(session, device, profile_named(device.profile))
    task = Task(remove=tuple(entries), gateways=_gateways(session, asked))
    if not task.remove:
        raise Rejected((FieldError("remove", "要删的绑定", "必须填写"),))
    wanted = Asked("unbind", task.params("停用"), reason, minutes)
    return propose(session, key, device, who, wanted)


def _plan(session: Session, device: Device, profile: Profile) -> BindingPlan:
    have, asked = entries_of(session, device.id), wants(session, device, profile)
    seen = None if profile.binding.at == "gateway" else scenery(session, device)
    able = [one for one in asked if not one.why]
    fresh = set(missing((one.entry for one in able), have))
    lacking = [replace(one, why=_why(seen, one)) for one in able if one.entry in fresh]
    add = [one for one in lacking if not one.why]
    shut = {one.entry.ip for one in lacking if one.why}
    remove = _stale(session, device.id, [one for one in able if one.entry.ip not in shut], have)
    plan = BindingPlan(
        device.id, profile.binding.title, tuple(map(_planned, add)), tuple(remove),
        gateways=_gateways(session, asked), remarks=tuple(_remarks(asked, remove, have, profile)),
        refused=tuple(Refused(one.entry.ip, one.why) for one in (*asked, *lacking) if one.why),
        present=len(have), limit=profile.binding.limit,
    )  # fmt: skip
    plan = _full(plan, device)
    held = [one for one in have if one not in remove] + [one.entry for one in add]
    return _checked(session, device, plan, held, seen) if seen else plan


def _why(seen: Scenery | None, one: Want) -> str:
    """Why an entry does not belong at its port; the others go there without it."""
    cause = seen.closed(one.entry.port) if seen else ""
    return f"端口 {one.entry.port} {cause}，这条绑定不下发" if cause else ""


def _planned(one: Want) -> Planned:
    return Planned(one.entry, one.binding_id, one.told)


def _full(plan: BindingPlan, device: Device) -> BindingPlan:
    over = plan.present + len(plan.add) - len(plan.remove) - plan.limit
    if not plan.limit or over <= 0:
        return plan
    why = f"绑定表放不下：最多 {plan.limit} 条，已有 {plan.present} 条，还差 {over} 条的位置"
    return replace(plan, refused=(Refused(device.name, why), *plan.refused))


def _checked(
    session: Session, device: Device, plan: BindingPlan, held: list[Entry], seen: Scenery
) -> BindingPlan:
    """With the ports, then the VLANs, that may be checked once these entries are there."""
    facts = profile_named(device.profile).binding
    rows = session.scalars(select(CheckedPort).where(CheckedPort.device_id == device.id)).all()
    done = {port_key(one.port) for one in rows if one.checks}
    if "*" in done or not facts.check:
        return plan
    causes = {port: seen.refusal(port, entries_at(port, held)) for port in _open(held, done)}
    ports = tuple(port for port, cause in causes.items() if not cause)
    checked = done | {port_key(port) for port in ports}
    vlans, trusts, more = vlans_for(facts, seen, held, checked)
    vlans = tuple(one for one in vlans if f"vlanif{one}" not in done)
    trusted = {port_key(one.port) for one in rows if one.trusted}
    refused = (Refused(port, cause) for port, cause in causes.items() if cause)
    told = (Refused(name, why) for name, why in more)
    return replace(
        plan, ports=ports, vlans=vlans, refused=tuple(chain(plan.refused, refused, told)),
        trusts=tuple(p for p in trusts if vlans and port_key(p) not in trusted),
    )  # fmt: skip


def _open(held: Iterable[Entry], done: set[str]) -> list[str]:
    """Ports with entries that are not checked yet, each once, as they are called first."""
    names: dict[str, str] = {}
    for one in held:
        if one.port and port_key(one.port) not in done:
            names.setdefault(port_key(one.port), one.port)
    return sorted(names.values())


def _stale(
    session: Session, device_id: str, able: Iterable[Want], have: list[Entry]
) -> list[Entry]:
    """What binds an address otherwise than the register has it now, and what was given back."""
    wanted = {one.entry.ip: one.entry for one in able}
    also = declared(session, have)
    left = [one for one in have if (one.ip, one.mac) not in also]
    other = [one for one in left if one.ip in wanted and not same(wanted[one.ip], one)]
    rest = [one for one in left if one.ip not in wanted]
    return [*other, *given_back(session, device_id, rest)]


def _gateways(session: Session, asked: Iterable[Want]) -> tuple[str, ...]:
    """Of the ranges this device holds people to: they must answer as before."""
    ranges = {one.prefix_id for one in asked}
    query = select(Prefix.gateway).where(Prefix.id.in_(ranges), Prefix.gateway.is_not(None))
    return tuple(sorted({one for one in session.scalars(query) if one and ":" not in one}))


def _remarks(
    asked: Iterable[Want], remove: list[Entry], have: list[Entry], profile: Profile
) -> Iterator[str]:
    wanted = {one.entry.ip for one in asked}
    extra = sum(1 for one in have if one.ip not in wanted and one not in remove)
    if extra:
        yield f"设备上另有 {extra} 条不在登记里的绑定，不动；请登记或人工删除"
    if profile.binding.remark:
        yield profile.binding.remark
