"""A quarter on discs and a year in the archive, as people do it: every page, step and refusal."""

import io
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import bagit  # type: ignore[import-untyped]
import pytest
from sqlalchemy import select

from backups import iso
from backups.bag import digest_file
from backups.disc_making import image_of
from backups.disc_reading import COMMAND
from backups.pace import Pace
from inventory.act import EVERYTHING
from inventory.approval import Approval
from inventory.archive_transfer import ArchiveTransfer
from inventory.attachment import attach
from inventory.backup_copy import BackupCopy
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.disc import Disc, DiscCheck
from inventory.disc_choice import choice, months_of, span
from inventory.disc_set import DiscSet
from inventory.person import Person
from inventory.register import Rejected
from inventory.run import JobRun
from inventory.shanghai import today
from inventory.staff import Staff
from inventory.stepping import moving
from inventory.store import Store
from playbooks.archiving import place_of, sweep
from playbooks.disc_orders import folder_for
from playbooks.holding import holding
from playbooks.imaging import sweep_images
from tests.lab import need_programs
from tests.web.county import PASSWORD, Browser, County
from tests.web.disc_quarter import QUARTER, asked, keep_set, quarter, site_of, step, work


@pytest.fixture
def paper(county: County) -> DiscSet:
    return _planned(county)


def _planned(county: County) -> DiscSet:
    need_programs("xorriso", "git")
    quarter(county, ("2026-07", "2026-08"))
    row: DiscSet = _new(county, DiscSet, period=QUARTER, capacity="cd")
    return row


