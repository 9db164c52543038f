"""Tables become intervals: against a simple model, and case by case what walks in real life do."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.db import Database, Observed
from inventory.device import Device
from inventory.interface import Interface
from inventory.sighting import ArpSighting, FdbSighting, TableWalk
from inventory.state import DeviceState
from netops.errors import Unreachable
from netops.sighted import ArpRow, FdbRow, TableRead
from netops.sighting_ending import forsake, prune
from netops.sighting_keeping import MISSES, keep_arp, keep_fdb
from netops.sighting_walk import Kept
from tests.inventory.conftest import Tree, grown

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
CYCLE = timedelta(minutes=5)
A, B, C = "00:e0:fc:00:00:0a", "00:e0:fc:00:00:0b", "00:e0:fc:00:00:0c"
CUT = Unreachable("没有应答")


class Switch:
    """One switch with three ports whose tables are told by hand."""

    def __init__(self, database: Database, tree: Tree) -> None:
        self.database, self.device = database, tree.core
        self.named(NOW - timedelta(hours=1))
        with database.observe() as session:
            ports = [self._port(index) for index in (1, 2, 3)]
            session.add_all(ports)
            session.flush()
            self.ports = [port.id for port in ports]

    def _port(self, index: int) -> Interface:
        return Interface(
            device_id=self.device.id, centre_id=self.device.centre_id, if_index=index, type=6,
            name=f"GigabitEthernet0/0/{index}", seen_at=NOW,
        )  # fmt: skip

    def named(self, at: datetime | None) -> None:
        """When its port names were last read."""
        with self.database.observe() as session:
            session.merge(
                DeviceState(
                    device_id=self.device.id, centre_id=self.device.centre_id, identity_at=at
                )
            )

    def arp(self, at: datetime, *rows: tuple[str, str], cut: bool = False, **more: Any) -> Kept:
        read = TableRead("arp", tuple(ArpRow(*row) for row in rows), not cut, CUT if cut else None)
        with self.database.observe() as session:
            device = session.get_one(Device, self.device.id)
            return keep_arp(session, device, read, at, **more)

    def fdb(self, at: datetime, *rows: tuple[str, int], cut: bool = False, **more: Any) -> Kept:
        told = tuple(FdbRow(mac, index, vlan=10) for mac, index in rows)
        return self.told(at, told, cut=cut, **more)

    def told(self, at: datetime, rows: Iterable[FdbRow], *, cut: bool = False, **more: Any) -> Kept:
        read = TableRead("fdb", tuple(rows), not cut, CUT if cut else None)
        with self.database.observe() as session:
            device = session.get_one(Device, self.device.id)
            return keep_fdb(session, device, read, at, **more)

    def rows(self, cls: type[Observed]) -> list[Any]:
        with self.database.view(EVERYTHING) as session:
            table: Any = cls
            return list(session.scalars(select(cls).order_by(table.since, table.id)))

    def walk(self, origin: str) -> TableWalk:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(TableWalk, (self.device.id, origin))


@pytest.fixture
def switch(database: Database) -> Switch:
    return Switch(database, grown(database))


Spans = dict[Any, list[list[datetime | None]]]
WALKS = st.lists(
    st.tuples(
        st.sets(st.tuples(st.sampled_from((A, B, C)), st.integers(1, 3)), max_size=5),
        st.booleans(),
        st.sampled_from((1, 3, 13, 100)),
    ),
    min_size=1,
    max_size=14,
)


def modelled(walks: list[tuple[datetime, set[Any], bool]], misses: int, moves: bool) -> Spans:
    """The intervals, told the long way: every walk looked at for every row."""
    spans: Spans = {}
    for key in {key for _, told, _ in walks for key in told}:
        missed, last = 0, NOW
        mine: list[list[datetime | None]] = []
        for at, told, complete in walks:
            open_ = bool(mine) and mine[-1][1] is None
            if key in told:
                if not open_:
                    mine.append([at, None])
                missed, last = 0, at
            elif open_:
                missed += complete
                elsewhere = moves and any(mac == key[0] for mac, _ in told)
                if elsewhere or missed >= misses:
                    mine[-1][1] = last
        spans[key] = mine
    return spans


@given(walks=WALKS)
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_sequence_of_walks_is_what_the_long_way_tells(switch: Switch, walks: Any) -> None:
    """Whole walks and broken ones, close together and far apart."""
    with switch.database.observe() as session:
        for cls in (ArpSighting, FdbSighting, TableWalk):
            for row in session.scalars(select(cls)):
                session.delete(row)
    at, told = NOW, []
    for rows, complete, cycles in walks:
        at += CYCLE * cycles
        told.append((at, rows, complete))
        switch.fdb(at, *sorted(rows), cut=not complete)
        addresses = sorted((f"10.1.1.{index}", mac) for mac, index in rows)
        switch.arp(at, *addresses, cut=not complete)
    number = dict(zip(switch.ports, (1, 2, 3), strict=True))
    macs: Spans = {}
    for row in switch.rows(FdbSighting):
        macs.setdefault((row.mac, number[row.interface_id]), []).append([row.since, row.until])
    assert macs == modelled(told, MISSES, moves=True)
    answers: Spans = {}
    for row in switch.rows(ArpSighting):
        key = row.mac, int(row.ip.rpartition(".")[2])
        answers.setdefault(key, []).append([row.since, row.until])
    assert answers == modelled(told, 1, moves=False)


def test_what_is_told_again_is_written_once_an_hour_and_ends_to_the_minute(switch: Switch) -> None:
    for turn in range(10):
        assert switch.arp(NOW + turn * CYCLE, ("10.1.1.1", A)).kept == (turn > 0)
    assert [row.seen for row in switch.rows(ArpSighting)] == [NOW]
    switch.arp(NOW + 10 * CYCLE)
    assert [row.until for row in switch.rows(ArpSighting)] == [NOW + 9 * CYCLE]


def test_replays_and_late_walks_change_nothing_and_a_clock_set_back_goes_on(
    switch: Switch,
) -> None:
    switch.arp(NOW, ("10.1.1.1", A))
    assert switch.arp(NOW, ("10.1.1.1", B)) == Kept()
    assert switch.arp(NOW - timedelta(minutes=2)) == Kept()
    assert [row.until for row in switch.rows(ArpSighting)] == [None]
    back = NOW - timedelta(days=2)
    assert switch.arp(back, ("10.1.1.1", B)) == Kept(1, 0, 1)
    first, second = sorted(switch.rows(ArpSighting), key=lambda row: row.mac)
    assert (first.since, first.until) == (NOW, NOW)  # never before it began
    assert (second.since, second.until) == (back, None)


def test_after_a_restart_a_switch_waits_for_its_names(switch: Switch) -> None:
    """ifIndexes may be others now: better nothing than a machine at another's port."""
    switch.fdb(NOW, (A, 1))
    booted = NOW + timedelta(minutes=1)
    assert switch.fdb(NOW + CYCLE, (A, 2), booted=booted) == Kept()
    switch.named(None)  # the sweep has noticed it, too
    assert switch.fdb(NOW + 2 * CYCLE, (A, 2)) == Kept()
    assert [row.interface_id for row in switch.rows(FdbSighting)] == [switch.ports[0]]
    walk = switch.walk("fdb")
    assert walk.complete_at == NOW
    assert "重新启动" in walk.why
    switch.named(booted + CYCLE)
    assert switch.fdb(NOW + 3 * CYCLE, (A, 2), booted=booted) == Kept(1, 0, 1)
    assert switch.walk("fdb").why == ""


