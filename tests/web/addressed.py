"""Addresses of the test county: a range, its bindings, what the tables told, what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from inventory.act import system
from inventory.address_finding import AddressFinding, FindingSeen
from inventory.binding import Binding
from inventory.credential import Credential
from inventory.device import Device
from inventory.device_binding import CheckedPort, DeviceBinding
from inventory.interface import Interface
from inventory.prefix import Prefix
from inventory.secret import Key
from inventory.sighting import ArpSighting, FdbSighting, PortRole, TableWalk
from inventory.stepping import moving
from tests.web.county import County

NOW = datetime.now(UTC).replace(microsecond=0)
OWNER, THIEF, GUEST = "00:e0:fc:00:00:07", "3c:52:82:00:00:66", "b4:2e:99:00:00:31"
IP, FREE, PORT = "10.41.25.7", "10.41.25.31", "GigabitEthernet0/0/2"
LINE = f"user-bind static ip-address {IP} mac-address 00e0-fc00-0007"


@dataclass(frozen=True)
class Addressed:
    """Ids of what was put there: a range, a binding, a violation."""

    prefix: str
    binding: str
    finding: str
    ports: Mapping[str, int]


def addressed(county: County) -> Addressed:
    """The core switch is gateway and access switch at once: port 1 leads upwards, at port 2 sits
    somebody who took the address of port 3's owner."""
    county.count("core")
    here, core = county.centres["county"].id, county.ids["core"]
    ports = {
        one.name.rpartition("/")[2]: one.id
        for one in county.rows(select(Interface).where(Interface.device_id == core))
    }
    with county.database.transaction(system("登记地址")) as session:
        _login(session, county, here, core)
        prefix = Prefix(
            centre_id=here, cidr="10.41.25.0/24", name="办公网", vlan=25, gateway="10.41.25.1",
            gateway_device_id=core, mode="enforce",
        )  # fmt: skip
        session.add(prefix)
        session.flush()
        binding = _binding(session, here, prefix, core)
        finding = _finding(session, here, prefix, binding, core)
    with county.database.observe() as session:
        at = {"centre_id": here, "device_id": core}
        _seen(session, at, prefix.id, ports)
        session.add(
            FindingSeen(
                finding_id=finding.id, centre_id=here, last_at=NOW,
                text=f"{IP} 登记给张三，现在由 {THIEF} 应答",
            )
        )  # fmt: skip
    return Addressed(prefix.id, binding.id, finding.id, ports)


def _login(session: Any, county: County, here: str, core: str) -> None:
    """A way in, unless the test has a switch that answers."""
    device = session.get_one(Device, core)
    if device.ssh_id is not None:
        return
    key = Key.load(county.settings.key_file)
    way = Credential(
        centre_id=here, name="交换机登录", kind="ssh", user="netops",
        password=key.seal("S3cret-ssh"),
    )  # fmt: skip
    session.add(way)
    session.flush()
    device.ssh_id = way.id


def _binding(session: Any, here: str, prefix: Prefix, core: str) -> Binding:
    row = Binding(
        centre_id=here, prefix_id=prefix.id, ip=IP, mac=OWNER, holder="张三", device_id=core,
        port="GigabitEthernet0/0/3",
    )  # fmt: skip
    session.add(row)
    session.flush()
    with moving(session, row):
        row.state, row.since = "active", NOW - timedelta(days=30)
    return row


def _finding(session: Any, here: str, prefix: Prefix, binding: Binding, core: str) -> Any:
    row = AddressFinding(
        centre_id=here, kind="taken", severity="critical", object=f"taken {IP} {THIEF}",
        prefix_id=prefix.id, ip=IP, mac=THIEF, binding_id=binding.id, device_id=core,
        port=PORT, evidence=f"{IP} 由 {THIEF} 应答",
        first_at=NOW - timedelta(minutes=10),
    )  # fmt: skip
    with moving(session, row):
        session.add(row)
    return row


def _seen(session: Any, at: Mapping[str, str], prefix: str, ports: Mapping[str, int]) -> None:
    long_ago, lately = NOW - timedelta(days=20), NOW - timedelta(minutes=10)
    told = ((IP, OWNER, long_ago, lately), (IP, THIEF, lately, None), (FREE, GUEST, lately, None))
    session.add_all(
        ArpSighting(**at, prefix_id=prefix, ip=ip, mac=mac, since=since, seen=until or NOW,
                    until=until)
        for ip, mac, since, until in told
    )  # fmt: skip
    places = ((THIEF, "2", True), (OWNER, "3", True), (GUEST, "1", False))
    session.add_all(
        FdbSighting(**at, interface_id=ports[port], mac=mac, vlan=25, edge=edge, since=lately,
                    seen=NOW)
        for mac, port, edge in places
    )  # fmt: skip
    roles = (("1", "uplink", "后面是另一台交换机"), ("2", "edge", "一个 MAC"), ("3", "edge", ""))
    session.add_all(
        PortRole(**at, interface_id=ports[port], role=role, why=why, macs=1, since=long_ago)
        for port, role, why in roles
    )
    session.add(TableWalk(**at, origin="arp", attempt_at=NOW, complete_at=NOW, rows=2))
    session.add(DeviceBinding(**at, ip=IP, mac=OWNER, port="GigabitEthernet0/0/3", line=LINE,
                              read_at=NOW))  # fmt: skip
    session.add(CheckedPort(**at, port="GigabitEthernet0/0/3", checks="ip arp", read_at=NOW))
