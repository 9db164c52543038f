"""Devices that are now up, now down: found by count, decided and signed, late when nobody does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.db import Database
from inventory.deployment import deploy
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.notice import Notice
from inventory.overdue_papers import tell_overdue
from inventory.register import Rejected
from inventory.repair import Repair
from inventory.run import Event
from inventory.secret import Key
from inventory.shanghai import today
from inventory.signature import Signature
from inventory.unstable import UnstableDevice, UnstableLimit, overdue
from netops.history import History
from playbooks.site import Site
from playbooks.unstable import look
from tests.inventory.papers import House, house

NOW = datetime.now(UTC)


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    return house(database, tmp_path)


def site_of(home: House, folder: Path) -> Site:
    key = Key.load(folder / "secret.key")
    return Site(home.database, History(folder / "history"), key, folder, home.centre.id)


def device(home: House, name: str = "核心") -> str:
    row = Device(centre_id=home.centre.id, name=name, address=f"10.1.1.{len(name)}", kind="switch")
    return home.add(row, "net")


def flap(home: House, key: str, times: int, ago: timedelta, before: str = "down") -> None:
    """So many changes, a minute apart, the last one `ago`."""
    with home.database.observe() as session:
        for number in range(times):
            words = (before, "up") if number % 2 else ("up", before)
            session.add(
                Event(
                    centre_id=home.centre.id, device_id=key, kind="state", text="通断",
                    at=NOW - ago - timedelta(minutes=number),
                    facts={"before": words[0], "after": words[1]},
                )
            )  # fmt: skip


def rows(home: House) -> list[UnstableDevice]:
    return home.rows(select(UnstableDevice).order_by(UnstableDevice.number))


def test_over_the_limit_it_is_opened_once_and_put_out_of_service(
    home: House, tmp_path: Path
) -> None:
    site, thing = site_of(home, tmp_path), home.thing()
    bad, good, below, long_ago = (device(home, n * "机") for n in range(1, 5))
    with home.database.transaction(home.act("net")) as session:
        deploy(session, session.get_one(Equipment, thing), session.get_one(Device, bad))
    flap(home, bad, 7, timedelta(hours=1))
    flap(home, good, 6, timedelta(hours=1))
    flap(home, below, 20, timedelta(hours=1), before="unreachable")  # not its own fault
    flap(home, long_ago, 20, timedelta(hours=30))
    for _ in range(2):
        look(site, NOW)
    (row,) = rows(home)
    assert (row.device_id, row.changes, row.hours, row.state) == (bad, 7, 24, "open")
    assert len(home.rows(select(Notice).where(Notice.key == f"unstable:{row.id}"))) == 1
    with home.database.transaction(home.act("net")) as session:
        session.add(UnstableLimit(centre_id=home.centre.id, changes=5, hours=48))
    look(site, NOW)
    assert {one.device_id for one in rows(home)} == {bad, good, long_ago}
    home.do("net", UnstableDevice, row.id, "stop", reason="端口时断时续")
    done = home.one(UnstableDevice, row.id)
    assert (done.state, home.one(Device, bad).paused) == ("stopped", True)
    repair = home.one(Repair, done.repair_id)
    assert (repair.equipment_id, home.one(Equipment, thing).state) == (thing, "repair")
    (signed,) = home.rows(select(Signature).where(Signature.thing_id == row.id))
    assert (signed.meaning, signed.signer_name) == ("fill", "net某")
    home.do("net", Repair, repair.id, "finish", result="fixed", cause="wear", done="换光模块")
    assert home.one(UnstableDevice, row.id).state == "repaired"
    assert not home.one(Device, bad).paused


def test_accepted_until_a_day_and_late_after_three(
    sqlite_database: Database, tmp_path: Path
) -> None:
    home = house(sqlite_database, tmp_path)
    site, key = site_of(home, tmp_path), device(home)
    flap(home, key, 9, timedelta(hours=1))
    look(site, NOW)
    (row,) = rows(home)
    assert not overdue(row, NOW + timedelta(days=2)) and overdue(row, NOW + timedelta(days=4))
    with home.database.observe() as session:
        tell_overdue(session, NOW + timedelta(days=4))
    assert home.rows(select(Notice).where(Notice.title.contains("还没有决定")))
    for until in (None, today() - timedelta(days=1), today() + timedelta(days=91)):
        with pytest.raises(Rejected):
            home.do("net", UnstableDevice, row.id, "accept", reason="线路改造期间", until=until)
    week = today() + timedelta(days=7)
    home.do("net", UnstableDevice, row.id, "accept", reason="线路改造期间", until=week)
    look(site, NOW)
    assert len(rows(home)) == 1
    with home.database.observe() as session:
        for one in session.scalars(select(Event)):
            one.at += timedelta(days=8)
    look(site, NOW + timedelta(days=8))
    assert [one.state for one in rows(home)] == ["accepted", "open"]
