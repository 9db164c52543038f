"""The watching pages in a real browser: accessible, narrow enough, alive without reloading."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from inventory.device import Device
from inventory.run import JobRun
from tests.browser import Complaints, Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County, gauge

PAGES = (
    "/", "/devices/{core}/", "/devices/{core}/ports", "/devices/{ups}/sensors",
    "/devices/{core}/log", "/devices/{core}/changes", "/devices/{core}/walk/", "/jobs/",
    "/jobs/{walk}", "/jobs/{waiting}", "/console/", "/discover/", "/discover/{found}",
    "/search/?q=jhj",
)  # fmt: skip
FOUND = {
    "address": "10.41.2.7", "port": 161, "credential": "", "profile": "huawei_vrp",
    "kind": "switch", "sys_name": "DG-SW-01", "sys_descr": "S5720 " * 40, "why": "", "known": "",
}  # fmt: skip


@pytest.fixture
def busy(county: County) -> dict[str, str]:
    """A county in which something of everything has happened; the ids for PAGES."""
    county.sweep(edge="down", leaf="down")
    county.count("core")
    county.measure("ups", gauge("output_source", 5, ""), gauge("battery_charge", 60))
    county.measure("core", gauge("cpu", 41), gauge("temperature", 62, "℃"))
    core = {"subject": county.ids["core"], "params": {"oid": "1.3.6.1.2.1.1"}}
    rows = [[f"1.3.6.1.2.1.1.{n}.0", "bytes", "x" * 300] for n in range(60)]
    return dict(county.ids) | {
        "walk": county.ran("walk", county.at, outcome={"rows": rows, "cut": True}, **core),
        "waiting": county.ran("poll", county.at, state="asked", ended_at=None, **core),
        "found": county.ran(
            "discover", county.at, outcome={"found": [FOUND]}, params={"range": "10.41.2.0/24"}
        ),
    }


@pytest.fixture
def site(county: County, busy: dict[str, str]) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def logged_in(visit: Visit, site: str, path: str, **size: int) -> Page:
    page = visit(f"{site}/login?next={path}", **size)
    page.fill("#login", "net")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("#nav", state="attached")
    return page


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_accessible_and_no_wider_than_the_window(
    visit: Visit, site: str, busy: dict[str, str], complaints: Complaints, width: int, height: int
) -> None:
    complaints.expected += ["/progress net::ERR_ABORTED"]  # the next page is asked for meanwhile
    page = logged_in(visit, site, "/account/", width=width, height=height)
    found = {}
    for number, path in enumerate(PAGES):
        page.goto(site + path.format(**busy))
        shot(page, f"{width}-{number}")
        found[path] = (axe(page), overflow(page))
    assert found == dict.fromkeys(PAGES, ([], 0))


def test_the_first_page_follows_what_happens(visit: Visit, county: County, site: str) -> None:
    page = logged_in(visit, site, "/account/")
    page.goto(f"{site}/")
    expect(page.locator(".verdict p")).to_contain_text("中断 1 台：城关镇交换机")
    county.sweep(ups="down")
    page.evaluate("document.getElementById('status').dispatchEvent(new Event('look'))")
    expect(page.locator(".verdict p")).to_contain_text("中断 1 台：机房 UPS")
    expect(page.locator(".stat-value").nth(1)).to_have_text("1")


def test_poll_now_shows_the_result_by_itself(visit: Visit, county: County, site: str) -> None:
    page = logged_in(visit, site, f"/devices/{county.ids['ups']}/")
    page.click("text=立即轮询")
    expect(page.locator("#job")).to_contain_text("等待执行")
    run = county.rows(select(JobRun).where(JobRun.subject == county.ids["ups"]))[0]
    with county.database.observe() as session:
        row = session.get_one(JobRun, run.id)
        row.state, row.ended_at, row.outcome = "done", datetime.now(UTC), {"ms": 42, "why": ""}
    expect(page.locator(".note-ok")).to_have_text("轮询完成，设备在 42 毫秒内应答了全部内容。")


def test_a_graph_is_drawn(visit: Visit, county: County, site: str) -> None:
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    county.ingest(county.poll("core", at=earlier, gauges=(gauge("cpu", 38),)))
    page = logged_in(visit, site, f"/devices/{county.ids['core']}/")
    expect(page.locator(".chart canvas").first).to_be_visible()


def test_pausing_asks_once(visit: Visit, county: County, site: str) -> None:
    page = logged_in(visit, site, f"/devices/{county.ids['core']}/")
    page.click("main >> text=暂停监测")
    expect(page.locator("#confirm h2")).to_contain_text("暂停监测 兰考核心交换机？")
    page.locator("#confirm [data-yes]").click()
    expect(page.locator(".head-state")).to_contain_text("暂停")
    assert county.one(Device, county.ids["core"]).paused is True


def test_discovered_devices_are_ticked_and_registered(
    visit: Visit, county: County, site: str, busy: dict[str, str]
) -> None:
    page = logged_in(visit, site, f"/discover/{busy['found']}")
    page.check("input[data-row]")
    page.fill("input[name='name-0']", "东岗镇交换机")
    page.click("text=登记所选设备")
    expect(page.locator(".note-ok")).to_contain_text("已登记 1 台设备")
    assert "东岗镇交换机" in {row.name for row in county.rows(select(Device))}
