"""A patrol by keyboard and by thumb, and the month of looked-through logs, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from inventory.centre import Centre
from inventory.device import Device
from inventory.log_review import LogReview
from inventory.patrol import Patrol
from inventory.patrol_item import adopt
from inventory.patrol_result import PatrolResult
from inventory.room import Room
from tests.browser import Complaints, Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County
from tests.web.test_visits_look import enter


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with county.database.transaction(county.act()) as session:
        centre = session.get_one(Centre, county.centres["county"].id)
        adopt(session, centre)
        session.add(Room(centre_id=centre.id, name="三楼机房", kind="machine"))
        session.add(Device(centre_id=centre.id, name="应用服务器", address="10.43.0.1",
                           kind="server"))  # fmt: skip
    with serve(county.app) as url:
        yield url


def fits(page: Page, name: str) -> None:
    shot(page, f"patrols-{name}")
    assert (name, axe(page), overflow(page)) == (name, [], 0)


def test_a_walk_under_one_thumb(
    visit: Visit, site: str, county: County, complaints: Complaints
) -> None:
    # the second click of a double one takes the place of the first
    complaints.expected += ["422 (UNPROCESSABLE ENTITY)", "/finish net::ERR_ABORTED"]
    page = enter(visit, site, "/patrols", 390, 844)
    fits(page, "due-390")
    page.get_by_role("button", name="巡检 三楼机房 每周").click()
    first, second = (page.locator("fieldset.check").nth(n) for n in (0, 1))
    first.get_by_text("正常", exact=True).click()
    second.get_by_text("异常", exact=True).click()
    note = second.get_by_label("异常现象")
    expect(note).to_be_visible()
    expect(page.locator("#saved")).to_contain_text("已查 2 /")  # saved as it was tapped
    fits(page, "walk-390")
    page.get_by_role("button", name="其余正常").click()
    expect(page.locator("fieldset.check input[value=ok]:checked")).to_have_count(13)
    page.fill("#proof_password", PASSWORD)
    page.get_by_role("button", name="完成并签字").click()
    expect(page.locator(".note").first).to_contain_text("请写明异常现象")
    page.locator("fieldset.check").nth(1).get_by_label("异常现象").fill("红灯")
    page.fill("#proof_password", PASSWORD)
    page.get_by_role("button", name="完成并签字").dblclick()
    expect(page.get_by_text("有异常待处理").first).to_be_visible()
    fits(page, "done-390")
    page.get_by_role("link", name="登记处理").click()
    fits(page, "finding-390")
    page.fill("#f-done", "换光模块")
    page.locator("form.step button").click()
    expect(page.get_by_text("已处理").first).to_be_visible()
    (walk,) = county.rows(select(Patrol))
    assert (walk.state, walk.revised) == ("closed", 1)


def test_a_walk_by_keyboard_alone(visit: Visit, site: str, county: County) -> None:
    page = enter(visit, site, "/patrols")
    fits(page, "due-1366")
    page.get_by_role("button", name="巡检 三楼机房 每月").focus()
    page.keyboard.press("Enter")
    first = page.locator("fieldset.check input").first
    first.focus()
    page.wait_for_load_state()  # the field is there before the scripts know what is ticked
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("fieldset.check").first.get_by_label("异常现象")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#saved")).to_contain_text("已查 1 /")
    fits(page, "walk-1366")
    (known,) = county.rows(select(PatrolResult))
    assert known.result == "na"


def test_a_missing_day_is_two_clicks_from_done(visit: Visit, site: str, county: County) -> None:
    for width, height in ((1366, 768), (390, 844)):
        page = enter(visit, site, "/log-reviews", width, height)
        fits(page, f"month-{width}")
        page.goto(f"{site}/patrols/coverage")
        fits(page, f"coverage-{width}")
        page.goto(f"{site}/log-reviews")
        page.get_by_role("link", name="登记浏览").click()
        fits(page, f"form-{width}")
    page.get_by_label("应用服务器").check()
    page.fill("#proof_password", PASSWORD)
    page.get_by_role("button", name="登记并签字").click()
    expect(page.get_by_text("已登记并签字")).to_be_visible()
    (review,) = county.rows(select(LogReview))
    assert (review.state, review.sources) == ("signed", "应用服务器")
