"""Data backups on their pages: what is owed, a source backed up, its set read back, brought back,
uploaded, cleared; who may only look."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.audit import AuditRow
from inventory.backup_key import BackupKey
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.db import Database
from inventory.entry import Rejected
from inventory.run import JobRun
from inventory.secret import Key
from inventory.shanghai import today
from playbooks.dispatch import Pool
from playbooks.duties import WORKS
from playbooks.jobs import Job, do
from playbooks.site import Site
from tests.local_sources import allow
from tests.web.county import Browser, County, found_county
from tests.web.disc_quarter import quarter
from web import create_app
from web.queries.backup_due import month_of, outstanding, owed
from web.settings import Settings


def test_a_source_goes_its_whole_way(county: County, tmp_path: Path) -> None:
    papers = tmp_path / "资料"
    papers.mkdir()
    (papers / "月报.txt").write_text("十一月", "utf-8")
    (papers / "表 & <b>.csv").write_text("一", "utf-8")
    net = county.login("net")
    allow(tmp_path, papers)
    page = net.get("/backups/").text
    assert "没有备份来源，也没有本级无库声明" in page

    source = _declared(county, net, paths=str(papers), method="files")
    assert "还没有备份过" in net.get(f"/r/backup-sources/{source}").text
    assert "数据备份没有按期完成" in net.get("/today").text
    _reached(county, net, source)
    net.post("/backups/run", {"id": source})
    net.post("/backups/run", {"id": source})  # a second click finds the first one's run
    live = net.get(f"/backups/live?about={source}")
    assert ("数据备份" in live.text, "HX-Refresh" in live.headers) == (True, False)
    _work(county)
    assert net.get(f"/backups/live?about={source}").headers["HX-Refresh"] == "true"
    [row] = county.rows(select(BackupSet))
    assert (row.state, row.files) == ("good", 2)

    _stays(county, row)
    _brought_back(net, row)
    net.post(f"/backups/sets/{row.id}/verify")
    assert _work(county) == {"recheck": "done"}
    assert net.get("/backups/clearing").status_code == 200
    assert source in net.get("/backups/calendar").text
    assert county.rows(select(AuditRow).where(AuditRow.act == "导出备份清单"))
    english = net.get("/backups/?lang=en").text
    assert "No backup source, and no signed declaration" in english


def test_every_figure_of_the_overview_leads_to_what_it_counts(county: County) -> None:
    net = county.login("net")
    page = net.get("/backups/").text
    links = re.findall(r'<a href="(/[^"]*)" class="stat">', page)
    assert {"/r/backup-places", "/r/media", "/r/disc-sets", "/r/drills"} <= set(links)
    assert page.count('class="stat"') == len(links) + page.count('<div class="stat">')
    assert {one: net.get(one).status_code for one in links} == dict.fromkeys(links, 200)


def _brought_back(net: Browser, row: BackupSet) -> None:
    """Its page, its manifest, its listing, and the form of a restore that knows what was chosen."""
    shown = net.get(f"/r/backup-sets/{row.id}").text
    assert re.search(r"本机.*已核对", shown, re.DOTALL)
    assert row.number in net.get(f"/r/backup-sources/{row.source_id}").text
    told = net.get(f"/backups/sets/{row.id}/manifest.json")
    manifest = told.json or {}
    assert (manifest["number"], "wrapped" in manifest) == (row.number, True)
    files = net.get(f"/backups/sets/{row.id}/restore").text
    assert ("月报.txt" in files, "&amp; &lt;b&gt;.csv" in files) == (True, True)
    found = net.get(f"/backups/sets/{row.id}/restore?q=月报").text
    assert ("月报.txt" in found, "&lt;b&gt;" in found) == (True, False)
    chosen = net.post(f"/backups/sets/{row.id}/restore", {"id": "a/月报.txt"})
    assert "backup-restores/new" in chosen.location
    assert "a/月报.txt" in net.get(chosen.location).text


def _stays(county: County, row: BackupSet) -> None:
    """Evidence, and the key it is opened with, cannot be put away, nor is it offered."""
    [key] = county.rows(select(BackupKey))
    for slug, one in (("backup-sets", row), ("backup-keys", key)):
        for login in ("net", "sec"):
            browser = county.login(login)
            assert f"/{one.id}/retire" not in browser.get(f"/r/{slug}/{one.id}").text
            browser.post(f"/r/{slug}/{one.id}/retire")
            assert county.one(type(one), one.id).retired_at is None, (slug, login)
    with (
        pytest.raises(Rejected, match="不能停用"),
        county.database.transaction(county.act()) as session,
    ):
        session.get_one(BackupKey, key.id).turn(gone=True)


def test_what_fails_is_told_with_its_reason_and_the_last_success(
    county: County, tmp_path: Path
) -> None:
    net = county.login("net")
    gone = tmp_path / "资料" / "不在"
    allow(tmp_path, gone.parent)
    source = _declared(county, net, paths=str(gone), method="files")
    net.post("/backups/run", {"id": source})
    assert _work(county) == {"backup": "failed"}
    for page in (f"/r/backup-sources/{source}", "/backups/", "/today"):
        assert "打不开" in net.get(page).text, page
    assert "还没有" in net.get(f"/r/backup-sources/{source}").text


def test_data_files_are_brought_by_hand_and_never_shown(county: County) -> None:
    net, tech = county.login("net"), county.login("tech")
    source = _declared(county, net, method="uploaded", kind="software")
    wrong = tech.post(f"/backups/sources/{source}/upload")
    assert (wrong.status_code, "没有选择文件" in wrong.text) == (422, True)
    file = (io.BytesIO("张三，身份证".encode()), "导出.dat")
    assert tech.post(f"/backups/sources/{source}/upload", {"file": file}).status_code == 302
    assert f"/backups/sources/{source}/upload" in tech.get("/backups/").text
    waiting = tech.get(f"/backups/sources/{source}/upload").text
    assert ("导出.dat" in waiting, "张三" in waiting) == (True, False)
    [key] = re.findall(r"/upload/(\w+)/drop", waiting)
    assert tech.post(f"/backups/sources/{source}/upload/{key}/drop").status_code == 302
    assert "导出.dat" not in tech.get(f"/backups/sources/{source}/upload").text
    file = (io.BytesIO("李四，身份证".encode()), "导出.dat")
    net.post(f"/backups/sources/{source}/upload", {"file": file})
    assert _work(county) == {"backup": "done"}
    [row] = county.rows(select(BackupSet))
    assert (row.state, row.files) == ("good", 1)
    assert "导出.dat" not in net.get(f"/backups/sources/{source}/upload").text


def test_what_an_agent_brings_is_backed_up_at_a_click(county: County) -> None:
    """Nobody uploads it by hand, so no page leads there."""
    net = county.login("net")
    source = _declared(county, net, method="uploaded", kind="software", reach="agent")
    for page in (f"/r/backup-sources/{source}", "/backups/"):
        shown = net.get(page).text
        assert ("立即备份" in shown, f"/{source}/upload" in shown) == (True, False), page
    assert net.get(f"/backups/sources/{source}/upload").status_code == 404
    net.post("/backups/run", {"id": source})
    assert _work(county) == {"backup": "failed"}, "nothing was sent yet"


def test_whoever_operates_may_say_that_it_is_right_that_it_shrank(county: County) -> None:
    """Of data files brought by hand, too, which nobody else can back up again."""
    net, tech = county.login("net"), county.login("tech")
    source = _declared(county, net, method="uploaded", kind="software")
    page, act = f"/r/backup-sources/{source}", "认可变小，再备份"
    for size, state in ((9000, "done"), (90, "failed")):
        file = (io.BytesIO(b"x" * size), "导出.dat")
        assert act not in net.get(page).text
        net.post(f"/backups/sources/{source}/upload", {"file": file})
        assert _work(county) == {"backup": state}
    shown = net.get(page).text
    assert (act in shown, "确实变空或变小了一半以上？" in shown) == (True, True)
    assert act not in tech.get(page).text
    assert tech.post("/backups/run", {"id": source, "accept": "1"}).status_code == 403
    net.post("/backups/run", {"id": source, "accept": "1"})
    assert _work(county) == {"backup": "done"}
    assert act not in net.get(page).text


def test_data_files_may_be_larger_than_other_uploads(
    settings: Settings, sqlite_database: Database
) -> None:
    small = replace(settings, upload_mb=1, backup_upload_mb=3)
    county = found_county(create_app(small, sqlite_database), sqlite_database, small)
    net, tech = county.login("net"), county.login("tech")
    place = f"/backups/sources/{_declared(county, net, method='uploaded')}/upload"
    taken = tech.post(place, {"file": (io.BytesIO(b"x" * 2_000_000), "导出.dat")})
    taken.request.input_stream.close()  # the test client's own
    assert taken.status_code == 302
    assert "导出.dat" in tech.get(place).text
    much = tech.post(place, {"file": (io.BytesIO(b"x" * 3_100_000), "全年.dat")})
    much.request.input_stream.close()
    assert (much.status_code, "NETOPS_BACKUP_UPLOAD_MB" in much.text) == (413, True)
    assert "全年.dat" not in tech.get(place).text
    data = {"file": (io.BytesIO(b"x" * 2_000_000), "导出.dat")}
    stranger = county.app.test_client().post(place, data=data)
    stranger.request.input_stream.close()
    assert stranger.status_code == 413  # before anything is kept of it


def test_the_core_database_is_counted_and_never_listed(county: County) -> None:
    net = county.login("net")
    source = _declared(
        county, net, method="postgresql", kind="software", database="pfp", opaque="是"
    )
    with county.database.transaction(county.act("county")) as session:
        row = BackupSet(
            centre_id=county.centres["county"].id, source_id=source, kind="software", period="2026",
            state="good", started_at=datetime.now(UTC), files=3, size=900,
        )  # fmt: skip
        session.add(row)
    page = net.get(f"/backups/sets/{row.id}/restore").text
    assert ("只能整库恢复" in page, "只恢复一部分" in page) == (True, False)


def test_nobody_moves_the_core_database_by_editing_its_source(county: County) -> None:
    """A drill restores where its source says: with a set to restore, that stands still."""
    with county.database.transaction(county.act("county")) as session:
        made = BackupSource(
            centre_id=county.centres["county"].id, name="人口库", kind="software", opaque=True,
            method="postgresql", database="pfp",
        )  # fmt: skip
        session.add(made)

    def kept(state: str) -> None:
        with county.database.transaction(county.act("county")) as session:
            row = BackupSet(
                centre_id=made.centre_id, source_id=made.id, kind="software", period="2026-11",
                state=state, started_at=datetime.now(UTC),
            )  # fmt: skip
            session.add(row)

    def moved(**told: object) -> None:
        with county.database.transaction(county.act("county")) as session:
            row = session.get_one(BackupSource, made.id)
            for name, value in told.items():
                setattr(row, name, value)

    kept("failed")
    moved(host="10.1.1.1")  # the first try showed that it was the wrong one
    kept("good")
    for told in ({"host": "10.6.6.6"}, {"port": 5433}, {"reach": "mount"}, {"host": None}):
        with pytest.raises(Rejected, match="不能改到别的服务器"):
            moved(**told)
    moved(keep=20, note="其余照常可改")


def test_who_may_only_look_touches_nothing(county: County, tmp_path: Path) -> None:
    source = _declared(county, county.login("net"), paths=str(tmp_path), method="files")
    audit, tech = county.login("audit"), county.login("tech")
    for who in (audit, tech):
        for page in ("/backups/", "/backups/calendar", "/backups/clearing"):
            assert who.get(page).status_code == 200
        assert "立即备份</button>" not in who.get("/backups/").text
        assert who.post("/backups/run", {"id": source}).status_code == 403
        assert who.post(f"/backups/clearing/{source}", {"id": source}).status_code == 403
    assert audit.post(f"/backups/sources/{source}/upload").status_code == 403
    far = county.login("far")
    assert far.get(f"/r/backup-sources/{source}").status_code == 404
    far.post("/backups/run", {"id": source})
    assert county.rows(select(JobRun).where(JobRun.kind == "backup")) == []


def test_programs_ask_for_a_backup_and_for_reading_it_again(county: County, tmp_path: Path) -> None:
    papers = tmp_path / "资料"
    papers.mkdir()
    (papers / "月报.txt").write_text("十一月", "utf-8")
    allow(tmp_path, papers)
    source = _declared(county, county.login("net"), paths=str(papers), method="files")
    ask, token = county.app.test_client().post, county.token("net")
    begun = ask(f"/api/v1/backups/sources/{source}/run", headers=token)
    assert (begun.status_code, (begun.json or {})["kind"]) == (202, "backup")
    assert _work(county) == {"backup": "done"}
    [row] = county.rows(select(BackupSet.id))
    again = ask(f"/api/v1/backups/sets/{row}/verify", headers=token)
    assert (again.status_code, (again.json or {})["kind"]) == (202, "recheck")
    assert _work(county) == {"recheck": "done"}
    assert ask("/api/v1/backups/places/nowhere/copy", headers=token).status_code == 404
    reader = county.token("audit")
    assert ask(f"/api/v1/backups/sources/{source}/run", headers=reader).status_code == 403


def _declared(county: County, who: Browser, **told: str) -> str:
    """A source of the county, by its form."""
    plain = {
        "name": "业务资料", "kind": "documents", "centre_id": county.centres["county"].id,
        "cadence": "monthly", "day": "1", "hour": "0", "keep": "13", "limit_kbps": "0",
        "reach": "local",
    }  # fmt: skip
    answer = who.post("/r/backup-sources/new", plain | told)
    assert answer.status_code == 302, answer.text
    [key] = county.rows(select(BackupSource.id))
    return str(key)


def _reached(county: County, net: Browser, source: str) -> None:
    assert net.post(f"/backups/sources/{source}/try").status_code == 302
    assert _work(county) == {"reach": "done"}
    assert "1 个目录或文件都能读取" in net.get(f"/r/backup-sources/{source}").text
    assert county.rows(select(AuditRow).where(AuditRow.act == "测试连接"))


def _work(county: County) -> dict[str, str]:
    """What the worker makes of what is asked for now: kind → state."""
    key = Key.load(county.settings.key_file)
    site = Site(
        county.database, county.history, key, county.settings.home, county.centres["county"].id
    )
    pool = Pool(1, jobs=1, sessions=1)
    runs = county.rows(select(JobRun).where(JobRun.state == "asked"))
    for run in runs:
        do(Job(site, pool, run.id, run.subject, dict(run.params)), WORKS[run.kind])
    pool.close()
    return {run.kind: county.one(JobRun, run.id).state for run in runs}


def test_every_link_to_what_is_owed_leads_somewhere(county: County) -> None:
    """Of the to-do list and the calendar, years later too, when everything is overdue."""
    quarter(county)
    net = county.login("net")
    far = datetime.now(UTC) + timedelta(days=400)
    with county.database.view(EVERYTHING) as session:
        here, later = (
            {one.sort: one.link for one in (*owed(session, month_of(today(now), now)), *more)}
            for now in (datetime.now(UTC), far)
            for more in (outstanding(session, now),)
        )
    assert "drill" in later
    for link in sorted({*here.values(), *later.values()}):
        assert net.get(link).status_code == 200, link
