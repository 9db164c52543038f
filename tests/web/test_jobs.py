"""Background work on the pages: lists, progress, cancelling, what a walk brought."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory.act import system
from inventory.backup_source import BackupSource
from inventory.run import JobRun
from tests.web.county import County
from tests.web.reader import words

ROWS = [
    ["1.3.6.1.2.1.1.1.0", "bytes", "S5720 Versatile Routing Platform"],
    ["1.3.6.1.2.1.1.3.0", "int", "8640000"],
    ["1.3.6.1.2.1.1.5.0", "bytes", "=LK-CORE"],
]


def walked(county: County, **facts: Any) -> str:
    told = {
        "subject": county.ids["core"], "params": {"oid": "1.3.6.1.2.1.1"}, "requested_name": "李网",
        "outcome": {"rows": ROWS, "cut": False}, **facts,
    }  # fmt: skip
    return county.ran("walk", told.pop("at", county.at), **told)


def test_what_people_asked_for_and_what_the_clock_did(county: County) -> None:
    county.sweep()
    county.ran("sightings", county.at)
    walked(county)
    net = county.login("net")
    asked, routine = (words(net.get(url).text) for url in ("/jobs/", "/jobs/?by=clock"))
    assert "完成 SNMP 遍历 兰考核心交换机 李网" in asked
    assert "状态轮询" not in asked
    assert "地址表采集" not in asked  # one every half minute would bury what people asked for
    assert "完成 地址表采集" in routine
    assert "完成 状态轮询 — 值守台" in routine
    assert "SNMP 遍历" not in routine


def test_the_list_is_narrowed_and_paged_by_its_address(county: County) -> None:
    for number in range(60):
        walked(county, at=county.at + timedelta(seconds=number))
    county.ran("poll", county.at, state="failed", note="设备没有应答")
    net = county.login("net")
    assert "共 61 项" in words(net.get("/jobs/").text)
    assert net.get("/jobs/?page=2").text.count('href="/jobs/01') == 11
    assert "共 1 项" in words(net.get("/jobs/?state=failed").text)
    assert "设备没有应答" in words(net.get("/jobs/?kind=poll").text)
    assert "没有符合条件的任务" in words(net.get("/jobs/?kind=discover").text)
    assert "共 61 项" in words(net.get("/jobs/?page=99").text)


def test_no_work_yet(county: County) -> None:
    assert "还没有任务" in words(county.login("net").get("/jobs/").text)


@pytest.mark.parametrize("url", ["", "/progress", "/walk.csv"])
def test_other_centres_jobs_do_not_exist(county: County, url: str) -> None:
    run = walked(county)
    assert county.login("far").get(f"/jobs/{run}{url}").status_code == 404


def test_progress_refreshes_itself_until_the_end(county: County) -> None:
    run = walked(county, state="running", done=12, total=48, note="找到 3 台", ended_at=None)
    net = county.login("net")
    page = net.get(f"/jobs/{run}").text
    assert f'hx-get="/jobs/{run}/progress"' in page
    assert "进行中 SNMP 遍历 12 / 48 找到 3 台" in words(page)
    assert "HX-Refresh" not in net.get(f"/jobs/{run}/progress").headers
    with county.database.observe() as session:
        session.get_one(JobRun, run).state = "done"
    assert net.get(f"/jobs/{run}/progress").headers["HX-Refresh"] == "true"
    assert "hx-get" not in net.get(f"/jobs/{run}").text.split("<main")[1]


def test_a_request_nobody_takes_says_so(county: County) -> None:
    late = datetime.now(UTC) - timedelta(seconds=20)
    run = walked(county, at=late, state="asked", ended_at=None)
    assert "还没有人接手：后台可能没有运行。" in words(county.login("net").get(f"/jobs/{run}").text)


def test_cancelling_what_runs_and_what_waits(county: County) -> None:
    running = walked(county, state="running", ended_at=None)
    waiting = walked(county, state="asked", ended_at=None, at=county.at + timedelta(seconds=1))
    net = county.login("net")
    for run in (running, waiting):
        net.post(f"/jobs/{run}/cancel")
    assert [(county.one(JobRun, r).state, county.one(JobRun, r).cancel_requested)
            for r in (running, waiting)] == [("running", True), ("cancelled", True)]  # fmt: skip
    assert "正在停下…" in words(net.get(f"/jobs/{running}").text)
    assert "已取消。" in words(net.get(f"/jobs/{waiting}").text)


def test_who_may_not_cancel(county: County) -> None:
    run = walked(county, state="running", ended_at=None)
    assert county.login("tech").post(f"/jobs/{run}/cancel").status_code == 403
    assert county.login("far").post(f"/jobs/{run}/cancel").status_code == 404
    assert county.one(JobRun, run).cancel_requested is False


def test_a_sweep_of_the_clock_cannot_be_cancelled(county: County) -> None:
    run = county.ran("status", county.at, state="running")
    county.login("net").post(f"/jobs/{run}/cancel")
    assert county.one(JobRun, run).cancel_requested is False


def test_what_a_walk_brought_can_be_searched_and_taken_along(county: County) -> None:
    run = walked(county)
    net = county.login("net")
    shown = words(net.get(f"/jobs/{run}").text)
    assert "共 3 行" in shown
    assert "1.3.6.1.2.1.1.1.0 字节串 S5720 Versatile Routing Platform" in shown
    found = words(net.get(f"/jobs/{run}?q=versatile+s5720").text)
    assert "3 行，其中 1 行符合" in found
    assert "LK-CORE" not in found
    assert "没有符合的行" in words(net.get(f"/jobs/{run}?q=nothing").text)
    sheet = net.get(f"/jobs/{run}/walk.csv?q=lk").data.decode("utf-8-sig").splitlines()
    *rows, last = csv.reader(sheet)
    assert last[0].startswith("# 审计链头 ")
    assert rows == [
        ["OID", "类型", "值"], ["1.3.6.1.2.1.1.5.0", "bytes", "'=LK-CORE"],
    ]  # fmt: skip


def test_a_walk_that_was_cut_and_one_that_found_nothing(county: County) -> None:
    cut = walked(county, outcome={"rows": ROWS, "cut": True})
    bare = walked(county, outcome={"rows": [], "cut": False}, at=county.at + timedelta(seconds=1))
    net = county.login("net")
    assert "设备还有更多，只读了前 5000 行" in words(net.get(f"/jobs/{cut}").text)
    assert "设备在这个 OID 以下什么也没有" in words(net.get(f"/jobs/{bare}").text)


def test_only_who_may_walk_sees_what_was_walked(county: County) -> None:
    run = walked(county)
    tech = county.login("tech")
    shown = words(tech.get(f"/jobs/{run}").text)
    assert "遍历的内容只给有操作权限的人看。" in shown
    assert "LK-CORE" not in shown
    assert tech.get(f"/jobs/{run}/walk.csv").status_code == 403


def test_a_failure_tells_why_with_the_technical_text_folded(county: County) -> None:
    run = walked(county, state="failed", note="设备没有应答", outcome={"detail": "timeout 2.0 s"})
    page = county.login("net").get(f"/jobs/{run}").text
    assert "没有完成：设备没有应答" in words(page)
    assert "timeout 2.0 s" in page.split("<details")[2]


def test_a_backup_names_its_source_and_says_what_came_of_it(county: County) -> None:
    with county.database.transaction(system("登记")) as session:
        row = BackupSource(
            centre_id=county.centres["county"].id, name="人事档案", kind="documents",
            method="files", paths="/srv",
        )  # fmt: skip
        session.add(row)
    told = {"set": row.id, "number": "SJ-2026-0001", "period": "2026-11", "files": 3}
    told |= {"size": 2048, "warnings": ["一处变短"]}
    good = county.ran("backup", county.at, subject=row.id, outcome=told)
    stopped = county.ran("backup", county.at, subject=row.id, state="cancelled", shard=1)
    net = county.login("net")
    assert "数据备份 人事档案" in words(net.get("/jobs/").text)
    page = net.get(f"/jobs/{good}")
    assert f"/r/backup-sources/{row.id}" in page.text
    assert "逐一核对：3 个文件，2 KiB。 一处变短" in words(page.text)
    assert "没有保存任何内容" in net.get(f"/jobs/{stopped}").text


def test_what_was_tried_is_no_device(county: County) -> None:
    """A source of backups is named where its connection was tried, and leads to no device."""
    with county.database.transaction(system("登记")) as session:
        row = BackupSource(
            centre_id=county.centres["county"].id, name="人事档案", kind="documents",
            method="files", paths="/srv",
        )  # fmt: skip
        session.add(row)
    county.ran("backup", county.at, subject=row.id)
    tried = county.ran("reach", county.at, subject=row.id, shard=1)
    net = county.login("net")
    for url in ("/jobs/", f"/jobs/{tried}"):
        assert f"/devices/{row.id}" not in net.get(url).text
