"""Compliance in a browser: from the list to the proposed remedy, at both widths, for everybody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from inventory.config_template import ConfigTemplate
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import County
from tests.web.test_compliance import BAD, facts, keep, look, site_of, taken_over
from tests.web.test_registers_look import enter


@pytest.fixture
def template(county: County) -> str:
    net = county.login("net")
    keep(county, BAD)
    row = taken_over(county, net)
    facts(county, net)
    look(site_of(county), county.at)
    return row.id


@pytest.fixture
def site(county: County, template: str) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def test_from_the_list_to_the_remedy(
    visit: Visit, site: str, county: County, template: str
) -> None:
    page = enter(visit, site, "/compliance/", 1366, 768)
    page.click("main >> text=有偏离")
    page.click("main >> text=兰考核心交换机")
    expect(page.locator("main")).to_contain_text("建议的改正办法")
    core = county.ids["core"]
    (row,) = county.rows(select(ConfigTemplate))
    page.click("text=看模板")  # which is tried on this very device
    page.wait_for_url(f"**/compliance/preview/{row.id}**")
    page.goto(f"{site}/r/config-templates/{row.id}")
    page.click("text=用一台设备试用")
    page.wait_for_url(f"**/compliance/preview/{row.id}**")
    places = (
        "/compliance/", f"/compliance/{core}", "/compliance/templates/",
        "/compliance/templates/huawei_vrp", f"/compliance/preview/{row.id}?device={core}",
        f"/r/config-templates/{row.id}", "/r/config-exceptions", "/r/config-facts",
        f"/compliance/{county.ids['edge']}",
    )  # fmt: skip
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for number, place in enumerate(places):
            page.goto(site + place)
            shot(page, f"compliance-{number}-{width}")
            assert (place, axe(page), overflow(page)) == (place, [], 0)
