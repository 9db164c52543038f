"""Who had an address then, and at which port: asked of intervals on both engines."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, Scope, system
from inventory.address_book import prefix_of
from inventory.address_homes import Homes
from inventory.binding import Binding
from inventory.db import Database
from inventory.device import Device
from inventory.interface import Interface
from inventory.prefix import Prefix
from inventory.sighting import ArpSighting, FdbSighting, PortRole
from inventory.sighting_pace import forgetting, note_pace
from inventory.stepping import moving
from inventory.whereabouts import where_is, who_had
from netops.sighted import ArpRow, TableRead
from netops.sighting_keeping import keep_arp
from tests.inventory.conftest import Tree, grown

NOON = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE, TWO = "00:e0:fc:00:00:01", "00:e0:fc:00:00:02"
IP = "10.41.25.9"


class Book:
    """One range of 兰考, whose core is its gateway and shows two of its ports."""

    def __init__(self, database: Database) -> None:
        self.database, self.tree = database, grown(database)
        core = self.tree.core
        self.at = {"device_id": core.id, "centre_id": core.centre_id}
        with database.transaction(system("登记")) as session:
            row = Prefix(
                centre_id=core.centre_id, cidr="10.41.25.0/24", name="办公", reason="试验",
                gateway_device_id=core.id,
            )  # fmt: skip
            session.add(row)
        self.prefix = row.id
        with database.observe() as session:
            for number, (role, macs) in enumerate((("uplink", 90), ("edge", 1)), 1):
                named = {"name": f"GE0/0/{number}", "if_index": number, "seen_at": NOON}
                session.add(Interface(id=number, **named, **self.at))
                role_row = PortRole(interface_id=number, role=role, macs=macs, since=NOON)
                role_row.device_id, role_row.centre_id = core.id, core.centre_id
                session.add(role_row)

    def arp(self, mac: str, since: datetime, until: datetime | None, **facts: Any) -> None:
        told = {"ip": IP, "prefix_id": self.prefix, "since": since, "seen": until or since}
        with self.database.observe() as session:
            session.add(ArpSighting(mac=mac, until=until, **(told | self.at | facts)))

    def fdb(self, mac: str, port: int, since: datetime, until: datetime | None) -> None:
        told = {"vlan": 10, "since": since, "seen": until or since, "edge": port > 1}
        with self.database.observe() as session:
            session.add(FdbSighting(mac=mac, interface_id=port, until=until, **told, **self.at))

    def bound(self, name: str, since: datetime, until: datetime | None) -> None:
        with self.database.transaction(system("绑定")) as session:
            row = Binding(
                centre_id=self.at["centre_id"], prefix_id=self.prefix, ip=IP, mac=ONE, holder=name
            )
            with moving(session, row):
                row.state = "released" if until else "active"
                row.since, row.until = since, until
                session.add(row)


@pytest.fixture
def book(database: Database) -> Book:
    return Book(database)


def test_who_held_it_then_where_and_whose_it_was(book: Book) -> None:
    book.arp(ONE, NOON - DAY, NOON)
    book.arp(TWO, NOON + HOUR, None)
    book.fdb(ONE, 1, NOON - DAY, NOON)  # passing through
    book.fdb(ONE, 2, NOON - 2 * HOUR, NOON - HOUR)
    book.fdb(ONE, 2, NOON - DAY, NOON - DAY + HOUR)
    book.bound("张三", NOON - 30 * DAY, NOON + HOUR)
    book.bound("李四", NOON + HOUR, None)
    with book.database.view(EVERYTHING) as session:
        [then] = who_had(session, IP, NOON - HOUR / 2)
        after = who_had(session, IP, NOON + HOUR / 4)
        [now] = who_had(session, IP, NOON + 2 * HOUR)
    assert (then.mac, then.exact, then.device) == (ONE, True, "兰考核心")
    assert then.holder is not None
    assert then.holder.name == "张三"
    assert [(p.port, p.exact, p.role) for p in then.places] == [
        ("GE0/0/2", False, "edge"), ("GE0/0/1", True, "uplink"),
    ]  # fmt: skip
    assert then.places[0].until == NOON - HOUR  # the time at that port next to the one asked
    assert [(one.mac, one.exact) for one in after] == [(ONE, False)]
    assert now.holder is not None
    assert (now.mac, now.holder.name, now.places) == (TWO, "李四", ())


def test_two_at_a_time_are_both_told_and_nobody_seen_is_the_register_alone(book: Book) -> None:
    book.arp(ONE, NOON - DAY, None)
    book.arp(TWO, NOON - HOUR, NOON)
    book.bound("张三", NOON - DAY, None)
    with book.database.view(EVERYTHING) as session:
        both = who_had(session, IP, NOON - HOUR / 2)
        [early] = who_had(session, IP, NOON - DAY + HOUR)
        assert who_had(session, IP, NOON - 2 * DAY) == []
        with_none = who_had(session, "10.41.25.10", NOON)
    assert {one.mac for one in both} == {ONE, TWO}
    assert early.mac == ONE
    assert with_none == []
    with book.database.observe() as session:
        session.delete(session.get_one(ArpSighting, 1))
    with book.database.view(EVERYTHING) as session:
        [alone] = who_had(session, IP, NOON + 2 * HOUR)
    assert alone.holder is not None
    assert (alone.since, alone.exact, alone.holder.name) == (None, False, "张三")


@pytest.mark.parametrize(("pace", "seen"), [(300, 0), (3600, 1)])
def test_what_was_told_shortly_before_is_by_how_often_tables_are_read(
    book: Book, pace: int, seen: int
) -> None:
    """Who closed a row at one hourly walk may have been there until the next."""
    book.arp(ONE, NOON - DAY, NOON)
    with book.database.observe() as session:
        note_pace(session, pace)
    with book.database.view(EVERYTHING) as session:
        assert [one.mac for one in who_had(session, IP, NOON + HOUR)] == [ONE] * seen
        assert who_had(session, IP, NOON + 4 * HOUR) == []


@pytest.mark.parametrize(("pace", "walks"), [(300, 96), (3600, 8), (30, 960), (86400, 8)])
def test_a_link_is_forgotten_after_hours_not_after_a_number_of_walks(
    database: Database, pace: int, walks: int
) -> None:
    with database.observe() as session:
        note_pace(session, pace)
        assert forgetting(session) == walks


def test_only_within_ones_own_scope(book: Book) -> None:
    book.arp(ONE, NOON - DAY, None)
    book.fdb(ONE, 2, NOON - DAY, None)
    tree = book.tree
    for centre, seen in ((tree.kaifeng, 1), (tree.luoyang, 0)):
        with book.database.view(Scope((centre.path,))) as session:
            assert len(who_had(session, IP, NOON)) == seen
            assert len(where_is(session, ONE)) == seen


def test_a_device_that_moves_takes_what_it_told_along(book: Book) -> None:
    book.arp(ONE, NOON - DAY, None)
    book.fdb(ONE, 2, NOON - DAY, None)
    tree = book.tree
    with book.database.transaction(system("移交")) as session:
        session.get_one(Device, tree.core.id).centre_id = tree.luoyang.id
    with book.database.view(Scope((tree.luoyang.path,))) as session:
        assert [p.port for p in where_is(session, ONE)] == ["GE0/0/2"]
        assert len(who_had(session, IP, NOON)) == 1


def test_a_whole_table_finds_its_ranges_as_one_address_does(database: Database) -> None:
    """Own gateway first, then the nearest centre above, then below if only one fits."""
    tree: Tree = grown(database)
    rows = [
        (tree.lankao, "10.1.0.0/24", "", None), (tree.lankao, "10.1.2.0/24", "", None),
        (tree.lankao, "10.1.3.0/24", "", tree.far.id), (tree.lankao, "10.1.4.0/24", "专网", None),
        (tree.lankao, "10.1.4.0/24", "", None), (tree.lankao, "10.1.5.0/24", "甲", None),
        (tree.lankao, "10.1.5.0/24", "乙", None), (tree.kaifeng, "10.2.0.0/16", "", None),
        (tree.kaifeng, "10.1.2.128/25", "", None), (tree.luoyang, "10.3.0.0/24", "", None),
        (tree.province, "10.0.0.0/8", "", None), (tree.luoyang, "2001:db8::/64", "", tree.core.id),
    ]  # fmt: skip
    with database.transaction(system("登记")) as session:
        for number, (centre, cidr, segment, gateway) in enumerate(rows):
            session.add(
                Prefix(
                    centre_id=centre.id, cidr=cidr, segment=segment, name=f"网{number}",
                    reason="试验", gateway_device_id=gateway,
                )
            )  # fmt: skip
    asked = [
        *(f"10.{a}.{b}.200" for a in range(5) for b in range(7)), "192.0.2.1", "2001:db8::7",
    ]  # fmt: skip
    with database.view(EVERYTHING) as session:
        homes = Homes(session)
        for key in (tree.core.id, tree.far.id):
            device = session.get_one(Device, key)
            home = homes.seen_from(device)
            for ip in asked:
                one = prefix_of(session, ip, device, device.centre_id)
                assert home.of(ip) == (one.id if one else None), (device.name, ip)


def test_equal_ranges_of_one_gateway_are_told_apart_by_its_interface(database: Database) -> None:
    tree: Tree = grown(database)
    facts = {"cidr": "10.41.25.0/24", "gateway_device_id": tree.core.id, "reason": "试验"}
    with database.transaction(system("登记")) as session:
        rows = [
            Prefix(centre_id=tree.lankao.id, segment=name, name=f"网{vlan}", vlan=vlan, **facts)
            for name, vlan in (("", 25), ("公安", 125))
        ]
        session.add_all(rows)
        session.flush()
        office, police = (row.id for row in rows)
    heard = (ArpRow("10.41.25.7", ONE, 0, "Vlanif25"), ArpRow("10.41.25.8", ONE, 0, "Vlan125"),
             ArpRow("10.41.25.9", ONE, 0, "GigabitEthernet0/0/1"))  # fmt: skip
    with database.observe() as session:
        core = session.get_one(Device, tree.core.id)
        here = {"device_id": core.id, "centre_id": core.centre_id, "seen_at": NOON}
        session.add_all(
            Interface(if_index=number, name=f"Vlanif{number}", **here) for number in (25, 125)
        )
        session.flush()
        keep_arp(session, core, TableRead("arp", heard, True), NOON)
    with database.view(EVERYTHING) as session:
        core = session.get_one(Device, tree.core.id)
        kept = dict(session.execute(select(ArpSighting.ip, ArpSighting.prefix_id)).all())
        assert kept == {"10.41.25.7": office, "10.41.25.8": police, "10.41.25.9": None}
        found = prefix_of(session, "10.41.25.8", core, core.centre_id, 125)
        assert found is not None and found.id == police
        assert prefix_of(session, "10.41.25.8", core, core.centre_id) is None
