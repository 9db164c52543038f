"""Matters due: listed, many done with one form, none in silence; looked at in a browser."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.care import end_of
from inventory.care_record import CareRecord
from inventory.caring import matters
from inventory.equipment import Equipment
from inventory.notice import Notice, NoticeReceipt
from inventory.part import Part
from inventory.person import Person
from inventory.room import Room
from inventory.secret import Key
from inventory.shanghai import today
from inventory.stock import on_hand
from playbooks.caring import remind
from playbooks.site import Site
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County, selects
from web.demo_care import care_for, written_down


@pytest.fixture
def things(county: County) -> dict[str, str]:
    """Two switches put away for three months, a room whose earth nobody measured, a fan."""
    place = {"centre_id": county.centres["county"].id}
    then = datetime.now(UTC) - timedelta(days=100)
    with county.database.transaction(system("建账")) as session:
        rows = {
            "one": Equipment(name="备用交换机甲", category="switch", **place),
            "two": Equipment(name="备用交换机乙", category="switch", opening="idle", **place),
            "hall": Room(name="机房", kind="machine", **place),
            "fan": Part(name="风扇", minimum=2, **place),
        }
        with written_down(then):
            for row in rows.values():
                session.add(row)
                session.flush()
    return {name: row.id for name, row in rows.items()}


def test_put_away_things_are_run_or_it_is_said_why_not(
    county: County, things: dict[str, str]
) -> None:
    tech, day = county.login("tech"), today()
    page = tech.get("/due?kind=power_on").text
    last = end_of(day.replace(day=1) - timedelta(days=1))
    assert page.count("漏做") >= 4 and f"{last.year} 年 {last.month} 月漏做" in page
    keys = [f"power_on.{things[name]}.{last:%Y%m%d}" for name in ("one", "two")]
    form = tech.post("/due/form", {"id": keys})
    assert form.status_code == 200 and form.text.count("补做") == 2
    line = {f"result-{key}": "not_done" for key in keys}
    sent = {"item": keys, "done_on": day.isoformat(), **line}
    refused = tech.post("/due/record", sent | {f"note-{keys[0]}": "库房停电"})
    assert refused.status_code == 422 and "有 1 项要改正" in refused.text
    assert "库房停电" in refused.text and county.rows(select(CareRecord)) == []
    assert tech.post("/due/record", sent | {"note": "库房停电"}).status_code == 302
    made = county.rows(select(CareRecord))
    assert [(one.result, one.due_on, one.note) for one in made] == [
        ("not_done", last, "库房停电")
    ] * 2
    assert f"{last.year} 年 {last.month} 月漏做" not in tech.get("/due?kind=power_on").text
    now = f"power_on.{things['one']}.{end_of(day):%Y%m%d}"
    odd = {"item": [now], "done_on": day.isoformat(), f"result-{now}": "abnormal",
           f"note-{now}": "风扇不转"}  # fmt: skip
    onward = tech.post("/due/record", odd)
    assert onward.location.startswith("/due/done?record=")
    told = tech.get(onward.location).text
    assert "风扇不转" in told and f"equipment_id={things['one']}" in told
    again = tech.post("/due/record", odd)
    assert again.status_code == 422 and "已有一条同样的" in again.text


def test_earth_lists_and_who_may(county: County, things: dict[str, str]) -> None:
    tech, day = county.login("tech"), today()
    key = f"earth.{things['hall']}.{day:%Y%m%d}"
    assert "接地电阻" in tech.get(f"/r/rooms/{things['hall']}").text
    sent = {"item": [key], "done_on": day.isoformat(), f"result-{key}": "normal"}
    over = tech.post("/due/record", sent | {f"value-{key}": "50"})
    assert over.status_code == 422 and "超过上限 4 Ω" in over.text
    assert tech.post("/due/record", sent | {f"value-{key}": "1.5"}).status_code == 302
    with county.database.view(EVERYTHING) as session:
        (next_one,) = matters(session, room_id=things["hall"])
    assert next_one.due.due_on == day + timedelta(days=183)
    assert "备用交换机甲" not in county.login("far").get("/due").text
    audit = county.login("audit")
    assert audit.post("/due/record", sent).status_code == 403
    assert audit.get("/due/export.csv?kind=power_on").data.decode("utf-8-sig").count("漏做") >= 4
    assert "□ 正常" in audit.get("/due?print=1").text
    assert tech.post("/due/form", {"id": ["nonsense", "clean.x.20261301"]}).status_code == 302


def test_what_has_not_changed_is_not_worked_out_again(
    county: County, things: dict[str, str]
) -> None:
    tech = county.login("tech")
    for page in ("/due", "/protection"):
        tech.get(page)
    assert "备用交换机乙" in tech.get("/due?q=byjhjy").text  # by initials, as its box says
    assert "备用交换机" not in tech.get("/due?q=byjhjz").text
    with selects(county.database) as sent:
        for page in ("/due?q=备用", "/due?kind=power_on", "/protection?tab=uncovered"):
            assert tech.get(page).status_code == 200
        assert "备用交换机甲" in tech.get("/due").text
    assert not [one for one in sent if "FROM equipment_event" in one or "FROM host_prot" in one]
    with county.database.transaction(system("报废")) as session:
        session.get_one(Equipment, things["one"]).powered = False
    assert "备用交换机甲" not in tech.get("/due").text


def test_told_once_while_unread(county: County, things: dict[str, str]) -> None:
    key = Key.load(county.settings.key_file)
    home = county.centres["county"].id
    site = Site(county.database, county.history, key, county.settings.home, home)
    day = end_of(today())  # its last day: what is due this month falls due within the week
    for _ in range(2):
        remind(site, day)
    told = county.rows(select(Notice).where(Notice.key.startswith("care:")))
    titles = {(one.title.split("：")[0], one.link) for one in told}
    assert ("每月通电", "/due?kind=power_on") in titles
    people = {one.person_id for one in told}
    with county.database.view(EVERYTHING) as session:
        logins = {session.get_one(Person, key).login for key in people if key}
    assert {"net", "tech", "chief"} <= logins and not logins & {"far", "leader", "audit", "town"}
    assert len(told) == len({(one.person_id, one.title) for one in told})
    with county.database.transaction(system("报废")) as session:
        for name in ("one", "two"):
            session.get_one(Equipment, things[name]).powered = False
    remind(site, day)
    unread = select(Notice.title).join(NoticeReceipt).where(NoticeReceipt.read_at.is_(None))
    assert not any(title.startswith("每月通电") for title in county.rows(unread))


def test_the_demo_has_something_to_show(county: County) -> None:
    care_for(county.database)
    with county.database.view(EVERYTHING) as session:
        found = [one for one in matters(session) if one.due.state in ("missed", "late")]
        kinds = {one.due.kind for one in found}
        assert {"power_on", "battery"} <= kinds
        fans = [one for one in on_hand(session) if one.part.name == "交换机风扇"]
        assert [one.quantity for one in fans] == [1]


@pytest.fixture
def served(county: County, things: dict[str, str]) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def test_looked_at(visit: Visit, served: str, county: County, things: dict[str, str]) -> None:
    key = f"power_on.{things['one']}.{end_of(date(2026, 10, 1)):%Y%m%d}"
    places = ("/due", f"/due/form?item={key}", "/due?print=1", "/stock", "/stock/do/use",
              f"/r/parts/{things['fan']}", f"/r/equipment/{things['one']}")  # fmt: skip
    for width, height in ((1366, 768), (390, 844)):
        page = visit(f"{served}/login?next=/due", width=width, height=height)
        page.fill("#login", "tech")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/due")
        for number, path in enumerate(places):
            page.goto(served + path)
            shot(page, f"care-{number}-{width}")
            assert (path, axe(page), overflow(page)) == (path, [], 0)
    page.goto(f"{served}/due?kind=power_on")
    page.locator("thead [data-all]").check()
    page.get_by_role("button", name="登记所选各项").click()
    page.fill("#note", "库房搬迁，电源未通")
    page.get_by_role("button", name="全部登记").click()
    expect(page.get_by_text("没有到期和逾期的事项")).to_be_visible()
