"""Pages of drills, key sheets, restores and exports, in a real browser, wide and narrow."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from backups.backup_keys import centre_key
from inventory.act import system
from inventory.backup_restore import BackupRestore
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.drill import Drill
from inventory.secret import Key
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import County
from tests.web.test_approvals_look import enter

NOW = datetime.now(UTC)


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def test_pages_are_whole_wide_and_narrow(visit: Visit, site: str, county: County) -> None:
    home = county.centres["county"].id
    key_id, _key, print_id = centre_key(county.database, Key.load(county.settings.key_file), home)
    with county.database.transaction(system("备份")) as session:
        source = BackupSource(
            centre_id=home, name="很长很长的业务系统数据库名称", kind="software",
            method="postgresql", database="pfp", opaque=True,
        )  # fmt: skip
        session.add(source)
        session.flush()
        row = BackupSet(
            centre_id=home, source_id=source.id, kind="software", period="2026-11", state="good",
            started_at=NOW, ended_at=NOW, key_id=key_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        drill = Drill(
            centre_id=home, kind="database", source_id=source.id, set_id=row.id, print_id=print_id,
            taken_from="本机", target="10.1.1.9 上的临时数据库，核对后已删除", started_at=NOW,
            ended_at=NOW, verdict="bad", reason="1 张表与转储时不一致", author="王技", tables=12,
        )  # fmt: skip
        paper = BackupRestore(
            centre_id=home, set_id=row.id, target="database", place="restored", reason="审计查阅"
        )
        session.add_all([drill, paper])
    page = enter(visit, site, "net", 1366, 768)
    pages = {
        "new": f"/backups/drills/new?set={row.id}", "key": f"/r/backup-keys/{key_id}",
        "sheet": f"/backups/keys/{key_id}/sheet", "drill": f"/r/drills/{drill.id}",
        "restore": f"/r/backup-restores/{paper.id}", "export": "/backups/export",
    }  # fmt: skip
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for name, address in pages.items():
            page.goto(site + address)
            shot(page, f"drills-{name}-{width}")
            assert (name, width, axe(page), overflow(page)) == (name, width, [], 0)
