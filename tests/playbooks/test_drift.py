"""An address violation from its detection to its end, as the tables tell it."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread

import pytest
from sqlalchemy import select, update

from inventory.act import EVERYTHING, system
from inventory.address_alias import AddressAlias
from inventory.address_finding import AddressFinding, FindingSeen
from inventory.binding import Binding
from inventory.centre import Centre
from inventory.chain import AuditRow
from inventory.config_hearing import state_of
from inventory.db import Database
from inventory.device import Device
from inventory.device_binding import DeviceBinding
from inventory.log_draft import LogDraft
from inventory.message import Message
from inventory.notice import Notice, NoticeReceipt
from inventory.prefix import Prefix
from inventory.register import Rejected
from inventory.sighting import ArpSighting, FdbSighting
from inventory.signature import Signature
from inventory.stepping import moving
from playbooks.drift_loading import load
from tests.playbooks.lan import ANN, BOB, EVE, FONE, GATE, Lan, lan


@pytest.fixture
def net(database: Database, tmp_path: Path) -> Lan:
    return lan(database, tmp_path, datetime.now(UTC).replace(microsecond=0))


def unread(net: Lan, key: str) -> int:
    query = select(NoticeReceipt).join(Notice, Notice.id == NoticeReceipt.notice_id)
    left = query.where(Notice.key == f"address-finding:{key}", NoticeReceipt.read_at.is_(None))
    return len(net.home.rows(left))


def taken(net: Lan) -> str:
    """An address is taken by a telephone, after a cycle in which all was well; its binding."""
    held = net.bind("10.1.1.10", ANN, "GE0/0/1", "张三")
    net.arp("10.1.1.1", GATE)
    net.arp("10.1.1.10", ANN)
    net.fdb(ANN, 1)
    assert net.judge() == 0
    assert net.findings() == []
    net.wait()
    net.arp("10.1.1.10", FONE)
    net.fdb(FONE, 3)
    assert net.judge() == 1  # one fact: neither a random card nor a moved one besides
    return held


def test_what_was_found_stays_on_the_book(net: Lan) -> None:
    taken(net)
    (row,) = net.findings()
    with (
        pytest.raises(Rejected, match="不能停用"),
        net.home.database.transaction(system("停用")) as session,
    ):
        session.get_one(AddressFinding, row.id).turn(gone=True)
    assert net.findings()[0].retired_at is None


def test_a_taken_address_is_found_with_its_port_and_told_once(net: Lan) -> None:
    held = taken(net)
    (row,) = net.findings()
    assert (row.kind, row.severity, row.state) == ("taken", "critical", "open")
    assert (row.ip, row.mac, row.binding_id) == ("10.1.1.10", FONE, held)
    assert (row.device_id, row.port) == (net.switch, "GigabitEthernet0/0/3")
    assert row.evidence.startswith(f"10.1.1.10 登记给张三（{ANN}），现由 {FONE} 应答。")
    for words in (
        "县局网关 的 ARP 表",
        "一楼交换机 的端口 GigabitEthernet0/0/3（VLAN 10）",
        "随机",
    ):
        assert words in row.evidence
    assert unread(net, row.id)
    (draft,) = net.home.rows(select(LogDraft).where(LogDraft.thing_id == row.id))
    assert (draft.section, draft.device_id) == ("problem", net.switch)

    net.wait()
    assert net.judge() == 1
    assert net.findings()[0].revision == row.revision  # told again is no change of the register
    seen = net.seen(row.id)
    assert (seen.times, seen.last_at, seen.present) == (2, net.now, True)
    assert len(net.home.rows(select(Notice).where(Notice.key.endswith(row.id)))) == 1


def test_a_port_that_is_found_after_the_address_is_named(net: Lan) -> None:
    net.arp("10.1.1.77", BOB)
    net.judge()
    assert net.findings()[0].port == ""
    net.wait()
    net.fdb(BOB, 3)
    net.judge()
    (row,) = net.findings()
    assert (row.device_id, row.port) == (net.switch, "GigabitEthernet0/0/3")


def test_a_taken_address_is_set_right_by_one_and_signed_off_by_another(net: Lan) -> None:
    taken(net)
    net.do("net", "taken", "handle", cause="误设地址", remedy="已改回自动获取")
    with pytest.raises(Rejected, match="现在仍能看到"):
        net.do("lead", "taken", "close")
    net.wait()
    net.arp("10.1.1.10", ANN)
    assert net.judge() == 1  # it is still plugged in, and nobody's
    assert net.finding("random").port == "GigabitEthernet0/0/3"
    assert net.finding("taken").ended_at == net.now
    with pytest.raises(Rejected):
        net.do("net", "taken", "close")  # no leader, and it was their own doing
    net.do("lead", "taken", "close")
    done = net.finding("taken")
    assert (done.state, unread(net, done.id)) == ("closed", 0)
    assert len(net.home.rows(select(Signature).where(Signature.thing_id == done.id))) == 2
    net.wait()
    net.arp("10.1.1.10", FONE)
    net.judge()
    taken_twice = [one.state for one in net.findings() if one.kind == "taken"]
    assert taken_twice == ["closed", "open"]  # another time, another row


def test_what_is_over_is_still_to_be_signed_off_and_comes_back_as_itself(net: Lan) -> None:
    net.arp("10.1.1.1", EVE)
    net.arp("10.1.1.77", BOB)
    assert net.judge() == 2
    net.wait()
    for ip in ("10.1.1.1", "10.1.1.77"):
        net.arp(ip, "")
    assert net.judge() == 0
    assert {one.kind: one.state for one in net.findings()} == {"spoof": "gone", "unknown": "open"}
    assert not net.seen(net.finding("unknown").id).present
    net.wait(200)  # who is silent for a while is not gone yet
    assert net.judge() == 0
    assert {one.kind: one.state for one in net.findings()} == {"spoof": "gone", "unknown": "gone"}
    net.wait(3 * 24 * 60)
    net.arp("10.1.1.1", EVE)
    net.arp("10.1.1.77", BOB)
    net.judge()
    again = sorted((one.kind, one.state) for one in net.findings())
    assert again == [("spoof", "open"), ("unknown", "gone"), ("unknown", "open")]
    assert net.finding("spoof").ended_at is None
    net.do("net", "spoof", "handle", cause="私接路由器", remedy="已拆除")
    net.wait()
    net.arp("10.1.1.1", GATE)
    net.judge()
    net.do("lead", "spoof", "reopen")
    assert net.finding("spoof").state == "gone"  # to be set right all the same


def test_it_is_registered_or_declared_to_be_in_order(net: Lan) -> None:
    held = net.bind("10.1.1.10", ANN, "GE0/0/1")
    net.arp("10.1.1.66", EVE)
    net.fdb(EVE, 2)
    net.arp("10.1.1.10", BOB)
    net.fdb(ANN, 4)
    net.judge()
    assert {one.kind for one in net.findings()} == {"unknown", "taken", "moved"}
    net.do("net", "unknown", "register")
    with pytest.raises(Rejected, match="已经有草拟"):
        net.do("net", "unknown", "register")
    (draft,) = net.home.rows(select(Binding).where(Binding.mac == EVE))
    assert (draft.ip, draft.state, draft.port) == ("10.1.1.66", "draft", "GigabitEthernet0/0/2")
    net.do("net", "moved", "register")
    (other,) = net.home.rows(select(Binding).where(Binding.replaces_id == held))
    assert (other.ip, other.mac, other.port) == ("10.1.1.10", ANN, "GigabitEthernet0/0/4")
    net.do("net", "taken", "alias", cause="双机热备")
    (alias,) = net.home.rows(select(AddressAlias))
    assert (alias.ip, alias.mac, alias.kind) == ("10.1.1.10", BOB, "cluster")
    for key, facts in ((draft.id, {"holder": "李四"}), (other.id, {})):
        net.home.do("net", Binding, key, "ask", **facts)
        net.home.decide("lead", Binding, key)
    net.wait()
    assert net.judge() == 0
    assert {one.state for one in net.findings()} == {"gone"}


def test_a_router_group_is_the_one_that_the_gateway_tells_of_itself(net: Lan) -> None:
    group, made_up = "00:00:5e:00:01:0a", "00:00:5e:00:01:63"
    net.arp("10.1.1.1", group)
    net.arp("10.1.1.1", made_up, net.switch)
    assert net.judge() == 1
    assert net.finding("spoof").mac == made_up
    net.wait()
    net.arp("10.1.1.1", made_up)  # it has told the gateway so, too
    net.fdb(made_up, 2)
    assert net.judge() == 1
    assert net.finding("spoof").state == "open"


def test_a_card_that_is_copied_is_at_two_ports(net: Lan) -> None:
    net.bind("10.1.1.10", ANN, "GE0/0/1")
    net.fdb(ANN, 1)
    with net.home.database.observe() as session:
        session.add(
            FdbSighting(
                centre_id=net.home.centre.id, device_id=net.switch, mac=ANN, vlan=10,
                interface_id=net.ports[2], since=net.now, seen=net.now,
            )
        )  # fmt: skip
    assert net.judge() == 0  # it may only have been carried over
    net.wait(25)
    assert net.judge() == 1
    told = net.finding("moved")
    assert "同一 MAC 同时出现在两个端口" in told.evidence
    assert "GigabitEthernet0/0/1（" in told.evidence
    assert "GigabitEthernet0/0/3（" in told.evidence


def test_who_comes_and_goes_is_told_once_and_fills_no_audit(net: Lan) -> None:
    net.bind("10.1.1.10", ANN)
    net.arp("10.1.1.10", BOB)
    net.arp("10.1.1.77", EVE)
    net.judge()
    begun = len(net.home.rows(select(AuditRow.seq)))
    for turn in range(8):
        net.wait()
        net.arp("10.1.1.77", "" if turn % 2 else EVE)
        net.fdb(EVE, 2 + turn % 3)
        net.judge()
    assert len(net.home.rows(select(AuditRow.seq))) <= begun + 1  # the port, once
    assert net.finding("unknown").port == "GigabitEthernet0/0/2"
    assert "GigabitEthernet0/0/3" in net.seen(net.finding("unknown").id).text
    for _ in range(2):
        net.wait()
        net.arp("10.1.1.10", ANN)
        net.judge()
        net.wait()
        net.arp("10.1.1.10", BOB)
        net.judge()
    told = net.finding("taken")
    assert told.state == "open"
    assert unread(net, told.id) == 0  # settled as it ended, and no news since
    key = f"address-finding:{told.id}"
    assert len(net.home.rows(select(Notice).where(Notice.key == key))) == 1


def test_a_clock_that_is_set_back_does_not_stop_the_judging(net: Lan) -> None:
    net.arp("10.1.1.77", EVE)
    net.wait(365 * 24 * 60)
    net.judge()
    net.wait(-365 * 24 * 60)
    net.arp("10.1.1.77", "")
    net.judge()
    assert net.finding("unknown").state == "gone"
    net.arp("10.1.1.77", EVE)
    net.judge()
    assert net.finding("unknown").state == "open"


def said(net: Lan, kind: str, **facts: str) -> None:
    with net.home.database.observe() as session:
        session.add(
            Message(
                centre_id=net.home.centre.id, device_id=net.switch, at=net.now, via="udp",
                origin="10.9.0.2", kind=kind, rule="h3c.port_security", text=kind, facts=facts,
            )
        )  # fmt: skip


def test_an_address_that_is_kept_free_is_told_as_such(net: Lan) -> None:
    with net.home.database.transaction(net.home.act("net")) as session:
        prefix = session.get_one(Prefix, net.prefix)
        prefix.reserved, prefix.reason = "10.1.1.200-10.1.1.210", "预留"
    net.arp("10.1.1.205", EVE)
    net.arp("10.1.1.99", BOB)
    net.judge()
    words = {one.mac: one.evidence for one in net.findings()}
    assert "保留地址" in words[EVE]
    assert "没有分配" in words[BOB]
    assert "保留地址" not in words[BOB]


def test_what_a_switch_refuses_is_a_violation_for_a_day(net: Lan) -> None:
    held = net.bind("10.1.1.10", ANN)
    port = {"port": "GigabitEthernet0/0/3"}
    said(net, "port_security", mac="286e-d400-000e", ip="10.1.1.10", **port)
    said(net, "port_security", mac="286e-d400-000b", **port)
    said(net, "mac_move", mac="286e-d400-000a", **port)
    said(net, "mac_move", mac="286e-d400-00ff")  # nobody's, and nothing was refused
    said(net, "port_security", mac="00e0-fc00-0001")  # our own gateway
    assert net.judge() == 3
    found = {(one.kind, one.severity, one.ip, one.mac) for one in net.findings()}
    assert found == {
        ("taken", "warning", "10.1.1.10", EVE), ("unknown", "warning", None, BOB),
        ("moved", "warning", None, ANN),
    }  # fmt: skip
    told = net.finding("taken")
    assert (told.binding_id, told.device_id, told.port) == (held, net.switch, port["port"])
    assert "拒绝了" in told.evidence
    net.wait(60)
    said(net, "port_security", mac="286e-d400-000e", ip="10.1.1.10", **port)
    assert net.judge() == 3
    net.wait(23.5 * 60)
    assert net.judge() == 1
    net.wait(60)
    assert net.judge() == 0
    assert {one.state for one in net.findings()} == {"gone"}


def test_a_card_that_another_county_has_registered_is_nobodys_here(net: Lan) -> None:
    held = net.bind("10.1.1.10", ANN, holder="张三")
    with net.home.database.transaction(system("外县")) as session:
        gate = Device(centre_id=net.home.far.id, name="外县网关", address="10.9.9.1", kind="router")
        away = Prefix(
            centre_id=net.home.far.id,
            cidr="10.2.1.0/24",
            name="外县",
            mode="watch",
            reason="会议室",
        )
        session.add_all([gate, away])
        session.flush()
        keys = away.id, gate.id
    with net.home.database.observe() as session:
        session.add(
            ArpSighting(
                centre_id=net.home.far.id, device_id=keys[1], prefix_id=keys[0], ip="10.2.1.9",
                mac=ANN, since=net.now, seen=net.now,
            )
        )  # fmt: skip
    net.judge()
    (told,) = net.findings()
    assert (told.kind, told.binding_id, told.centre_id) == ("unknown", None, net.home.far.id)
    seen = net.seen(told.id).text
    assert not any(word in told.evidence + seen for word in ("张三", "10.1.1.10", held))


def test_who_may_answer_for_somebody_else_is_not_for_one_alone_to_say(net: Lan) -> None:
    net.bind("10.1.1.10", ANN)
    net.arp("10.1.1.10", BOB)
    net.arp("10.1.1.1", EVE)
    net.judge()
    with pytest.raises(Rejected, match="不能“设为地址别名”"):
        net.do("tech", "taken", "alias", cause="双机热备")
    for who, step in (("net", "alias"), ("lead", "redundant")):
        with pytest.raises(Rejected):
            net.do(who, "spoof", step, cause="冗余网关")
    net.do("net", "spoof", "handle", cause="备用网关", remedy="是本单位的设备")
    with pytest.raises(Rejected):
        net.do("net", "spoof", "redundant")
    assert net.home.rows(select(AddressAlias)) == []
    net.do("lead", "spoof", "redundant")
    (alias,) = net.home.rows(select(AddressAlias))
    assert (alias.ip, alias.mac, alias.kind, alias.reason) == ("10.1.1.1", EVE, "vrrp", "备用网关")
    net.wait()
    assert net.judge() == 1  # the one that is taken
    assert net.finding("spoof").state == "closed"


def test_what_a_device_says_of_a_conflict_is_evidence_for_a_while(net: Lan) -> None:
    net.bind("10.1.1.10", ANN)
    with net.home.database.observe() as session:
        session.add(
            Message(
                centre_id=net.home.centre.id, device_id=net.gate, at=net.now, via="udp",
                origin="10.9.0.1", kind="arp_conflict", rule="huawei.conflict", text="conflict",
                facts={"ip": "10.1.1.10", "mac": ANN, "other": EVE},
            )
        )  # fmt: skip
    assert net.judge() == 1
    assert "报告地址冲突" in net.finding("taken").evidence
    net.wait(20)
    assert net.judge() == 0


def test_a_range_that_is_left_alone_or_held_less_strictly(net: Lan) -> None:
    net.bind("10.1.1.10", ANN)
    net.arp("10.1.1.10", EVE)
    net.judge()
    with net.home.database.transaction(net.home.act("net")) as session:
        prefix = session.get_one(Prefix, net.prefix)
        prefix.mode, prefix.reason = "watch", "会议室"
    net.wait()
    assert net.judge() == 1
    assert net.finding("taken").severity == "warning"
    with net.home.database.transaction(net.home.act("net")) as session:
        prefix = session.get_one(Prefix, net.prefix)
        prefix.mode, prefix.reason = "none", "移交县局"
    assert net.judge() == 0
    assert net.finding("taken").state == "gone"


def test_two_who_look_at_once_and_one_who_is_late(net: Lan) -> None:
    net.many(20)
    threads = [Thread(target=net.judge) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(net.findings()) == 20
    later = net.now
    net.wait(-5)  # who began to look before, and is done after
    with net.home.database.observe() as session:
        session.execute(update(FindingSeen).values(last_at=later))
    net.arp("10.1.1.20", "")
    net.judge()
    assert {one.state for one in net.findings()} == {"open"}
    told = net.home.rows(select(Notice).where(Notice.key.startswith("address-finding")))
    assert len(told) == 1  # not twenty


CHILD = """
import sys
from datetime import datetime
from pathlib import Path
import inventory.schema
from inventory.db import open_database
from inventory.secret import Key
from netops.history import History
from playbooks.drift import judge
from playbooks.site import Site
folder = Path(sys.argv[2])
key = Key.load(folder / "secret.key")
site = Site(open_database(sys.argv[1]), History(folder / "history"), key, folder, sys.argv[3])
print("ready", flush=True)
judge(site, datetime.fromisoformat(sys.argv[4]))
"""


@pytest.mark.parametrize("delay", [0.05, 0.4])
def test_a_look_that_is_killed_leaves_all_or_nothing(
    sqlite_database: Database, tmp_path: Path, delay: float
) -> None:
    net = lan(sqlite_database, tmp_path, datetime.now(UTC).replace(microsecond=0))
    net.many(200)
    url = str(sqlite_database.engine.url)
    words = (url, str(tmp_path), net.site.centre_id, net.now.isoformat())
    with Popen([sys.executable, "-c", CHILD, *words], stdout=PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(delay)  # wherever it is by then
        child.kill()
    left = len(net.findings())
    assert left in (0, 200)
    assert len(net.home.rows(select(FindingSeen))) == left
    net.wait()
    assert net.judge() == 200
    assert len(net.findings()) == 200


def test_what_a_switch_holds_people_to_is_held_against_the_register(net: Lan) -> None:
    with net.home.database.transaction(net.home.act("net")) as session:
        session.get_one(Device, net.switch).profile = "huawei_vrp"
    net.bind("10.1.1.10", ANN, "GE0/0/1")
    with net.home.database.observe() as session:
        state_of(session, net.switch).success_at = net.now
        session.add(
            DeviceBinding(
                centre_id=net.home.centre.id, device_id=net.switch, ip="10.1.1.44", mac=EVE,
                port="GigabitEthernet0/0/2", read_at=net.now,
            )
        )  # fmt: skip
    net.judge()
    found = {(one.kind, one.severity, one.ip, one.mac) for one in net.findings()}
    assert found == {
        ("missing", "warning", "10.1.1.10", ANN), ("extra", "info", "10.1.1.44", EVE),
    }  # fmt: skip
    assert "一楼交换机上没有绑定 10.1.1.10" in net.finding("missing").evidence
    with net.home.database.observe() as session:
        session.execute(update(DeviceBinding).values(ip="10.1.1.10", mac=ANN, port="GE0/0/1"))
    net.wait()
    assert net.judge() == 0
    assert {one.state for one in net.findings()} == {"gone"}


def test_who_is_bound_at_no_port_by_name_is_missed_where_they_hang(net: Lan) -> None:
    with net.home.database.transaction(net.home.act("net")) as session:
        session.get_one(Device, net.switch).profile = "huawei_vrp"
    net.bind("10.1.1.10", ANN)
    with net.home.database.observe() as session:
        state_of(session, net.switch).success_at = net.now
    net.arp("10.1.1.10", ANN)
    net.judge()
    assert [one.kind for one in net.findings()] == []  # nobody knows where
    net.wait()
    net.fdb(ANN, 1)
    net.judge()
    (row,) = net.findings()
    assert (row.kind, row.device_id, row.port) == ("missing", net.switch, "GigabitEthernet0/0/1")


def test_a_town_has_the_vlans_of_its_county_but_those_of_its_own(net: Lan) -> None:
    county = net.home.centre.id
    with net.home.database.transaction(system("登记")) as session:
        town = Centre(code="410225-01", name="城关镇", tier="township", parent_id=county)
        below = Centre(code="410225-C", name="下级中心", tier="county", parent_id=county)
        session.add_all((town, below))
        session.flush()
        own = Prefix(centre_id=town.id, cidr="10.2.0.0/24", name="镇", vlan=20, mode="enforce")
        twins = [
            Prefix(centre_id=county, cidr=f"10.3.{n}.0/24", name="x", vlan=vlan, mode="enforce")
            for n, vlan in enumerate((20, 30, 30))
        ]
        session.add_all((own, *twins))
    with net.home.database.view(EVERYTHING) as session:
        book, _seen = load(session, net.now)
    assert book.vlans == {
        (county, 10): net.prefix, (town.id, 10): net.prefix, (county, 20): twins[0].id,
        (town.id, 20): own.id,
    }  # fmt: skip


def test_a_range_of_the_centre_above_tells_whoever_has_seen_it(net: Lan) -> None:
    """And tells them nothing of what a neighbour has registered there."""
    above = net.home.centre.id
    with net.home.database.transaction(system("登记")) as session:
        mine, other = (
            Centre(code=f"410225-{n}", name=name, tier="county", parent_id=above)
            for n, name in enumerate(("本县", "邻县"))
        )
        session.add_all((mine, other))
        session.flush()
        session.get_one(Device, net.switch).centre_id = mine.id
        theirs = Binding(
            centre_id=other.id, prefix_id=net.prefix, ip="10.1.1.9", mac=BOB, holder="李四",
            state="active", since=net.now,
        )  # fmt: skip
        with moving(session, theirs):
            session.add(theirs)
    net.arp("10.1.1.9", EVE)
    net.fdb(EVE, 2)
    net.judge()
    (row,) = net.findings()
    assert (row.kind, row.centre_id, row.binding_id) == ("taken", mine.id, None)
    assert "李四" not in row.evidence
    assert BOB not in row.evidence
    net.wait()
    net.judge()
    assert len(net.findings()) == 1
