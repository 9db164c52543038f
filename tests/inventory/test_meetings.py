"""Meetings, assessments and bulletins: counted by tier, kept once signed."""

from datetime import date, timedelta
from typing import Any

import pytest

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.meeting import Meeting
from inventory.meetings import counts, held, meeting_homes, missing, tally
from inventory.register import Rejected
from inventory.revision import digest
from inventory.shanghai import today
from inventory.signature import sign
from tests.inventory.conftest import Tree
from tests.inventory.signing import actor
from tests.inventory.test_on_duty import Desk

END = date(2025, 12, 31)


def write(database: Database, centre: Any, kind: str, held_on: date, **facts: Any) -> str:
    told = {"subject": f"{kind} {held_on}", "chair": "郑局"} | facts
    row = Meeting(centre_id=centre.id, kind=kind, held_on=held_on, **told)
    with database.transaction(system("登记")) as session:
        session.add(row)
    return row.id


def test_a_year_of_each_tier(database: Database, tree: Tree) -> None:
    """Two assessments in one half are one too few; other years, other centres, what is put away
    and what is still to come do not count."""
    for month in (1, 3, 4, 6, 9):
        write(database, tree.lankao, "meeting", date(2025, month, 15))
    for day in (date(2025, 2, 1), date(2025, 6, 30)):
        write(database, tree.lankao, "assessment", day)
    write(database, tree.lankao, "bulletin", date(2025, 7, 1))
    write(database, tree.lankao, "meeting", date(2024, 12, 31))
    write(database, tree.kaifeng, "bulletin", date(2025, 12, 31))
    gone = write(database, tree.lankao, "meeting", date(2025, 5, 5))
    with database.transaction(system("停用")) as session:
        session.get_one(Meeting, gone).turn(gone=True)
    with database.view(EVERYTHING) as session:
        told = held(session, 2025, END)
        county, june = told[tree.lankao.id], held(session, 2025, date(2025, 6, 1))
        assert dict(counts(session, tree.lankao, 2025, END)) == {
            "meeting": (5, 6), "assessment": (1, 2), "bulletin": (1, 4),
        }  # fmt: skip
        assert dict(counts(session, tree.kaifeng, 2025, END)) == {
            "meeting": (0, 4), "assessment": (0, 2), "bulletin": (1, 3),
        }  # fmt: skip
        assert dict(counts(session, tree.province, 2025, END)) == {
            "meeting": (0, 3), "assessment": (0, 2), "bulletin": (0, 2),
        }  # fmt: skip
        assert tally("county", june[tree.lankao.id])["meeting"] == (3, 6)
    assert list(map(str, missing("county", county))) == [
        "领导小组例会还差 1 次", "下半年评估还没有", "通报还差 3 次",
    ]  # fmt: skip
    assert list(map(str, missing("county", county, half=1))) == ["通报还差 2 次"]
    assert list(map(str, missing("province", {}, half=1))) == [
        "领导小组例会还差 1 次", "上半年评估还没有", "通报还差 1 次",
    ]  # fmt: skip
    assert missing("township", {}) == [] and tally("township", {}) == {}


def test_only_where_people_are_are_meetings_asked(database: Database, tree: Tree) -> None:
    desk = Desk(database, tree)
    desk.person("甲", at=tree.lankao)
    desk.person("未复核", at=tree.luoyang, agreed_at=None)
    with database.view(EVERYTHING) as session:
        assert meeting_homes(session) == {tree.lankao.id}


def test_minutes_are_signed_and_followed_up(database: Database, tree: Tree) -> None:
    """Who wrote them cannot review them; signed, they stand; what became of the decisions is noted
    beside the signature."""
    chief = actor(database, tree.lankao, "chief", "冯主任", "manager")
    boss = actor(database, tree.lankao, "boss", "郑局", "leader")
    before = today() - timedelta(days=20)
    row = Meeting(
        centre_id=tree.lankao.id, kind="meeting", subject="机房安全", held_on=before, chair="郑局",
        decisions="更换 UPS 电池", due_on=before + timedelta(days=5),
    )  # fmt: skip
    with database.transaction(chief.act()) as session:
        session.add(row)
        session.flush()
        sign(session, row, "fill", chief.standing, chief.proof, digest(row))
    with database.transaction(chief.act()) as session:
        mine = session.get_one(Meeting, row.id)
        with pytest.raises(Rejected, match="须由别人签"):
            sign(session, mine, "review", chief.standing, chief.proof, digest(mine))
    with database.transaction(boss.act()) as session:
        read = session.get_one(Meeting, row.id)
        sign(session, read, "review", boss.standing, boss.proof, digest(read))
        assert (read.stage, read.late[-7:]) == (("critical", "逾期未落实"), "已过 15 天")
    for change in ({"decisions": "不换了"}, {"due_on": today()}, {"retired_at": chief.proof.at}):
        with pytest.raises(Rejected, match=r"已经固定|已经签字"):
            _change(database, chief.act(), row.id, **change)
    _change(database, chief.act(), row.id, done_on=today(), outcome="已更换")
    with database.view(EVERYTHING) as session:
        assert session.get_one(Meeting, row.id).stage == ("ok", "已落实")


def _change(database: Database, act: Any, key: str, **values: Any) -> None:
    with database.transaction(act) as session:
        row = session.get_one(Meeting, key)
        for name, value in values.items():
            setattr(row, name, value)


def test_dates_that_cannot_be(database: Database, tree: Tree) -> None:
    now, soon = today(), today() + timedelta(days=9)
    for facts, cause in (
        ({"due_on": now - timedelta(days=1)}, "早于领导小组例会的日期"),
        ({"done_on": soon}, "和今天之间"), ({"way": "net"}, "只有通报填写通报方式"),
    ):  # fmt: skip
        with pytest.raises(Rejected, match=cause):
            write(database, tree.lankao, "meeting", now, **facts)
    key = write(database, tree.lankao, "meeting", soon)
    with database.view(EVERYTHING) as session:
        assert session.get_one(Meeting, key).stage == ("info", "计划中")
        assert held(session, soon.year) == {}
