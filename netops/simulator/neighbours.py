"""Who is connected to the county's devices, as their tables tell it: one consistent picture.

A machine is learned by the devices on its way to its gateway, at the port that leads back to it;
the gateway has it in its ARP table. Neighbouring devices learn each other, as they do by LLDP.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from netops import ifmib, table_cisco, table_mib
from netops.profile import Profile
from netops.reading import Port
from netops.simulator import overlay
from netops.simulator.cli import Host as Heard
from netops.simulator.plan import Device, Host, Network, Plan
from netops.simulator.recordings import Cells, Oid, oid, rows
from netops.table_rows import arcs_of

BRIDGES = ("router", "switch", "wireless")
OTHER, DYNAMIC = ("2", "1"), ("2", "3")  # types of ARP rows
LEARNED, OWN = ("2", "3"), ("2", "4")  # statuses of forwarding entries
MANAGEMENT = 1  # the VLAN in which devices speak to each other


class Learned(NamedTuple):
    """A MAC (twelve digits) at the interface with this ifIndex."""

    mac: str
    port: int
    vlan: int


def cells(
    device: Device, county: Plan, profile: Profile, ports: Sequence[Port], indexes: Sequence[int]
) -> Cells:
    """The neighbour tables of one device; `indexes` in the order in which they are cabled."""
    if device.kind in ("server", "ups"):
        return {}
    names = {port.name: port.index for port in ports}
    learned = list(_learned(device, county, names, indexes))
    found = _arp(device, county, learned, indexes)
    if device.kind in BRIDGES:
        found |= _bridge(learned, profile, indexes) | _self(profile, overlay.mac(device, 0))
    return found


def instances(
    device: Device, county: Plan, profile: Profile, ports: Sequence[Port], indexes: Sequence[int]
) -> dict[int, Cells]:
    """VLAN → its own forwarding table, of a box that keeps one each (`netops.table_cisco`)."""
    if device.kind not in BRIDGES or profile.tables.fdb[0] != "vlans" or device.snmp != "v2c":
        return {}
    learned = set(_learned(device, county, {port.name: port.index for port in ports}, indexes))
    return {
        vlan: _bridge([row for row in learned if row.vlan == vlan], profile, indexes)
        for vlan in {row.vlan for row in learned}
    }


def heard(found: Cells, county: Plan, profile: Profile) -> list[Heard]:
    """The machines in the tables among these cells, as the command line shows them."""
    told = rows(found, (*table_mib.VLANS, *table_mib.FLAT, table_mib.HUAWEI_PORT))
    learned = table_mib.by_vlan(told) or table_mib.huawei(told) or table_mib.flat(told)
    names = {port.index: port.descr for port in profile.ports(rows(found, ifmib.NAMES))}
    machines = {host.mac: host for host in _awake(county)}
    return [
        Heard(host.ip, host.mac, names[row.index], county.network(host.ip).vlan)
        for row in learned
        if (host := machines.get(row.mac)) is not None
    ]


def _awake(county: Plan) -> Iterator[Host]:
    return (host for host in county.hosts if host.role != "off")


def _learned(
    device: Device, county: Plan, names: Mapping[str, int], indexes: Sequence[int]
) -> Iterator[Learned]:
    below = county.below(device.name)[: len(indexes) - 1]
    downward = {child.name: index for child, index in zip(below, indexes[1:], strict=False)}
    for host in _awake(county):
        network = county.network(host.ip)
        way = [each.name for each in county.above(host.device)]
        way = way[: way.index(network.gateway) + 1]
        if device.name in way:
            place = way.index(device.name)
            port = downward[way[place - 1]] if place else names[host.port]
            yield Learned(host.mac.replace(":", ""), port, network.vlan)
            if device.name != network.gateway:
                gateway = county.devices[network.gateway]
                yield Learned(overlay.mac(gateway, 0), indexes[0], network.vlan)
    for child, index in zip(below, indexes[1:], strict=False):
        yield Learned(overlay.mac(child, 0), index, MANAGEMENT)
    if device.parent:
        yield Learned(overlay.mac(county.devices[device.parent], 0), indexes[0], MANAGEMENT)


def _arp(device: Device, county: Plan, learned: Sequence[Learned], indexes: Sequence[int]) -> Cells:
    """A gateway knows the machines of its networks, any other device the gateway it asks."""
    own = [network for network in county.networks if network.gateway == device.name]
    places = {row.mac: row.port for row in learned}
    found: Cells = {}
    for host in _awake(county):
        if county.network(host.ip) in own:
            mac = host.mac.replace(":", "")
            found |= _answer(places[mac], host.ip, mac, DYNAMIC)
    for network in own or _asked(device, county):
        gateway = county.devices[network.gateway]
        kind = OTHER if network in own else DYNAMIC
        found |= _answer(indexes[0], network.first, overlay.mac(gateway, 0), kind)
    return found


def _asked(device: Device, county: Plan) -> list[Network]:
    above = [each.name for each in county.above(device.name)]
    return [network for network in county.networks if network.gateway in above][:1]


def _answer(index: int, ip: str, mac: str, kind: tuple[str, str]) -> Cells:
    place = (index, *arcs_of(ip))
    return {
        (*oid(table_mib.MEDIA_MAC), *place): ("4x", mac),
        (*oid(table_mib.MEDIA_TYPE), *place): kind,
    }


def _bridge(learned: Sequence[Learned], profile: Profile, indexes: Sequence[int]) -> Cells:
    """The tables its profile reads first: one for all VLANs, Huawei's, or the one without."""
    base = {index: number for number, index in enumerate(indexes, 1)}
    found: Cells = {(*oid(table_mib.BASE_PORT), number): ("2", str(index))
                    for index, number in base.items()}  # fmt: skip
    kind = profile.tables.fdb[0]
    for row in learned:
        number = "2", str(base[row.port])
        mac = tuple(bytes.fromhex(row.mac))
        if kind == "dot1q":
            found |= _entry(table_mib.VLAN_PORT, (row.vlan, *mac), number)
            found[(*oid(table_mib.VLAN_FDB), 0, row.vlan)] = "66", str(row.vlan)
            found |= {(*oid(table_mib.VLAN_STATUS), row.vlan, *mac): LEARNED}
        else:
            found |= _entry(table_mib.FLAT_PORT, mac, number)
            found |= {(*oid(table_mib.FLAT_STATUS), *mac): LEARNED}
        if kind == "huawei":
            place = *mac, row.vlan, 1, ord("0")
            found |= _entry(table_mib.HUAWEI_PORT, place, ("2", str(row.port)))
        if kind == "vlans":
            found |= _entry(table_cisco.VLAN_STATE, (1, row.vlan), ("2", "1"))
    return found


def _self(profile: Profile, own: str) -> Cells:
    mac = tuple(bytes.fromhex(own))
    if profile.tables.fdb[0] == "dot1q":
        return _entry(table_mib.VLAN_PORT, (MANAGEMENT, *mac), ("2", "1")) | {
            (*oid(table_mib.VLAN_STATUS), MANAGEMENT, *mac): OWN
        }
    return _entry(table_mib.FLAT_PORT, mac, ("2", "1")) | {(*oid(table_mib.FLAT_STATUS), *mac): OWN}


def _entry(column: str, place: Oid, value: tuple[str, str]) -> Cells:
    return {(*oid(column), *place): value}
