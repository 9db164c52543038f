"""Changes of configurations in a browser: the form, the plan, the countdown, at both widths."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from inventory.act import system
from inventory.change import Change
from inventory.stepping import moving
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import County
from tests.web.test_registers_look import enter

LINES = "interface GigabitEthernet0/0/3\n description 城关镇便民服务中心专线\n shutdown"
DIFF = """--- 现在
+++ 操作之后（预计）
@@ -4,5 +4,6 @@
 interface GigabitEthernet0/0/3
- description old
+ description 城关镇便民服务中心专线
+ shutdown"""


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def change(county: County, state: str, minutes: int = 0) -> str:
    """A change as the worker would have written it by now; its id."""
    now = datetime.now(UTC)
    with county.database.transaction(system("试验")) as session:
        row = Change(
            centre_id=county.centres["county"].id, device_id=county.ids["core"], minutes=10,
            what="修改配置（3 行）", procedure="change", reason="按县里命名规则整理", asked_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        with moving(session, row):
            row.plan, row.diff, row.base = f"system-view\n{LINES}\nreturn\n", DIFF, "x" * 64
            row.undo_plan = "10 分钟内没有人确认，值守台自动撤销，撤销后读回核对。\n"
            row.remarks = "华为交换机、路由器（VRP）的命令未经实机验证：请逐行核对。"
            session.flush()
            row.state, row.log = state, "11-22 12:00:00 开始执行\n" if minutes else ""
            row.deadline_at = now + timedelta(minutes=minutes) if minutes else None
    return row.id


def test_the_pages_of_changes_fit_and_count_down(visit: Visit, site: str, county: County) -> None:
    draft, core = change(county, "draft"), county.ids["core"]
    waiting = change(county, "waiting", 7)
    page = enter(visit, site, f"/r/changes/{waiting}", 1366, 768)
    expect(page.locator("[role=timer]")).to_contain_text("自动撤销")
    expect(page.locator("main")).to_contain_text("确认保留")
    with county.database.transaction(system("过期")) as session:
        row = session.get_one(Change, waiting)
        with moving(session, row):
            row.trouble = "下发之后不能重新登录"
    expect(page.locator("main")).to_contain_text("正在撤销：下发之后不能重新登录")
    expect(page.get_by_role("button", name="确认保留")).to_have_count(0)
    places = (
        f"/r/changes/{draft}", f"/r/changes/{waiting}", "/r/changes", "/changes/new",
        f"/changes/new?device={core}", f"/changes/new?device={core}&procedure=change",
        f"/changes/new?device={core}&procedure=rotate_password",
    )  # fmt: skip
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for number, place in enumerate(places):
            page.goto(site + place)
            shot(page, f"changes-{number}-{width}")
            assert (place, axe(page), overflow(page)) == (place, [], 0)
