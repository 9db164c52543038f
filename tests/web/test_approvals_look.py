"""The inbox in a real browser, wide and narrow: read, decided, signed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from inventory.act import system
from inventory.approval import Approval
from inventory.revision import fix
from tests.browser import Visit, axe, overflow, serve, shot
from tests.inventory.signing import text_of
from tests.web.county import PASSWORD, County
from tests.web.test_approvals import asking, correcting, trial  # noqa: F401  (a fixture)


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


@pytest.fixture
def first(county: County) -> Approval:
    return asking(county, "机房改造承诺")


def enter(visit: Visit, url: str, who: str, width: int, height: int) -> Page:
    page = visit(f"{url}/login", width=width, height=height)
    page.fill("#login", who)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda here: "/login" not in here)
    return page


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_the_pages_fit(
    visit: Visit,
    site: str,
    county: County,
    first: Approval,
    width: int,
    height: int,
) -> None:
    asking(county, "第二件事，名字特别长，用来看一看窄屏上会不会把页面撑宽了，" * 3)
    with county.database.transaction(system("发布")) as session:
        row = text_of(county.centres["county"], "网络使用责任书", "第一条，遵守规定。" * 40)
        session.add(row)
        fix(session, row, "发布")
    page = enter(visit, site, "leader", width, height)
    page.goto(f"{site}/approvals/")

    def look(name: str) -> None:
        shot(page, f"approvals-{name}-{width}")
        assert (name, axe(page), overflow(page)) == (name, [], 0)

    look("inbox")
    for tab in ("review", "mine", "done"):
        page.goto(f"{site}/approvals/?tab={tab}")
        look(tab)
    page.goto(f"{site}/approvals/{first.id}")
    look("one")
    page.fill("#remark", "同意")
    page.fill("#proof_password", PASSWORD)
    page.click("text=批准并签字")
    page.wait_for_selector("text=已批准")
    look("decided")
    page.goto(f"{site}/undertakings/")
    look("undertakings")
    page.goto(f"{site}/undertakings/{row.id}")
    look("undertaking")
    page.fill("#proof_password", PASSWORD)
    page.click("text=同意并签署")
    page.wait_for_selector("text=已签署")
    page.goto(f"{site}/account/")
    look("account")


def test_a_row_of_a_register_shows_its_signatures(
    visit: Visit,
    site: str,
    county: County,
    first: Approval,
) -> None:
    correcting(county, first, version="二")
    for width, height in ((1366, 768), (390, 844)):
        page = enter(visit, site, "sec", width, height)
        page.goto(f"{site}/r/undertakings/{first.thing_id}")
        shot(page, f"approvals-row-{width}")
        assert (axe(page), overflow(page)) == ([], 0)
        page.goto(f"{site}/sign/undertakings/{first.thing_id}")
        shot(page, f"approvals-sign-{width}")
        assert (axe(page), overflow(page)) == ([], 0)
        page.goto(f"{site}/r/undertakings/{first.thing_id}/edit")
        shot(page, f"approvals-correct-{width}")
        assert (axe(page), overflow(page)) == ([], 0)
