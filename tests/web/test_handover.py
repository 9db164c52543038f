"""Handovers, labels, the page behind a label, and counting, as people meet them: by form, on paper,
on a telephone, with a barcode gun."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from inventory.act import system
from inventory.equipment import Equipment
from inventory.handover import Handover
from inventory.notice import Notice, NoticeReceipt
from inventory.person import Person
from inventory.room import Room
from inventory.staff import Staff
from inventory.stocktake import StockTake
from tests.browser import Visit, axe, overflow, serve, shot
from tests.lab import need_programs
from tests.web.county import PASSWORD, County


@pytest.fixture
def stocked(county: County) -> County:
    """The county with staff, a store, a laptop to issue and two things more."""
    places = county.centres
    with county.database.transaction(system("建账")) as session:
        people = {one.login: one for one in session.scalars(select(Person))}
        session.add_all(
            Staff(centre_id=places[place].id, name=people[who].name, person_id=people[who].id)
            for who, place in (("tech", "county"), ("net", "county"), ("town", "town"))
        )
        room = Room(centre_id=places["county"].id, name="库房", kind="store")
        session.add_all([room, Room(centre_id=places["county"].id, name="机房", kind="machine")])
        session.flush()
        for tag, name, category in (
            ("LK-1", "联想笔记本", "laptop"), ("LK-2", "数码相机", "camera"),
            ("LK-3", "华为交换机", "switch"),
        ):  # fmt: skip
            session.add(
                Equipment(
                    centre_id=places["county"].id, tag=tag, name=name, category=category,
                    serial=f"SN{tag}", room_id=room.id,
                )
            )  # fmt: skip
    return county


def key(county: County, cls: type[Any], **facts: Any) -> str:
    return str(county.rows(select(cls.id).filter_by(**facts))[0])


def test_labels_of_ticked_things(stocked: County, tmp_path: Path) -> None:
    need_programs("pdftotext", "pdfinfo")
    tech = stocked.login("tech")
    ids = [key(stocked, Equipment, tag=tag) for tag in ("LK-1", "LK-3")]
    page = tech.post("/labels", {"id": ids}).text
    assert "共 2 件设备" in page and all(one in page for one in ids)
    for size, pages in (("a4", 2), ("50x30", 2)):
        answer = tech.get("/labels/sheet.pdf", query_string={"id": ids, "size": size, "first": 24})
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        told, info = on_paper(answer.data, tmp_path)
        assert "LK-1" in told and "LK-3" in told and "SNLK-3" in told and "库房" in told
        assert f"Pages:           {pages}" in info  # the 24th label of a used sheet, then a new one
    assert "LK-2" in on_paper(tech.get("/labels/sheet.pdf?category=camera").data, tmp_path)[0]
    assert (
        stocked.login("far").get("/labels/sheet.pdf", query_string={"id": ids}).status_code == 200
    )
    assert stocked.login("sec").get("/labels").status_code == 403


def on_paper(data: bytes, place: Path) -> tuple[str, str]:
    """(the text, what pdfinfo says)."""
    file = place / "one.pdf"
    file.write_bytes(data)
    runs = (["pdftotext", "-layout", file, "-"], ["pdfinfo", file])
    told = [subprocess.run(run, check=True, capture_output=True, text=True).stdout for run in runs]
    return told[0], told[1]


def test_the_page_behind_a_label(stocked: County) -> None:
    tech = stocked.login("tech")
    page = tech.get("/a/LK-3").text
    assert "华为交换机" in page and "库房" in page and "报修" in page and "开机检查" in page
    unknown = tech.get("/a/LK-99")
    assert unknown.status_code == 404 and "以这个编号建账" in unknown.text
    assert stocked.login("far").get("/a/LK-3").status_code == 404
    thing, room = key(stocked, Equipment, tag="LK-3"), key(stocked, Room, name="机房")
    assert tech.post(f"/a/{thing}/move", {"room": room, "rack": "A1"}).status_code == 302
    assert stocked.one(Equipment, thing).room_id == room
    tech.post(f"/a/{thing}/move", {"room": room, "rack": "长" * 61})
    assert "最多 60 个字" in tech.get("/a/LK-3").text
    assert stocked.one(Equipment, thing).rack == "A1"
    tech.post(f"/a/{thing}/power", {"result": "scribble"})
    assert "请选正常" in tech.get("/a/LK-3").text
    assert tech.post(f"/a/{thing}/power", {"result": "normal"}).status_code == 302
    assert "已登记开机检查" in tech.get("/a/LK-3").text


def test_a_taker_of_the_township_signs_what_the_county_gives(stocked: County) -> None:
    tech, town = stocked.login("tech"), stocked.login("town")
    thing = key(stocked, Equipment, tag="LK-3")
    form = {
        "kind": "调拨", "purpose": "乡镇使用", "taker_id": key(stocked, Staff, name="钱镇"),
        "to_centre_id": stocked.centres["town"].id, "centre_id": stocked.centres["county"].id,
    }  # fmt: skip
    assert tech.post(f"/r/handovers/new?thing={thing}", form).status_code == 302
    paper = key(stocked, Handover)
    page = tech.get(f"/r/handovers/{paper}").text
    assert "LK-3" in page and "签字交出" in page
    assert town.get(f"/take/{paper}").status_code == 404  # nobody has given it yet
    proof = {"proof_password": PASSWORD, "seen": seen(page)}
    assert tech.post(f"/r/handovers/{paper}/do/give", proof).status_code == 302
    told = stocked.rows(
        select(Notice).join(NoticeReceipt).where(NoticeReceipt.person_id == person(stocked, "town"))
    )
    assert [one.link for one in told] == [f"/take/{paper}"]
    assert town.get(f"/r/handovers/{paper}").status_code == 404
    assert stocked.login("net").get(f"/take/{paper}").status_code == 404
    shown = town.get(f"/take/{paper}").text
    wrong = town.post(f"/take/{paper}", {"proof_password": "x", "seen": seen(shown)})
    assert wrong.status_code == 422 and stocked.one(Equipment, thing).keeper_id is None
    proof = {"proof_password": PASSWORD, "seen": seen(shown)}
    assert town.post(f"/take/{paper}", proof).status_code == 302
    moved = stocked.one(Equipment, thing)
    assert moved.centre_id == stocked.centres["town"].id and "LK-3" in town.get("/a/LK-3").text


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found, page[:300]
    return found[1]


def person(county: County, login: str) -> str:
    return key(county, Person, login=login)


@pytest.fixture
def site(stocked: County) -> Iterator[str]:
    with serve(stocked.app) as url:
        yield url


def enter(visit: Visit, site: str, who: str, path: str, width: int = 1366) -> Page:
    page = visit(f"{site}/login?next={path}", width=width, height=768 if width > 400 else 844)
    page.fill("#login", who)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{path}")
    return page


def looked(page: Page, name: str) -> None:
    for width, height in ((390, 844), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        shot(page, f"{name}-{width}")
        assert (name, axe(page), overflow(page)) == (name, [], 0)


def test_issued_taken_and_counted(visit: Visit, site: str, stocked: County) -> None:
    laptop = key(stocked, Equipment, tag="LK-1")
    net = key(stocked, Staff, name="李网")
    page = enter(visit, site, "tech", "/r/handovers")
    page.goto(f"{site}/r/handovers/new?thing={laptop}&taker_id={net}")
    page.fill("#f-purpose", "下乡检查")
    page.get_by_role("button", name="保存", exact=True).click()
    page.fill("#typed", "szxj")  # initials of nothing here
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有找到“szxj”")).to_be_visible()
    for code in ("smxj", f"{site}/a/LK-1"):  # by initials, then by the address on a label
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(page.locator("#typed")).to_have_value("")
    expect(page.get_by_text("已经在单子上：LK-1 联想笔记本")).to_be_visible()
    looked(page, "handover-draft")
    page.get_by_role("button", name="移除 LK-2 数码相机").click()
    expect(page.get_by_text("物品（1 件）")).to_be_visible()
    _given(page)
    taker = enter(visit, site, "net", "/take")
    _taken(taker)
    assert (stocked.one(Equipment, laptop).state, stocked.one(Equipment, laptop).keeper_id) == (
        "in_use", net,
    )  # fmt: skip
    taker.set_viewport_size({"width": 390, "height": 844})
    taker.goto(f"{site}/a/LK-1")
    looked(taker, "scanned")
    _counted(page, site, stocked)


def _given(page: Page) -> None:
    page.get_by_text("签字交出").first.click()
    page.fill("#proof_password", PASSWORD)
    page.locator("form.step button", has_text="签字交出").click()
    expect(page.get_by_text("待接收").first).to_be_visible()
    looked(page, "handover-given")


def _taken(taker: Page) -> None:
    taker.locator("td a").click()
    expect(taker.locator("#proof_password")).to_be_visible()
    looked(taker, "take")
    taker.fill("#proof_password", PASSWORD)
    taker.get_by_role("button", name="签字接收").click()
    expect(taker.get_by_text("已签字接收。")).to_be_visible()


def _counted(page: Page, site: str, stocked: County) -> None:
    """Two hundred things by a barcode gun that never waits for an answer."""
    with stocked.database.transaction(system("建账")) as session:
        session.add_all(
            Equipment(
                centre_id=stocked.centres["county"].id, tag=f"PC-{n:03d}", name="台式机",
                category="desktop",
            )
            for n in range(1, 201)
        )  # fmt: skip
        take = StockTake(centre_id=stocked.centres["county"].id, name="年度盘点", with_units=False)
        session.add(take)
    page.goto(f"{site}/r/stocktakes/{take.id}")
    page.get_by_role("button", name="开始盘点").click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.locator("#codes")).to_be_focused()
    page.select_option("#room", label="机房")  # the box takes the keys again
    expect(page.locator("#codes")).to_be_focused()
    for n in range(1, 201):
        page.keyboard.type(f"{site}/a/PC-{n:03d}" if n == 7 else f"PC-{n:03d}")
        page.keyboard.press("Enter")
    page.keyboard.type("PC-001")
    page.keyboard.press("Enter")
    stat = page.locator("#scans .stat-value")
    expect(stat.nth(6)).to_have_text("1")  # the last one, scanned twice
    assert [stat.nth(n).inner_text() for n in range(3)] == ["203", "200", "3"]
    expect(page.locator("#codes")).to_be_focused()
    looked(page, "stocktake-open")
    page.get_by_role("button", name="结束扫描").first.click()
    page.locator("select[name^=decision]").first.wait_for()
    for n in range(3):
        page.locator("select[name^=decision]").nth(n).select_option("found")
    looked(page, "stocktake-sorting")
    page.get_by_role("button", name="保存处理").click()
    page.get_by_role("button", name="完成核对").last.click()
    expect(page.get_by_text("应盘 203 件，盘到 200 件").first).to_be_visible()
    looked(page, "stocktake-closed")
    moved = stocked.rows(select(Equipment).where(Equipment.tag == "PC-100"))[0]
    assert moved.room_id == key(stocked, Room, name="机房")