def test_the_discs_of_a_quarter_begin_on_the_overview(county: County) -> None:
    net = county.login("net")
    assert "/discs/sets" not in net.get("/backups/").text
    day = today()
    this = f"{day.year}Q{(day.month + 2) // 3}"
    source = _new(county, BackupSource, name="资料", kind="documents", method="files", paths="/x")
    with county.database.transaction(county.act("county")) as session:
        row = BackupSet(
            centre_id=source.centre_id, source_id=source.id, kind="documents",
            period=f"{day:%Y-%m}", started_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(row)
        session.flush()
        with moving(session, row):
            row.state = "good"
    page = net.get("/backups/").text
    [told] = re.findall(r'action="/discs/sets".*?name="period" value="(\w+)"', page, re.DOTALL)
    assert told == this
    made = net.post("/discs/sets", {"period": told})
    paper = _of(county, DiscSet)
    assert (paper.period, made.location) == (this, f"/r/disc-sets/{paper.id}")
    assert net.post("/discs/sets", {"period": told}).location == made.location
    assert '/discs/sets"' not in net.get("/backups/").text
    assert county.login("tech").post("/discs/sets", {"period": this}).status_code == 403
    assert net.post("/discs/sets", {"period": "<b>"}).status_code == 400
    _of(county, DiscSet)


def _new(county: County, cls: type[Any], **values: Any) -> Any:
    with county.database.transaction(county.act("county")) as session:
        row = cls(centre_id=county.centres["county"].id, **values)
        session.add(row)
    return row


def _of(county: County, cls: type[Any]) -> Any:
    (row,) = county.rows(select(cls))
    return row


def _approve(county: County, kind: str) -> None:
    asked = county.rows(select(Approval).where(Approval.kind == kind, Approval.state == "asked"))
    say = {"seen": asked[0].digest, "decision": "yes", "remark": "可", "proof_password": PASSWORD}
    done = county.login("leader").post(f"/approvals/{asked[0].id}/decide", say)
    assert done.status_code == 302


def _imaged(county: County, net: Browser, paper: DiscSet) -> Disc:
    """Accepted, approved, made."""
    at = f"/r/disc-sets/{paper.id}"
    assert step(net, at, "accept", lack_reason="九月设备返修")[0] == 302
    assert step(net, at, "ask")[0] == 302
    _approve(county, "disc_databases")
    net.post(f"/discs/sets/{paper.id}/image")
    (run,) = work(county)
    assert (run.state, run.note) == ("done", run.note), run.note
    disc: Disc = _of(county, Disc)
    return disc


def test_a_quarter_is_burned_read_back_and_put_away(both: County, tmp_path: Path) -> None:
    county, paper = both, _planned(both)
    net, at = county.login("net"), f"/r/disc-sets/{paper.id}"
    assert "2026-09 没有已核对的备份" in net.get(at).text
    net.post(f"/discs/sets/{paper.id}/image")
    assert "确认缺少的备份" in work(county)[0].note  # nothing is left out in silence
    assert step(net, at, "accept", lack_reason="")[0] == 422
    assert step(net, at, "accept", lack_reason="九月设备返修")[0] == 302
    net.post(f"/discs/sets/{paper.id}/image")
    assert "申请" in work(county)[0].note  # databases only with a written word
    disc = _imaged(county, net, paper)
    home = folder_for(county.settings.home, paper.id)
    image = image_of(home, 1)
    out = _out(image, tmp_path / "out")
    assert bagit.Bag(str(out)).validate()
    _looks_right(out)
    on = f"/r/discs/{disc.id}"
    with net.get(f"/discs/disc/{disc.id}/image.iso") as got:
        assert got.data == image.read_bytes()
    assert net.get(f"/discs/sets/{paper.id}/labels.pdf").data[:5] == b"%PDF-"
    _burned_elsewhere(county, net, disc, out)
    assert step(net, at, "close")[0] == 422  # nobody has put it away
    keeper = _new(county, Staff, name="档案员", job="other")
    assert step(net, on, "store", place="防磁柜 2 层", keeper_id=keeper.id)[0] == 302
    assert step(net, at, "close")[0] == 302
    assert sweep_images(site_of(county)) == 1
    assert not image.exists()
    stored = county.one(Disc, disc.id)
    assert (stored.state, stored.recheck_on is not None, stored.late) == ("stored", True, "")
    _a_year_later(county, net, paper, disc, out)


def _burned_elsewhere(county: County, net: Browser, disc: Disc, out: Path) -> None:
    """Burned badly once, then well; the lists are what another machine has read."""
    on = f"/r/discs/{disc.id}"
    typed = {"made_by": "办公室刻录机", "burned_on": "2026-10-08", "batch": "啄木鸟 A1"}
    assert step(net, on, "outside", **typed)[0] == 302
    assert county.one(DiscSet, disc.disc_set_id).state == "burned"
    _proved_by_no_disc(county, net, disc, out)
    lines = "".join(
        f"{digest_file(one)} *E:\\{one.relative_to(out)}\n"
        for one in out.rglob("*")
        if one.is_file()
    ).replace("/", "\\")
    _send(net, disc, lines.replace(digest_file(out / "manifest-sha256.txt"), "0" * 64).encode())
    assert "核对不符" in work(county)[0].note
    assert county.one(Disc, disc.id).state == "imaged"  # to be burned again
    assert step(net, on, "outside", **typed)[0] == 302
    _send(net, disc, lines.encode())
    assert work(county)[0].state == "done"
    sets = county.rows(select(BackupSet.id))
    proved = select(BackupCopy.set_id).where(
        BackupCopy.place == "disc", BackupCopy.state == "verified"
    )
    assert set(sets) == set(county.rows(proved))
    assert [one.result for one in county.rows(select(DiscCheck).order_by(DiscCheck.id))] == [
        "failed", "ok",
    ]  # fmt: skip


def _proved_by_no_disc(county: County, net: Browser, disc: Disc, out: Path) -> None:
    """What can be had without the disc says nothing of it: the digest that its page shows, a copy
    on the console's own disk, its image."""
    _send(net, disc, disc.sha256.encode())
    assert COMMAND in work(county)[0].note
    net.post(f"/discs/disc/{disc.id}/read", {"folder": str(out)})
    assert "不是光盘" in work(county)[0].note
    asked(county, "readback", disc.id, source="image")
    assert work(county)[0].state == "done"
    assert (county.one(Disc, disc.id).state, county.rows(select(DiscCheck))) == ("burned", [])


def _looks_right(out: Path) -> None:
    """Logs, documents and configurations in plain, databases sealed, no secret anywhere."""
    readme = (out / "说明.txt").read_text("utf-8-sig")
    assert "九月设备返修" in readme
    assert "2026-09 没有已核对的备份" in readme
    (config,) = out.glob("data/4*/*.txt")
    assert "sysname LK-CORE" in config.read_text()
    assert len(list(out.glob("data/2*/防火墙日志/*/fw/2026-08.log"))) == 2
    assert len(list(out.glob("data/1*/办公系统库/*/manifest.json"))) == 2
    assert (out / "open_set.py").is_file()
    assert re.search(r"：\d+:[0-9a-f]{64}$", (out / "审计链头.txt").read_text(), re.MULTILINE)
    data = b"".join(one.read_bytes() for one in out.rglob("*") if one.is_file())
    assert b"Lankao@Secret" not in data
    assert b"ZHANG SAN" not in data


def _a_year_later(county: County, net: Browser, paper: DiscSet, disc: Disc, out: Path) -> None:
    """Read from a folder it is still good; lost, it is made again with the same content."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as mounted:
        copytree(out, mounted, dirs_exist_ok=True)
        net.post(f"/discs/disc/{disc.id}/read", {"folder": mounted})
        assert work(county)[0].state == "done"
    assert county.one(DiscSet, paper.id).state == "closed"
    at = f"/r/discs/{disc.id}"
    assert step(net, at, "spoiled", remark="水浸")[0] == 302
    assert county.one(Disc, disc.id).state == "spoiled"
    told = county.rows(select(DiscCheck).order_by(DiscCheck.id.desc()))[0]
    assert (told.how, told.result, told.reason) == ("told", "failed", "水浸")
    assert {one.state for one in county.rows(select(BackupCopy))} == {"copying"}
    assert step(net, at, "again")[0] == 302
    net.post(f"/discs/sets/{paper.id}/image", {"disc": "1"})
    (run,) = work(county)
    assert run.state == "done", run.note
    again = county.one(Disc, disc.id)
    assert (again.state, again.files) == ("imaged", disc.files)
    assert again.sha256 != disc.sha256


def _send(net: Browser, disc: Disc, data: bytes) -> None:
    sent = {"list": (io.BytesIO(data), "校验.txt")}
    assert net.post(f"/discs/disc/{disc.id}/read", sent).status_code == 302


def _out(image: Path, into: Path) -> Path:
    iso.extract(str(image), "/", into, Pace())
    for place in [into, *into.rglob("*")]:
        place.chmod(0o755 if place.is_dir() else 0o644)
    return into


def test_a_drive_burns_and_the_wrong_is_told(
    county: County, paper: DiscSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    medium = tmp_path / "medium"
    medium.touch()
    monkeypatch.setenv("NETOPS_DRIVES", f"stdio={medium}")
    net, tech = county.login("net"), county.login("tech")
    disc = _imaged(county, net, paper)
    assert tech.post(f"/discs/sets/{paper.id}/image").status_code == 403
    assert county.login("far").post(f"/discs/disc/{disc.id}/burn").status_code == 404
    tech.post(f"/discs/disc/{disc.id}/burn", {"drive": f"stdio:{medium}"})
    (run,) = work(county)
    assert (run.state, county.one(Disc, disc.id).state) == ("done", "verified"), run.note
    medium.write_bytes(medium.read_bytes()[: disc.size // 4])
    tech.post(f"/discs/disc/{disc.id}/read", {"drive": f"stdio:{medium}"})
    assert re.search("不完整|读不出来", work(county)[0].note)
    assert county.one(Disc, disc.id).state == "spoiled"
    for told in ({"drive": "/dev/sda"}, {"folder": "../etc"}, {}):
        tech.post(f"/discs/disc/{disc.id}/read", told)
    assert county.rows(select(JobRun).where(JobRun.state == "asked")) == []


def test_what_changes_after_approval_is_asked_anew(county: County, paper: DiscSet) -> None:
    net, at = county.login("net"), f"/r/disc-sets/{paper.id}"
    assert step(net, at, "accept", lack_reason="九月未做")[0] == 302
    assert step(net, at, "ask")[0] == 302
    _approve(county, "disc_databases")
    source = next(one for one in _sources(county) if one.kind == "software")
    keep_set(county, source, "2026-09", {"dump.sql": b"INSERT"})
    net.post(f"/discs/sets/{paper.id}/image")
    assert "还没有写明原因" in work(county)[0].note  # less is missing: said anew, too
    assert step(net, at, "accept", lack_reason="日志未做")[0] == 302
    net.post(f"/discs/sets/{paper.id}/image")
    assert "与申请时不同" in work(county)[0].note
    assert county.rows(select(Disc)) == []
    with pytest.raises(Rejected), county.database.transaction(county.act("county")) as session:
        session.get_one(DiscSet, paper.id).state = "imaged"


def _sources(county: County) -> list[Any]:
    with county.database.view(EVERYTHING) as session:
        return list(choice(session, county.centres["county"].id, QUARTER).sources.values())


def test_a_year_goes_to_the_archive_room(county: County) -> None:
    need_programs("git")
    quarter(county)
    net = county.login("net")
    me = county.rows(select(Person).where(Person.login == "net"))[0]
    giver = _new(county, Staff, name="李网", job="network_admin", person_id=me.id)
    taker = _new(county, Staff, name="档案室老王", job="other")
    row = _new(
        county, ArchiveTransfer, year=2026, work="2026 年度归档", code="GB18030",
        giver_id=giver.id, taker_id=taker.id, archive_room="县档案室",
    )  # fmt: skip
    at = f"/r/archive-transfers/{row.id}"
    assert "这一年的备份" in net.get(at).text
    net.post(f"/discs/archive/{row.id}/pack")
    (run,) = work(county)
    assert run.state == "done", run.note
    top = place_of(county.settings.home, row.id) / row.number
    _fits_the_rules(top, row.number)
    now = county.one(ArchiveTransfer, row.id)
    assert now.state == "packed"
    assert "加密的数据库备份，只列目录，不移交" in now.lacking
    _is_checked(county, net, at, top)
    checks = dict.fromkeys(("accurate", "complete", "usable", "outside"), "合格")
    assert step(net, at, "give", **checks)[0] == 422  # nobody has said a word of viruses
    code, page = step(net, at, "give", **checks, secure="某杀毒 12.0，未发现病毒")
    assert code == 302, page
    assert net.get(f"/discs/archive/{row.id}/form.pdf").data[:5] == b"%PDF-"
    chief = county.login("chief")
    assert step(chief, at, "confirm")[0] == 422  # without the scan
    _hang(county, row)
    assert step(chief, at, "confirm")[0] == 302
    done = county.one(ArchiveTransfer, row.id)
    assert (done.state, done.late) == ("done", "")


def _hang(county: County, row: ArchiveTransfer) -> None:
    store = Store(county.settings.home / "files", 1 << 20)
    kept = store.keep(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "登记表.pdf")
    with county.database.transaction(county.act("county")) as session:
        attach(session, session.get_one(ArchiveTransfer, row.id), kept, "signed")


def test_what_nobody_is_at_does_not_stay_in_the_clear(county: County) -> None:
    """What a killed making left goes, and what was cancelled; a living one stays."""
    home, site = county.settings.home, site_of(county)
    rows = [_new(county, ArchiveTransfer, year=year, work="归档") for year in (2024, 2025, 2026)]
    killed, busy, cancelled = (place_of(home, row.id) for row in rows)
    for folder in (killed, busy):
        (folder / "work").mkdir(parents=True)
    (cancelled / rows[2].number).mkdir(parents=True)
    assert step(county.login("net"), f"/r/archive-transfers/{rows[2].id}", "cancel")[0] == 302
    with holding(busy / ".lock", "busy"):
        sweep(site)
        county.login("net").post(f"/discs/archive/{rows[1].id}/pack")
        (run,) = work(county)
    assert run.note.startswith("这份移交包正在生成或核对")
    assert not (killed / "work").exists() and not cancelled.exists()
    assert (busy / "work").is_dir()


def _is_checked(county: County, net: Browser, at: str, top: Path) -> None:
    """What both sides will have signed is compared with what lies there, whenever somebody asks."""
    asked = at.replace("/r/archive-transfers", "/discs/archive") + "/check"
    county.login("audit").post(asked)
    assert not work(county)  # who only looks asks for nothing
    net.post(asked)
    (good,) = work(county)
    assert good.state == "done" and "每个文件都与登记的清单一致" in net.get(at).text
    (top / "文件目录.XML").write_bytes((top / "文件目录.XML").read_bytes() + b" ")
    net.post(asked)
    (bad,) = work(county)
    assert bad.state == "failed" and "内容不符" in net.get(at).text
    (top / "文件目录.XML").write_bytes((top / "文件目录.XML").read_bytes()[:-1])


def _fits_the_rules(top: Path, number: str) -> None:
    about = (top / "说明文件.TXT").read_bytes().decode("gb18030")
    assert f"移交单编号：{number}" in about
    assert re.search(r"审计链头：\d+:[0-9a-f]{64}", about)
    assert "归档.zip" in about  # what its makers have packed is told
    catalogue = (top / "文件目录.XML").read_bytes().decode("gb18030")
    assert catalogue.startswith('<?xml version="1.0" encoding="GB18030"?>')
    names = [one.relative_to(top).as_posix() for one in (top / "电子档案").rglob("*.*")]
    files = [one for one in names if (top / one).is_file()]
    assert catalogue.count("<文件>") == len(files)
    assert all(one in catalogue for one in files)
    assert any(one.endswith("备份登记.csv") for one in files)
    assert any("业务资料/2026-08" in one and one.endswith("八月.txt") for one in files)
    assert not any("1应用软件数据库" in one for one in files)
    assert (top / "其他" / "sha256sum.txt").is_file()


def test_periods_and_their_months() -> None:
    months = {
        "2026-11": ["2026-11"], "2026-W01": ["2026-01"], "2026-W53": ["2026-12"],
        "2026Q4": ["2026-10", "2026-11", "2026-12"], "2026-02-28": ["2026-02"],
    }  # fmt: skip
    for period, told in months.items():
        assert [f"{one:%Y-%m}" for one in months_of(period)] == told
    assert len(months_of("2026")) == 12
    assert [str(one) for one in span("2026Q4")] == ["2026-10-01", "2027-01-01"]
