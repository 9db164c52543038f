"""The shell in a real browser: quiet, accessible, narrow enough, and obedient to its own CSP."""

from collections.abc import Iterator

import pytest
from apiflask import APIFlask
from playwright.sync_api import expect

from tests.browser import Complaints, Visit, axe, overflow, serve, shot
from tests.web import kitchen


@pytest.fixture
def site(shell: APIFlask) -> Iterator[str]:
    kitchen.state.update(status="第一次", asked=0)
    with serve(shell) as url:
        yield url


@pytest.mark.parametrize("path", ["/kitchen/", "/kitchen/?lang=en", "/login", "/kitchen/quiet"])
def test_accessible_and_no_wider_than_the_window(site: str, visit: Visit, path: str) -> None:
    name = path.strip("/").replace("/", "-").replace("?lang=", "")
    desk, phone = visit(site + path), visit(site + path, width=390, height=844)
    shot(desk, f"{name}-desk")
    shot(phone, f"{name}-phone")
    assert (axe(desk), axe(phone)) == ([], [])
    assert (overflow(desk), overflow(phone)) == (0, 0)


def test_an_error_page_is_accessible_too(site: str, visit: Visit, complaints: Complaints) -> None:
    complaints.expected.append("404 (NOT FOUND)")
    page = visit(site + "/none", width=390, height=844)
    page.click("text=技术信息")
    assert (axe(page), overflow(page)) == ([], 0)


def test_the_browser_refuses_what_the_policy_forbids(
    site: str, visit: Visit, complaints: Complaints
) -> None:
    """Proof that the net is tight: an inline style is refused, and the refusal is noticed."""
    complaints.expected.append("Content Security Policy")
    page = visit(site + "/kitchen/quiet")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_function("true")
    assert [text.split(" ")[0] for text in complaints] == ["Applying"]


def test_every_state_has_a_word(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    words = page.locator(".card-body p:nth-child(2) .state").all_inner_texts()
    assert words == ["严重", "警告", "提示", "正常", "未知", "不可达"]
    expect(page.locator(".card-body p:nth-child(1) .state-more").first).to_have_text(
        "12 分钟 · 城关镇 2M 专线"
    )


def test_slash_goes_to_the_search_unless_an_input_method_is_busy(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: '/', isComposing: true, bubbles: true}))"
    )
    expect(page.locator("#search")).not_to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("lk/ks")
    expect(page.locator("#search")).to_have_value("lk/ks")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=lk%2Fks")


def test_rows_are_walked_by_j_and_k(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("[data-open]").first).to_be_focused()


def test_a_live_fragment_changes_only_what_changed(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/quiet")
    page.click("summary:text('折叠')")
    page.check("#box")
    page.focus("#typed")
    page.keyboard.type("写到一半")
    page.evaluate("document.querySelector('#fold').mark = 'same node'")
    kitchen.state["status"] = "第二次"
    expect(page.locator("#word")).to_have_text("第二次")
    expect(page.locator("#typed")).to_be_focused()
    expect(page.locator("#typed")).to_have_value("写到一半")
    expect(page.locator("#box")).to_be_checked()
    assert page.evaluate("document.querySelector('#fold').open") is True
    assert page.evaluate("document.querySelector('#fold').mark") == "same node"


def test_a_lost_connection_is_told_and_forgotten(
    site: str, visit: Visit, complaints: Complaints
) -> None:
    complaints.expected += ["ERR_", "htmx:"]
    page = visit(site + "/kitchen/quiet")
    page.context.set_offline(True)
    expect(page.locator("#trouble")).to_contain_text("与值守台的连接中断")
    page.context.set_offline(False)
    expect(page.locator("#trouble")).to_be_hidden()


def test_a_destructive_act_asks_once_and_names_the_object(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/quiet")
    page.click("main >> text=删除")
    dialog = page.locator("#confirm")
    expect(dialog.locator("h2")).to_have_text("删除 考城镇 2M 专线？")
    expect(dialog.locator("text=取消")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.url == site + "/kitchen/quiet"
    page.click("main >> text=删除")
    dialog.locator("[data-yes]").click()
    expect(page.locator(".note-ok").first).to_have_text("已保存")


def test_the_bulk_bar_appears_with_the_first_tick(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    page.check("input[data-row] >> nth=1")
    expect(page.locator("[data-bulk]")).to_be_visible()
    page.check("input[data-all]")
    expect(page.locator("[data-count]")).to_have_text("8")


def test_technical_text_can_be_copied(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/", permissions=["clipboard-read", "clipboard-write"])
    page.click("summary:text('技术信息')")
    page.click("button:text('复制')")
    expect(page.locator("[data-copy]")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "Timeout: no response from 10.41.7.2:161 after 2 tries of 2.0 s"


def test_relative_times_stay_true(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    first = page.locator("tbody time").first
    expect(first).to_have_text("12 分钟")
    page.clock.install()
    page.reload()
    page.clock.fast_forward("02:03:00")
    expect(first).to_have_text("2 小时 15 分钟")


def test_a_graph_is_drawn_and_read_without_breaking_the_policy(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    page.locator(".chart").scroll_into_view_if_needed()
    box = page.locator(".chart canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    shot(page, "graph")


def test_the_menu_of_a_phone(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/", width=390, height=844)
    expect(page.locator("#nav")).to_be_hidden()
    page.click("[data-toggle-nav]")
    expect(page.locator("#nav")).to_be_visible()
    expect(page.locator("[data-toggle-nav]")).to_have_attribute("aria-expanded", "true")
    assert (axe(page), overflow(page)) == ([], 0)


def test_the_api_page_needs_nothing_from_outside(site: str, visit: Visit) -> None:
    page = visit(site + "/api/docs")
    expect(page.locator(".swagger-ui .info .title")).to_contain_text("运维值守台")
    shot(page, "apidocs")


def test_print_shows_the_page_and_not_the_frame(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    page.emulate_media(media="print")
    expect(page.locator("#nav")).to_be_hidden()
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".print-head")).to_be_visible()


def test_a_picker_finds_pinyin_initials_and_addresses(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    box = page.locator(".ts-control input")
    box.click()
    page.keyboard.type("hxj")
    expect(page.locator(".ts-dropdown .option")).to_have_text(["核心交换机"])
    page.keyboard.press("Enter")
    expect(page.locator("#parent")).to_have_value("2")
    assert axe(page) == []


def test_unsaved_text_is_not_lost_silently(site: str, visit: Visit) -> None:
    page = visit(site + "/kitchen/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.keyboard.press("Escape")
    page.wait_for_url("**/quiet")
    assert asked == []
    page.go_back()
    page.locator("#name").press_sequentially("新设备")
    page.keyboard.press("Escape")
    page.wait_for_url("**/quiet")
    assert asked == ["beforeunload"]
