"""What the worker saw becomes drafts of the log: once, whoever is killed, and nothing is lost."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.care_record import CareRecord
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.grant import Grant
from inventory.happenings import Happening, paired
from inventory.log_deciding import confirm, dismiss
from inventory.log_draft import LogDraft
from inventory.log_entry import LogEntry
from inventory.log_rules import house as house_of
from inventory.register import Rejected
from inventory.registers.room_reading import RoomReading
from inventory.repair import Repair
from inventory.run import Event
from inventory.secret import Key
from inventory.shanghai import SHANGHAI, today
from netops.history import History
from playbooks.drafting import look
from playbooks.site import Site
from tests.inventory.papers import House, house

ROOT = Path(__file__).parents[2]
NOON = datetime.now(SHANGHAI).replace(hour=12, minute=0, second=0, microsecond=0)
NOON = (NOON - timedelta(days=1)).astimezone(UTC)  # yesterday: whenever the test runs, it is over


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    return house(database, tmp_path)


def site_of(home: House, folder: Path) -> Site:
    key = Key.load(folder / "secret.key")
    return Site(home.database, History(folder / "history"), key, folder, home.centre.id)


def device(home: House) -> str:
    row = Device(centre_id=home.centre.id, name="核心交换机", address="10.1.1.1", kind="switch")
    return home.add(row, "net")


def event(home: House, key: str, minutes: int, kind: str, **facts: Any) -> None:
    """Something of a device, so many minutes after noon of yesterday."""
    at = NOON + timedelta(minutes=minutes)
    text = f"核心交换机 {facts.get('after', '')}：无应答。请检查电源"
    with home.database.observe() as session:
        session.add(Event(centre_id=home.centre.id, device_id=key, kind=kind, at=at, text=text,
                          facts=facts))  # fmt: skip


def drafts(home: House) -> list[tuple[str, str, str]]:
    query = select(LogDraft).order_by(LogDraft.made_at, LogDraft.key)
    return [(one.section, one.state, one.text) for one in home.rows(query)]


def test_an_outage_is_told_once_and_grows_until_somebody_decides(
    home: House, tmp_path: Path
) -> None:
    site, key, now = site_of(home, tmp_path), device(home), datetime.now(UTC)
    event(home, key, 0, "state", before="up", after="down")
    look(site, now)
    look(site, now)
    assert drafts(home) == [
        ("problem", "open", "核心交换机中断：12:00 至 记录时仍未恢复（无应答）")
    ]
    event(home, key, 12, "state", before="down", after="up")
    look(site, now)
    [(_section, _state, text)] = drafts(home)
    assert text == "核心交换机中断：12:00 至 12:12（无应答）"
    one = home.rows(select(LogDraft))[0]
    with home.database.transaction(home.act("net")) as session:
        confirm(session, session.get_one(LogDraft, one.id), home.people["net"])
    look(site, now)
    assert len(drafts(home)) == 1
    event(home, key, 60, "state", before="up", after="down")  # after somebody has decided
    event(home, key, 61, "boot")
    look(site, now)
    assert [(section, state) for section, state, _text in drafts(home)] == [
        ("problem", "entered"), ("problem", "open"), ("power", "open")
    ]  # fmt: skip
    assert drafts(home)[1][2].startswith("核心交换机中断：13:00 至 记录时")
    second = home.rows(
        select(LogDraft).where(LogDraft.state == "open", LogDraft.section == "problem")
    )
    with home.database.transaction(home.act("net")) as session:
        dismiss(session, session.get_one(LogDraft, second[0].id), home.people["net"], "计划断电")
    event(home, key, 90, "state", before="down", after="up")
    look(site, now)
    assert ("solved", "open", "核心交换机于 13:30 恢复应答") in drafts(home)
    assert len(drafts(home)) == 4


def test_a_restart_wants_its_reason(home: House, tmp_path: Path) -> None:
    key = device(home)
    event(home, key, 5, "boot")
    look(site_of(home, tmp_path), datetime.now(UTC))
    one = home.rows(select(LogDraft))[0]
    who = home.people["net"]
    with (
        pytest.raises(Rejected, match="把话写完"),
        home.database.transaction(home.act("net")) as session,
    ):
        confirm(session, session.get_one(LogDraft, one.id), who)
    with home.database.transaction(home.act("net")) as session:
        told = {"text": f"{one.text}更换电源模块"}
        confirm(session, session.get_one(LogDraft, one.id), who, told)
    entry = home.rows(select(LogEntry))[0]
    assert (entry.section, entry.device_id, entry.source) == ("power", key, one.key)
    assert entry.late_entry is (datetime.now(UTC) - one.at > timedelta(hours=12))


def test_care_noted_thing_by_thing_is_one_line(home: House, tmp_path: Path) -> None:
    site, day = site_of(home, tmp_path), today()
    things = [home.thing(name=f"打印机{n}", opening="idle") for n in range(3)]
    for n, thing in enumerate(things):
        row = CareRecord(
            centre_id=home.centre.id, kind="clean", equipment_id=thing, done_on=day,
            noted_at=datetime.now(UTC),
            result="abnormal" if n == 2 else "normal", note="卡纸" if n == 2 else "",
        )  # fmt: skip
        home.add(row)
    look(site, datetime.now(UTC))
    look(site, datetime.now(UTC))
    assert drafts(home) == [("patrol", "open", "清洁保养：3 台（处），正常 2；打印机2异常（卡纸）")]


def test_a_register_tells_of_its_rows(home: House) -> None:
    """What was typed there is not typed again; what was taken back is not asked about."""
    reading = RoomReading(
        centre_id=home.centre.id, room_id=home.room.id, at=datetime.now(UTC), temperature=41.0,
        humidity=50.0, note="已开空调",
    )  # fmt: skip
    key = home.add(reading)
    assert drafts(home) == [("room", "open", "机房温度 41 ℃，湿度 50 %，温度超限；已开空调")]
    with home.database.transaction(home.act("tech")) as session:
        session.get_one(RoomReading, key).temperature = 31.0
    assert drafts(home)[0][2] == "机房温度 31 ℃，湿度 50 %，正常；已开空调"
    with home.database.transaction(home.act("tech")) as session:
        session.get_one(RoomReading, key).turn(gone=True)
    assert drafts(home)[0][1] == "gone"
    home.repair(home.thing())
    assert "报修：不加电（维修单 WX-" in drafts(home)[1][2]
    old = datetime.now(UTC) - timedelta(days=400)
    home.add(RoomReading(centre_id=home.centre.id, room_id=home.room.id, at=old, temperature=20.0))
    assert len(drafts(home)) == 2  # a book brought over from before is no news
    assert [one.by_id for one in home.rows(select(LogDraft))] == [home.people["tech"].id] * 2
    assert home.rows(select(Repair))[0].id in home.rows(select(LogDraft))[1].link


@given(st.lists(st.sampled_from(["down", "up"]), max_size=12))
def test_every_fall_and_every_rise_is_in_one_outage(kinds: list[str]) -> None:
    events = [Happening(NOON + timedelta(minutes=n), kind) for n, kind in enumerate(kinds)]
    found = list(paired(events))
    ends = [one.end for one in found if one.end is not None]
    assert ends == [one.at for one in events if one.kind == "up"]
    begins = [one.begin for one in found if one.begin is not None]
    falls = [one.at for n, one in enumerate(events)
             if one.kind == "down" and (n == 0 or events[n - 1].kind == "up")]  # fmt: skip
    assert begins == falls
    assert all(one.end is not None for one in found[:-1])


_KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from inventory.db import open_database
from inventory import schema
from inventory.secret import Key
from netops.history import History
from playbooks.drafting import look
from playbooks.site import Site

home = Path(sys.argv[1])
database = open_database(f"sqlite:///{home}/netops.db")
site = Site(database, History(home / "history"), Key.load(home / "secret.key"), home, sys.argv[2])
print("begun", flush=True)
look(site, datetime.now(UTC))
"""


