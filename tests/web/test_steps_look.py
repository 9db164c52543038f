"""Steps as people take them: the card of what comes next, its small forms, refused and done."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from inventory.equipment import Equipment
from inventory.project import Project
from tests.browser import Complaints, Visit, axe, overflow, serve, shot
from tests.web.county import County
from tests.web.test_registers_look import enter


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with county.database.transaction(county.act()) as session:
        session.add(
            Project(
                centre_id=county.centres["county"].id, name="机房搬迁", kind="move",
                scope="新建机房布线，路由器、交换机迁入新址",
            )
        )  # fmt: skip
        session.add(
            Equipment(centre_id=county.centres["county"].id, name="微机", category="desktop")
        )
    with serve(county.app) as url:
        yield url


def test_a_project_is_asked_for(
    visit: Visit, site: str, county: County, complaints: Complaints
) -> None:
    complaints.expected.append("422 (UNPROCESSABLE ENTITY)")
    project = county.rows(select(Project))[0]
    path = f"/r/projects/{project.id}"
    page = enter(visit, site, path)
    page.click("text=申请审批")
    expect(page.locator(".note").first).to_contain_text("须先有省中心的规划")
    page.goto(f"{site}{path}/edit")
    page.fill("#f-province_no", "豫人口信〔2026〕8 号")
    page.click("text=保存 >> nth=0")
    page.wait_for_url(f"**{path}")
    page.click("text=申请审批")
    expect(page.locator(".state", has_text="已申请").first).to_be_visible()
    assert county.one(Project, project.id).state == "asked"


def test_pages_fit_and_are_accessible(visit: Visit, site: str, county: County) -> None:
    project = county.rows(select(Project))[0]
    places = (f"/r/projects/{project.id}", "/standards/", "/budget/", "/r/extensions/new", "/r/")
    for width, height in ((1366, 768), (390, 844)):
        page = enter(visit, site, places[0], width, height)
        for place in places:
            page.goto(site + place)
            shot(page, f"steps{place[:12].replace('/', '-')}-{width}")
            assert (place, axe(page), overflow(page)) == (place, [], 0)
