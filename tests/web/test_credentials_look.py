"""A credential's page and the change of its secrets in a real browser, wide and narrow."""

from collections.abc import Iterator

import pytest

from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import County
from tests.web.test_credentials import NEW, login, tried
from tests.web.test_registers_look import enter


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_the_pages_fit(visit: Visit, site: str, county: County, width: int, height: int) -> None:
    id = login(county, "core", "edge", "leaf")
    page = enter(visit, site, f"/credentials/{id}/", width, height)

    def look(name: str) -> None:
        shot(page, f"rotation-{name}-{width}")
        assert (name, axe(page), overflow(page)) == (name, [], 0)

    look("credential")
    page.goto(f"{site}/credentials/{id}/rotate/")
    look("stage")
    page.fill("#password", NEW)
    page.fill("#reason", "例行更换")
    page.click("text=暂存新口令")
    look("staged")
    with page.expect_navigation():
        page.click("text=试用新口令")
    tried(county, id, core="new", edge="old", leaf="neither")
    page.goto(f"{site}/credentials/{id}/rotate/")
    look("tried")
    page.goto(f"{site}/credentials/{id}/")
    look("waiting")
    page.goto(f"{site}/r/credentials")
    look("list")
