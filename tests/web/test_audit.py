"""The audit area: how the trail stands, who did what, taken along, tampered with."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, text

from inventory import triggers, witness
from inventory.act import EVERYTHING
from inventory.audit import AuditRow, head, note
from inventory.chain import Head
from inventory.device import Device
from inventory.run import JobRun
from inventory.sheet import read
from inventory.verdict import judge
from playbooks import duties
from playbooks.dispatch import Pool
from playbooks.jobs import take_asked
from playbooks.site import open_site
from playbooks.verifying import conclude
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, Browser, County
from tests.web.reader import words


@pytest.fixture
def auditor(county: County) -> Browser:
    return county.login("trail")


def renamed(county: County, name: str = "兰考新核心", reason: str = "") -> AuditRow:
    """A change in the county, and its audit row."""
    with county.database.transaction(county.act()) as session:
        session.get_one(Device, county.ids["core"]).name = name
    found = county.rows(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))
    row: AuditRow = found[0]
    return row


def newest(county: County) -> Head:
    with county.database.view(EVERYTHING) as session:
        return Head(*head(session))


def site(county: County) -> Any:
    made = open_site(county.database, county.settings.home, county.settings.key_file)
    return replace(made, centre_id=county.centres["county"].id)


def test_only_holders_of_the_trail_come_in(county: County) -> None:
    for who, code in (("trail", 200), ("audit", 200), ("net", 403), ("leader", 403), ("sec", 403)):
        browser = county.login(who)
        assert browser.get("/audit/").status_code == code, who
        assert ('href="/audit/"' in browser.get("/account/").text) is (code == 200), who


def test_who_did_what_newest_first(county: County, auditor: Browser) -> None:
    row = renamed(county)
    page = auditor.get("/audit/").text
    assert "还没有核对过" in page
    assert str(newest(county)) in page
    shown = words(page)
    assert f"{row.seq} " in shown
    assert "设备 修改 兰考新核心" in shown
    assert "兰考县" in shown


def test_one_row_in_words(county: County, auditor: Browser) -> None:
    row = renamed(county)
    page = auditor.get(f"/audit/{row.seq}").text
    shown = words(page)
    assert "名称 兰考核心交换机 兰考新核心" in shown
    assert f"/devices/{county.ids['core']}" not in page  # who keeps the trail opens no device
    assert row.row_hash in page
    auditor.get("/audit/export.csv")
    own = newest(county)
    assert "角色 审计管理员" in words(auditor.get(f"/audit/{own.seq}").text)
    assert row.sm3 in page
    assert auditor.get("/audit/999999").status_code == 404


def test_a_secret_is_not_told(county: County, auditor: Browser) -> None:
    [row] = county.rows(select(AuditRow).where(AuditRow.thing == "Credential"))
    page = auditor.get(f"/audit/{row.seq}").text
    assert "全县只读" in page
    assert "s3cret-community" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=兰考新核心", True),
        ("q=没有这样的字", False),
        ("q=100%", False),
        ("thing=Device&change=update", True),
        ("thing=Device&change=delete", False),
        ("centre=开封&change=update", True),
        ("centre=410225&change=update", True),
        ("centre=洛阳&change=update", False),
        ("since=2020-01-01&until=2020-12-31", False),
        ("since=2020-01-01&change=update", True),
        ("who=不是他", False),
        ("act=不是这件事", False),
    ],
)
def test_filters(county: County, auditor: Browser, query: str, found: bool) -> None:
    row = renamed(county)
    page = auditor.get(f"/audit/?{query}").text
    assert (f'href="/audit/{row.seq}"' in page) is found
    assert ("没有符合条件的审计记录" in page) is not found


def test_a_day_that_is_none_is_told(auditor: Browser) -> None:
    answer = auditor.get("/audit/?since=昨天")
    assert answer.status_code == 422
    assert "“昨天”不是日期" in answer.text


def test_pages(county: County, auditor: Browser) -> None:
    county.add(60)
    page = auditor.get("/audit/?page=2&thing=Device").text
    assert "上一页" in page
    assert page.count("data-open") == 14, "64 devices of two counties, one of them out of scope"


def test_what_is_outside_the_scope_is_not_there(county: County) -> None:
    [far] = county.rows(select(AuditRow).where(AuditRow.thing_id == county.ids["far"]))
    auditor = county.login("audit")
    assert auditor.get(f"/audit/{far.seq}").status_code == 404
    assert "洛阳核心交换机" not in auditor.get("/audit/?thing=Device").text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_it_leaves_with_its_head_and_leaves_a_row(
    county: County, auditor: Browser, kind: str
) -> None:
    row = renamed(county)
    taken = auditor.get(f"/audit/export.{kind}?q=兰考新核心")
    assert taken.status_code == 200
    told = newest(county)
    assert witness.published(county.settings.home)[-1] == told
    [noted] = county.rows(select(AuditRow).where(AuditRow.seq == told.seq))
    assert (noted.act, noted.actor_name) == ("导出审计记录", "吴审")
    assert json.loads(noted.after) == {"kind": kind, "rows": 1, "q": "兰考新核心"}
    if kind == "jsonl":
        one, mark = [json.loads(line) for line in taken.text.splitlines()]
        assert (one["seq"], one["row_hash"]) == (row.seq, row.row_hash)
        assert str(told) in mark["mark"]
        return
    [line] = read(taken.data, f"a.{kind}").rows
    assert line.cells["行号"] == str(row.seq)
    assert line.cells["SHA-256"] == row.row_hash
    last = (
        taken.data.decode("utf-8-sig").splitlines()[-1]
        if kind == "csv"
        else openpyxl.load_workbook(BytesIO(taken.data)).worksheets[-1]["A1"].value
    )
    assert str(told) in str(last)


def test_what_no_cell_holds_says_where_the_rest_is(county: County, auditor: Browser) -> None:
    act = county.act()
    with county.database.transaction(act) as session:
        note(session, act, "Person", "p", county.centres["county"].id, {"长文": "网" * 40_000})
    taken = auditor.get("/audit/export.xlsx?q=长文")
    [line] = read(taken.data, "a.xlsx").rows
    assert line.cells["之后"].endswith("（全文在 JSON Lines 导出里）")
    assert "网" * 40_000 in auditor.get("/audit/export.jsonl?q=长文").text


def test_on_paper_with_its_head(county: County, auditor: Browser) -> None:
    renamed(county)
    page = auditor.get("/audit/?print=1&q=兰考新核心").text
    assert f"# 审计链头 {newest(county)}" in page
    assert auditor.get("/audit/export.exe").status_code == 404


def test_verified_now_by_the_worker(county: County, auditor: Browser) -> None:
    answer = auditor.post("/audit/verify")
    page = auditor.get(answer.headers["Location"]).text
    assert "等待执行" in page
    pool = Pool(2)
    [run] = take_asked(site(county), pool, duties.WORKS)
    pool.close()
    assert auditor.get(f"/audit/verify/{run}").headers["HX-Refresh"] == "true"
    page = auditor.get("/audit/").text
    assert "审计链完好" in page
    assert "还没有核对过" not in page


def test_a_look_can_be_called_off(county: County, auditor: Browser) -> None:
    auditor.post("/audit/verify")
    [run] = county.rows(select(JobRun).where(JobRun.kind == "verify"))
    page = auditor.post(f"/audit/verify/{run.id}/cancel")
    assert page.status_code == 302
    [run] = county.rows(select(JobRun).where(JobRun.kind == "verify"))
    assert run.state == "cancelled"
    other = county.ran("walk", datetime.now(UTC))
    assert auditor.get(f"/audit/verify/{other}").status_code == 404


def test_tampering_stands_on_top(county: County, auditor: Browser) -> None:
    with county.database.engine.begin() as connection:
        triggers.drop(connection)
        connection.execute(text("UPDATE audit SET act = '改过' WHERE seq = 9"))
        triggers.install(connection)
        connection.execute(text("DROP TRIGGER audit_kept_delete"))
    with county.database.view(EVERYTHING) as session:
        found = judge(session, (), datetime.now(UTC))
    conclude(site(county), found)
    page = auditor.get("/audit/").text
    assert "第 9 行被改过" in page
    assert "audit_kept_delete" in page
    assert "请保护现场" in page
    english = auditor.get("/audit/?lang=en").text
    assert "Audit row 9 was changed" in english


def test_it_is_all_there_in_english(county: County, auditor: Browser) -> None:
    row = renamed(county)
    for url in ("/audit/", f"/audit/{row.seq}", "/audit/?print=1"):
        page = auditor.get(f"{url}{'&' if '?' in url else '?'}lang=en").text
        assert "Audit trail" in page, url


def test_in_the_browser_wide_and_on_a_phone(county: County, visit: Visit) -> None:
    row = renamed(county)
    with serve(county.app) as address:
        for width, height in ((1366, 768), (390, 844)):
            page = visit(f"{address}/login?next=/audit/", width=width, height=height)
            page.fill("#login", "trail")
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_url("**/audit/")
            shot(page, f"audit-{width}")
            assert (axe(page), overflow(page)) == ([], 0)
            page.click(f'a[href="/audit/{row.seq}"]')
            page.wait_for_url(f"**/audit/{row.seq}")
            shot(page, f"audit-row-{width}")
            assert (axe(page), overflow(page)) == ([], 0)
            page.context.clear_cookies()
