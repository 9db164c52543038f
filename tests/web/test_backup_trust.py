"""What lies in the console's own folder is believed only as the backup the catalogue means."""

import shutil
from pathlib import Path

from sqlalchemy import select

from backups.sets import folder_of
from inventory.act import system
from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlace
from inventory.backup_restore import BackupRestore
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import period_of
from inventory.disc_set import DiscSet
from inventory.drill import Drill
from inventory.shanghai import today
from tests.local_sources import allow
from tests.web.configured import at_home
from tests.web.county import County
from tests.web.disc_quarter import asked, site_of, step, work


def test_an_older_backup_in_the_folder_of_a_newer_is_not_taken_for_it(
    county: County, tmp_path: Path
) -> None:
    """Nobody copies, tries, restores, lists or burns it: whole and signed, but another one."""
    site, net = site_of(county), county.login("net")
    old, new, place = _swapped(county, tmp_path)
    discs = DiscSet(
        centre_id=new.centre_id, databases=False, capacity="cd",
        period=period_of("quarterly", today()),
    )  # fmt: skip
    paper = BackupRestore(
        centre_id=new.centre_id, set_id=new.id, target="folder", place="查阅", reason="查阅"
    )
    with county.database.transaction(system("准备")) as session:
        session.add_all([discs, paper])

    asked(county, "drill", new.id, set=new.id)
    [run] = work(county)
    [drill] = county.rows(select(Drill))
    assert (drill.verdict, "不是登记的这一份" in drill.reason) == ("bad", True), run.note
    assert step(net, f"/r/backup-restores/{paper.id}", "begin")[0] == 302
    work(county)
    assert county.one(BackupRestore, paper.id).state == "failed"
    assert not list((site.home / "restored").rglob("a"))
    assert "不是登记的这一份" in net.get(f"/backups/sets/{new.id}/restore").text
    step(net, f"/r/disc-sets/{discs.id}", "accept", lack_reason="新建")
    asked(county, "image", discs.id)
    [run] = work(county)
    assert (run.state, new.number in run.note) == ("failed", True), run.note
    asked(county, "copy", place.id)
    work(county)
    copies = county.rows(select(BackupCopy).where(BackupCopy.place_id == place.id))
    assert {one.set_id: one.state for one in copies} == {old.id: "verified", new.id: "failed"}
    assert county.one(BackupSet, new.id).state == "damaged"


def _swapped(county: County, top: Path) -> tuple[BackupSet, BackupSet, BackupPlace]:
    """Two backups of a source, the first laid where the second lay; a folder for copies."""
    at_home(county)
    papers, site = top / "papers", site_of(county)
    papers.mkdir()
    (top / "far").mkdir()
    allow(site.home, papers)
    source = BackupSource(
        centre_id=county.centres["county"].id, name="资料", kind="documents", method="files",
        paths=str(papers), hour=0, since=today().replace(day=1),
    )  # fmt: skip
    place = BackupPlace(
        centre_id=source.centre_id, name="二", purpose="spare", kind="path", folder=str(top / "far")
    )
    with county.database.transaction(system("准备")) as session:
        session.add_all([source, place])
    for text in ("OLD", "NEW NEW"):
        (papers / "a").write_text(text)
        asked(county, "backup", source.id)
        assert [one.state for one in work(county)] == ["done"]
    old, new = county.rows(select(BackupSet).order_by(BackupSet.ordinal))
    shutil.rmtree(folder_of(site.home, new))
    shutil.copytree(folder_of(site.home, old), folder_of(site.home, new))
    return old, new, place
