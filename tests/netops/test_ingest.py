"""From polls to rows: states and their causes, lasting ports, rates, samples, events."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.db import Database
from inventory.interface import Interface, InterfaceLatest
from inventory.run import Event
from inventory.shanghai import today
from inventory.state import DeviceState
from inventory.state import Gauge as GaugeRow
from inventory.workdays import CalendarDay
from netops.errors import AuthRejected, Unreachable
from netops.history import History
from netops.ingest import ingest
from netops.reading import Gauge, Poll
from playbooks.hours import in_hours, office
from tests.fleet import NOON, SLOT, Fleet, found_fleet, poll, port

MINUTE = timedelta(minutes=1)
SILENT = Unreachable("10.41.2.1 没有应答")


@pytest.fixture
def fleet(database: Database) -> Fleet:
    return found_fleet(database)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history")


def put(database: Database, history: History, *polls: Poll, slot: int = SLOT) -> dict[str, int]:
    return ingest(database, history, polls, slot, in_hours=in_hours)


def state(database: Database, device: str) -> DeviceState:
    with database.view(EVERYTHING) as session:
        return session.get_one(DeviceState, device)


def interfaces(database: Database, device: str) -> list[Interface]:
    with database.view(EVERYTHING) as session:
        query = select(Interface).where(Interface.device_id == device).order_by(Interface.id)
        return list(session.scalars(query))


def latest(database: Database, interface: int) -> InterfaceLatest:
    with database.view(EVERYTHING) as session:
        return session.get_one(InterfaceLatest, interface)


def events(database: Database, kind: str) -> list[str]:
    with database.view(EVERYTHING) as session:
        return list(session.scalars(select(Event.text).where(Event.kind == kind)))


def test_an_answer_is_up_and_writes_no_audit(
    database: Database, history: History, fleet: Fleet
) -> None:
    with database.view(EVERYTHING) as session:
        audited = session.query(AuditRow).count()
    counts = put(database, history, poll(fleet.core, named=True))
    row = state(database, fleet.core)
    assert (row.state, row.since, row.why, row.last_ok_at) == ("up", NOON, "", NOON)
    assert (row.sys_name, row.vendor, row.model, row.serial) == ("SW", "华为", "S5720", "21023")
    assert row.booted_at == NOON - timedelta(days=1)
    assert counts == {"up": 1, "down": 0, "unknown": 0, "unreachable": 0}
    with database.view(EVERYTHING) as session:
        assert session.query(AuditRow).count() == audited


def test_one_lost_sweep_is_no_outage_two_are(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core))
    put(database, history, poll(fleet.core, NOON + MINUTE, SILENT))
    assert state(database, fleet.core).state == "up"
    assert "等待复核" in state(database, fleet.core).why
    put(database, history, poll(fleet.core, NOON + 2 * MINUTE, SILENT))
    row = state(database, fleet.core)
    assert (row.state, row.since, row.why) == ("down", NOON + 2 * MINUTE, SILENT.reason)
    put(database, history, poll(fleet.core, NOON + 3 * MINUTE))
    assert state(database, fleet.core).state == "up"
    assert [text.split("：")[0] for text in events(database, "state")] == ["核心 中断", "核心 正常"]


def fail_twice(database: Database, history: History, polls: Sequence[str]) -> None:
    for n in (1, 2):
        put(database, history, *(poll(device, NOON + n * MINUTE, SILENT) for device in polls))


def test_below_a_dead_parent_a_device_is_out_of_reach_not_broken(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core), poll(fleet.branch))
    fail_twice(database, history, [fleet.branch, fleet.core])  # the child comes first on purpose
    assert state(database, fleet.core).state == "down"
    row = state(database, fleet.branch)
    assert (row.state, row.why) == ("unreachable", "上级“核心”中断，本设备无法到达")


def test_below_a_living_parent_it_is_its_own_fault(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core), poll(fleet.branch))
    for n in (1, 2):
        put(
            database, history,
            poll(fleet.core, NOON + n * MINUTE), poll(fleet.branch, NOON + n * MINUTE, SILENT),
        )  # fmt: skip
    assert state(database, fleet.branch).state == "down"


def test_the_parent_counts_even_when_another_shard_polled_it(
    database: Database, history: History, fleet: Fleet
) -> None:
    fail_twice(database, history, [fleet.core])
    fail_twice(database, history, [fleet.branch])
    assert state(database, fleet.branch).state == "unreachable"


def test_a_refused_credential_is_unknown_at_once_with_the_reason(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core))
    refused = AuthRejected("SNMPv3 用户 opsv3 的认证口令不对", "wrongDigests")
    put(database, history, poll(fleet.core, NOON + MINUTE, refused))
    row = state(database, fleet.core)
    assert (row.state, row.why, row.detail) == ("unknown", refused.reason, "wrongDigests")


def test_a_device_that_answers_ping_only_is_unknown_not_down(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core))
    for n in (1, 2):
        put(database, history, poll(fleet.core, NOON + n * MINUTE, SILENT, answered=("icmp",)))
    row = state(database, fleet.core)
    assert row.state == "unknown"
    assert row.why.startswith("能 ping 通")


def test_an_office_device_may_be_off_at_night(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.printer))
    night = NOON + timedelta(hours=12)
    for n in (1, 2):
        put(database, history, poll(fleet.printer, night + n * MINUTE, SILENT))
    assert state(database, fleet.printer).state == "unknown"
    assert "服务时间外" in state(database, fleet.printer).why
    morning = NOON + timedelta(days=3)  # Monday
    put(database, history, poll(fleet.printer, morning, SILENT))
    assert state(database, fleet.printer).state == "down"


def test_an_office_device_may_be_off_on_a_holiday(
    database: Database, history: History, fleet: Fleet
) -> None:
    """The Saturday is worked, the Monday is not: what the calendar says, not the weekday."""
    saturday, monday = NOON + timedelta(days=1), NOON + timedelta(days=3)
    with database.transaction(system("工作日历")) as session:
        for at, kind in ((saturday, "makeup"), (monday, "holiday")):
            facts = {"day": today(at), "kind": kind, "name": "试验"}
            session.add(CalendarDay(centre_id=fleet.centre, **facts))
    for at, found in ((saturday, "down"), (monday, "unknown")):
        with database.view(EVERYTHING) as session:
            hours = office(session, at)
        for n in (0, 1, 2):
            polled = poll(fleet.printer, at + n * MINUTE, SILENT if n else None)
            ingest(database, history, [polled], SLOT, in_hours=hours)
        assert state(database, fleet.printer).state == found


def test_ports_keep_their_identity_when_ifindex_moves(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(
        database,
        history,
        poll(fleet.core, named=True, ports=(port(1, "GE0/0/1"), port(2, "GE0/0/2"))),
    )
    first = {i.name: i.id for i in interfaces(database, fleet.core)}
    later = NOON + MINUTE
    swapped = (port(7, "GE0/0/2"), port(8, "GE0/0/1"))
    put(database, history, poll(fleet.core, later, named=True, ports=swapped))
    now = interfaces(database, fleet.core)
    assert {i.name: i.id for i in now} == first
    assert {i.name: i.if_index for i in now} == {"GE0/0/1": 8, "GE0/0/2": 7}


def test_a_port_that_is_no_longer_told_is_gone_and_its_number_never_reused(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core, named=True, ports=(port(1, "GE1"), port(2, "GE2"))))
    put(database, history, poll(fleet.core, NOON + MINUTE, named=True, ports=(port(1, "GE1"),)))
    gone = interfaces(database, fleet.core)[1]
    assert (gone.name, gone.gone_at) == ("GE2", NOON + MINUTE)
    back = poll(fleet.core, NOON + 2 * MINUTE, named=True, ports=(port(1, "GE1"), port(5, "GE2")))
    put(database, history, back)
    again = interfaces(database, fleet.core)
    assert [(i.id, i.name, i.gone_at) for i in again] == [
        (again[0].id, "GE1", None), (gone.id, "GE2", None),
    ]  # fmt: skip


def test_ports_that_cannot_be_told_apart_become_new_ones_with_an_event(
    database: Database, history: History, fleet: Fleet
) -> None:
    twins = (port(1, "eth", alias="甲"), port(2, "eth", alias="乙"))
    put(database, history, poll(fleet.core, named=True, ports=twins))
    swapped = (port(1, "eth", alias="乙"), port(2, "eth", alias="甲"))
    put(database, history, poll(fleet.core, NOON + MINUTE, named=True, ports=swapped))
    assert {i.alias: i.if_index for i in interfaces(database, fleet.core)} == {"甲": 2, "乙": 1}
    same = (port(1, "eth", alias="丙"), port(2, "eth", alias="丙"))
    put(database, history, poll(fleet.core, NOON + 2 * MINUTE, named=True, ports=same))
    assert len(interfaces(database, fleet.core)) == 4


def test_counters_give_rates_and_samples(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core, named=True, ports=(port(1, "GE1", 1000),)))
    ge1 = interfaces(database, fleet.core)[0].id
    assert latest(database, ge1).in_bps is None
    later = NOON + timedelta(seconds=300)
    put(database, history, poll(fleet.core, later, ports=(port(1, "", 4000),)), slot=SLOT + 300)
    row = latest(database, ge1)
    assert (row.in_octets, row.in_bps, row.out_bps) == (4000, 80.0, 80.0)
    assert (row.errors_ps, row.discards_ps) == (20.0, 20.0)
    assert [(s[0], s[1], s[2]) for s in history.ports(ge1, NOON, later)] == [
        (SLOT, ge1, 1000), (SLOT + 300, ge1, 4000),
    ]  # fmt: skip


def test_a_counter_that_went_back_gives_no_rate_but_a_32_bit_one_has_wrapped(
    database: Database, history: History, fleet: Fleet
) -> None:
    full = (port(1, "GE1", 5000), port(2, "old", 2**32 - 1000, wide=False))
    put(database, history, poll(fleet.core, named=True, ports=full))
    later = NOON + timedelta(seconds=100)
    back = (port(1, "", 100), port(2, "", 1000, wide=False))
    put(database, history, poll(fleet.core, later, ports=back))
    wide, old = interfaces(database, fleet.core)
    assert latest(database, wide.id).in_bps is None
    assert latest(database, old.id).in_bps == 2000 * 8 / 100


def test_after_a_restart_counters_wait_for_the_names(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core, named=True, ports=(port(1, "GE1", 1000),)))
    later = NOON + timedelta(seconds=300)
    put(database, history, poll(fleet.core, later, uptime=20.0, ports=(port(1, "", 9000),)))
    ge1 = interfaces(database, fleet.core)[0]
    assert latest(database, ge1.id).in_octets == 1000
    assert state(database, fleet.core).identity_at is None
    assert events(database, "boot") == ["核心 重新启动过"]


def test_replaying_a_batch_adds_nothing(database: Database, history: History, fleet: Fleet) -> None:
    again = poll(fleet.core, named=True, ports=(port(1, "GE1", 1000),), gauges=(
        Gauge("cpu", "", 12.0, "%"),
    ))  # fmt: skip
    for _ in range(2):
        put(database, history, again)
    ge1 = interfaces(database, fleet.core)
    assert len(ge1) == 1
    assert len(history.ports(ge1[0].id, NOON, NOON)) == 1
    assert len(history.visits(fleet.core, NOON, NOON)) == 1
    assert events(database, "state") == []  # a first answer is no news


def test_a_port_going_down_is_an_event_with_its_time(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core, named=True, ports=(port(1, "GE1"),)))
    later = NOON + MINUTE
    put(database, history, poll(fleet.core, later, ports=(port(1, "", up=False),)))
    row = interfaces(database, fleet.core)[0]
    assert (row.oper_up, row.changed_at) == (False, later)
    assert events(database, "link") == ["核心 端口 GE1 断开"]


def test_gauges_keep_the_latest_value_and_the_worst_heads_the_list(
    database: Database, history: History, fleet: Fleet
) -> None:
    hot = (Gauge("temperature", "1", 31.0, "℃"), Gauge("temperature", "2", 55.0, "℃"))
    put(database, history, poll(fleet.core, gauges=hot))
    assert state(database, fleet.core).temperature == 55.0
    put(database, history, poll(fleet.core, NOON + MINUTE, gauges=(Gauge("cpu", "", 7.0, "%"),)))
    row = state(database, fleet.core)
    assert (row.temperature, row.cpu, row.memory) == (None, 7.0, None)
    with database.view(EVERYTHING) as session:
        rows = session.scalars(select(GaugeRow).order_by(GaugeRow.id)).all()
    assert [(g.metric, g.slot, g.value) for g in rows] == [
        ("temperature", "1", 31.0), ("temperature", "2", 55.0), ("cpu", "", 7.0),
    ]  # fmt: skip
    assert [s[2] for s in history.gauges(rows[1].id, NOON, NOON)] == [55.0]


def test_a_poll_of_an_unknown_device_is_left_out(
    database: Database, history: History, fleet: Fleet
) -> None:
    assert put(database, history, poll("nobody"))["up"] == 0


def test_one_device_telling_nonsense_does_not_cost_the_others_their_cycle(
    database: Database, history: History, fleet: Fleet
) -> None:
    mad = (port(2**40, "x" * 900, 2**64 - 1, alias="y" * 900, type=2**40, speed=2**62),)
    named = poll(fleet.branch, named=True, ports=mad)
    put(database, history, named, poll(fleet.core, named=True, ports=(port(1, "GE1", 7),)))
    assert latest(database, interfaces(database, fleet.core)[0].id).in_octets == 7
    odd = interfaces(database, fleet.branch)[0]
    assert (odd.if_index, len(odd.name), len(odd.alias)) == (2**40, 255, 255)
    assert latest(database, odd.id).in_octets is None


def test_a_slow_sweep_that_comes_in_late_does_not_undo_newer_news(
    database: Database, history: History, fleet: Fleet
) -> None:
    put(database, history, poll(fleet.core, named=True, ports=(port(1, "GE1", 1000),)))
    fail_twice(database, history, [fleet.core])
    late = poll(fleet.core, NOON + MINUTE, ports=(port(1, "", 4000),))
    put(database, history, late, slot=SLOT + 300)
    row = state(database, fleet.core)
    assert (row.state, row.last_poll_at) == ("down", NOON + 2 * MINUTE)
    ge1 = interfaces(database, fleet.core)[0].id
    assert latest(database, ge1).in_octets == 4000
