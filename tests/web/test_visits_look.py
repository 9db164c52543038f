"""The visitors' book and files of rows in a real browser: wide, on a telephone, and by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from inventory.store import Store
from inventory.visit import Visit as Call
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County
from tests.web.test_visits import clock, visits
from web.demo_visits import letter, write_book


@pytest.fixture
def site(county: County) -> Iterator[str]:
    store = Store(county.settings.home / "attachments", 1_000_000)
    write_book(county.database, store, {"leader": PASSWORD})
    with serve(county.app) as url:
        yield url


def enter(visit: Visit, site: str, path: str, width: int = 1366, height: int = 768) -> Page:
    page = visit(f"{site}/login?next={path}", width=width, height=height)
    page.fill("#login", "tech")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{path}")
    return page


def by_state(county: County) -> dict[str, Call]:
    return {visit.state: visit for visit in visits(county)}


def test_pages_are_accessible_and_no_wider_than_the_window(
    visit: Visit, site: str, county: County
) -> None:
    rows = [f"/visits/{one.id}" for one in visits(county)]
    places = ("/r/visits", "/r/visits/new", "/visits/book", *rows, f"{rows[0]}/sheet")
    for width, height in ((1366, 768), (390, 844)):
        page = enter(visit, site, places[0], width, height)
        for number, path in enumerate(places):
            page.goto(site + path)
            shot(page, f"visits-{number}-{width}")
            assert (path, axe(page), overflow(page)) == (path, [], 0)


def test_a_known_visitor_is_found_by_initials_and_leaves_in_one_click(
    visit: Visit, site: str, county: County
) -> None:
    page = enter(visit, site, "/r/visits/new")
    page.locator("#f-visitor").press_sequentially("lg")
    page.get_by_role("link", name="刘工（郑州恒通网络工程公司）").click()
    expect(page.locator("#f-visitor")).to_have_value("刘工")
    expect(page.locator("#f-purpose")).to_have_value("UPS 电池巡检")
    page.fill("#f-purpose", "更换电池")
    page.fill("#f-planned_from", clock(days=1))
    page.fill("#f-planned_to", clock(days=1, hours=2))
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("h1")).to_contain_text("刘工")
    page.goto(f"{site}/visits/{by_state(county)['inside'].id}")
    page.fill("#done", "换好了")
    page.get_by_role("button", name="离开").click()
    expect(page.get_by_text("已登记离开。")).to_be_visible()


def test_a_file_is_hung_on_by_hand(visit: Visit, site: str, county: County, tmp_path: Path) -> None:
    page_file = tmp_path / "说明 第1页.pdf"
    page_file.write_bytes(letter(b"page 1"))
    page = enter(visit, site, f"/visits/{by_state(county)['draft'].id}")
    page.set_input_files("#attach-file", [page_file])
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("link", name="说明 第1页.pdf")).to_be_visible()
