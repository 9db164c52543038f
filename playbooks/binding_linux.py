"""Bindings where Linux itself has no ports to check: at a gateway, as neighbours that are never
asked for again; at a DHCP server, as addresses kept for a card."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from ipaddress import ip_address, ip_interface

from netops.binding_text import missing
from netops.enforced import Entry
from playbooks.binding_lines import Box, box, entries_flaw, refuse_twice, standing_of
from playbooks.binding_task import BINDERS, UNBINDERS, Task, grammar
from playbooks.procedure import Orders, Refusal, Scene

_ADDRESSES = re.compile(r"(?m)^# address (?P<port>[^ @]+)\S* +(?P<all>\S.*)$")


@grammar("neigh", UNBINDERS)
@grammar("neigh", BINDERS)
def neighbours(scene: Scene, task: Task) -> Orders:
    """What a gateway answers to is settled; whoever pretends to be it gets no answer (RFC 4861,
    ip-neighbour(8)). Raises Refusal."""
    at, gone, fresh, kept = _wanted(scene, task)
    there = {one.ip: one for one in gone}
    lines = [_forgotten(at, one) for one in gone] + [_settled(at, one) for one in fresh]
    undo = [_forgotten(at, one) for one in fresh if one.ip not in there]
    return Orders(
        "shell", tuple(lines), (*undo, *(_settled(at, one) for one in gone)), hosts=_hosts(task),
        flaw=entries_flaw(at.profile, fresh, gone, kept), remarks=(at.facts.remark,),
    )  # fmt: skip


def reserved(form: Callable[[Iterable[Entry]], str], scene: Scene, task: Task) -> Orders:
    """The file of kept addresses, as it will be. Raises Refusal."""
    at, gone, fresh, kept = _wanted(scene, task)
    text, now = form([*kept, *fresh]), scene.running.splitlines(keepends=True)
    before = "".join(line for line in now if not line.startswith("#"))
    return Orders(
        "file", (text,), (before or form(()),), hosts=_hosts(task), after=text,
        flaw=entries_flaw(at.profile, fresh, gone, kept), remarks=(at.facts.remark,),
    )  # fmt: skip


def dnsmasq(entries: Iterable[Entry]) -> str:
    """A file for dnsmasq's `dhcp-hostsfile` (dnsmasq(8))."""
    return "".join(f"{mac},{ip}\n" for ip, mac in _each(entries))


def kea(entries: Iterable[Entry]) -> str:
    """The array `reservations` of a subnet of Kea (https://kea.readthedocs.io, "Host Reservations
    in DHCPv4"), one a line."""
    told = (f'  {{ "hw-address": "{mac}", "ip-address": "{ip}" }}' for ip, mac in _each(entries))
    return "\n".join(("[", ",\n".join(told), "]", ""))


FORMS: Mapping[str, Callable[[Iterable[Entry]], str]] = {"dnsmasq": dnsmasq, "kea": kea}
for _name, _form in FORMS.items():
    for _makers in (BINDERS, UNBINDERS):
        grammar(_name, _makers)(partial(reserved, _form))


def _wanted(scene: Scene, task: Task) -> tuple[Box, list[Entry], list[Entry], list[Entry]]:
    """The device, what goes, what comes, what stays: entries that count wherever one is."""
    at = box(scene)
    gone = standing_of(at, (one._replace(port="", vlan=None) for one in task.remove))
    kept = [one for one in at.have.entries if one not in gone]
    fresh = missing([one._replace(port="", vlan=None) for one in task.add], kept)
    refuse_twice(kept, fresh)
    if not gone and not fresh:
        raise Refusal("设备上已经是这样，不必下发")
    return at, gone, fresh, kept


def _each(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    return sorted({(one.ip, one.mac) for one in entries}, key=lambda pair: ip_address(pair[0]))


def _hosts(task: Task) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*task.gateways, *(one.ip for one in task.add))))


def _settled(at: Box, entry: Entry) -> str:
    port = entry.port or _port_towards(at, entry.ip)
    return f"ip neigh replace {entry.ip} lladdr {entry.mac} dev {port} nud permanent"


def _forgotten(at: Box, entry: Entry) -> str:
    return f"ip neigh del {entry.ip} dev {entry.port or _port_towards(at, entry.ip)}"


def _port_towards(at: Box, ip: str) -> str:
    """The interface whose own range the address is in. Raises Refusal."""
    for found in _ADDRESSES.finditer(at.scene.running):
        if any(ip_address(ip) in ip_interface(own).network for own in found["all"].split()):
            return found["port"]
    raise Refusal(f"{ip} 不在这台网关任何接口的网段里", "add")