def test_a_worker_killed_while_drafting_doubles_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Killed at several moments: each look is one transaction, and the next one completes it."""
    home = house(sqlite_database, tmp_path)
    site = site_of(home, tmp_path)
    boxes = [
        Device(centre_id=home.centre.id, name=f"交换机{n}", address=f"10.1.{n}.1", kind="switch")
        for n in range(60)
    ]
    with sqlite_database.transaction(home.act("net")) as session:
        session.add_all(boxes)
    with sqlite_database.observe() as session:
        session.add_all(
            Event(centre_id=home.centre.id, device_id=one.id, kind="state", at=NOON, text="中断",
                  facts={"before": "up", "after": "down"})
            for one in boxes
        )  # fmt: skip
    for pause in (0.0, 0.05):
        worker = subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(tmp_path), home.centre.id],
            stdout=subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(pause)  # where in the look it dies is the point, whichever it is
        worker.kill()
        worker.wait()
        worker.stdout.close()
        assert len(drafts(home)) in (0, 60)
    look(site, datetime.now(UTC))
    look(site, datetime.now(UTC))
    assert len({text for _section, _state, text in drafts(home)}) == len(drafts(home)) == 60


def test_what_happens_in_a_township_is_told_to_whoever_keeps_a_log(home: House) -> None:
    """Nobody there has a job at the devices: the county's sheet; somebody has: their own."""
    with home.database.transaction(system("建乡镇")) as session:
        town = Centre(code="410225-99", name="某乡", tier="township", parent_id=home.centre.id)
        session.add(town)
        session.flush()
        village = Centre(code="410225-98", name="某村", tier="village", parent_id=town.id)
        session.add(village)
    with home.database.view(EVERYTHING) as session:
        assert house_of(session, village.id) == house_of(session, town.id) == home.centre.id
    with home.database.transaction(system("授权")) as session:
        session.add(Grant(centre_id=town.id, person_id=home.people["tech"].id, role="technician",
                          agreed_at=datetime.now(UTC)))  # fmt: skip
    with home.database.view(EVERYTHING) as session:
        assert house_of(session, village.id) == town.id
        assert house_of(session, home.far.id) == home.far.id
