"""Addresses bound at simulated switches, the whole way: planned, approved, typed, read back,
checked port by port, confirmed or taken back; and devices that refuse, forget, or are full."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from inventory.act import EVERYTHING
from inventory.binding import Binding
from inventory.db import Database
from inventory.device_binding import DeviceBinding
from inventory.interface import Interface
from inventory.keys import new_key
from inventory.prefix import Prefix
from inventory.sighting import PortRole, TableWalk
from netops.binding_text import enforced
from netops.enforced import Entry
from netops.profile import profile_named
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from playbooks.binding_task import Task
from playbooks.jobs import Unfinished
from tests.playbooks.operating import Desk, desk

NOW = datetime.now(UTC).replace(microsecond=0)
PASSWORD = "S3cret-simulated"
PROFILES = {
    "huawei_vrp": "huawei_vrp", "huawei_cloudengine": "huawei_cloudengine",
    "hp_comware": "h3c_comware", "ruijie_os": "ruijie_os", "cisco_ios": "cisco_ios",
    "zte_zxros": "zte_zxros",
}  # fmt: skip
MACS = [f"00:e0:fc:00:00:{n:02x}" for n in range(20)]


@dataclass(frozen=True)
class Rack:
    desk: Desk
    switches: dict[str, Cli]
    ids: dict[str, str]

    def entries(self, name: str, *hosts: int) -> tuple[Entry, ...]:
        """Hosts by number, each at a port of its own."""
        ports = list(self.switches[name].vendor.facts["ports"])
        return tuple(Entry(f"127.0.0.{n}", MACS[n], ports[n % 8], 10 + 10 * (n % 2)) for n in hosts)

    def plan(self, name: str, task: Task, procedure: str = "bind") -> str:
        """As it is when the register has been changed so."""
        registered(self.desk, self.ids[name], task)
        return self.desk.plan(self.ids[name], procedure, **task.params())

    def bound(self, name: str) -> set[tuple[str, str, str, int | None]]:
        found = enforced(profile_named(PROFILES[name]), self.switches[name].running.text())
        return {one[:4] for one in found.entries}

    def noted(self, name: str) -> set[tuple[str, str, str, int | None]]:
        """What the console has written down of it."""
        query = select(DeviceBinding).where(DeviceBinding.device_id == self.ids[name])
        with self.desk.site.database.view(EVERYTHING) as session:
            return {(one.ip, one.mac, one.port, one.vlan) for one in session.scalars(query)}

    def checks(self, name: str) -> dict[str, str]:
        return enforced(profile_named(PROFILES[name]), self.switches[name].running.text()).checks


@pytest.fixture
def rack(founded_database: Database, tmp_path: Path) -> Iterator[Rack]:
    switches = {
        name: Cli(name=f"SW-{n}", dialect=name, password=PASSWORD)
        for n, name in enumerate(PROFILES)
    }
    with (
        serving(list(switches.values()), keys=tmp_path / "keys"),
        desk(founded_database, tmp_path) as here,
    ):
        ids = {
            name: here.device(name, PROFILES[name], one.port, one.user, PASSWORD)
            for name, one in switches.items()
        }
        for at, (name, one) in enumerate(switches.items()):
            seen(here, ids[name], one.vendor.facts["ports"], at * 100)
        yield Rack(here, switches, ids)


def registered(here: Desk, device: str, task: Task) -> None:
    """The register wants what is to be added, and no longer what is to be removed. It takes no
    addresses of this machine: they are written past its rules."""
    home = {"centre_id": here.centre.id, "revision": 1}
    with here.site.database.engine.begin() as whole:
        range_ = whole.scalar(select(Prefix.id)) or new_key()
        if whole.scalar(select(Prefix.id)) is None:
            told = {"id": range_, "cidr": "127.0.0.0/8", "name": "试验", "mode": "enforce"}
            whole.execute(insert(Prefix), {**home, **told})
        gone = [one.ip for one in (*task.add, *task.remove)]
        whole.execute(delete(Binding).where(Binding.ip.in_(gone)))
        for one in task.add:
            row = {"id": new_key(), "prefix_id": range_, "state": "active", "device_id": device}
            what = {
                "ip": one.ip,
                "mac": one.mac,
                "port": one.port,
                "vlan": one.vlan,
                "holder": "王五",
            }
            whole.execute(insert(Binding), {**home, **row, **what})


def seen(here: Desk, device: str, ports: Sequence[str], first: int) -> None:
    """Every port was seen to be one of end devices, in a table read whole."""
    whose = {"device_id": device, "centre_id": here.centre.id}
    with here.site.database.observe() as session:
        session.add(TableWalk(origin="fdb", attempt_at=NOW, complete_at=NOW, **whose))
        for at, name in enumerate(ports, first):
            session.add(Interface(id=at, if_index=at, name=name, seen_at=NOW, **whose))
            session.flush()
            session.add(PortRole(interface_id=at, role="edge", since=NOW, **whose))


@pytest.mark.parametrize("name", PROFILES)
def test_bound_checked_confirmed_saved_and_let_go_again(rack: Rack, name: str) -> None:
    here, switch = rack.desk, rack.switches[name]
    entries = rack.entries(name, 1, 3)
    ports = tuple(one.port for one in entries)
    change = rack.plan(name, Task(add=entries, ports=ports[:1]))
    told = here.change(change)
    assert "未经实机验证" in told.remarks
    assert "新增 2 条，1 个端口启用检查" in told.what
    entered, turned = told.plan.split("（读回核对之后）")
    assert "127.0.0.3" in entered and "127.0.0.3" not in turned and ports[0] in turned
    assert here.run(change) == "waiting", here.change(change).log
    assert rack.bound(name) == {one[:4] for one in entries}
    assert [port for port in rack.checks(name) if port in ports] == [ports[0]]
    assert rack.noted(name) == {one[:4] for one in entries}
    here.step(change, "confirm")
    assert here.work() == [""]
    row = here.change(change)
    assert (row.state, row.trouble, switch.dirty) == ("done", "", False), row.log
    assert "仍然应答" in row.log
    gone = rack.plan(name, Task(remove=entries[:1]), "unbind")
    assert f"“{ports[0]}”上再没有绑定，先停用检查" in here.change(gone).remarks
    assert here.run(gone) == "waiting", here.change(gone).log
    assert rack.bound(name) == rack.noted(name) == {entries[1][:4]}
    assert [port for port in rack.checks(name) if port in ports] == []


def test_a_check_is_turned_off_where_a_change_leaves_nobody_bound(rack: Rack) -> None:
    switch = rack.switches["cisco_ios"]
    old, new = rack.entries("cisco_ios", 1, 3)
    switch.running.put("version 17.3")
    change = rack.plan("cisco_ios", Task(add=(old,), ports=(old.port,)))
    assert rack.desk.run(change) == "waiting", rack.desk.change(change).log
    assert "ip verify source mac-check" in switch.running.text()
    rack.desk.step(change, "confirm")
    assert rack.desk.work() == [""]
    change = rack.plan("cisco_ios", Task(add=(new,), remove=(old,)))
    assert f"“{old.port}”上再没有绑定，先停用检查" in rack.desk.change(change).remarks
    assert rack.desk.run(change) == "waiting", rack.desk.change(change).log
    assert (rack.checks("cisco_ios"), rack.bound("cisco_ios")) == ({}, {new[:4]})


def undone(rack: Rack, name: str, task: Task, cause: str) -> str:
    """Planned and run, found wrong, and the device as it was; what happened."""
    was = rack.switches[name].running.text()
    change = rack.plan(name, task)
    assert rack.desk.run(change) == "undone", rack.desk.change(change).log
    row = rack.desk.change(change)
    assert cause in row.trouble, row.log
    assert rack.switches[name].running.text() == was
    return row.log


def test_a_full_table_is_seen_and_what_was_typed_before_it_taken_back(rack: Rack) -> None:
    for name, cause in (
        ("huawei_vrp", "reached the upper limit"),  # it says Error:, and goes on
        (
            "hp_comware",
            "读回的配置里没有绑定",
        ),  # it says so, and nobody would take it for a refusal
    ):
        rack.switches[name].room = 2
        log = undone(rack, name, Task(add=rack.entries(name, 1, 2, 3)), cause)
        assert "已撤销，读回的配置与操作之前相同" in log
        assert rack.bound(name) == set()


def test_lines_that_are_taken_without_a_word_and_forgotten_are_missed(rack: Rack) -> None:
    for name, deaf, cause in (
        ("huawei_vrp", "127.0.0.2", "读回的配置里没有绑定 127.0.0.2"),
        ("huawei_vrp", "arp anti-attack", "没有启用检查"),  # IP alone would be half a guard
        ("huawei_cloudengine", "commit", "读回的配置里没有绑定 127.0.0.1"),  # nothing was committed
    ):
        switch = rack.switches[name]
        switch.deaf = deaf
        entries = rack.entries(name, 1, 2)
        undone(rack, name, Task(add=entries, ports=(entries[0].port,)), cause)
        assert rack.checks(name) == {}


def test_a_view_that_does_not_know_the_command_stops_everything(rack: Rack) -> None:
    switch = rack.switches["huawei_vrp"]
    lines = tuple(one for one in switch.vendor.lines if not one.startswith("user-bind"))
    switch.vendor = replace(
        switch.vendor, lines=lines
    )  # an old release: entries in the port's view
    undone(rack, "huawei_vrp", Task(add=rack.entries("huawei_vrp", 1, 2)), "Unrecognized command")


def test_an_address_that_is_bound_in_a_way_we_do_not_read_is_refused_by_the_device(
    rack: Rack,
) -> None:
    switch = rack.switches["huawei_vrp"]
    switch.running.put("user-bind static ip-address 127.0.0.2 mac-address 00e0-0000-0001 vsi x")
    switch.save()
    undone(rack, "huawei_vrp", Task(add=rack.entries("huawei_vrp", 1, 2)), "already exists")


def test_what_the_device_displays_counts_too(rack: Rack) -> None:
    switch = rack.switches["hp_comware"]
    shown = {**switch.vendor.commands["user"]}
    shown["display ip source binding static"] = shown["display clock"]
    switch.vendor = replace(switch.vendor, commands={**switch.vendor.commands, "user": shown})
    task = Task(add=rack.entries("hp_comware", 1))
    undone(rack, "hp_comware", task, "设备显示的绑定表里没有 127.0.0.1")
    del shown["display ip source binding static"]
    change = rack.plan("hp_comware", task)
    assert rack.desk.run(change) == "waiting"
    assert "设备不认识“display ip source binding static”" in rack.desk.change(change).log


def test_what_must_not_be_done_is_refused_before_anything_is_sent(rack: Rack) -> None:
    name = "huawei_vrp"
    switch, ports = rack.switches[name], rack.switches[name].vendor.facts["ports"]
    entry = rack.entries(name, 1)[0]
    switch.running.put("user-bind static ip-address 127.0.0.1 mac-address 00e0-0000-0001")
    switch.running.put("eth-trunk 1", f"interface {ports[4]}")
    switch.save()
    other = Entry("127.0.0.1", "00:e0:00:00:00:01")
    for task, cause in (
        (Task(add=(entry,)), "已绑定 00:e0:00:00:00:01，要一并删除才能改绑"),
        (Task(ports=(ports[0],)), "配置里有“port link-type trunk”"),
        (Task(ports=(ports[4],)), "配置里有“eth-trunk 1”"),
        (Task(ports=("GigabitEthernet0/0/99",)), "设备配置里没有端口"),
        (Task(remove=(entry,)), "不必下发"),
        (Task(add=tuple(Entry(f"127.1.0.{n}", MACS[1]) for n in range(1, 202))), "最多 200 条"),
    ):  # fmt: skip
        with pytest.raises(Unfinished, match=cause):
            rack.plan(name, task)
    change = rack.plan(name, Task(add=(entry,), remove=(other,)))
    assert rack.desk.run(change) == "waiting", rack.desk.change(change).log
    assert rack.bound(name) == {entry[:4]}


def test_where_the_whole_device_is_bound_at_once_it_is_said_what_that_costs(rack: Rack) -> None:
    switch = rack.switches["ruijie_os"]
    switch.running.put("address-bind install")
    switch.save()
    entry = rack.entries("ruijie_os", 1)[0]
    change = rack.plan("ruijie_os", Task(add=(entry,), ports=(entry.port,)))
    assert "IPv6" in rack.desk.change(change).remarks
    assert rack.desk.run(change) == "waiting", rack.desk.change(change).log
    assert rack.bound("ruijie_os") == {("127.0.0.1", MACS[1], "", None)}
    assert rack.checks("ruijie_os") == {"*": "ip"}


@pytest.mark.parametrize("name", ["hp_comware", "cisco_ios"])
def test_a_vlan_is_checked_last_and_its_links_are_exempted(rack: Rack, name: str) -> None:
    entry = rack.entries(name, 1)[0]
    uplink = rack.switches[name].vendor.facts["ports"][0]
    task = Task(add=(entry,), ports=(entry.port,), vlans=(20,), trusts=(uplink,))
    with rack.desk.site.database.observe() as session:
        way = select(Interface.id).where(
            Interface.device_id == rack.ids[name], Interface.name == uplink
        )
        session.get_one(PortRole, session.scalar(way)).role = "uplink"
    change = rack.plan(name, task)
    turned = rack.desk.change(change).plan.split("（读回核对之后）")[1]
    assert name != "cisco_ios" or "ip verify source port-security" in turned
    assert turned.index("arp") < turned.index("verify source") < turned.rindex("arp")
    assert rack.desk.run(change) == "waiting", rack.desk.change(change).log
    running = rack.switches[name].running.text()
    found = enforced(profile_named(PROFILES[name]), running)
    assert found.checks == {entry.port: "ip", "vlan 20": "arp"}
    assert found.trusted == {uplink}
    rack.desk.step(change, "undo")
    assert rack.desk.work() == [""]
    assert (rack.desk.change(change).state, rack.checks(name)) == ("undone", {})


def test_a_firewall_fixes_the_arp_of_its_gateway_addresses(rack: Rack, tmp_path: Path) -> None:
    here = rack.desk
    wall = Cli(name="FW", dialect="huawei_usg", password=PASSWORD)
    wall.running.put("arp static 127.0.0.9 00e0-fc00-0009")
    wall.save()
    with serving([wall], keys=tmp_path / "wall"):
        device = here.device("防火墙", "huawei_usg", wall.port, wall.user, PASSWORD)
        task = Task(add=(Entry("127.0.0.1", MACS[1], "GE0/0/3", 10),))
        registered(here, device, task)
        change = here.plan(device, "bind", **task.params())
        assert "只使冒用者得不到网关的应答" in here.change(change).remarks
        assert here.run(change) == "waiting", here.change(change).log
        static = [line for line in wall.running.lines() if line.startswith("arp static")]
        assert static == [f"arp static 127.0.0.{n} 00e0-fc00-000{n}" for n in (9, 1)]
        here.step(change, "undo")
        assert here.work() == [""]
        assert "127.0.0.1 " not in wall.running.text()
