"""What one device, one clock or one file does wrong must not cost the others their cycle."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from math import inf, nan
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.device import Device
from inventory.interface import Interface, InterfaceLatest
from inventory.run import Event
from inventory.state import DeviceState
from inventory.state import Gauge as GaugeRow
from netops.errors import AuthRejected, Unreachable, Unreadable
from netops.history import History
from netops.ingest import ingest
from netops.reading import Gauge, Identity, Poll, Port
from playbooks.hours import in_hours
from tests.fleet import NOON, SLOT, Fleet, found_fleet, poll, port

HUGE = 2**64 - 1  # what a Counter64 can hold, and no column can
DIRTY = "a\x00b\ud800c"  # a NUL and half a character: no database takes them

MINUTE = timedelta(minutes=1)
SILENT = Unreachable("10.41.2.1 没有应答")


@pytest.fixture
def fleet(database: Database) -> Fleet:
    return found_fleet(database)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history")


def put(database: Database, history: History, *polls: Poll) -> dict[str, int]:
    return ingest(database, history, polls, SLOT, in_hours=in_hours)


def state(database: Database, device: str) -> DeviceState:
    with database.view(EVERYTHING) as session:
        return session.get_one(DeviceState, device)


def interfaces(database: Database, device: str) -> list[Interface]:
    with database.view(EVERYTHING) as session:
        query = select(Interface).where(Interface.device_id == device).order_by(Interface.id)
        return list(session.scalars(query))


def sensors(database: Database) -> list[GaugeRow]:
    with database.view(EVERYTHING) as session:
        return list(session.scalars(select(GaugeRow).order_by(GaugeRow.id)))


def test_numbers_no_column_holds_are_left_out(
    database: Database, history: History, fleet: Fleet
) -> None:
    mad = port(1, "GE1", HUGE, type=HUGE, speed=HUGE * 1_000_000)
    put(database, history, poll(fleet.branch, named=True, ports=(mad,)), poll(fleet.core))
    assert state(database, fleet.core).state == "up"
    assert [(i.type, i.speed) for i in interfaces(database, fleet.branch)] == [(0, 0)]


@pytest.mark.parametrize("uptime", [HUGE / 100, 1e12, -1e12, nan, inf])
def test_a_clock_that_cannot_be_is_no_clock(
    database: Database, history: History, fleet: Fleet, uptime: float
) -> None:
    put(database, history, poll(fleet.branch, uptime=uptime), poll(fleet.core))
    assert [state(database, d).state for d in (fleet.core, fleet.branch)] == ["up", "up"]
    assert state(database, fleet.branch).booted_at is None


def test_sensors_with_long_names_or_no_number_are_cut_and_left_out(
    database: Database, history: History, fleet: Fleet
) -> None:
    odd = (
        Gauge("temperature", "板" * 200 + "1", 31.0, "℃"),
        Gauge("temperature", "板" * 200, 99.0, "℃"),
        Gauge("temperature", "nan", nan, "℃"), Gauge("cpu", "", inf, "%"),
    )  # fmt: skip
    for _ in range(2):
        put(database, history, poll(fleet.branch, gauges=odd), poll(fleet.core))
    assert state(database, fleet.core).state == "up"
    assert [(g.metric, len(g.slot)) for g in sensors(database)] == [("temperature", 80)]
    assert (state(database, fleet.branch).cpu, state(database, fleet.branch).temperature) == (
        None, 99.0,
    )  # fmt: skip


def test_text_no_database_takes_is_cleaned(
    database: Database, history: History, fleet: Fleet
) -> None:
    told = poll(
        fleet.branch, named=True, ports=(port(1, DIRTY, 1, alias=DIRTY, descr=DIRTY, mac=DIRTY),),
        gauges=(Gauge("temperature", DIRTY, 31.0, "℃"),),
    )  # fmt: skip
    told = replace(told, identity=Identity(sys_name=DIRTY, sys_descr=DIRTY * 999, serial=DIRTY))
    failed = poll(fleet.printer, error=Unreadable(DIRTY, DIRTY))
    put(database, history, told, failed, poll(fleet.core))
    assert state(database, fleet.core).state == "up"
    assert state(database, fleet.branch).sys_name == "ab?c"
    assert state(database, fleet.printer).why == "ab?c"
    assert [i.name for i in interfaces(database, fleet.branch)] == ["ab?c"]
    assert [g.slot for g in sensors(database)] == ["ab?c"]
    assert [v[4] for v in history.visits(fleet.printer, NOON, NOON)] == ["ab?c"]


def events(database: Database, kind: str) -> list[str]:
    with database.view(EVERYTHING) as session:
        return list(session.scalars(select(Event.text).where(Event.kind == kind)))


def rate(database: Database, interface: int) -> float | None:
    with database.view(EVERYTHING) as session:
        return session.get_one(InterfaceLatest, interface).in_bps


def gone(database: Database, device: str) -> dict[str, bool]:
    return {i.name: i.gone_at is not None for i in interfaces(database, device)}


def test_our_clock_set_forward_is_no_restart_of_every_device(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core, uptime=86400.0))
    put(database, history, poll(fleet.core, NOON + timedelta(hours=3), uptime=86460.0))
    assert events(database, "boot") == []
    put(database, history, poll(fleet.core, NOON + timedelta(minutes=2), uptime=86520.0))
    assert events(database, "boot") == []


def test_a_device_whose_clock_runs_slow_does_not_restart_every_week(
    database: Database, history: History, fleet: Fleet
) -> None:
    for day in range(60):  # 100 millionths slow: a usual quartz loses 8.6 s a day
        at = NOON + timedelta(days=day)
        put(database, history, poll(fleet.core, at, uptime=86400 * (1 + day) * 0.9999))
        put(
            database, history, poll(fleet.core, at + MINUTE, uptime=86400 * (1 + day) * 0.9999 + 60)
        )
    assert events(database, "boot") == []


def test_a_clock_that_wraps_after_497_days_is_no_restart(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core, uptime=2**32 / 100 - 30))
    put(database, history, poll(fleet.core, NOON + MINUTE, uptime=30.0))
    put(database, history, poll(fleet.core, NOON + 2 * MINUTE, uptime=90.0))
    assert events(database, "boot") == []
    put(database, history, poll(fleet.core, NOON + 9 * MINUTE, uptime=20.0))
    assert events(database, "boot") == ["核心 重新启动过"]


def test_an_empty_table_is_an_agent_still_starting(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core, named=True, ports=(port(1, "GE1", 1),)))
    empty = poll(fleet.core, NOON + MINUTE, named=True, uptime=10.0, ports=())
    put(database, history, empty)
    assert gone(database, fleet.core) == {"GE1": False}
    assert state(database, fleet.core).identity_at is None  # to be read again soon


@pytest.mark.parametrize("ports", [(), None])
def test_after_a_restart_no_number_is_trusted_until_the_names_were_read(
    database: Database, history: History, fleet: Fleet, ports: tuple[Port, ...] | None
) -> None:
    put(database, history, poll(fleet.core, named=True, ports=(port(1, "GE1", 1000),)))
    unread = poll(fleet.core, NOON + MINUTE, named=True, uptime=10.0, ports=ports)
    put(database, history, unread)
    put(
        database, history, poll(fleet.core, NOON + 2 * MINUTE, uptime=70.0, ports=(port(1, "", 7),))
    )
    ge1 = interfaces(database, fleet.core)[0].id
    with database.view(EVERYTHING) as session:
        assert session.get_one(InterfaceLatest, ge1).in_octets == 1000


@pytest.mark.parametrize("wide", [True, False])
def test_a_restart_lies_between_two_readings_so_there_is_no_rate(
    database: Database, history: History, fleet: Fleet, wide: bool
) -> None:
    for at, uptime, octets in ((NOON, 86400.0, 5000), (NOON + 5 * MINUTE, 90.0, 4000)):
        told = (port(1, "GE1", octets, wide=wide), port(2, "GE2", 9000 - octets, wide=wide))
        put(database, history, poll(fleet.core, at, uptime=uptime, named=True, ports=told))
    assert [rate(database, i.id) for i in interfaces(database, fleet.core)] == [None, None]


def test_twins_nothing_tells_apart_keep_their_numbers_while_the_device_runs(
    database: Database, history: History, fleet: Fleet
) -> None:
    twins = (port(1, "eth", alias="丙"), port(2, "eth", alias="丙"))
    for hour in range(4):
        put(
            database,
            history,
            poll(fleet.core, NOON + timedelta(hours=hour), named=True, ports=twins),
        )
    assert [i.if_index for i in interfaces(database, fleet.core)] == [1, 2]
    assert events(database, "identity") == []


def test_a_sensor_no_longer_told_does_not_head_the_list_for_ever(
    database: Database, history: History, fleet: Fleet
) -> None:
    both = (Gauge("temperature", "1", 55.0, "℃"), Gauge("cpu", "", 9.0, "%"))
    put(database, history, poll(fleet.core, gauges=both))
    put(database, history, poll(fleet.core, NOON + MINUTE, gauges=both[1:]))
    assert (state(database, fleet.core).temperature, state(database, fleet.core).cpu) == (None, 9.0)
    for n in (2, 3):
        put(database, history, poll(fleet.core, NOON + n * MINUTE, error=SILENT))
    assert state(database, fleet.core).cpu is None


def test_what_the_command_line_told_stays_while_it_is_the_same_box(
    database: Database, history: History, fleet: Fleet
) -> None:
    box = Identity(sys_object_id="1.3.6.1.4.1.2011.2.1")
    put(database, history, replace(poll(fleet.core), identity=box))
    with database.observe() as session:
        session.get_one(DeviceState, fleet.core).serial = "from-ssh"
    put(database, history, replace(poll(fleet.core, NOON + MINUTE), identity=box))
    assert state(database, fleet.core).serial == "from-ssh"
    other = replace(box, sys_object_id="1.3.6.1.4.1.25506.1.1")
    put(database, history, replace(poll(fleet.core, NOON + 2 * MINUTE), identity=other))
    assert state(database, fleet.core).serial == ""


def test_a_refusal_is_an_answer_so_one_lost_sweep_after_it_is_no_outage(
    database: Database, history: History, fleet: Fleet
) -> None:
    for n, error in enumerate((AuthRejected("口令不对"), AuthRejected("口令不对"), SILENT)):
        put(database, history, poll(fleet.core, NOON + n * MINUTE, error=error))
    assert state(database, fleet.core).state == "unknown"


def change(database: Database, device: str, **values: object) -> None:
    with database.transaction(system("改")) as session:
        row = session.get_one(Device, device)
        for name, value in values.items():
            setattr(row, name, value)


def fail_twice(database: Database, history: History, *devices: str) -> None:
    for n in (10, 11):
        put(database, history, *(poll(d, NOON + n * MINUTE, SILENT) for d in devices))


def test_a_dead_parent_nobody_watches_excuses_nobody(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core), poll(fleet.branch))
    fail_twice(database, history, fleet.core)
    change(database, fleet.core, paused=True)
    fail_twice(database, history, fleet.branch)
    assert state(database, fleet.branch).state == "down"


def test_above_a_paused_parent_its_own_parent_counts(
    database: Database, history: History, fleet: Fleet
) -> None:
    change(database, fleet.printer, parent_id=fleet.branch, hours="always")
    change(database, fleet.branch, paused=True)
    fail_twice(database, history, fleet.printer, fleet.core)
    row = state(database, fleet.printer)
    assert (row.state, row.why) == ("unreachable", "上级“核心”中断，本设备无法到达")


def test_parents_in_a_circle_do_not_excuse_each_other(
    database: Database, history: History, fleet: Fleet
) -> None:
    with database.engine.begin() as raw:  # no form lets a person do this
        raw.exec_driver_sql(
            f"UPDATE device SET parent_id = '{fleet.branch}' WHERE id = '{fleet.core}'"
        )
        raw.exec_driver_sql(f"UPDATE device SET parent_id = id WHERE id = '{fleet.printer}'")
    fail_twice(database, history, fleet.core, fleet.branch)
    fail_twice(database, history, fleet.core, fleet.branch)
    assert {state(database, d).state for d in (fleet.core, fleet.branch)} == {"down"}


def test_a_device_paused_while_it_was_being_asked_stays_as_it_was(
    database: Database, history: History, fleet: Fleet
) -> None:
    change(database, fleet.core, paused=True)
    assert put(database, history, poll(fleet.core))["up"] == 0
    assert state(database, fleet.core).last_poll_at is None


def test_two_ingests_at_once_make_each_port_once(
    database: Database, history: History, fleet: Fleet
) -> None:
    ports = tuple(port(n, f"GE{n}", n) for n in range(1, 200))
    named = poll(fleet.core, named=True, ports=ports)
    with ThreadPoolExecutor(4) as many:
        for told in [many.submit(put, database, history, named) for _ in range(8)]:
            assert told.result()["up"] == 1
    assert len(interfaces(database, fleet.core)) == len(ports)


def test_a_chassis_losing_all_its_links_is_written_in_few_statements(
    database: Database, history: History, fleet: Fleet
) -> None:
    def told(*, up: bool) -> tuple[Port, ...]:
        return tuple(port(n, f"GE{n}", n, up=up) for n in range(1, 1001))

    put(database, history, poll(fleet.core, named=True, ports=told(up=True)))
    statements = []
    listen(database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    put(database, history, poll(fleet.core, NOON + MINUTE, ports=told(up=False)))
    assert len(events(database, "link")) == 1000
    assert {i.oper_up for i in interfaces(database, fleet.core)} == {False}
    assert len(statements) < 30
