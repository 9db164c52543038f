"""The demo county as data: `county.yaml`, read into frozen values.

Everything in it is invented and says so; its codes lie outside GB/T 2260.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Literal

from inventory.yaml_text import load as load_yaml
from netops.reading import SnmpAuth, SnmpVersion, SshAuth

FILE = Path(__file__).with_name("county.yaml")


@dataclass(frozen=True, slots=True)
class Device:
    """One simulated box. `traffic` is what its uplink receives on average, Mbit/s; `ports` how
    many of the recording's interfaces are kept; `cli` the dialect its SSH speaks, "" for none;
    `weak` and `telnet` make it an old box; `recorded_place` True leaves sysLocation as recorded.
    """

    name: str
    tag: str
    unit: str
    kind: str
    profile: str
    recording: str
    place: str = ""
    ports: int = 4
    parent: str = ""
    snmp: SnmpVersion = "v2c"
    hours: Literal["always", "office"] = "always"
    traffic: float = 0.05
    cli: str = ""
    weak: bool = False
    telnet: bool = False
    recorded_place: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """One range of addresses of the county; its gateway, a device, has the first of them."""

    cidr: str
    vlan: int
    name: str
    unit: str
    gateway: str

    @property
    def first(self) -> str:
        return str(next(ip_network(self.cidr).hosts()))


@dataclass(frozen=True, slots=True)
class Host:
    """A machine at a port, and what the register should say of it.

    `role`: "" as registered; "off" registered, but not switched on; "moved" registered at the port
    `booked_device`, `booked_port`; "taken" it uses another one's address, its own is `booked_ip`;
    "unknown" registered nowhere.
    """

    ip: str
    mac: str
    device: str
    port: str
    holder: str = ""
    role: Literal["", "off", "moved", "taken", "unknown"] = ""
    booked_ip: str = ""
    booked_device: str = ""
    booked_port: str = ""

    @property
    def booked(self) -> tuple[str, str, str] | None:
        """Address, device and port it should be registered with."""
        if self.role == "unknown":
            return None
        device, port = self.booked_device or self.device, self.booked_port or self.port
        return self.booked_ip or self.ip, device, port


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole county: units and credentials as rows to import, the devices by name, and who is
    connected to them."""

    units: tuple[Mapping[str, Any], ...]
    credentials: tuple[Mapping[str, Any], ...] = field(repr=False)
    devices: Mapping[str, Device]
    networks: tuple[Network, ...] = ()
    hosts: tuple[Host, ...] = ()

    def credential(self, kind: str) -> Mapping[str, Any]:
        """The county's one credential of a kind: v2c, v3 or ssh."""
        return next(row for row in self.credentials if row["kind"] == kind)

    def snmp(self, device: Device) -> SnmpAuth:
        """How this device is asked."""
        row = self.credential(device.snmp)
        return SnmpAuth(device.snmp, **{k: v for k, v in row.items() if k not in ("name", "kind")})

    def login(self) -> SshAuth:
        """How every command line of the county is entered."""
        row = self.credential("ssh")
        return SshAuth(row["user"], password=row["password"], enable=row["enable"])

    def below(self, name: str) -> tuple[Device, ...]:
        """The devices connected directly below one, in the order of the file."""
        return tuple(device for device in self.devices.values() if device.parent == name)

    def above(self, name: str) -> tuple[Device, ...]:
        """A device and those it hangs from, nearest first."""
        device = self.devices[name]
        return (device, *(self.above(device.parent) if device.parent else ()))

    def network(self, ip: str) -> Network:
        """The range an address of the county lies in."""
        return next(one for one in self.networks if _lies(ip, one.cidr))


@cache
def _lies(ip: str, cidr: str) -> bool:
    return ip_address(ip) in ip_network(cidr)


@cache
def plan() -> Plan:
    """The county as shipped."""
    facts = load_yaml(FILE)
    devices = [Device(**row) for row in facts["devices"]]
    return Plan(
        units=tuple(facts["units"]),
        credentials=tuple(facts["credentials"]),
        devices={device.name: device for device in devices},
        networks=tuple(Network(**row) for row in facts["networks"]),
        hosts=tuple(Host(**row) for row in facts["hosts"]),
    )
