"""The duty log as hands use it: by keys alone, with an input method, without a line, after the
browser was closed, and on a telephone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from inventory.drafted import Drafted
from inventory.equipment import Equipment
from inventory.log_draft import draft
from inventory.log_entry import LogEntry
from tests.browser import Complaints, Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County

MOST = 8  # key strokes beyond the text; a chord is one
COMPOSING = """([where, told]) => document.querySelector(where).dispatchEvent(new KeyboardEvent(
    'keydown', {bubbles: true, cancelable: true, isComposing: true, ...told}))"""


@pytest.fixture
def site(county: County) -> Iterator[str]:
    home = county.centres["county"].id
    with county.database.transaction(county.act()) as session:
        for name in ("核心交换机", "备份服务器"):
            session.add(Equipment(centre_id=home, name=name, category="switch", no_serial="试验"))
    with county.database.observe() as session:
        told = Drafted("x", "problem", "城关镇交换机 中断 12 分钟", datetime.now(UTC))
        draft(session, "k", home, told, link="/")
    with serve(county.app) as url:
        yield url


def enter(visit: Visit, site: str, path: str, width: int = 1366, height: int = 768) -> Page:
    page = visit(f"{site}/login?next={path}", width=width, height=height)
    page.fill("#login", "tech")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{site}{path}")  # the form's own address ends so, too
    return page


def entries(county: County) -> list[LogEntry]:
    return county.rows(select(LogEntry).order_by(LogEntry.id))


def write(page: Page, text: str) -> None:
    page.locator("#log-text").press_sequentially(text)


def test_an_entry_takes_eight_keys_beside_its_text(visit: Visit, site: str, county: County) -> None:
    page = enter(visit, site, "/r/")
    keys = 0

    def press(*names: str) -> None:
        nonlocal keys
        for name in names:
            page.keyboard.press(name)
            keys += 1

    press("n")
    text = page.locator("#log-text")
    expect(text).to_be_focused()
    page.wait_for_load_state()  # the field has the cursor before the scripts know the keys
    page.evaluate("window.still = true")
    page.keyboard.insert_text("更换风扇后告警消失")
    press("Alt+1", "Tab", "h", "x")
    expect(page.locator(".ts-dropdown .option.active")).to_contain_text("核心交换机")
    press("Enter", "Control+Enter")
    expect(page.locator(".log-section .log-line")).to_contain_text("更换风扇后告警消失")
    expect(text).to_be_focused()
    expect(text).to_have_value("")
    assert page.evaluate("window.still") and keys <= MOST
    (row,) = entries(county)
    thing = county.one(Equipment, row.equipment_id)
    assert (row.section, thing.name, row.late_entry) == ("power", "核心交换机", False)
    page.keyboard.insert_text("又重启了一次")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".log-section .log-line")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/r/devices")


def test_what_is_saved_late_does_not_take_the_cursor(
    visit: Visit, site: str, county: County
) -> None:
    """The line was slow: meanwhile the hand types elsewhere, say a password."""
    page = enter(visit, site, "/log/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/log/entries", hold)
    write(page, "巡检正常")
    with page.expect_request("**/log/entries"):
        page.keyboard.press("Control+Enter")
    elsewhere = page.locator("#search")
    elsewhere.press_sequentially("Sec")
    held[0].continue_()
    expect(page.locator("#log-text")).to_have_value("")
    expect(page.locator(".log-section .log-line")).to_contain_text("巡检正常")
    expect(elsewhere).to_be_focused()
    page.keyboard.type("ret")
    expect(elsewhere).to_have_value("Secret")
    expect(page.locator("#log-text")).to_have_value("")


def test_keys_belong_to_the_input_method_while_it_composes(
    visit: Visit, site: str, county: County
) -> None:
    page = enter(visit, site, "/r/")
    page.evaluate(COMPOSING, ["body", {"key": "n"}])
    page.goto(f"{site}/log/?new=1")
    write(page, "nihao")
    page.evaluate(COMPOSING, ["#log-text", {"key": "Enter", "ctrlKey": True}])
    page.evaluate(COMPOSING, ["#log-text", {"key": "2", "code": "Digit2", "altKey": True}])
    expect(page.locator("[name=section]:checked")).to_have_value("other")
    page.keyboard.press("Alt+3")
    expect(page.locator("[name=section]:checked")).to_have_value("solved")
    assert entries(county) == []


def test_a_lost_line_loses_and_doubles_nothing(
    visit: Visit, site: str, county: County, complaints: Complaints
) -> None:
    complaints.expected += ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "/log/entries"]
    page = enter(visit, site, "/log/")

    def cut(route: Route) -> None:
        """The console has written it, and the answer is lost."""
        route.fetch()
        route.abort()

    page.route("**/log/entries", cut)
    write(page, "UPS 电池告警")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-said]")).to_contain_text("连接中断")
    expect(page.locator("#log-text")).to_have_value("UPS 电池告警")
    page.unroute("**/log/entries")
    expect(page.locator("#log-text")).to_have_value("")  # it tries again by itself
    assert [row.text for row in entries(county)] == ["UPS 电池告警"]
    page.context.set_offline(True)
    write(page, "断网时写的")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-said]")).to_contain_text("已留在本机")
    page.context.set_offline(False)
    expect(page.locator(".log-section .log-line", has_text="断网时写的")).to_be_visible()
    assert len(entries(county)) == 2


# What this browser keeps, as if it had been left there on another day.
_AS_BEFORE = """() => {
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith("log."))) {
    const older = key.replace(/[.]\\d{4}-\\d\\d-\\d\\d[.]/, ".2026-01-02.");
    localStorage.setItem(older, localStorage.getItem(key));
    localStorage.removeItem(key);
  }
}"""


def again(page: Page, site: str) -> Page:
    """The page closed, and opened once more in the same browser."""
    fresh = page.context.new_page()
    page.close()
    fresh.goto(f"{site}/log/")
    return fresh


def test_text_outlives_its_page_and_belongs_to_one_person(
    visit: Visit, site: str, county: County, complaints: Complaints
) -> None:
    complaints.expected += ["422 (UNPROCESSABLE ENTITY)", "ERR_ABORTED"]
    page = enter(visit, site, "/log/")
    write(page, "写到一半")
    page.fill("#log-occurred_at", "2099-01-01T08:00")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#log-occurred_at-error")).to_contain_text("还没有到这个时间")
    other = page.context.new_page()
    other.goto(f"{site}/log/")
    other.wait_for_timeout(600)  # it asks the open pages for 250 ms
    expect(other.locator("#log-text")).to_have_value("")
    write(other, "另一页")
    other.close()
    page = again(page, site)
    expect(page.locator("#log-text")).to_have_value("写到一半")
    page.fill("#log-occurred_at", "")
    page.locator("#log-text").press("Control+Enter")
    expect(page.locator("#log-text")).to_have_value("另一页")
    assert [row.text for row in entries(county)] == ["写到一半"]
    page.evaluate(_AS_BEFORE)
    page = again(page, site)
    expect(page.locator("#log-text")).to_have_value("另一页")
    page.click(".top .menu summary")
    page.click("[data-kept]")
    expect(page.locator("[data-question]")).to_contain_text("没有保存的日志内容")
    page.click("[data-yes]")
    page.wait_for_url("**/login")
    left = "Object.keys(localStorage).filter((key) => key.startsWith('log.')).length"
    assert page.evaluate(left) == 0


def test_drafts_changes_and_the_width_of_a_telephone(
    visit: Visit, site: str, county: County
) -> None:
    page = enter(visit, site, "/log/", 390, 844)
    page.click("text=改后记入")
    expect(page.locator("#log-text")).to_have_value("城关镇交换机 中断 12 分钟")
    write(page, "，已报修")
    page.click(".log-save")
    line = page.locator(".log-section .log-line")
    expect(line).to_contain_text("已报修")
    expect(page.locator(".log-draft")).to_have_count(0)
    line.get_by_role("button", name="改", exact=True).click()
    page.fill("#log-text", "专线中断")
    page.click(".log-save")
    expect(line).to_contain_text("专线中断")
    line.get_by_role("button", name="再记").click()
    expect(page.locator("#log-text")).to_have_value("专线中断")
    page.click(".log-save")
    expect(line).to_have_count(2)
    line.nth(1).get_by_role("button", name="作废").click()
    expect(line).to_have_count(1)
    page.get_by_role("button", name="撤销").click()
    expect(line).to_have_count(2)
    for width, height in ((390, 844), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        for number, path in enumerate(("/log/", "/log/?day=2026-11-20", "/r/log-entries")):
            page.goto(site + path)
            shot(page, f"log-{number}-{width}")
            assert (path, axe(page), overflow(page)) == (path, [], 0)
