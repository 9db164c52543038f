"""What is planned for a switch by register and sightings, what is refused and why, and the two kept
in step: the pitfalls of enforcing, one after another."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.address_alias import AddressAlias
from inventory.binding import Binding
from inventory.binding_steps import give_back
from inventory.config_hearing import state_of
from inventory.db import Database
from inventory.device import Device
from inventory.interface import Interface
from inventory.port_rule import PortRule, strictest
from inventory.prefix import Prefix
from inventory.register import Rejected
from inventory.sighting import ArpSighting, FdbSighting, PortRole, TableWalk
from inventory.sighting_pace import note_pace
from inventory.stepping import moving
from netops.enforced import Entry
from playbooks.binding_differences import differences
from playbooks.binding_guards import still, still_unwanted
from playbooks.binding_plan import BindingPlan, plan_for, propose_for
from playbooks.binding_state import note
from playbooks.binding_task import Task
from playbooks.isolating import against
from tests.playbooks.operating import Desk, desk

NOW = datetime.now(UTC).replace(microsecond=0)
HEAD = "#\nsysname SW\n#\n"


def mac(n: int) -> str:
    return f"00:e0:fc:00:00:{n:02x}"


@dataclass
class Switch:
    """A switch with eight ports: hosts 1 to 6 bound at ports 1 to 6, port 8 the uplink."""

    desk: Desk
    id: str
    prefix: str
    bindings: dict[int, str] = field(default_factory=dict)

    def plan(self) -> BindingPlan:
        with self.desk.site.database.view(EVERYTHING) as session:
            return plan_for(session, self.id)

    def see(self, *rows: Any) -> None:
        with self.desk.site.database.observe() as session:
            for row in rows:
                row.centre_id = self.desk.centre.id
                session.add(row)

    def runs(self, text: str) -> None:
        with self.desk.site.database.observe() as session:
            note(session, session.get_one(Device, self.id), HEAD + text, NOW)
            state_of(session, self.id).success_at = NOW

    def why(self, name: str) -> str:
        return next((one.why for one in self.plan().refused if one.object == name), "")


def port(n: int) -> str:
    return f"GigabitEthernet0/0/{n}"


def seen(switch: Switch, n: int, at: int, vlan: int = 10) -> FdbSighting:
    return FdbSighting(
        device_id=switch.id, interface_id=at, mac=mac(n), vlan=vlan, since=NOW, seen=NOW,
        edge=at != 8,
    )  # fmt: skip


def answers(switch: Switch, ip: str, n: int) -> ArpSighting:
    return ArpSighting(device_id=switch.id, ip=ip, mac=mac(n), since=NOW, seen=NOW)


@pytest.fixture
def switch(founded_database: Database, tmp_path: Path) -> Iterator[Switch]:
    with desk(founded_database, tmp_path) as here:
        device = here.device("接入交换机", "huawei_vrp", 22, "netadmin", "S3cret")
        with founded_database.transaction(system("登记")) as session:
            prefix = Prefix(
                centre_id=here.centre.id, cidr="10.41.25.0/24", name="办公网", vlan=10,
                gateway="10.41.25.254", mode="enforce",
            )  # fmt: skip
            session.add(prefix)
            session.flush()
            made = Switch(here, device, prefix.id)
            for n in range(1, 7):
                made.bindings[n] = registered(session, made, n)
        ports = (
            Interface(
                id=n, device_id=device, if_index=n, name=port(n), seen_at=NOW,
            )
            for n in range(1, 9)
        )  # fmt: skip
        made.see(*ports)
        roles = (
            PortRole(
                interface_id=n, device_id=device, role="uplink" if n == 8 else "edge",
                why="见到核心交换机的 MAC" if n == 8 else "只见到 1 个 MAC", since=NOW,
            )
            for n in range(1, 9)
        )  # fmt: skip
        made.see(*roles)
        made.see(*(seen(made, n, n) for n in range(1, 6)), seen(made, 99, 8))
        yield made


def registered(session: Session, switch: Switch, n: int, state: str = "active") -> str:
    row = Binding(
        centre_id=switch.desk.centre.id, prefix_id=switch.prefix, ip=f"10.41.25.{n}", mac=mac(n),
        holder="王五", device_id=None if n == 5 else switch.id, port="" if n == 5 else port(n),
    )  # fmt: skip
    session.add(row)
    session.flush()
    with moving(session, row):
        row.state, row.since = state, NOW
        session.flush()
    return row.id


def test_ports_are_checked_only_where_all_who_are_there_are_known(switch: Switch) -> None:
    plan = switch.plan()
    assert [one.entry.ip for one in plan.add] == [f"10.41.25.{n}" for n in range(1, 7)]
    assert plan.ports == ()  # its table was never read whole: nobody knows who is there
    assert "不知道端口上接着谁" in switch.why(port(1))
    switch.see(TableWalk(device_id=switch.id, origin="fdb", attempt_at=NOW, complete_at=NOW))
    plan = switch.plan()
    assert plan.ports == tuple(port(n) for n in range(1, 7))
    assert plan.gateways == ("10.41.25.254",)
    assert "按 MAC 地址表取" in next(p.told for p in plan.add if p.entry.ip == "10.41.25.5")
    assert all(one.entry.vlan == 10 for one in plan.add)
    with switch.desk.site.database.transaction(system("登记")) as session:
        for n, kind in ((3, "never"), (4, "many")):
            session.add(ruled(switch, f"GE0/0/{n}", kind))
    switch.see(seen(switch, 50, 1), answers(switch, "10.41.25.77", 2))
    with switch.desk.site.database.observe() as session:
        session.get_one(PortRole, 5).role = "lag"
    assert switch.plan().ports == (port(6),)
    for n, cause in (
        (1, f"端口上还有没有绑定的网卡：{mac(50)}"), (2, "还在用没有绑定的地址：10.41.25.77"),
    ):  # fmt: skip
        assert cause in switch.why(port(n))
    for n, cause in ((3, "禁止下发绑定"), (4, "多终端口"), (5, "是聚合口或它的成员")):
        assert cause in switch.why(f"10.41.25.{n}")  # not even an entry goes there
    switch.see(seen(switch, 60, 6), answers(switch, "127.0.0.1", 60))  # the console's own card
    assert "值守台自己接在这个端口上" in switch.why(port(6))
    with switch.desk.site.database.view(EVERYTHING) as session:
        device = session.get_one(Device, switch.id)
        assert "值守台自己接在" in against(session, device, port(6))  # nor may it be shut
        assert "值守台" not in against(session, device, port(1))


def test_whoever_is_only_switched_off_is_counted_and_an_old_table_tells_nothing(
    switch: Switch,
) -> None:
    walk = TableWalk(device_id=switch.id, origin="fdb", attempt_at=NOW, complete_at=NOW)
    gone = [seen(switch, 70 + n, n) for n in range(1, 4)]
    for row, days in zip(gone, (20, 31, 3), strict=True):
        row.since, row.seen = NOW - timedelta(days=40), NOW - timedelta(days=days)
        row.until = row.seen
    second = answers(switch, "10.41.25.88", 4)
    second.since, second.until = NOW - timedelta(days=3), NOW - timedelta(days=2)
    passed = answers(switch, "10.41.25.89", 5)
    passed.since, passed.until = NOW - timedelta(days=3), NOW - timedelta(days=2)
    switch.see(walk, *gone, second, passed, seen(switch, 73, 8))  # 73 hangs elsewhere by now
    switch.see(answers(switch, "10.41.25.89", 99))  # and another card has that address
    with switch.desk.site.database.observe() as session:
        for told in session.scalars(select(ArpSighting)):
            told.prefix_id = switch.prefix
    assert switch.plan().ports == (port(2), port(3), port(5), port(6))
    assert f"{mac(71)}（最后一次见到 " in switch.why(port(1))
    assert "10.41.25.88（最后一次见到 " in switch.why(port(4))
    params = Task(add=(Entry("10.41.25.2", mac(2), port(2), 10),), ports=(port(2),)).params()
    with switch.desk.site.database.observe() as session:
        assert still(session, switch.id, params) == ""
        session.get_one(TableWalk, (switch.id, "fdb")).complete_at = NOW - timedelta(hours=1)
    assert switch.plan().ports == ()
    assert "最近 30 分钟没有读完整" in switch.why(port(2))
    with switch.desk.site.database.observe() as session:
        note_pace(session, 3600)  # where tables are read each hour, one of an hour ago is the last
    assert switch.plan().ports == (port(2), port(3), port(5), port(6))
    with switch.desk.site.database.observe() as session:
        session.get_one(TableWalk, (switch.id, "fdb")).complete_at = NOW - timedelta(hours=4)
    assert "最近 180 分钟没有读完整" in switch.why(port(2))
    with switch.desk.site.database.view(EVERYTHING) as session:
        assert "请先“立即扫描”" in still(session, switch.id, params)


def test_what_changed_between_approval_and_run_stops_it(switch: Switch) -> None:
    switch.see(TableWalk(device_id=switch.id, origin="fdb", attempt_at=NOW, complete_at=NOW))
    database, here = switch.desk.site.database, switch.desk
    with database.transaction(here.operator.act("建立", "test")) as session:
        device = session.get_one(Device, switch.id)
        change = propose_for(session, here.site.key, device, here.operator, "按登记绑定")
    assert change.procedure == "bind"
    assert "新增 6 条，6 个端口启用检查" in change.what
    params = switch.plan().task().params()
    with database.view(EVERYTHING) as session:
        assert still(session, switch.id, params) == ""
    switch.see(seen(switch, 51, 2))
    with database.view(EVERYTHING) as session:
        assert f"还有没有绑定的网卡：{mac(51)}" in still(session, switch.id, params)


def test_what_the_register_says_otherwise_by_now_stops_it(switch: Switch) -> None:
    switch.see(TableWalk(device_id=switch.id, origin="fdb", attempt_at=NOW, complete_at=NOW))
    database, params = switch.desk.site.database, switch.plan().task().params()
    vlans = dict(params, ports="", vlans="10", trusts="")
    with database.view(EVERYTHING) as session:
        assert "VLAN 10 现在不能启用检查" in still(session, switch.id, vlans)
    back = Task(remove=(Entry("10.41.25.1", mac(1), port(1), 10),)).params()
    with database.transaction(system("登记")) as session:
        session.add(ruled(switch, "GE0/0/3", "uplink"))
        assert "现在又在登记里" in still_unwanted(session, switch.id, back)
        assert "现在又在登记里" in still(session, switch.id, back)
    with database.transaction(system("登记")) as session:
        assert "10.41.25.3 不能下发到端口" in still(session, switch.id, dict(params, ports=""))
        row = session.get_one(Binding, switch.bindings[4])
        with moving(session, row):
            give_back(session, row, NOW)
            session.flush()
        told = still(session, switch.id, params)
        assert told == f"绑定 10.41.25.4 {mac(4)} {port(4)} 现在不在登记里，或登记已改"
    plan = switch.plan()
    assert {one.entry.ip for one in plan.add} == {f"10.41.25.{n}" for n in (1, 2, 5, 6)}
    assert "已登记为“上联或互联口”，这条绑定不下发" in switch.why("10.41.25.3")


def test_one_rule_stands_for_a_port_however_it_is_spelled(switch: Switch) -> None:
    database = switch.desk.site.database
    with database.transaction(system("登记")) as session:
        session.add(ruled(switch, "GE0/0/3", "never"))
    for name, cause in ((port(3), "已经登记为“禁止下发绑定”"), ("GE0/0/99", "设备上没有这个端口")):
        with pytest.raises(Rejected, match=cause), database.transaction(system("登记")) as session:
            session.add(ruled(switch, name, "edge"))
    both = [ruled(switch, port(3), "edge"), ruled(switch, "GE0/0/3", "never")]
    for rules in (both, both[::-1]):
        assert [one.kind for one in strictest(rules).values()] == ["never"]


def ruled(switch: Switch, name: str, kind: str) -> PortRule:
    home = switch.desk.centre.id
    return PortRule(centre_id=home, device_id=switch.id, port=name, kind=kind, reason="试验")


def test_the_register_and_the_device_are_kept_in_step(switch: Switch) -> None:
    database = switch.desk.site.database
    switch.see(TableWalk(device_id=switch.id, origin="fdb", attempt_at=NOW, complete_at=NOW))
    with database.view(EVERYTHING) as session:
        assert differences(session, switch.id) == []  # never read: nothing is known
    with database.transaction(system("登记")) as session:
        registered(session, switch, 20, "released")
    lines = [
        "user-bind static ip-address 10.41.25.1 mac-address 00e0-fc00-0001 interface GE0/0/1",
        "user-bind static ip-address 10.41.25.2 mac-address 00e0-fc00-00ee",
        "user-bind static ip-address 10.41.25.20 mac-address 00e0-fc00-0014",
        "user-bind static ip-address 10.41.25.200 mac-address 00e0-fc00-00c8",
    ]  # fmt: skip
    checked = f"interface {port(1)}\n ip source check user-bind enable\n#\n"
    switch.runs(checked + "\n".join(lines) + "\n#\nreturn\n")
    plan = switch.plan()
    assert [one.entry.ip for one in plan.add] == [f"10.41.25.{n}" for n in range(2, 7)]
    assert {one.ip for one in plan.remove} == {"10.41.25.2", "10.41.25.20"}
    assert plan.ports == tuple(port(n) for n in range(2, 7))
    assert (plan.present, "另有 1 条不在登记里" in plan.remarks[0]) == (4, True)
    with database.view(EVERYTHING) as session:
        found = {(one.kind, one.ip): one for one in differences(session, switch.id)}
    assert {ip for kind, ip in found if kind == "missing"} == {f"10.41.25.{n}" for n in range(2, 7)}
    assert found["missing", "10.41.25.2"].binding_id == switch.bindings[2]
    assert "00:e0:fc:00:00:ee" in found["missing", "10.41.25.2"].why
    assert {ip for kind, ip in found if kind == "extra"} == {
        "10.41.25.2", "10.41.25.20", "10.41.25.200",
    }  # fmt: skip
    alias = {"ip": "10.41.25.2", "mac": "00:e0:fc:00:00:ee", "kind": "team", "reason": "双网卡"}
    with database.transaction(system("登记")) as session:
        home = switch.desk.centre.id
        session.add(AddressAlias(centre_id=home, prefix_id=switch.prefix, **alias))
    assert {one.ip for one in switch.plan().remove} == {"10.41.25.20"}  # declared: it stays
    with database.view(EVERYTHING) as session:
        assert "10.41.25.2" not in {
            one.ip for one in differences(session, switch.id) if one.kind == "extra"
        }
    switch.runs("return\n")
    with database.view(EVERYTHING) as session:
        assert {one.kind for one in differences(session, switch.id)} == {"missing"}


def test_a_table_without_room_is_not_even_proposed(switch: Switch) -> None:
    lines = "\n".join(
        f"user-bind static ip-address 10.9.{n // 250}.{n % 250} mac-address 00e0-fc11-{n:04x}"
        for n in range(1020)
    )
    switch.runs(f"{lines}\n#\nreturn\n")
    assert "最多 1024 条，已有 1020 条，还差 2 条的位置" in switch.why("接入交换机")
    here = switch.desk
    with (
        pytest.raises(Rejected, match="绑定表放不下"),
        here.site.database.transaction(here.operator.act("建立", "test")) as session,
    ):
        device = session.get_one(Device, switch.id)
        propose_for(session, here.site.key, device, here.operator, "按登记绑定")


def test_where_only_the_gateway_can_be_held_it_is_planned_there(switch: Switch) -> None:
    here = switch.desk
    wall = here.device("防火墙", "huawei_usg", 22, "netadmin", "S3cret")
    other = here.device("不能绑定", "generic", 22, "netadmin", "S3cret")
    with here.site.database.view(EVERYTHING) as session:
        assert plan_for(session, wall).empty
    with here.site.database.transaction(system("登记")) as session:
        row = session.get_one(Prefix, switch.prefix)
        row.gateway_device_id, row.reason = wall, "网关换成防火墙，李主任同意"
    with here.site.database.view(EVERYTHING) as session:
        plan = plan_for(session, wall)
        assert [one.entry[:4] for one in plan.add] == [
            (f"10.41.25.{n}", mac(n), "", None) for n in range(1, 7)
        ]
        assert (plan.ports, plan.refused) == ((), ())
        assert "只能监视" in plan_for(session, other).refused[0].why
        assert differences(session, other) == []
    with here.site.database.transaction(system("改为只监视")) as session:
        row = session.get_one(Prefix, switch.prefix)
        row.mode, row.reason = "watch", "交换机太旧"
    assert switch.plan().empty
