"""The next free address, how full a range is and which range holds an address, against reckoning
by hand; and what running configurations bring in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.address_alias import AddressAlias
from inventory.address_book import capacity, next_free, prefix_of
from inventory.address_ranges import gaps
from inventory.address_taking import Taken, take_in
from inventory.approval import approvals
from inventory.binding import Binding
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.prefix import Prefix
from inventory.register import Rejected
from inventory.sighting import ArpSighting
from netops.enforced import Enforced, Entry
from tests.inventory.conftest import Tree, grown
from tests.inventory.office import Office, opened
from tests.inventory.signing import Actor, actor
from tests.web.county import selects

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
NUMBERS = st.sets(st.integers(0, 31), max_size=20)
TURN = count()  # ranges of one example never meet those of another


@dataclass(frozen=True)
class Drawn:
    """A range and, by their number in it, the addresses given, aliased, seen and kept."""

    cidr: str
    gateway: int
    given: set[int] = field(default_factory=set)
    aliased: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)

    def ip(self, number: int) -> str:
        net = ip_network(self.cidr)
        return str(net[number % net.num_addresses])

    def ips(self, numbers: set[int]) -> list[str]:
        return sorted({self.ip(number) for number in numbers})

    @property
    def assignable(self) -> list[str]:
        """RFC 950, RFC 3021 and RFC 4291 §2.6.1, said another way than in the code."""
        net = ip_network(self.cidr)
        whole = [str(one) for one in net]
        if len(whole) > 2:
            whole = whole[1:-1] if net.version == 4 else whole[1:]
        closed = {self.ip(self.gateway), *self.ips(self.kept)}
        return [one for one in whole if one not in closed]


DRAWN = st.builds(
    Drawn, st.sampled_from(["10.7.0.0/27", "10.7.0.0/29", "10.7.0.0/31", "fd00:7::/123"]),
    st.integers(1, 6), NUMBERS, NUMBERS, NUMBERS, NUMBERS,
)  # fmt: skip


def written(database: Database, tree: Tree, told: Drawn) -> str:
    here: dict[str, Any] = {"centre_id": tree.lankao.id}
    given_away = sorted({*told.ips(told.given)} & {*told.assignable})
    with database.transaction(system("登记")) as session:
        prefix = Prefix(
            cidr=told.cidr, name="试验", mode="enforce", gateway=told.ip(told.gateway),
            reserved="，".join(told.ips(told.kept)), segment=str(next(TURN)), **here,
        )  # fmt: skip
        session.add(prefix)
        session.flush()
        here["prefix_id"] = prefix.id
        for ip in given_away:
            session.add(Binding(ip=ip, mac=f"00e0-fc00-{next(TURN):04x}", **here))
        for ip in told.ips(told.aliased):
            alias = {"mac": "00:e0:fc:01:00:01", "kind": "team", "reason": "双网卡"}
            session.add(AddressAlias(ip=ip, **alias, **here))
    with database.observe() as session:
        for ip in told.ips(told.seen):
            saw(session, tree.core, prefix.id, ip)
    return str(prefix.id)


def saw(session: Any, device: Device, prefix: str, ip: str, mac: str = "00:e0:fc:02:00:01") -> None:
    session.add(
        ArpSighting(
            centre_id=device.centre_id, device_id=device.id, prefix_id=prefix, ip=ip, mac=mac,
            since=NOW, seen=NOW,
        )
    )  # fmt: skip


@pytest.fixture
def office(grounds: tuple[Database, Tree]) -> Office:
    return opened(*grounds)


@pytest.fixture
def grounds(sqlite_database: Database) -> tuple[Database, Tree]:
    return sqlite_database, grown(sqlite_database)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=DRAWN)
def test_the_next_free_address_is_the_one_found_by_hand(
    grounds: tuple[Database, Tree], told: Drawn
) -> None:
    key = written(*grounds, told)
    given_away = {*told.ips(told.given), *told.ips(told.aliased)}
    seen = {*told.ips(told.seen)} - {told.ip(told.gateway)}
    left = [one for one in told.assignable if one not in given_away]
    quiet = [one for one in left if one not in seen]
    with grounds[0].view(EVERYTHING) as session:
        prefix = session.get_one(Prefix, key)
        assert next_free(session, prefix) == next(iter([*quiet, *left]), None)
        assert capacity(prefix) == len(told.assignable)


@settings(max_examples=20, deadline=None)
@given(taken=st.sets(st.integers(0, 200), max_size=200), low=st.integers(0, 5))
def test_gaps_are_those_of_a_plain_walk(taken: set[int], low: int) -> None:
    def given_away(first: int, last: int) -> int:
        return len([one for one in taken if first <= one <= last])

    walked = [n for a, b in gaps((low, 190), given_away, 16) for n in range(a, b + 1)]
    assert [n for n in walked if n not in taken] == [n for n in range(low, 191) if n not in taken]


def test_a_large_range_is_not_walked(sqlite_database: Database) -> None:
    """The first hundreds of a /16 are given, of a /64 nearly nothing: few questions either way."""
    tree = grown(sqlite_database)
    for cidr, given_away, expected in (
        ("10.7.0.0/16", set(range(2, 302)), "10.7.1.46"),
        ("fd00:7::/64", {2, 3, 5}, "fd00:7::4"),
    ):
        key = written(sqlite_database, tree, Large(cidr, 1, given_away))
        with sqlite_database.view(EVERYTHING) as session:
            prefix = session.get_one(Prefix, key)
            with selects(sqlite_database) as asked:
                assert next_free(session, prefix) == expected
            assert len(asked) < 80


class Large(Drawn):
    """Too large to be written out."""

    @property
    def assignable(self) -> list[str]:
        return self.ips(self.given)


def test_the_range_of_an_address(sqlite_database: Database) -> None:
    tree = grown(sqlite_database)
    with sqlite_database.transaction(system("登记")) as session:
        town = Centre(code="410225-01", name="城关镇", tier="township", parent_id=tree.lankao.id)
        session.add(town)
        session.flush()
        places = {
            "city": (tree.kaifeng.id, "10.0.0.0/8", ""),
            "county": (tree.lankao.id, "10.41.0.0/16", ""),
            "town": (town.id, "10.41.25.0/24", ""), "far": (tree.luoyang.id, "10.41.25.0/24", ""),
            "video": (tree.lankao.id, "10.41.25.0/24", "视频"),
            "gate": (tree.luoyang.id, "10.0.0.0/9", "x"),
        }  # fmt: skip
        ids = {}
        for name, (centre, cidr, segment) in places.items():
            row = Prefix(centre_id=centre, cidr=cidr, segment=segment, name=name, mode="enforce")
            row.gateway_device_id = tree.core.id if name == "gate" else None
            session.add(row)
            session.flush()
            ids[row.id] = name

    def found(ip: str, centre: str | None, device: Device | None = None) -> str | None:
        with sqlite_database.view(EVERYTHING) as session:
            row = prefix_of(session, ip, device, centre)
            return ids[row.id] if row else None

    assert found("10.41.25.7", town.id) == "town"
    assert found("10.41.25.7", tree.luoyang.id) == "far"
    assert found("10.41.25.7", tree.lankao.id) == "video"  # the longest of its own
    assert found("10.41.26.7", town.id) == "county"
    assert found("10.9.0.1", town.id) == "city"
    assert found("10.41.25.7", tree.lankao.id, tree.core) == "gate"
    assert found("10.41.25.7", tree.province.id) is None  # three below hold it
    assert found("192.168.1.1", tree.lankao.id) is None
    assert found("10.41.25.7", None) is None


def test_a_sheet_without_addresses_asks_little_for_each(office: Office) -> None:
    wide = office.add(Prefix, cidr="10.60.0.0/16", name="宽", mode="enforce")
    here = {"centre_id": office.tree.lankao.id, "prefix_id": wide}
    with office.database.transaction(office.net.act()) as session:
        rows = [Binding(mac=f"00e0-fc00-{number:04x}", **here) for number in range(40)]
        rows += [Binding(mac="00e0-fc01-0001", ip="10.60.0.7", **here)]
        session.add_all(rows)
        with selects(office.database) as asked:
            session.flush()
        given = [row.ip for row in rows]
    assert len(set(given)) == 41
    assert {"10.60.0.1", "10.60.0.6", "10.60.0.8", "10.60.0.41"} <= set(given)
    assert len(asked) < 14 * len(rows)


def test_a_county_gives_out_addresses_of_its_citys_range(office: Office) -> None:
    tree = office.tree
    with office.database.transaction(system("登记")) as session:
        for centre, cidr in ((tree.kaifeng, "10.60.0.0/16"), (tree.luoyang, "10.61.0.0/16")):
            session.add(Prefix(centre_id=centre.id, cidr=cidr, name="全市", mode="enforce"))
    with office.database.view(EVERYTHING) as session:
        city, far = session.scalars(
            select(Prefix.id).where(Prefix.name == "全市").order_by(Prefix.cidr)
        )
    first = office.row(office.bind("10.60.0.1", prefix_id=None))
    assert (first.prefix_id, first.centre_id) == (city, tree.lankao.id)
    office.step(first.id, "ask")
    office.agree(first.id)
    assert office.row(office.bind("", "00:e0:fc:00:00:02", prefix_id=city)).ip == "10.60.0.2"
    with pytest.raises(Rejected, match="已由 张三"):
        office.bind("10.60.0.1", "00:e0:fc:00:00:03", prefix_id=city)
    with pytest.raises(Rejected, match="不在已登记的网段"):
        office.bind("10.61.0.1", prefix_id=far)
    with pytest.raises(Rejected, match="由上级登记"):
        office.add(AddressAlias, ip="10.60.0.1", mac="0" * 11 + "2", kind="vrrp", reason="x",
                   prefix_id=city)  # fmt: skip
    with office.database.view(office.net.standing.scope) as session:
        assert Prefix.handed_down(session) == {city: "10.60.0.0/16 全市"}


def test_entries_of_a_configuration_become_drafts(office: Office) -> None:
    core = office.tree.core
    office.bind(
        "10.41.25.11", "00:e0:fc:00:00:01", holder="张三", device_id=core.id, port="GE0/0/1"
    )
    office.bind("10.41.25.12", "00:e0:fc:00:00:02", device_id=core.id, port="GE0/0/2")
    entries = (
        Entry("10.41.25.11", "00:e0:fc:00:00:01", "GigabitEthernet0/0/1"),
        Entry("10.41.25.12", "00:e0:fc:00:00:02", "GE0/0/9"),
        Entry("10.41.25.13", "00:e0:fc:00:00:03", "GE0/0/3", 25, "user-bind static …"),
        Entry("10.41.25.13", "00:e0:fc:00:00:04", "GE0/0/3"),
        Entry("10.41.25.14", "00:e0:fc:00:00:05"), Entry("10.99.1.1", "00:e0:fc:00:00:06"),
    )  # fmt: skip

    def take(who: Actor = office.net) -> Taken:
        with office.database.transaction(who.act()) as session:
            here = session.get_one(Device, core.id)
            return take_in(session, here, Enforced(entries, {}, frozenset()), who.standing)

    first = take()
    assert [(one.ip, one.port, one.vlan, one.state) for one in first.made] == [
        ("10.41.25.13", "GE0/0/3", 25, "draft")
    ]
    assert "user-bind static" in (first.made[0].note or "")
    assert first.same == 1
    assert [text.split("：")[0] for text in first.conflicts] == [
        "10.41.25.12 00:e0:fc:00:00:02", "10.41.25.13 00:e0:fc:00:00:04",
    ]  # fmt: skip
    assert "网关地址" in first.left[0]
    assert "不在已登记的网段" in first.left[1]
    again = take()
    assert (len(again.made), again.same) == (0, 2)
    with pytest.raises(Rejected, match="不能登记"):
        take(actor(office.database, office.tree.lankao, "audit", "陈查", "auditor"))


def test_who_uses_an_address_already_is_told_to_the_approver(office: Office) -> None:
    with office.database.observe() as session:
        for ip in ("10.41.25.11", "10.41.25.12", "10.41.25.13"):
            saw(session, office.tree.core, office.prefix, ip)
    key = office.bind("")
    assert office.row(key).ip == "10.41.25.11"  # all are in use: the lowest, and a warning
    office.step(key, "ask")
    with office.database.view(EVERYTHING) as session:
        asked = approvals(session, office.row(key))[0]
    assert "00:e0:fc:02:00:01" in asked.reason
