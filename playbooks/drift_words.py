"""Violations as people read them: what is wrong, who holds the address, who was seen where."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.binding import Binding
from inventory.centre import CENTRE_TIERS, Centre
from inventory.device import Device
from inventory.interface import Interface
from inventory.macs import random
from inventory.prefix import Prefix
from inventory.shanghai import SHANGHAI
from netops.reconcile_facts import Place, Violation, of_one_line

_CROWD = 200  # made-up cards at one port
_MOST = 12  # lines of evidence; a card that answers for a whole range has more


class Held(NamedTuple):
    """What a binding says; `branch` the path of the centre it is kept by."""

    ip: str = ""
    mac: str = ""
    holder: str = ""
    branch: str = ""


_NOBODY = Held()
_Home = tuple[str, str]  # a centre's id and its path


@dataclass(frozen=True, slots=True)
class Case:
    """One violation, ready to be written: `text` its evidence, `facts` what pages link to."""

    object: str
    kind: str
    severity: str
    centre_id: str
    prefix_id: str
    ip: str
    mac: str
    binding_id: str
    device_id: str
    port: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of violations are called."""

    centres: Mapping[str, _Home]  # by range
    homes: Mapping[str, _Home]  # by device
    devices: Mapping[str, str]
    ports: Mapping[int, str]
    bindings: Mapping[str, Held]
    cards: Mapping[str, Sequence[Held]]  # MAC → where it is registered

    def centre(self, one: Violation) -> _Home:
        """Who is told: whose network it is in. A range may be that of a centre above, lent to many
        below; then it is the one whose device has seen it, as near the card as is known."""
        own = self.centres[one.prefix]
        mine = [place for place in one.places if one.mac in ("", place.mac)]
        seen = max(mine, key=_latest, default=None)
        device = seen.device if seen else next((answer.device for answer in one.answers), "")
        there = self.homes.get(device, own)
        return there if there[1].startswith(own[1]) else own

    def held(self, one: Violation) -> Held:
        """The registration it goes against, blank where the centre that is told may not know it."""
        held = self.bindings.get(one.binding, _NOBODY)
        return held if of_one_line(held.branch, self.centre(one)[1]) else _NOBODY

    def card(self, one: Violation) -> Held | None:
        branch = self.centre(one)[1]
        known = self.cards.get(one.mac, ())
        return next((held for held in known if of_one_line(held.branch, branch)), None)


def cases(session: Session, found: Sequence[Violation]) -> list[Case]:
    """The violations in words; their names are read in a few statements."""
    names = _names(session, found)
    return [_case(names, one) for one in found]


def _names(session: Session, found: Sequence[Violation]) -> Names:
    columns = Binding.id, Binding.ip, Binding.mac, Binding.holder, Centre.path
    active = select(*columns).join(Centre, Centre.id == Binding.centre_id)
    active = active.where(Binding.state == "active", Binding.retired_at.is_(None))
    bindings: dict[str, Held] = {}
    cards: dict[str, list[Held]] = defaultdict(list)
    for some in batches({mac for one in found for mac in one.macs}):
        for _, *told in session.execute(active.where(Binding.mac.in_(some))):
            held = Held(*told)
            cards[held.mac].append(held)
    for some in batches({one.binding for one in found if one.binding}):
        for key, *told in session.execute(active.where(Binding.id.in_(some))):
            bindings[key] = Held(*told)
    ports: dict[int, str] = {}
    for numbers in batches({place.port for one in found for place in one.places}):
        query = select(Interface.id, Interface.name).where(Interface.id.in_(numbers))
        ports.update((row.id, row.name) for row in session.execute(query))
    devices = {row.id: row.name for row in session.execute(select(Device.id, Device.name))}
    homes = select(Prefix.id, Centre.id, Centre.path).join(Centre, Centre.id == Prefix.centre_id)
    centres = {prefix: (centre, path) for prefix, centre, path in session.execute(homes)}
    return Names(centres, _homes(session), devices, ports, bindings, cards)


def _homes(session: Session) -> dict[str, _Home]:
    """The centre that each device belongs to; of a department's or town's the one above it."""
    columns = Centre.id, Centre.tier, Centre.parent_id, Centre.path
    own: dict[str, _Home] = {}
    for unit, tier, above, path in session.execute(select(*columns).order_by(Centre.path)):
        own[unit] = own.get(above or "", (unit, path)) if tier not in CENTRE_TIERS else (unit, path)
    return {
        row.id: own[row.centre_id] for row in session.execute(select(Device.id, Device.centre_id))
    }