def test_ports_are_found_by_name_and_what_nobody_can_be_is_left_out(switch: Switch) -> None:
    rows = [
        FdbRow(A, port="GE0/0/2"), FdbRow(B, 99), FdbRow("01:00:5e:00:00:01", 1),
        FdbRow("00:00:00:00:00:00", 1), FdbRow(C, 1, own=True), FdbRow(C),
    ]  # fmt: skip
    assert switch.told(NOW, rows) == Kept(1, 0, 0)
    [row] = switch.rows(FdbSighting)
    assert (row.mac, row.interface_id) == (A, switch.ports[1])
    assert "1 条" in switch.walk("fdb").why  # the port nobody knows


def test_a_device_without_snmp_tells_its_ports_in_its_tables(switch: Switch) -> None:
    with switch.database.observe() as session:
        session.delete(session.get_one(Interface, switch.ports[0]))
    switch.named(None)
    switch.told(NOW, [FdbRow(A, port="eth7"), FdbRow(B, port="eth7")])
    switch.told(NOW + CYCLE, [FdbRow(A, port="eth7")])
    assert len({row.interface_id for row in switch.rows(FdbSighting)}) == 1
    assert [row.until for row in switch.rows(FdbSighting)] == [None, None]


def test_what_nobody_can_tell_any_more_ends_when_it_was_last_told(switch: Switch) -> None:
    switch.fdb(NOW, (A, 1), (B, 1))
    switch.fdb(NOW + CYCLE, (A, 1))
    switch.arp(NOW + CYCLE, ("10.1.1.1", A))
    day = NOW + CYCLE + timedelta(days=1)
    switch.fdb(day - CYCLE, (C, 2), cut=True)  # it answers, but never to the end
    with switch.database.observe() as session:
        assert forsake(session, day) == 0
        assert forsake(session, day + CYCLE) == 3
    ends = {row.mac: row.until for row in switch.rows(FdbSighting)}
    assert ends == {A: NOW + CYCLE, B: NOW, C: None}
    with switch.database.transaction(system("停用")) as session:
        session.get_one(Device, switch.device.id).retired_at = day
    with switch.database.observe() as session:
        assert forsake(session, day + CYCLE) == 1


def test_links_are_kept_a_month_and_ends_three_years(switch: Switch) -> None:
    switch.fdb(NOW, (A, 1), (B, 2))
    switch.arp(NOW, ("10.1.1.1", A))
    with switch.database.observe() as session:
        row = session.scalars(select(FdbSighting).where(FdbSighting.mac == B)).one()
        row.edge = False
    for turn in range(1, 4):
        switch.fdb(NOW + turn * CYCLE)
    switch.arp(NOW + CYCLE)
    kept = timedelta(days=1100)
    for days, left in ((30, (2, 1)), (32, (1, 1)), (1101, (0, 0))):
        with switch.database.observe() as session:
            prune(session, NOW + timedelta(days=days), kept)
        assert (len(switch.rows(FdbSighting)), len(switch.rows(ArpSighting))) == left
