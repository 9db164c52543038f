"""Configurations in a browser: two columns or one, from change to change by keys, at both widths,
for everybody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.configured import NOW, stand, two_versions
from tests.web.county import County
from tests.web.test_registers_look import enter


@pytest.fixture
def versions(county: County) -> tuple[str, str]:
    found = two_versions(county)
    stand(county, "core", heard_at=NOW, heard_by="liwang", heard_from="10.41.0.20",
          heard_text="HWCM/4/CFGCHANGE: Configure changed.")  # fmt: skip
    stand(county, "edge", attempt_at=NOW, why="10.41.0.2 拒绝登录：口令不对", failures=2)
    return found


@pytest.fixture
def site(county: County, versions: tuple[str, str]) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def test_from_the_overview_to_the_change(
    visit: Visit, site: str, county: County, versions: tuple[str, str]
) -> None:
    page = enter(visit, site, "/configs/", 1366, 768)
    page.click("main >> text=兰考核心交换机")
    page.click("text=比较所选的两版")
    expect(page.locator(".d-hunk")).to_have_count(3)
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(page.locator(".d-now ins")).to_contain_text("30")
    page.keyboard.press("n")
    expect(page.locator(".d-now")).to_be_in_viewport()
    page.keyboard.press("p")
    expect(page.locator(".d-now ins")).to_contain_text("30")
    hidden = page.locator(".d-fold").first
    expect(hidden).to_be_hidden()
    page.locator("[data-unfold]").first.click()
    expect(hidden).to_be_visible()
    old, new = (page.locator(f".d-same td.{side}").first for side in ("d-old", "d-new"))
    expect(old).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(old).to_be_hidden()  # one column: what has not changed stands there once
    expect(new).to_be_visible()
    core, (first, second) = county.ids["core"], versions
    places = (
        "/configs/", f"/configs/devices/{core}", f"/configs/diff?a={first}&b={second}",
        f"/configs/{second}", f"/configs/{second}/blame", "/configs/search?q=description",
        f"/configs/devices/{core}/import", "/messages/", "/configs/?lang=en",
        f"/configs/devices/{core}?lang=en",
    )  # fmt: skip
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for number, place in enumerate(places):
            page.goto(site + place)
            shot(page, f"configs-{number}-{width}")
            assert (place, axe(page), overflow(page)) == (place, [], 0)
