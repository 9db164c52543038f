"""The pages of data backups in a real browser, wide and under a thumb, in both languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import County
from tests.web.disc_quarter import quarter
from tests.web.test_approvals_look import enter


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def test_the_pages_fit(visit: Visit, site: str, county: County) -> None:
    """A county with three sources, one of them the core database, and one of uploads."""
    quarter(county)
    with county.database.transaction(county.act("county")) as session:
        upload = BackupSource(
            centre_id=county.centres["county"].id, name="乡镇导出数据", kind="documents",
            method="uploaded",
        )  # fmt: skip
        session.add(upload)
    papers = select(BackupSet).join(BackupSource, BackupSet.source_id == BackupSource.id)
    row = county.rows(papers.where(BackupSource.kind == "documents"))[0]
    pages = {
        "overview": "/backups/", "source": f"/r/backup-sources/{row.source_id}",
        "upload": f"/r/backup-sources/{upload.id}", "bring": f"/backups/sources/{upload.id}/upload",
        "set": f"/r/backup-sets/{row.id}", "restore": f"/backups/sets/{row.id}/restore",
        "calendar": "/backups/calendar", "clearing": "/backups/clearing",
        "sets": "/r/backup-sets", "places": "/r/backup-places", "media": "/r/media",
    }  # fmt: skip
    page = enter(visit, site, "net", 1366, 768)
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for name, address in pages.items():
            answer = page.goto(f"{site}{address}")
            assert answer is not None and answer.ok, address
            _fits(page, f"{name}-{width}")
    page.goto(f"{site}/backups/?lang=en")
    assert page.locator("h1, h2").first.inner_text().isascii()


def _fits(page: Page, name: str) -> None:
    shot(page, f"backups-{name}")
    assert (name, axe(page), overflow(page)) == (name, [], 0)
