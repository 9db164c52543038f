"""The pages of registers in a real browser: for everybody, by keys, on the office's screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Complaints, Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County
from tests.web.test_registers import device, many


@pytest.fixture
def site(county: County) -> Iterator[str]:
    many(county, 60)
    county.sweep(core="down", edge="down")
    with serve(county.app) as url:
        yield url


def enter(visit: Visit, site: str, path: str, width: int = 1366, height: int = 768) -> Page:
    page = visit(f"{site}/login?next={path}", width=width, height=height)
    page.fill("#login", "boss")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{path}")
    return page


PLACES = (
    "/r/devices", "/r/devices/new", "/r/devices/import", "/r/people", "/r/credentials/new", "/r/",
)  # fmt: skip


def test_pages_are_accessible_and_no_wider_than_the_window(
    visit: Visit, site: str, county: County
) -> None:
    row = f"/r/centres/{county.centres['county'].id}"
    for width, height in ((1366, 768), (390, 844)):
        page = enter(visit, site, PLACES[0], width, height)
        for path in (*PLACES, row):
            page.goto(site + path)
            shot(page, f"register{path.replace('/', '-')}-{width}")
            assert (path, axe(page), overflow(page)) == (path, [], 0)


def test_the_device_list_fits_the_office_screen(visit: Visit, site: str) -> None:
    page = enter(visit, site, "/r/devices")
    wrap = page.locator(".table-wrap").first
    assert wrap.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    assert wrap.evaluate("box => box.querySelector('tbody tr').offsetHeight") <= 33


def test_picking_typing_and_saving(
    visit: Visit, site: str, county: County, complaints: Complaints
) -> None:
    complaints.expected.append("422 (UNPROCESSABLE ENTITY)")
    page = enter(visit, site, "/r/devices/new")
    page.fill("#f-name", "红庙镇接入")
    page.fill("#f-address", "10.41.9")
    page.fill("#f-location", "二楼")
    expect(page.locator("#f-address-error")).to_contain_text("不是 IP 地址")
    page.fill("#f-address", "10.41.9.7")
    page.press("#f-address", "Tab")
    page.select_option("#f-kind", "switch")
    expect(page.locator("#f-address-error")).to_be_empty()
    page.locator(".field", has_text="上级设备").locator(".ts-control").click()
    expect(page.locator("#f-parent_id-ts-control")).to_be_focused()
    page.keyboard.type("lkhx")
    page.locator(".ts-dropdown .option", has_text="兰考核心交换机").click()
    page.fill("#f-snmp_port", "0")
    page.click("text=保存 >> nth=0")
    expect(page.locator("#f-snmp_port-error")).to_have_text("应在 1 到 65535 之间")
    assert page.input_value("#f-location") == "二楼"
    page.fill("#f-snmp_port", "1161")
    page.locator("#f-snmp_port").press("Enter")
    page.wait_for_url("**/devices/*/")
    row = device(county, "红庙镇接入")
    assert (row.parent_id, row.snmp_port, row.location) == (county.ids["core"], 1161, "二楼")


def test_tick_retire_and_undo(visit: Visit, site: str, county: County) -> None:
    page = enter(visit, site, "/r/devices?q=jhj00")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    page.locator("input[data-row]").nth(0).check()
    page.locator("input[data-row]").nth(1).check()
    page.click("[data-bulk] .btn-danger")
    expect(page.locator("#confirm")).to_contain_text("停用所选的设备？")
    page.click("#confirm [data-yes]")
    expect(page.locator(".note")).to_contain_text("已停用")
    expect(page.locator(".tabs .count").nth(1)).to_have_text("2")
    page.click(".note button")
    expect(page.locator(".note")).to_contain_text("已恢复")
    assert page.url.endswith("/r/devices?q=jhj00")
    expect(page.locator(".tabs .count").nth(1)).to_have_text("0")
