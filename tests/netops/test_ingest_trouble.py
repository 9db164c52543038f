"""What one device, one clock or one file does wrong must not cost the others their cycle."""

from dataclasses import replace
from math import inf, nan
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.interface import Interface
from inventory.state import DeviceState
from inventory.state import Gauge as GaugeRow
from netops.errors import Unreadable
from netops.history import History
from netops.ingest import ingest
from netops.reading import Gauge, Identity, Poll
from playbooks.hours import in_hours
from tests.fleet import NOON, SLOT, Fleet, found_fleet, poll, port

HUGE = 2**64 - 1  # what a Counter64 can hold, and no column can
DIRTY = "a\x00b\ud800c"  # a NUL and half a character: no database takes them


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
