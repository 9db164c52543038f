"""The working calendar: which days the office works, and where its days come from."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, Scope, system
from inventory.audit import verify
from inventory.calendar_seed import keep_calendar
from inventory.db import Database
from inventory.exchange import apply
from inventory.founding import found
from inventory.headers import words
from inventory.home import HomeFact, home_fact
from inventory.register import Rejected
from inventory.sheet import read
from inventory.workdays import CalendarDay, provisional, workdays
from tests.inventory.conftest import Tree

FRIDAY, SATURDAY, MONDAY = date(2026, 10, 9), date(2026, 10, 10), date(2026, 10, 12)


def is_workday(session: Session, day: date) -> bool:
    return workdays(session, day, day) == [day]


def noted(database: Database, tree: Tree, day: date, kind: str, **facts: Any) -> str:
    row = CalendarDay(centre_id=tree.lankao.id, day=day, kind=kind, name="国庆节", **facts)
    with database.transaction(tree.act(tree.lankao)) as session:
        session.add(row)
    return row.id


def test_a_year_of_the_office(database: Database, tree: Tree) -> None:
    with database.view(EVERYTHING) as session:
        assert provisional(session, 2026)
        assert len(workdays(session, date(2026, 10, 1), date(2026, 10, 31))) == 22
        assert not is_workday(session, SATURDAY)
    for day in range(1, 8):
        noted(database, tree, date(2026, 10, day), "holiday")
    noted(database, tree, date(2026, 9, 20), "makeup")
    made_up = noted(database, tree, SATURDAY, "makeup")
    township = Scope((f"{tree.lankao.path}zhen/",))
    with database.view(township) as session:  # a township reads the home's calendar, too
        assert not provisional(session, 2026)
        assert provisional(session, 2025) and provisional(session, 2027)
        assert is_workday(session, SATURDAY) and is_workday(session, date(2026, 9, 20))
        assert not is_workday(session, date(2026, 10, 7)) and is_workday(session, date(2026, 10, 8))
        assert workdays(session, date(2026, 10, 1), SATURDAY) == [
            date(2026, 10, 8),
            FRIDAY,
            SATURDAY,
        ]
    with database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(CalendarDay, made_up).turn(gone=True)
    with database.view(EVERYTHING) as session:
        assert not is_workday(session, SATURDAY)


def test_the_calendar_refuses_what_makes_no_sense(database: Database, tree: Tree) -> None:
    noted(database, tree, SATURDAY, "makeup")
    with pytest.raises(Rejected, match="这一天已有安排"):
        noted(database, tree, SATURDAY, "holiday")
    with pytest.raises(Rejected, match="本来就上班"):
        noted(database, tree, MONDAY, "makeup")
    with database.observe() as session:
        session.add(HomeFact(name="centre", value=tree.kaifeng.id))
    with pytest.raises(Rejected, match="只能属于启用它的中心"):
        noted(database, tree, MONDAY, "holiday")


def test_the_notice_comes_in_by_sheet(database: Database, tree: Tree) -> None:
    """As an office types it: words for the kinds, real dates, a row corrected by a second file."""
    head = ["日期", "安排", "节日", "依据", "所属单位"]
    rows = [
        [datetime(2027, 1, 1), "放假", "元旦", "国办通知", "410225"],  # noqa: DTZ001
        ["2027-01-02", "放假", "元旦", "国办通知", "410225"],
        ["2027/1/3", "调休上班", "元旦", "国办通知", "410225"],
    ]
    brought(database, tree, head, *rows)
    with database.view(EVERYTHING) as session:
        assert not provisional(session, 2027)
        assert workdays(session, date(2027, 1, 1), date(2027, 1, 4)) == [
            date(2027, 1, 3), date(2027, 1, 4),
        ]  # fmt: skip
    brought(database, tree, head, ["2027-01-03", "放假", "元旦", "更正通知", "410225"])
    with database.view(EVERYTHING) as session:
        assert not is_workday(session, date(2027, 1, 3))
        assert session.scalar(select(func.count()).select_from(CalendarDay)) == 3
    with pytest.raises(Rejected, match="第 2 行 安排：“上班”不在可选值中"):
        brought(database, tree, head, ["2027-01-04", "上班", "元旦", "", "410225"])
    with pytest.raises(Rejected, match="第 2 行 安排：星期一至星期五本来就上班"):
        brought(database, tree, head, ["2027-01-04", "调休上班", "元旦", "", "410225"])


def brought(database: Database, tree: Tree, *rows: list[Any]) -> None:
    made, out = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)  # type: ignore[union-attr]
    made.save(out)
    sheet = read(out.getvalue(), "calendar.xlsx", known=words(CalendarDay))
    with database.transaction(tree.act(tree.lankao)) as session:
        apply(session, CalendarDay, sheet)


def test_a_home_is_founded_with_the_official_days(database: Database) -> None:
    """The days of 2025 and 2026 as the State Council told them; what people did stays; a home of an
    earlier release gets them once, and an upgrade brings the years nobody wrote."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    keep_calendar(database, now)  # nobody has founded it yet
    found(database, "410225", "admin", "张三")
    with database.transaction(system("清空，如早先的版本")) as session:
        for row in session.scalars(select(CalendarDay)):
            session.delete(row)
    for _ in range(2):
        keep_calendar(database, now)
    with database.view(EVERYTHING) as session:
        days = session.scalars(select(CalendarDay).order_by(CalendarDay.day)).all()
        assert {(one.day.year, one.centre_id) for one in days} == {
            (year, home_fact(session, "centre")) for year in (2025, 2026)
        }
        assert [len(workdays(session, date(y, 1, 1), date(y, 12, 31))) for y in (2025, 2026)] == [
            248, 248,
        ]  # fmt: skip
        assert not is_workday(session, date(2026, 2, 23)) and is_workday(session, date(2026, 2, 28))
        assert {one.label for one in days} >= {"2026-10-10 星期六 调休上班"}
        assert verify(session) is None
    retired = next(one.id for one in days if one.day == date(2026, 10, 10))
    with database.transaction(system("改")) as session:
        session.get_one(CalendarDay, retired).turn(gone=True)
        for one in session.scalars(select(CalendarDay).where(CalendarDay.day < date(2026, 1, 1))):
            session.delete(one)
    keep_calendar(database, datetime(2027, 1, 1, tzinfo=UTC))  # 2025 is two years ago by now
    with database.view(EVERYTHING) as session:
        assert provisional(session, 2025) and not is_workday(session, date(2026, 10, 10))
