"""What a port is, by what is seen there: end devices, or a link to another device. Pure.

Evidence, not names: a port that shows a card of a router or switch we watch, or a neighbour that
says it forwards, leads to that device; but one frame is enough to show a card, so where end devices
hang, or that device says it hangs elsewhere, it takes more than that, and the card of a router
group (VRRP, HSRP), which anybody can make up, has to be spoken for. Bundles are never ports of end
devices, and more MACs than one desk has make a port of many. What is declared outranks everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from inventory.macs import virtual
from inventory.sighting import ENDS

MOST = 4  # MACs of one desk: computer, telephone, docking station, one more
QUIET = 96  # walks without evidence until a link counts as one no more: eight hours at our pace
_ELSEWHERE = 2  # one alone may just have moved
_LAG = 161  # ieee8023adLag (IANAifType)
_DECLARED = {"uplink": "上联或互联口", "many": "多终端口", "edge": "终端口"}


class Role(NamedTuple):
    """A role (key of `inventory.sighting.ROLES`), its evidence, the MACs there, for how many walks
    in a row the evidence has been missing, and whether a card of ours is shown there though
    nothing speaks for a link."""

    role: str
    why: str
    macs: int = 0
    quiet: int = 0
    forged: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one device's ports, by our number of the port.

    `types`: ifType. `macs`: what its table shows there now. `monitored`: MAC → name, of the routers
    and switches we watch, this one left out. `groups`: MAC → who speaks for it, of router groups.
    `settled`: MAC → name of the other switch that has it at a port of its own for end devices.
    `neighbours`: who tells by LLDP or CDP that it forwards; `radios`: who tells it is an access
    point. `bundles`: member → bundle. `declared`: kind of the rule people have made; `before`: the
    roles until now. `housed`: ports where end devices hung before any card of ours was shown;
    `elsewhere`: card → the links it was seen at of late. `patience`: walks for which a link stays
    one without evidence.
    """

    types: Mapping[int, int]
    macs: Mapping[int, frozenset[str]]
    monitored: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    settled: Mapping[str, str] = field(default_factory=dict)
    neighbours: Mapping[int, str] = field(default_factory=dict)
    radios: Mapping[int, str] = field(default_factory=dict)
    bundles: Mapping[int, str] = field(default_factory=dict)
    declared: Mapping[int, str] = field(default_factory=dict)
    before: Mapping[int, Role] = field(default_factory=dict)
    housed: frozenset[int] = frozenset()
    elsewhere: Mapping[str, frozenset[int]] = field(default_factory=dict)
    patience: int = QUIET


def roles(evidence: Evidence, most: int = MOST) -> dict[int, Role]:
    """The roles of the ports that have shown anything, or of which something is declared or known;
    `most`: MACs up to which a port is that of one desk."""
    lags = (port for port, kind in evidence.types.items() if kind == _LAG)
    asked = {*evidence.macs, *evidence.neighbours, *evidence.radios, *evidence.bundles, *lags}
    asked |= evidence.declared.keys() | evidence.before.keys()
    known = asked & evidence.types.keys()
    return {port: _role(evidence, port, most) for port in sorted(known)}


def suspects(evidence: Evidence) -> dict[int, frozenset[str]]:
    """Ports of end devices that show cards of ours and have no neighbour to tell why: those cards.
    Of these alone `housed` and `elsewhere` are asked."""
    return {
        port: cards
        for port, macs in evidence.macs.items()
        if port not in evidence.neighbours
        and (port not in evidence.before or evidence.before[port].role in ENDS)
        and (cards := frozenset(mac for mac in macs if _ours(evidence, mac)))
    }


def _ours(evidence: Evidence, mac: str) -> bool:
    return mac in evidence.monitored or virtual(mac)


def _forged(evidence: Evidence, port: int, most: int) -> frozenset[str]:
    """Cards of ours that this port does not lead to. Nobody's group leads nowhere. Where end
    devices hang, one card among a few is as easily a stranger's frame; and a card that a link
    shows, too, has its true place there."""
    cards = suspects(evidence).get(port, frozenset())
    few = len(evidence.macs.get(port, ())) <= most
    nobodys = frozenset(mac for mac in cards if not _known(evidence, mac))
    if port in evidence.housed:
        away = (mac for mac in cards if few or evidence.elsewhere.get(mac, set()) - {port})
        return nobodys.union(away)
    return nobodys.union(mac for mac in cards if few and _misplaced(evidence, port, mac))


