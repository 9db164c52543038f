"""The month of duty and the year of meetings, as people see them."""

from datetime import date
from typing import Any

from sqlalchemy import select

from inventory.duty_roster import DutyRoster
from inventory.meeting import Meeting
from inventory.person import Person
from inventory.shanghai import today
from inventory.workdays import CalendarDay
from tests.web.county import County

YEAR = today().year


def add(county: County, *rows: Any) -> None:
    with county.database.transaction(county.act()) as session:
        session.add_all(rows)


def line(page: str, day: str) -> str:
    """The row of one day, without its markup's line breaks."""
    return page.split(f"{day} 星期")[1].split("</tr>", maxsplit=1)[0]


def test_a_month_at_a_glance(county: County) -> None:
    """Who has the jobs is on, the roster departs from it; an unknown year says so; a contradiction
    is refused in the form that makes it."""
    home, manager = county.centres["county"].id, county.login("chief")
    tech = str(county.rows(select(Person.id).where(Person.login == "tech"))[0])
    days = ((date(2030, 1, 1), "holiday"), (date(2030, 1, 5), "makeup"))
    assert "暂定" in manager.get("/duty-calendar/?month=2030-01").text
    add(county, *(CalendarDay(centre_id=home, day=d, kind=k, name="元旦") for d, k in days))
    form = {"centre_id": home, "person_id": tech, "kind": "off", "shift": "day",
            "starts": "2030-01-07", "ends": "2030-01-08"}  # fmt: skip
    assert manager.post("/r/roster/new", form).status_code == 302
    refused = manager.post("/r/roster/new", form | {"kind": "on", "ends": "2030-01-07"})
    assert refused.status_code == 422 and "矛盾：请先修改或停用那一条" in refused.text
    page = county.login("tech").get("/duty-calendar/?month=2030-01").text
    assert "暂定" not in page
    assert "放假" in line(page, "01-01") and "李网" not in line(page, "01-01")
    assert "李网" in line(page, "01-02") and "王技" in line(page, "01-02")
    assert "调休上班" in line(page, "01-05") and "王技" in line(page, "01-05")
    away = line(page, "01-07").split("<td")
    assert "李网" in away[2] and "王技" not in away[2] and "王技" in away[4]
    far = county.login("far").get(f"/duty-calendar/?centre_id={home}")
    assert far.status_code == 404
    assert county.rows(select(DutyRoster.kind)) == ["off"]


def test_a_year_of_meetings(county: County) -> None:
    home = county.centres["county"].id
    for kind, month in (("meeting", 1), ("assessment", 1), ("bulletin", 1)):
        day = date(YEAR - 1, month, 20)
        add(county, Meeting(centre_id=home, kind=kind, subject=kind, chair="郑局", held_on=day))
    page = county.login("chief").get(f"/meetings/?year={YEAR - 1}").text
    for told in ("1 / 6", "1 / 2", "1 / 4", "领导小组例会还差 5 次", "下半年评估还没有", "未达标"):
        assert told in page
    assert "上半年评估还没有" not in page
    assert "上半年评估还没有" in county.login("leader").get(f"/meetings/?year={YEAR - 2}").text
