"""Equipment in a real browser, wide and narrow: booked with one click, put on a paper, counted."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from inventory.equipment import Equipment
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import IDENTITY, County
from tests.web.test_approvals_look import enter
from tests.web.test_equipment import thing


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_device_is_booked_looked_at_and_handed_over(
    visit: Visit, site: str, county: County, width: int, height: int
) -> None:
    county.ingest(county.poll("core", identity=IDENTITY))
    for number in range(3):
        thing(county, opening=("stock", "idle", "in_use")[number], name="名字很长的台式计算机" * 3)
    page = enter(visit, site, "tech", width, height)

    def look(name: str) -> None:
        shot(page, f"equipment-{name}-{width}")
        assert (name, axe(page), overflow(page)) == (name, [], 0)

    page.goto(f"{site}/equipment/differences/?kind=unbooked")
    look("differences")
    page.click(f"button[value='{county.ids['core']}']")
    page.wait_for_selector("text=已建账 1 台")
    (made,) = county.rows(select(Equipment).where(Equipment.serial == IDENTITY.serial))
    assert page.url.endswith(f"/r/equipment/{made.id}")
    look("row")
    page.goto(f"{site}/devices/{county.ids['core']}/")
    assert page.is_visible(f"text={made.tag}")
    page.goto(f"{site}/equipment/differences/?kind=unbooked&explain=unbooked:{county.ids['ups']}")
    look("explain")
    page.goto(f"{site}/equipment/for/{county.ids['ups']}")
    look("link")
    page.goto(f"{site}/equipment/month/")
    look("month")
    page.goto(f"{site}/r/equipment")
    look("list")
    for box in page.locator("input[data-row]").all()[:2]:
        box.check()
    page.click("button:has-text('交接')")
    page.wait_for_url("**/r/handovers/new**")
    assert page.url.count("thing=") == 2
