"""The worker outlives what goes wrong around it: a killed sweep, a clock set back, a full disk, a
device that breaks its visit, a search among dead addresses."""

import shutil
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.device import Device
from inventory.run import JobRun
from inventory.state import DeviceState
from playbooks.dispatch import Pool
from playbooks.jobs import close_orphans
from playbooks.schedule import catch_up, clock
from playbooks.sweeps import identity_due, run_due, sweep
from tests.patience import GAVE_UP, until
from tests.playbooks.conftest import County

NOW = datetime(2026, 11, 20, 4, 0, 20, tzinfo=UTC)


def runs(county: County) -> list[JobRun]:
    with county.site.database.view(EVERYTHING) as session:
        return list(session.scalars(select(JobRun).order_by(JobRun.slot)))


def state(county: County, device: str) -> str:
    with county.site.database.view(EVERYTHING) as session:
        return session.get_one(DeviceState, device).state


def test_a_minute_whose_sweep_was_killed_is_swept_by_the_next_worker(county: County) -> None:
    with county.site.database.observe() as session:
        session.add(
            JobRun(
                site="local", kind="status", slot=str(int(NOW.timestamp()) // 60 * 60),
                centre_id=county.site.centre_id, state="running", requested_at=NOW,
            )
        )  # fmt: skip
    assert run_due(county.site, county.pool, "status", NOW) is None  # somebody is at it
    close_orphans(county.site)
    assert run_due(county.site, county.pool, "status", NOW) is not None
    assert [(run.state, run.note) for run in runs(county)] == [("done", "")]


def test_a_clock_set_back_does_not_stop_the_sweeps_until_it_has_caught_up(county: County) -> None:
    for minute in range(0, 240, 60):
        later = NOW + timedelta(minutes=minute)
        assert run_due(county.site, county.pool, "status", later) is not None
    assert run_due(county.site, county.pool, "status", NOW + timedelta(seconds=5)) is not None
    assert run_due(county.site, county.pool, "status", NOW + timedelta(hours=1)) is not None


def test_a_device_described_in_the_future_is_described_again(county: County) -> None:
    sweep(county.site, county.pool, "identity", 1)
    now = datetime.now(UTC)
    assert identity_due(county.site, now) == []
    assert identity_due(county.site, now - timedelta(hours=3)) == [county.real]


def test_state_is_written_when_samples_cannot_be(county: County) -> None:
    shutil.rmtree(county.site.history.folder)
    county.site.history.folder.write_text("in the way")
    done = run_due(county.site, county.pool, "status", NOW)
    assert done is not None
    assert state(county, county.real) == "up"
    run = runs(county)[0]
    assert (run.state, run.done) == ("done", 2)
    assert "曲线" in run.note


def test_a_sweep_that_breaks_ends_as_failed_and_the_slot_is_free_again(county: County) -> None:
    broken = Pool(1)
    broken.close()
    with pytest.raises(RuntimeError):
        run_due(county.site, broken, "status", NOW)
    assert [run.state for run in runs(county)] == ["failed"]
    assert run_due(county.site, county.pool, "status", NOW) is not None


def test_a_cut_line_does_not_make_the_sweep_longer_with_every_device(county: County) -> None:
    hold = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # hears, and says nothing
    hold.bind(("127.0.0.1", 0))
    with county.site.database.transaction(system("改")) as session:
        dead = session.get_one(Device, county.silent)
        dead.timeout, dead.retries, dead.snmp_port = 0.4, 5, hold.getsockname()[1]
    with hold:
        for slot in (1, 2):
            sweep(county.site, county.pool, "status", slot)
        assert state(county, county.silent) == "down"
        heard(hold)
        sweep(county.site, county.pool, "status", 3)
        assert heard(hold) == 1, "asked once"
        counted = sweep(county.site, county.pool, "counters", 4)
        assert [poll.target.device for poll in counted.polls] == [county.real]


def heard(hold: socket.socket) -> int:
    """How many datagrams have come to it."""
    hold.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while hold.recv(65535):
            count += 1
    return count


def test_a_search_among_dead_addresses_does_not_hold_up_the_sweep() -> None:
    pool, gate, ended = Pool(2), Event(), list[int]()

    def dead(number: int) -> None:
        gate.wait(GAVE_UP)
        ended.append(number)

    try:
        searched = pool.start(lambda: list(pool.aside(dead, range(20))))
        assert sorted(pool.each(abs, [-1, -2, -3])) == [1, 2, 3]
        assert ended == []
        gate.set()
        searched.result()
        assert len(ended) == 20
    finally:
        pool.close()


def test_a_clock_set_back_does_not_stop_the_clock_of_the_worker(county: County) -> None:
    schedule = clock(county.site, county.pool)
    now = datetime.now(UTC)
    for job in schedule.get_jobs():
        job.modify(next_run_time=now + timedelta(hours=3))
    catch_up(schedule, now)
    waits = {job.id: (job.next_run_time - now).total_seconds() for job in schedule.get_jobs()}
    often = {"status", "counters", "login", "asked", "notices", "newcomers"}
    assert {name for name, wait in waits.items() if wait == 0} >= often
    assert waits["tidy"] == 10800, "once a day: that it waits for hours is as it should be"


def test_a_first_turn_put_off_is_no_clock_set_back(
    county: County, caplog: pytest.LogCaptureFixture
) -> None:
    schedule = clock(replace(county.site, counter_seconds=10), county.pool)
    catch_up(schedule, datetime.now(UTC))
    assert caplog.messages == []


def test_a_sweep_that_takes_longer_than_its_minute_is_told(
    county: County, caplog: pytest.LogCaptureFixture
) -> None:
    site = replace(county.site, status_seconds=1, counter_seconds=3600)
    hold = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hold.bind(("127.0.0.1", 0))
    with county.site.database.transaction(system("改")) as session:
        dead = session.get_one(Device, county.silent)
        dead.timeout, dead.retries, dead.snmp_port = 3.0, 0, hold.getsockname()[1]
    schedule = clock(site, county.pool)
    runner = Thread(target=schedule.start)
    with hold:
        runner.start()
        until(lambda: "status" in caplog.text)
        schedule.shutdown(wait=True)
        runner.join()
    assert "status is still at work" in caplog.text