def _known(evidence: Evidence, mac: str) -> bool:
    return mac in evidence.monitored or mac in evidence.groups


def _misplaced(evidence: Evidence, port: int, mac: str) -> bool:
    """Does the device with this card tell by itself that it hangs at another port, or was it so
    when it was last asked? Neighbours are not asked for at each walk. A group, which tells nothing,
    is believed where no such card is beside it."""
    if mac not in evidence.monitored:
        beside = evidence.macs[port] & evidence.monitored.keys()
        return any(_misplaced(evidence, port, one) for one in beside)
    before = evidence.before.get(port)
    others = {told for at, told in evidence.neighbours.items() if at != port}
    doubted = before is not None and before.forged and mac in before.why
    return evidence.monitored[mac] in others or doubted


def _role(evidence: Evidence, port: int, most: int) -> Role:
    forged = _forged(evidence, port, most)
    role = _judged(evidence, port, most, forged)
    if not forged or role.role not in ENDS:
        return role
    shown = "、".join(
        f"{evidence.monitored.get(mac, '网关冗余组')} 的 {mac}" for mac in sorted(forged)
    )
    why = f"{role.why.split('；')[0]}；见到 {shown}，可能是冒充"
    return role._replace(why=why, forged=True)


def _judged(evidence: Evidence, port: int, most: int, forged: frozenset[str]) -> Role:
    declared = evidence.declared.get(port, "")
    count = len(evidence.macs.get(port, ()))
    if declared in _DECLARED:
        return Role(declared, f"已登记为{_DECLARED[declared]}", count)
    found = _proven(evidence, port, most, forged)
    if found is not None:
        return Role(*found, count)
    before = evidence.before.get(port)
    if before is not None and before.role != "edge" and not before.why.startswith("已登记"):
        held = _held(before, count, evidence.patience)
        if held is not None:
            return held
    return Role("edge", _unproven(count, forged), count)


def _proven(
    evidence: Evidence, port: int, most: int, forged: frozenset[str]
) -> tuple[str, str] | None:
    """The role there is evidence for now, and the evidence."""
    if evidence.types[port] == _LAG:
        return "lag", "端口类型是聚合口"
    if port in evidence.bundles:
        return "lag", f"是聚合口 {evidence.bundles[port]} 的成员"
    if port in evidence.neighbours:
        return "uplink", f"邻居 {evidence.neighbours[port]} 是交换机或路由器"
    macs = evidence.macs.get(port, frozenset()) - forged
    device = next((mac for mac in sorted(macs) if mac in evidence.monitored), None)
    if device is not None:
        return "uplink", f"见到 {evidence.monitored[device]} 的 MAC {device}"
    group = next((mac for mac in sorted(macs) if mac in evidence.groups), None)
    if group is not None:
        return "uplink", f"见到网关冗余组（{evidence.groups[group]}）的 MAC {group}"
    return _crowded(evidence, port, macs, most)


def _crowded(
    evidence: Evidence, port: int, macs: frozenset[str], most: int
) -> tuple[str, str] | None:
    """Many at one port: behind it a switch of ours, where they have ports of their own, or a hub,
    an access point or virtual machines."""
    if port in evidence.radios:
        return "many", f"邻居 {evidence.radios[port]} 是无线接入点"
    if len(macs) <= most:
        return None
    there = sorted(mac for mac in macs if mac in evidence.settled)
    if len(there) >= _ELSEWHERE:
        switch = evidence.settled[there[0]]
        return "uplink", f"见到 {len(macs)} 个 MAC，其中 {len(there)} 个接在 {switch} 等设备上"
    return "many", f"见到 {len(macs)} 个 MAC，多于 {most} 个"


def _held(before: Role, count: int, patience: int) -> Role | None:
    """A link stays one while its evidence is missing for a while: tables empty and fill again. An
    empty one says nothing at all."""
    quiet = before.quiet + bool(count)
    held = before._replace(macs=count, quiet=quiet, forged=False)
    return held if quiet < patience else None


def _unproven(count: int, forged: frozenset[str]) -> str:
    if not count:
        return "还没有见过任何 MAC，暂按终端口"
    return f"见到 {count} 个 MAC" if forged else f"只见到 {count} 个 MAC，没有见到网络设备"
