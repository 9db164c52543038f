"""Faults in a browser: one line and Enter, again and again; at both widths, for everybody."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from inventory.fault import Fault
from inventory.fault_step import FaultStep
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import County
from tests.web.test_registers_look import enter


@pytest.fixture
def site(county: County) -> Iterator[str]:
    now = datetime.now(UTC)
    with county.database.transaction(county.act()) as session:
        session.add(
            Fault(centre_id=county.centres["county"].id, phenomenon="核心交换机每晚丢包",
                  severity="puzzling", began_at=now, found_at=now, device_id=county.ids["core"])
        )  # fmt: skip
    with serve(county.app) as url:
        yield url


def test_a_line_and_enter(visit: Visit, site: str, county: County) -> None:
    (fault,) = county.rows(select(Fault))
    page = enter(visit, site, f"/r/faults/{fault.id}", 1366, 768)
    for number, words in enumerate(("抓包", "查生成树"), 1):
        expect(page.locator("#process h2")).to_contain_text(f"{number - 1} 步")
        page.fill("#f-text", words)
        page.press("#f-text", "Enter")
        expect(page.locator("#process h2")).to_contain_text(f"{number} 步")
        expect(page.locator("#f-text")).to_have_value("")
    assert {one.text for one in county.rows(select(FaultStep))} == {"抓包", "查生成树"}
    assert county.one(Fault, fault.id).state == "handling"
    page.click("text=加参加人员")
    page.fill("#f-name", "厂商李工")
    page.press("#f-name", "Enter")
    expect(page.locator("#process")).to_contain_text("厂商李工")
    page.reload()
    page.click("text=采集诊断信息")
    expect(page.locator("main")).to_contain_text("兰考核心交换机（10.41.0.1）")
    places = (f"/r/faults/{fault.id}", "/faults/book", "/faults/lacking", "/r/faults/new")
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for number, place in enumerate(places):
            page.goto(site + place)
            shot(page, f"faults-{number}-{width}")
            assert (place, axe(page), overflow(page)) == (place, [], 0)
