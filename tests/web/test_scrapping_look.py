"""A scrapping walked in a real browser from the request to the signed handover, and its paper."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import select

from inventory.equipment import Equipment
from inventory.repair import Repair
from inventory.scrapping import Scrapping
from inventory.staff import Staff
from inventory.store import Store
from inventory.unstable import UnstableDevice
from tests.browser import Visit, axe, overflow, serve, shot
from tests.lab import need_programs
from tests.web.county import PASSWORD, County
from web.demo_papers import write_papers
from web.demo_visits import letter


@pytest.fixture
def site(county: County) -> Iterator[str]:
    write_papers(county.database, Store(county.settings.home / "attachments", 1_000_000))
    with serve(county.app) as url:
        yield url


def enter(visit: Visit, site: str, who: str, path: str, width: int = 1366) -> Page:
    page = visit(f"{site}/login?next={path}", width=width, height=768 if width > 400 else 844)
    page.fill("#login", who)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{path}")
    return page


def choose(page: Page, name: str, text: str) -> None:
    """Type into a picker and take what it offers."""
    page.locator(f"#f-{name}-ts-control").fill(text)
    page.locator(f"#f-{name}-ts-dropdown .option", has_text=text).first.click()


def test_from_the_request_to_the_signed_receipt(
    visit: Visit, site: str, county: County, tmp_path: Path
) -> None:
    need_programs("pdftotext")
    with county.database.transaction(county.act()) as session:
        thing = Equipment(
            centre_id=county.centres["county"].id, name="旧服务器", category="server",
            opening="idle", has_storage=True, cost=25000.0, finance_no="TY2012-8",
        )  # fmt: skip
        session.add(thing)
    page = enter(visit, site, "tech", f"/r/scrappings/new?thing={thing.id}")
    address = _asked(page, thing.tag, tmp_path).removeprefix(site)
    _agreed(enter(visit, site, "leader", "/approvals/"))
    page.goto(site + address)
    _wiped(page)
    page.goto(site + address)
    _handed(page)
    _received(enter(visit, site, "net", address))
    assert county.one(Equipment, thing.id).state == "scrapped"
    _on_paper(county, address, tmp_path)


def _asked(page: Page, tag: str, folder: Path) -> str:
    """The request with its photo, from the form that a ticked thing leads to; its address."""
    page.fill("#f-reason", "主板烧毁，无修复价值")
    page.fill("#f-age", "约十二年")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#things")).to_contain_text(tag)
    photo = folder / "照片.pdf"
    photo.write_bytes(letter(b"photo"))
    page.set_input_files("#attach-file", [photo])
    page.get_by_role("button", name="上传").click()
    page.get_by_role("button", name="申请报废").click()
    expect(page.locator("main")).to_contain_text("待批准")
    return page.url


def _agreed(page: Page) -> None:
    page.get_by_role("link", name="主板烧毁").click()
    expect(page.locator("main")).to_contain_text("TY2012-8")  # sees what it is about
    page.locator("main input[type=password]").first.fill(PASSWORD)
    page.locator("main button[value=yes]").click()
    expect(page.locator("main")).to_contain_text("已批准")


def _wiped(page: Page) -> None:
    page.get_by_role("link", name="登记数据清除").click()
    page.select_option("#f-method", "destroyed")
    choose(page, "by_id", "王技")
    page.get_by_role("button", name="保存", exact=True).click()


def _handed(page: Page) -> None:
    page.fill("#f-receiver_unit", "兰考县机关事务中心")
    page.fill("#f-receiver", "老赵")
    choose(page, "taker_id", "李网")
    page.locator("details[open] input[type=password]").fill(PASSWORD)
    expect(page.locator(".steps .field-error:not(:empty)")).to_have_count(0)
    shot(page, "scrapping-hand")
    page.locator("details[open] button", has_text="移交签字").click()
    expect(page.locator("main")).to_contain_text("已交待接收")


def _received(page: Page) -> None:
    page.locator(".steps summary", has_text="接收签字").click()
    page.locator("details[open] input[type=password]").fill(PASSWORD)
    page.locator("details[open] button", has_text="接收签字").click()
    expect(page.locator("main")).to_contain_text("已上交")
    shot(page, "scrapping-done")


def _on_paper(county: County, address: str, folder: Path) -> None:
    """The form as PDF, and the sheet for handing over with its sum."""
    chief = county.login("chief")
    (folder / "paper.pdf").write_bytes(chief.get(f"{address}/paper.pdf").data)
    told = subprocess.run(
        ["pdftotext", "-layout", folder / "paper.pdf", "-"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for text in ("TY2012-8", "25000.00", "兰考县机关事务中心", "王技", "李网", "郑局", "合计"):
        assert text in told, text
    sides = subprocess.run(
        ["pdfinfo", folder / "paper.pdf"], check=True, capture_output=True, text=True
    ).stdout
    assert "841.89 x 595.276 pts" in sides, "ten columns want the paper's long side"
    sheet = load_workbook(io.BytesIO(chief.get("/disposals/list.xlsx?view=done").data)).active
    assert sheet is not None
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert any("TY2012-8" in row and "25000.00" in row for row in rows)
    assert any(row[0] == "合计" and "25000.00" in row for row in rows)


def test_pages_are_accessible_and_no_wider_than_the_window(
    visit: Visit, site: str, county: County
) -> None:
    (repair,), (paper,) = (county.rows(select(cls)) for cls in (Repair, Scrapping))
    with county.database.transaction(county.act()) as session:
        row = UnstableDevice(
            centre_id=county.centres["county"].id, device_id=county.ids["core"], changes=9,
            hours=24, found_at=repair.reported_at,
        )  # fmt: skip
        draft = Scrapping(centre_id=county.centres["county"].id, reason="老化")
        session.add_all([row, draft])
    places = (
        "/r/repairs", "/r/repairs/new", f"/r/repairs/{repair.id}", "/repairs/book",
        f"/r/scrappings/{paper.id}", f"/r/scrappings/{draft.id}", "/disposals/",
        f"/r/unstable/{row.id}", "/r/losses/new", "/r/sanitisations/new",
    )  # fmt: skip
    for width in (1366, 390):
        page = enter(visit, site, "net", places[0], width)
        for number, path in enumerate(places):
            page.goto(site + path)
            shot(page, f"papers-{number}-{width}")
            assert (path, axe(page), overflow(page)) == (path, [], 0)


def test_a_repair_is_told_once_and_stands_everywhere(
    visit: Visit, site: str, county: County
) -> None:
    """Three fields on one form: the thing's page and the month's book know of it."""
    with county.database.transaction(county.act()) as session:
        thing = Equipment(
            centre_id=county.centres["county"].id, name="前台电脑", category="desktop",
            opening="in_use",
        )  # fmt: skip
        session.add(thing)
    (staff,) = county.rows(select(Staff))
    tech = county.login("tech")
    made = tech.post(
        "/r/repairs/new",
        {"centre_id": county.centres["county"].id, "equipment_id": thing.id, "fault": "蓝屏",
         "reporter_id": staff.id, "reported_at": "2026-11-20T09:00"},
    )  # fmt: skip
    assert made.status_code == 302, made.text
    (repair,) = county.rows(select(Repair).where(Repair.equipment_id == thing.id))
    for path in (f"/r/equipment/{thing.id}", "/repairs/book?month=2026-11", "/r/repairs"):
        assert repair.number in tech.get(path).text, path
    sent = tech.post(f"/r/repairs/{repair.id}/do/send", {"vendor": "店", "carrier_id": staff.id})
    assert sent.status_code == 302 if not thing.has_storage else 422
