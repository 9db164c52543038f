"""Configurations saved when heard of, when asked for and once a day, from simulated switches over
real SSH: how many reads, when, by whom, and what a refusal costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert, select

from backups.catalogue import succeeded
from backups.content import saved
from inventory.act import EVERYTHING, system
from inventory.config_hearing import state_of
from inventory.config_lock import Held, device_held, free_orphans
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.home import home_fact
from inventory.log_draft import LogDraft
from inventory.notice import Notice
from inventory.run import JobRun
from inventory.secret import Key
from inventory.state import DeviceState
from netops.config_read import ConfigRead
from netops.profile import profile_named
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from playbooks import configuring, unsaved
from playbooks.dispatch import Pool
from playbooks.jobs import take_asked
from playbooks.site import Site, open_site
from tests.patience import PATIENCE, until

PASSWORD = "S3cret-simulated"
DIALECTS = ("huawei_vrp", "hp_comware", "cisco_ios")
PROFILES = {"huawei_vrp": "huawei_vrp", "hp_comware": "h3c_comware", "cisco_ios": "cisco_ios"}


@dataclass(frozen=True)
class Racks:
    """A site with ten simulated switches; `ids` of their devices in the same order."""

    site: Site
    pool: Pool
    switches: list[Cli]
    ids: list[str]

    def wait(self) -> None:
        """Until no session is open any more."""
        until(lambda: not self.pool.sessions)

    def look(self, now: datetime) -> int:
        begun = configuring.look(self.site, self.pool, now)
        self.wait()
        return begun

    def state(self, device: str) -> ConfigState:
        with self.site.database.view(EVERYTHING) as session:
            return session.get_one(ConfigState, device)

    def snapshots(self, device: str) -> list[ConfigSnapshot]:
        query = select(ConfigSnapshot).where(ConfigSnapshot.device_id == device)
        with self.site.database.view(EVERYTHING) as session:
            return list(session.scalars(query.order_by(ConfigSnapshot.id)))

    def hear(self, device: str, at: datetime, **facts: str) -> None:
        with self.site.database.observe() as session:
            configuring.heard(session, device, at, "syslog", **facts)

    def logins(self) -> int:
        return sum(switch.logins for switch in self.switches)


@pytest.fixture
def racks(founded_database: Database, tmp_path: Path) -> Iterator[Racks]:
    with _racks(founded_database, tmp_path, 3) as found:
        yield found


@contextmanager
def _racks(database: Database, home: Path, number: int) -> Iterator[Racks]:
    key_file = home / "secret.key"
    key = Key.load(key_file)
    switches = [
        Cli(name=f"SW{n}", dialect=DIALECTS[n % 3], password=PASSWORD) for n in range(number)
    ]
    pool = Pool(4)
    with serving(switches, keys=home / "keys"):
        with database.transaction(system("登记")) as session:
            centre = home_fact(session, "centre")
            way = Credential(
                centre_id=centre, name="ssh", kind="ssh", user=switches[0].user,
                password=key.seal(PASSWORD),
            )  # fmt: skip
            session.add(way)
            session.flush()
            rows = [_device(cli, centre, way.id) for cli in switches]
            session.add_all(rows)
            ids = [row.id for row in rows]
        yield Racks(open_site(database, home, key_file), pool, switches, ids)
        pool.close()


def _device(cli: Cli, centre: str, way: str) -> Device:
    return Device(
        centre_id=centre, name=cli.name, address="127.0.0.1", kind="switch", ping=False,
        profile=PROFILES[cli.dialect], ssh_id=way, ssh_port=cli.port,
    )  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


def test_everybody_is_read_once_a_day(racks: Racks) -> None:
    assert racks.look(now()) == 3
    for device in racks.ids:
        state = racks.state(device)
        assert (state.why, state.failures, state.locked_by) == ("", 0, "")
        assert state.success_at is not None
        assert [row.origin for row in racks.snapshots(device)] == ["sweep"]
    assert racks.look(now()) == 0
    assert racks.look(now() + timedelta(hours=25)) == 3
    assert [len(racks.snapshots(device)) for device in racks.ids] == [1, 1, 1]  # unchanged: no row


def test_a_change_that_was_heard_of_is_kept_with_its_author(racks: Racks) -> None:
    racks.look(now())
    switch, device, at = racks.switches[0], racks.ids[0], now()
    switch.running.put("undo telnet server enable")
    switch.touch()
    racks.hear(device, at, who="zhangsan", source="10.1.1.9", text="SHELL/5/CMDRECORD")
    assert racks.look(at + timedelta(seconds=10)) == 0  # still typing, perhaps
    assert racks.look(at + timedelta(seconds=21)) == 1
    first, second = racks.snapshots(device)
    told = (second.origin, second.author, second.source, second.evidence)
    assert told == ("syslog", "zhangsan", "10.1.1.9", "SHELL/5/CMDRECORD")
    assert (second.added, second.removed, first.id != second.id) == (2, 0, True)
    state = racks.state(device)
    assert (state.heard_at, state.saved, state.unsaved_since is not None) == (None, "no", True)
    with racks.site.database.view(EVERYTHING) as session:
        texts = session.scalars(select(LogDraft.text).where(LogDraft.device_id == device)).all()
    assert any("zhangsan" in text for text in texts)


def test_unsaved_is_told_after_a_day_and_settled_when_saved(racks: Racks) -> None:
    switch, device = racks.switches[2], racks.ids[2]
    switch.running.put("ip domain-name example.invalid")
    switch.touch()
    racks.look(now())
    assert racks.state(device).saved == "no"
    unsaved.remind(racks.site, now())
    assert _unread(racks, f"unsaved:{device}") == 0
    unsaved.remind(racks.site, now() + timedelta(hours=25))
    unsaved.remind(racks.site, now() + timedelta(hours=26))
    assert _unread(racks, f"unsaved:{device}") == 1
    switch.save()
    racks.hear(device, now())
    racks.look(now() + timedelta(seconds=30))
    assert (racks.state(device).saved, racks.state(device).unsaved_since) == ("yes", None)


def _unread(racks: Racks, key: str) -> int:
    with racks.site.database.view(EVERYTHING) as session:
        return len(session.scalars(select(Notice).where(Notice.key == key)).all())


def test_a_thousand_words_about_ten_devices_are_ten_reads(
    founded_database: Database, tmp_path: Path
) -> None:
    with _racks(founded_database, tmp_path, 10) as racks:
        racks.look(now())
        before, at = racks.logins(), now()
        for n in range(1000):
            when = at + timedelta(microseconds=n)  # none after the first read begins, by its clock
            racks.hear(racks.ids[n % 10], when, who=f"user{n % 7}", text=f"第 {n} 条")
        for seconds in range(0, 61, 5):
            racks.look(at + timedelta(seconds=seconds))
        assert racks.logins() - before == 10
        assert {racks.state(device).heard_at for device in racks.ids} == {None}


def test_whoever_types_on_for_minutes_is_read_meanwhile(racks: Racks) -> None:
    racks.look(now())
    at, device = now(), racks.ids[0]
    for seconds in range(0, 36, 5):
        racks.hear(device, at + timedelta(seconds=seconds))
    assert racks.look(at + timedelta(seconds=36)) == 1


def test_a_word_during_the_read_asks_for_another(racks: Racks) -> None:
    racks.look(now())
    at, device = now(), racks.ids[0]
    racks.hear(device, at)
    racks.hear(device, at + timedelta(seconds=50))  # later than the read that begins now
    assert racks.look(at + timedelta(seconds=60)) == 1
    state = racks.state(device)
    assert state.heard_at == state.heard_last == at + timedelta(seconds=50)


def test_a_refused_password_is_not_tried_again_until_it_is_changed(racks: Racks) -> None:
    for switch in racks.switches:
        switch.password = "another"
    racks.look(now())
    refused = [switch.refused for switch in racks.switches]
    assert refused == [1, 1, 1]
    racks.hear(racks.ids[0], now())
    for hours in (0.1, 1, 6, 23):
        racks.look(now() + timedelta(hours=hours))
    assert [switch.refused for switch in racks.switches] == refused
    assert racks.state(racks.ids[0]).why != ""
    assert _unread(racks, f"config:{racks.ids[0]}") == 1
    key = racks.site.key
    with racks.site.database.transaction(system("改口令")) as session:
        session.scalars(select(Credential)).one().password = key.seal("another")
    racks.look(now() + timedelta(minutes=1))
    assert {racks.state(device).why for device in racks.ids} == {""}


def test_a_device_that_is_not_there_costs_nobody_else(racks: Racks) -> None:
    with racks.site.database.transaction(system("换端口")) as session:
        session.get_one(Device, racks.ids[1]).ssh_port = 1
    racks.look(now())
    assert [bool(racks.state(device).success_at) for device in racks.ids] == [True, False, True]
    assert racks.state(racks.ids[1]).attempt_at is not None
    tries = [racks.look(now() + timedelta(minutes=minutes)) for minutes in (1, 6)]
    assert tries == [0, 1]


def test_a_thousand_devices_that_are_down_keep_nobody_from_being_read(racks: Racks) -> None:
    database = racks.site.database
    with database.transaction(system("批量登记")) as session:
        known = session.get_one(Device, racks.ids[0])
        facts = {"centre_id": known.centre_id, "profile": known.profile, "ssh_id": known.ssh_id}
        away = [
            Device(name=f"D{n}", address=f"10.9.{n // 250}.{n % 250}", kind="switch", **facts)
            for n in range(1001)
        ]
        session.add_all(away)
        keys = [row.id for row in away]
    with database.observe() as session:
        centre_id = facts["centre_id"]
        session.execute(
            insert(DeviceState),
            [{"device_id": key, "centre_id": centre_id, "state": "down"} for key in keys],
        )
    racks.hear(racks.ids[1], now() - timedelta(minutes=1))
    assert racks.look(now()) == 3
    assert racks.look(now()) == 0


def test_a_read_that_could_not_tell_does_not_say_that_all_is_saved(racks: Racks) -> None:
    untold = ConfigRead(b"x", "x", None, "")
    assert saved(profile_named("frr"), untold) == "unknown"  # which nobody can ask
    told = saved(profile_named("huawei_vrp"), untold)
    device, since = racks.ids[0], now() - timedelta(hours=30)
    with racks.site.database.observe() as session:
        succeeded(session, device, since, "no")
        succeeded(session, device, now(), told)
    assert (racks.state(device).saved, racks.state(device).unsaved_since) == ("no", since)


def test_one_session_a_device(racks: Racks) -> None:
    device = racks.ids[0]
    with device_held(racks.site.database, device):
        with pytest.raises(Held), device_held(racks.site.database, device):
            pass
        racks.look(now())
        assert racks.snapshots(device) == []
    racks.look(now())
    assert len(racks.snapshots(device)) == 1


def test_a_dead_holder_lets_go(racks: Racks) -> None:
    device = racks.ids[0]
    with racks.site.database.observe() as session:
        state = state_of(session, device)
        state.locked_by, state.locked_at = "elsewhere:1:1/x", now() - timedelta(hours=3)
    assert free_orphans(racks.site.database) == 1
    racks.look(now())
    assert len(racks.snapshots(device)) == 1


def test_asked_for_by_a_person(racks: Racks) -> None:
    with racks.site.database.observe() as session:
        session.add(
            JobRun(
                site="local", kind="config", slot="a", centre_id=racks.site.centre_id,
                params={"devices": racks.ids}, requested_at=now(),
            )
        )  # fmt: skip
    take_asked(racks.site, racks.pool, {"config": configuring.back_up})
    until(lambda: _run(racks).ended)
    run = _run(racks)
    assert (run.state, run.outcome["devices"], run.outcome["failed"]) == ("done", 3, 0)
    assert [racks.snapshots(device)[0].origin for device in racks.ids] == ["asked"] * 3


def _run(racks: Racks) -> JobRun:
    with racks.site.database.view(EVERYTHING) as session:
        return session.scalars(select(JobRun)).one()


def test_a_change_does_not_wait_for_a_long_list_that_was_asked_for() -> None:
    pool, gate = Pool(1, sessions=3), Event()
    results = pool.in_sessions(lambda _n: gate.wait(PATIENCE), range(200))
    bulk = pool.start(lambda: sum(results))
    heard_of = pool.session(lambda: "read")
    assert heard_of.result(PATIENCE / 2) == "read"
    gate.set()
    assert bulk.result(PATIENCE) == 200
    pool.close()


def test_a_clock_that_jumped_skips_no_day_and_locks_nobody_out(racks: Racks) -> None:
    """What was read, tried or held in a future that is not there any more counts for nothing."""
    racks.look(now())
    ahead = now() + timedelta(days=3)
    with racks.site.database.observe() as session:
        for device in racks.ids:
            state_of(session, device).success_at = ahead
        failed = state_of(session, racks.ids[0])
        failed.attempt_at, failed.failures, failed.permanent = ahead, 5, True
        held = state_of(session, racks.ids[1])
        held.locked_by, held.locked_at = "elsewhere:1:1/x", ahead
    free_orphans(racks.site.database)
    assert racks.look(now()) == 3
    assert {racks.state(device).success_at < ahead for device in racks.ids} == {True}
