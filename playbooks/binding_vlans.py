"""Checks of whole VLANs come last: they count at every port, so everybody in the VLAN needs an
entry, and the links to other devices must be exempted or their answers are dropped, too."""

from collections.abc import Collection, Iterable

from inventory.port_names import port_key
from netops.binding_facts import Binding
from netops.enforced import Entry
from playbooks.binding_ports import Scenery

Told = tuple[str, str]


def vlans_for(
    facts: Binding, seen: Scenery, held: Collection[Entry], checked: Collection[str]
) -> tuple[tuple[int, ...], tuple[str, ...], tuple[Told, ...]]:
    """VLANs that may be checked, the links to exempt, and (VLAN, why) for those left alone.
    `checked` are the keys of the ports that are checked then."""
    if not facts.vlan_check:
        return (), (), ()
    known = sorted({one.vlan for one in held if one.vlan is not None})
    causes = {vlan: _cause(seen, held, vlan, checked) for vlan in known}
    good = tuple(vlan for vlan, cause in causes.items() if not cause)
    told = tuple((f"VLAN {vlan}", cause) for vlan, cause in causes.items() if cause)
    return good, tuple(seen.links()) if good else (), told


def _cause(seen: Scenery, held: Iterable[Entry], vlan: int, checked: Collection[str]) -> str:
    """Why this VLAN may not be checked as a whole, "" when it may."""
    if seen.unread:
        return seen.unread
    if not seen.links():
        return "还不知道哪些端口是上联，启用后网关的应答会被丢弃"
    entries = list(held)
    if any(one.port and port_key(one.port) not in checked for one in entries if one.vlan == vlan):
        return "还有端口没有启用检查：端口都启用之后再启用 VLAN"
    bound = {one.mac for one in entries if one.vlan == vlan}
    ends = [port for port in seen.ports.values() if not port.link]
    untold = any(0 in vlans for port in ends for vlans in port.macs.values())
    if untold:
        return "MAC 地址表没有告诉 VLAN，不知道里面还有谁"
    there = {mac: port for port in ends for mac, vlans in port.macs.items() if vlan in vlans}
    left = sorted(there.keys() - bound)
    if not left:
        return ""
    return f"VLAN 里还有没有绑定的网卡：{there[left[0]].told(left[0])} 等 {len(left)} 个"
