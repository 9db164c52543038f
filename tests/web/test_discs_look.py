"""Disc sets, a disc and a transfer in a real browser, wide and under a thumb."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from inventory.archive_transfer import ArchiveTransfer
from inventory.disc import Disc
from inventory.disc_set import DiscSet
from tests.browser import Visit, axe, overflow, serve, shot
from tests.lab import need_programs
from tests.web.county import County
from tests.web.disc_quarter import QUARTER, quarter, work
from tests.web.test_visits_look import enter


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def test_pages_of_discs_fit(visit: Visit, site: str, county: County) -> None:
    need_programs("xorriso", "git")
    quarter(county, ("2026-07", "2026-08"))
    with county.database.transaction(county.act("county")) as session:
        centre = county.centres["county"].id
        paper = DiscSet(centre_id=centre, period=QUARTER, capacity="cd", databases=False)
        transfer = ArchiveTransfer(centre_id=centre, year=2026, work="年终归档")
        session.add_all([paper, transfer])
    page = enter(visit, site, f"/r/disc-sets/{paper.id}", 1366, 768)
    _fits(page, "set")
    page.get_by_label("缺少原因").fill("九月设备返修")
    page.get_by_role("button", name="确认缺少的备份").click()
    page.get_by_text("已办理").wait_for()
    county.login("net").post(f"/discs/sets/{paper.id}/image")  # not for a technician
    (run,) = work(county)
    assert run.state == "done", run.note
    (disc,) = county.rows(select(Disc.id))
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for name, address in (
            ("set-made", f"/r/disc-sets/{paper.id}"), ("disc", f"/r/discs/{disc}"),
            ("list", "/r/disc-sets"), ("archives", "/r/archive-transfers"),
            ("archive", f"/r/archive-transfers/{transfer.id}"),
        ):  # fmt: skip
            page.goto(f"{site}{address}")
            _fits(page, f"{name}-{width}")


def _fits(page: Page, name: str) -> None:
    shot(page, f"discs-{name}")
    assert (name, axe(page), overflow(page)) == (name, [], 0)