def _case(names: Names, one: Violation) -> Case:
    mine = [place for place in one.places if one.mac in ("", place.mac)]
    last = max(mine, key=_latest, default=None)
    places = [
        {"mac": p.mac, "device": p.device, "interface": p.port, "port": names.ports.get(p.port, "")}
        for p in one.places[:_MOST]
    ]
    facts = {"macs": list(one.macs[: _MOST if one.mac else _CROWD]), "places": places}
    return Case(
        object=one.object, kind=one.kind, severity=one.severity,
        centre_id=names.centre(one)[0], prefix_id=one.prefix, ip=one.ip, mac=one.mac,
        binding_id=one.binding if names.held(one) is not _NOBODY else "",
        device_id=last.device if last else "",
        port=names.ports.get(last.port, "") if last else "",
        text="\n".join(_lines(names, one)), facts=facts,
    )  # fmt: skip


def _latest(place: Place) -> tuple[datetime, int]:
    return place.since, place.port


def _lines(names: Names, one: Violation) -> Iterator[str]:
    yield _what(names, one)
    if one.reserved:
        yield "使用的地址在本网段的保留地址中，不应有人使用。"
    elif one.kind in ("unknown", "random") and one.ip:
        yield f"{one.ip} 没有分配给任何人。"
    card = names.card(one)
    if one.kind in ("spoof", "taken", "duplicate") and card is not None:
        yield f"{one.mac} 登记的地址是 {card.ip}，使用人{card.holder}。"
    elif one.kind != "random" and card is None and random(one.mac):
        yield f"{one.mac} 是本地管理的 MAC（随机地址或虚拟机），可能是改过的。"
    told = sorted(one.answers, key=lambda answer: answer.since)
    for answer in told[:_MOST]:
        yield _answered(names.devices.get(answer.device, ""), answer)
    for place in one.places[:_MOST]:
        vlan = f"（VLAN {place.vlan}）" if place.vlan else ""
        port = names.ports.get(place.port, "")
        where = f"{names.devices.get(place.device, '')} 的端口 {port}{vlan}"
        yield f"{_time(place.since)} 起 {place.mac} 在 {where}。"
    if one.mac and all(place.mac != one.mac for place in one.places):
        yield f"交换机的 MAC 地址表中还没有查到 {one.mac} 的端口。"


def _answered(device: str, answer: Any) -> str:
    if answer.said:
        return f"{_time(answer.since)} {device} 报告地址冲突：{answer.ip} 有 {answer.mac} 应答。"
    until = f"至 {_time(answer.until)}" if answer.until else "起"
    return f"{_time(answer.since)} {until}，{device} 的 ARP 表：{answer.ip} 对应 {answer.mac}。"


def _what(names: Names, one: Violation) -> str:
    """The first line says it all: it goes into the log and the notice."""
    ip, mac = one.ip, one.mac
    held = names.held(one)
    known = f"登记的地址是 {held.ip}，使用人{held.holder}"
    return {
        "spoof": f"网关地址 {ip} 由 {mac} 应答，它不是网关设备的网卡，也没有登记为冗余网关。",
        "taken": f"{ip} {_holder(held)}，现由 {mac} 应答。",
        "duplicate": f"{ip} 没有登记，{'、'.join(one.macs[:_MOST])} 都在应答。",
        "other_ip": f"{mac} {known}，现在{_using(one)}，没有分配给它。",
        "unknown": f"{mac} 没有登记，{_using(one)}。",
        "random": f"{mac} 没有登记，是随机 MAC 地址，{_using(one)}。" if mac else _crowd(one),
        "moved": f"{mac}（{held.ip}，使用人{held.holder}）{_port(one)}。",
        "silent": f"{ip} 没有分配，由本中心设备的 {mac} 使用，请登记。",
    }[one.kind]


def _crowd(one: Violation) -> str:
    more = f"等 {len(one.macs)} 个" if len(one.macs) > _MOST else ""
    return f"随机 MAC 地址：{'、'.join(one.macs[:_MOST])}{more}，没有登记，{_using(one)}。"


def _port(one: Violation) -> str:
    if one.twice:
        return "在登记的端口上，又出现在别的端口上：同一 MAC 同时出现在两个端口，可能有人仿冒"
    return "不在登记的端口上"


def _holder(held: Held) -> str:
    return f"登记给{held.holder}（{held.mac}）" if held.ip else "已有登记的使用者"


def _using(one: Violation) -> str:
    ips = sorted({answer.ip for answer in one.answers})
    more = f" 等 {len(ips)} 个地址" if len(ips) > _MOST else ""
    return f"使用 {'、'.join(ips[:_MOST])}{more}" if ips else "接在交换机上"


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
