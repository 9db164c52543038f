"""A shift goes from hand to hand, prefilled; an error stands beside what it corrects, checked by
another. Nothing else moves either, neither through the console nor through the database."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.device import Device
from inventory.error_record import ErrorRecord, overdue
from inventory.notice import Notice
from inventory.overdue_papers import tell_overdue
from inventory.register import Rejected
from inventory.shanghai import today
from inventory.shift_handing import drafted, tell_untaken, waiting
from inventory.shift_handover import ShiftHandover
from inventory.state import DeviceState
from tests.inventory.papers import House, house


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    return house(database, tmp_path)


def begin(home: House, who: str = "tech") -> str:
    with home.database.transaction(home.act(who)) as session:
        return drafted(session, home.centre.id, today(), "day", home.people[who].id).id


def refused_by_sql(home: House, statement: str) -> None:
    with pytest.raises(DBAPIError), home.database.engine.begin() as connection:
        connection.execute(text(statement))


def titles(home: House, work: Any, now: datetime) -> list[str]:
    with home.database.observe() as session:
        work(session, now)
    return [one.title for one in home.rows(select(Notice))]


def _untaken(row: ShiftHandover, session: Any, now: datetime) -> None:
    tell_untaken(session, row, now)


def down(home: House) -> None:
    """A switch that does not answer, and a repair that is open."""
    device = Device(centre_id=home.centre.id, name="城关镇交换机", kind="switch",
                    address="10.9.0.1")  # fmt: skip
    home.add(device, "net")
    with home.database.observe() as session:
        session.add(DeviceState(device_id=device.id, centre_id=home.centre.id, state="down",
                                since=datetime.now(UTC), why="不通"))  # fmt: skip
    home.repair(home.thing())


def test_a_shift_goes_over(home: House) -> None:
    down(home)
    key = begin(home)
    assert begin(home) == key  # asked for again, it is the same draft
    row = home.one(ShiftHandover, key)
    assert "不加电（待处理）" in row.problems and "中断 城关镇交换机：自 " in row.problems
    for taker, cause in (
        ("tech", "不能是同一人"),
        ("far", "没有填写台账"),
        ("lead", "没有填写台账"),
    ):
        with pytest.raises(Rejected, match=cause):
            home.do("tech", ShiftHandover, key, "hand", taker_id=home.people[taker].id)
    net = home.people["net"].id
    with pytest.raises(Rejected, match="交班人本人"):
        home.do("net", ShiftHandover, key, "hand", taker_id=net)
    home.do("tech", ShiftHandover, key, "hand", taker_id=net, keys="机房钥匙 2 把")
    with home.database.view(EVERYTHING) as session:
        assert [one.id for one in waiting(session, net)] == [key]
    assert begin(home) == key  # handed already: no second one for somebody else
    with pytest.raises(Rejected, match="接班人本人"):
        home.do("tech", ShiftHandover, key, "take")
    home.do("net", ShiftHandover, key, "refuse", reply="钥匙只有 1 把")
    assert home.one(ShiftHandover, key).state == "draft"
    home.repair(home.thing(), fault="硬盘告警")
    home.do("tech", ShiftHandover, key, "refresh")
    row = home.one(ShiftHandover, key)
    assert row.keys == "机房钥匙 2 把" and "硬盘告警" in row.problems
    home.do("tech", ShiftHandover, key, "hand", keys="机房钥匙 1 把")
    home.do("net", ShiftHandover, key, "take")
    row = home.one(ShiftHandover, key)
    assert (row.state, row.taker_id, row.revised, begin(home)) == ("taken", net, 3, key)
    with home.database.view(EVERYTHING) as session:
        told = session.get_one(ShiftHandover, key).lines(session).rows
    assert ("钥匙和工具", "机房钥匙 1 把") in told and ("未签日志", "无") in told
    assert home.one(ShiftHandover, begin(home, "net")).keys == "机房钥匙 1 把"


def test_what_was_handed_over_stands(home: House) -> None:
    """Through the row, and through the database without us; late, it is told of."""
    key = begin(home)
    refused_by_sql(home, "UPDATE shift_handover SET state = 'taken'")
    home.do("tech", ShiftHandover, key, "hand", taker_id=home.people["net"].id)
    for name, value in (("remark", "另加"), ("state", "taken")):
        with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
            setattr(session.get_one(ShiftHandover, key), name, value)
    later = datetime.now(UTC) + timedelta(hours=3)
    row = home.one(ShiftHandover, key)
    untaken = partial(_untaken, row)
    assert not any("没有人接" in one for one in titles(home, untaken, datetime.now(UTC)))
    assert any("没有人接" in one for one in titles(home, untaken, later))
    for statement in (
        "SET state = 'taken'",
        "SET remark = '另加'",
        "SET state = 'taken', revised = 1",
    ):
        refused_by_sql(home, f"UPDATE shift_handover {statement}")
    refused_by_sql(home, "DELETE FROM shift_handover")
    home.do("net", ShiftHandover, key, "take")
    refused_by_sql(home, "UPDATE shift_handover SET state = 'draft'")
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        session.get_one(ShiftHandover, key).turn(gone=True)


def test_an_error_is_checked_by_another(home: House) -> None:
    facts = {"object": "2026-11-20 工作日志", "what": "温度写成 32 ℃", "right": "应为 23 ℃"}
    early = datetime.now(UTC) - timedelta(days=8)
    key = home.add(ErrorRecord(centre_id=home.centre.id, found_at=early, **facts), "chief")
    row = home.one(ErrorRecord, key)
    assert row.number.startswith("CC-") and row.found_by == "chief某" and "8 天" in row.late
    assert any("差错登记" in one for one in titles(home, tell_overdue, datetime.now(UTC)))
    home.do("chief", ErrorRecord, key, "fill")
    with pytest.raises(Rejected, match="编写人"):
        home.do("chief", ErrorRecord, key, "check")  # has the right, but wrote it
    with pytest.raises(Rejected, match="不能"):
        home.do("net", ErrorRecord, key, "check")
    with (
        pytest.raises(Rejected, match="要改先撤回"),
        home.database.transaction(home.act("chief")) as session,
    ):
        session.get_one(ErrorRecord, key).right = "应为 24 ℃"
    refused_by_sql(home, "UPDATE error_record SET state = 'closed'")
    home.do("lead", ErrorRecord, key, "refuse", reply="写明是哪个机房")
    home.do("chief", ErrorRecord, key, "fill")
    home.do("lead", ErrorRecord, key, "check")
    row = home.one(ErrorRecord, key)
    assert (row.state, row.checked_by_id) == ("closed", home.people["lead"].id)
    assert overdue(row, datetime.now(UTC)) == ""
    for statement in ("SET \"right\" = ''", "SET state = 'draft'"):
        refused_by_sql(home, f"UPDATE error_record {statement}")
