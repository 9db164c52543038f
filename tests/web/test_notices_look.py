"""The bell and the notices' pages in a real browser, on the office's screen and on a telephone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from playbooks.delivering import deliver
from playbooks.notices import plan
from tests import outside
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County
from tests.web.test_notices import channel, reachable, site, told

LONG = "兰考核心交换机的配置与最近一次备份不同，请在二十四小时内核对是谁改的、为什么改、是否登记过"


@pytest.fixture
def busy(county: County) -> Iterator[tuple[str, str]]:
    """A console where something happened; its address and the id of a channel."""
    reachable(county, "leader")
    one = channel(county, port=outside.closed_port())
    told(county, "李网申请恢复“兰考核心交换机”的配置", level="warning", link="/jobs/", key="k")
    told(
        county,
        LONG,
        text=LONG * 3 + "\n" + "A" * 120,
        level="critical",
        kind="wrong",
        right="health",
    )
    for n in range(60):
        told(county, f"第 {n} 台设备的维保将于 30 天后到期", kind="due", right="health")
    now = datetime.now(UTC)
    plan(site(county), now)
    deliver(site(county), now)
    with serve(county.app) as url:
        yield url, one


def enter(visit: Visit, url: str, who: str, path: str, width: int = 1366) -> Page:
    page = visit(f"{url}/login?next={path}", width=width, height=768 if width > 500 else 844)
    page.fill("#login", who)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{path}")
    return page


@pytest.mark.parametrize("width", [1366, 390])
def test_pages_are_accessible_and_no_wider_than_the_window(
    visit: Visit, busy: tuple[str, str], width: int
) -> None:
    url, one = busy
    page = enter(visit, url, "net", "/notices/", width)
    places = (
        "/notices/", "/notices/?tab=all&kind=wrong", "/notices/?q=none", "/notices/deliveries",
        "/account/notices/", f"/channels/{one}/",
    )  # fmt: skip
    for number, path in enumerate(places):
        page.goto(url + path)
        shot(page, f"notices-{number}-{width}")
        assert (path, axe(page), overflow(page)) == (path, [], 0)


def test_the_bell_rings_by_itself_and_falls_silent(
    visit: Visit, busy: tuple[str, str], county: County
) -> None:
    page = enter(visit, busy[0], "leader", "/notices/")
    bell = page.locator("#bell a")
    expect(bell).to_have_attribute("aria-label", "通知，62 条未读")
    expect(bell).to_have_class("top-link bell bell-critical")
    told(county, "新的一件")
    page.locator("#bell").dispatch_event("look")  # as every 15 seconds
    expect(bell).to_have_attribute("aria-label", "通知，63 条未读")
    page.locator("input[data-row]").nth(0).check()
    page.click("[data-bulk] button")
    expect(page.locator(".note")).to_contain_text("已把 1 条通知标为已读")
    page.click("text=全部标为已读")
    expect(page.locator("#confirm")).to_contain_text("62 条未读")
    page.click("#confirm [data-yes]")
    expect(page.locator(".empty-state")).to_contain_text("没有未读的通知")
    expect(page.locator("#bell .bell-count")).to_have_count(0)


def test_a_link_in_the_inbox_leads_there(visit: Visit, busy: tuple[str, str]) -> None:
    page = enter(visit, busy[0], "leader", "/notices/?kind=approval")
    page.click("text=李网申请恢复")
    page.wait_for_url("**/jobs/")
    page.goto(busy[0] + "/notices/?kind=approval")
    expect(page.locator(".empty-state")).to_contain_text("没有符合条件的通知")
