"""Addresses in a browser: from a violation to the port that is shut and opened again, and who had
an address; at both widths, for everybody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from inventory.act import system
from inventory.change import Change
from inventory.stepping import moving
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.addressed import IP, OWNER, PORT, THIEF, Addressed, addressed
from tests.web.county import County
from tests.web.test_registers_look import enter


@pytest.fixture
def told(county: County) -> Addressed:
    return addressed(county)


@pytest.fixture
def site(county: County, told: Addressed) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def done(county: County) -> str:
    """The newest change as the worker leaves it; which procedure it was."""
    with county.database.transaction(system("试验")) as session:
        row = session.scalars(select(Change).order_by(Change.asked_at.desc()).limit(1)).one()
        with moving(session, row):
            row.state = "done"
        return row.procedure


def test_from_the_violation_to_the_port_and_back(visit: Visit, site: str, county: County) -> None:
    page = enter(visit, site, "/addresses/", 1366, 768)
    expect(page.locator("main")).to_contain_text("其中严重 1 项")
    page.click("main >> a:text-is('隔离')")
    expect(page.locator("main")).to_contain_text("张三")
    page.click("button:has-text('申请隔离')")
    page.wait_for_url("**/r/changes/**")
    assert done(county) == "isolate"
    page.goto(f"{site}/addresses/")
    page.click("main >> a:text-is('查看端口')")
    page.click("tr:has-text('0/0/2') >> text=解除隔离")
    page.fill("#reason", "已杀毒")
    page.click("button:has-text('申请解除隔离')")
    page.wait_for_url("**/r/changes/**")
    assert done(county) == "release"
    page.goto(f"{site}/addresses/find")
    page.fill("#q", THIEF.replace(":", "-"))
    page.click("main button")
    expect(page.locator("main")).to_contain_text(PORT)


def test_the_pages_fit(visit: Visit, site: str, county: County, told: Addressed) -> None:
    core, there = county.ids["core"], f"/addresses/devices/{county.ids['core']}"
    isolate = f"/addresses/isolate?device={core}&port="
    places = (
        "/addresses/", f"/addresses/ranges/{told.prefix}", f"/addresses/find?q={IP}",
        f"/addresses/find?q={THIEF}&at=2026-01-01T08:00", f"{there}?all=1", f"{there}/plan",
        f"{isolate}{PORT}&finding={told.finding}", f"{isolate}GigabitEthernet0/0/1",
        "/addresses/held?tab=present", "/addresses/take-in",
        f"/r/address-findings/{told.finding}", f"/search/?q={OWNER}",
    )  # fmt: skip
    page = enter(visit, site, places[0], 1366, 768)
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for number, place in enumerate(places):
            page.goto(site + place)
            shot(page, f"addresses-{number}-{width}")
            assert (place, axe(page), overflow(page)) == (place, [], 0)
