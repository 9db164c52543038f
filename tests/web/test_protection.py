"""Software and the hosts' protection on their pages: a server's export from file to list, columns
explained once, a virus cut off and signed, a warning passed on; and one look in a browser."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.test import TestResponse

from inventory.equipment import Equipment
from inventory.host_import import HostImport
from inventory.protection import HostProtection
from inventory.shanghai import SHANGHAI
from inventory.virus import VirusIncident
from inventory.virus_warning import VirusWarning, WarningReceipt
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, Browser, County
from web.demo_protection import write_protection

NOW = datetime.now(UTC)
CLOCK = NOW.astimezone(SHANGHAI)  # what a server prints
HEADER = "终端名称,IP地址,MAC地址,病毒库时间,上次扫描时间,文件实时监控,最近登录时间"


def export(*lines: tuple[str, str, str, int, str], header: str = HEADER) -> bytes:
    """A report in GBK: name, IP, MAC, how many days ago, the service's word."""
    told = [header]
    for name, ip, mac, days, word in lines:
        at = f"{CLOCK - timedelta(days=days):%Y-%m-%d %H:%M:%S}"
        told.append(f"{name},{ip},{mac},{at[:10]},{at},{word},{f'{CLOCK:%Y-%m-%d %H:%M:%S}'}")
    return "\r\n".join(told).encode("gbk")


def bring(browser: Browser, data: bytes, name: str = "终端列表.csv") -> TestResponse:
    file = (io.BytesIO(data), name)
    return browser.client.post(
        "/protection/import", data={"file": file, "csrf_token": browser.token},
        content_type="multipart/form-data", follow_redirects=True,
    )  # fmt: skip


def agree(browser: Browser, page: TestResponse) -> TestResponse:
    fingerprint = page.text.split('name="fingerprint" value="')[1].split('"')[0]
    done = browser.post(page.request.full_path, {"fingerprint": fingerprint})
    return browser.get(done.location)


@pytest.fixture
def computers(county: County) -> list[Equipment]:
    with county.database.transaction(county.act()) as session:
        made = [
            Equipment(centre_id=county.centres["county"].id, name=f"办公电脑 {n}",
                      category="desktop", opening="in_use", hostname=f"LK-0{n}", ip=f"10.41.1.{n}")
            for n in (1, 2, 3)
        ]  # fmt: skip
        session.add_all(made)
    return made


def test_a_servers_export_from_file_to_list(county: County, computers: list[Equipment]) -> None:
    tech = county.login("tech")
    assert "还没有主机的防护报告" in tech.get("/protection").text
    assert computers[0].tag in tech.get("/protection?tab=uncovered").text
    page = bring(tech, export(
        ("LK-01", "10.41.1.1", "", 0, "已开启"), ("LK-02", "10.41.1.2", "", 20, "已关闭"),
        ("新来的", "10.41.1.9", "00-e0-fc-00-00-09", 1, "开启"), ("坏行", "10.41.1.8", "", 0, "??"),
    ))  # fmt: skip
    assert "火绒" in page.text and "未经实机验证" in page.text
    assert "不认识“??”" in tech.get(f"{page.request.full_path}&tab=refused").text
    assert not county.rows(select(HostProtection.id))  # the dry run writes nothing
    listed = agree(tech, page).text
    assert "已导入：新增 3 台" in listed and listed.index("LK-02") < listed.index("LK-01")
    assert "防护服务停止" in listed and "20 天前" in listed
    unmatched = tech.get("/protection?tab=unmatched").text
    assert "hostname=%E6%96%B0%E6%9D%A5%E7%9A%84" in unmatched and "台账里没有" in unmatched
    with county.database.transaction(county.act()) as session:
        session.add(
            Equipment(centre_id=county.centres["county"].id, name="新电脑", category="desktop",
                      mac="00e0-fc00-0009")
        )  # fmt: skip
    tech.post("/protection/again")
    assert "新来的" not in tech.get("/protection?tab=unmatched").text
    (noted,) = county.rows(select(HostImport))
    assert (noted.rows, noted.added, noted.refused, len(noted.digest)) == (4, 3, 1, 64)
    assert "LK-02" in tech.get("/protection/export.csv").data.decode("utf-8-sig")
    assert "LK-01" not in county.login("far").get("/protection?tab=faulty").text
    assert county.login("leader").get("/protection/import").status_code == 403


def test_columns_are_explained_once(county: County, computers: list[Equipment]) -> None:
    tech = county.login("tech")
    header = "机器,地址,网卡,库,杀毒日期,开着吗,上报"
    data = export(("LK-01", "10.41.1.1", "", 0, "已开启"), header=header)
    page = bring(tech, data)
    assert "没有认出是哪种产品" in page.text
    url = page.request.full_path
    refused = tech.post(url, {"source": "other", "c0": "host", "c1": "host"})
    assert refused.status_code == 422 and "有两列都对应" in refused.text
    assert "要有一列说明防护情况" in refused.text
    kinds = ("host", "ip", "mac", "definitions", "scanned_at", "running", "seen_at")
    said = {f"c{n}": kind for n, kind in enumerate(kinds)}
    plan = tech.get(tech.post(url, {"source": "other", **said}).location)
    assert "按您以前指定的列对应关系读取" in plan.text and computers[0].tag in plan.text
    again = bring(tech, export(("LK-03", "10.41.1.3", "", 2, "关闭"), header=header))
    assert "按您以前指定的列对应关系读取" in again.text
    agree(tech, again)
    assert [row.running for row in county.rows(select(HostProtection))] == ["stopped"]
    assert bring(tech, b"PK\x03\x04 no workbook", "x.xlsx").status_code == 422


def step(browser: Browser, row: Any, name: str, **typed: str) -> TestResponse:
    page = browser.get(f"/r/{row.slug}/{row.id}").text
    seen = page.split('name="seen" value="')[1].split('"')[0] if 'name="seen"' in page else ""
    done = browser.post(
        f"/r/{row.slug}/{row.id}/do/{name}", {"seen": seen, "proof_password": PASSWORD, **typed}
    )
    assert done.status_code == 302, done.text
    return browser.get(done.location)


def test_a_virus_is_cut_off_treated_and_signed(county: County, computers: list[Equipment]) -> None:
    tech = county.login("tech")
    with county.database.transaction(county.act()) as session:
        row = VirusIncident(
            centre_id=county.centres["county"].id, equipment_id=computers[0].id,
            found_at=NOW - timedelta(days=2), virus="Ramnit",
        )  # fmt: skip
        session.add(row)
    assert row.late and row.number.startswith("BD-")
    early = tech.post(f"/r/virus-incidents/{row.id}/do/treat", {"proof_password": PASSWORD})
    assert early.status_code == 422
    step(tech, row, "isolate", isolated_how="cable")
    step(tech, row, "treat", treatment="全盘查杀后重装系统", root="U 盘带入", reported_at="")
    page = step(tech, row, "recover").text
    assert "已恢复" in page and page.count("王技") >= 3
    done = county.one(VirusIncident, row.id)
    assert (done.state, done.late, done.revised) == ("closed", "", 3)
    assert done.isolated_at and done.released_at and done.released_at >= done.isolated_at


def test_a_warning_reaches_every_unit_and_each_answers(county: County) -> None:
    tech, town = county.login("tech"), county.login("town")
    with county.database.transaction(county.act()) as session:
        row = VirusWarning(
            centre_id=county.centres["county"].id, name="勒索病毒预警", issued_by="省信息中心",
            received_at=NOW, text="立即打补丁，关闭 445 端口",
        )  # fmt: skip
        session.add(row)
    step(tech, row, "pass")
    told = county.rows(select(WarningReceipt))
    assert {one.centre_id for one in told} == {
        county.centres["county"].id, county.centres["town"].id,
    }  # fmt: skip
    mine = next(one for one in told if one.centre_id == county.centres["town"].id)
    assert "关闭 445 端口" in town.get(f"/r/warning-receipts/{mine.id}").text
    assert town.get(f"/r/virus-warnings/{row.id}").status_code == 404
    step(town, mine, "handle", done="12 台已打补丁")
    assert "12 台已打补丁" in tech.get(f"/r/virus-warnings/{row.id}").text


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with county.database.transaction(county.act()) as session:
        write_protection(session, county.centres["county"].id, NOW - timedelta(hours=1))
    with serve(county.app) as url:
        yield url


def test_pages_in_a_browser(visit: Visit, site: str, county: County) -> None:
    data = export(("DEMO-01", "10.41.50.1", "", 0, "已开启"), ("X", "10.41.50.9", "", 3, "怪"))
    short = ("/protection", "/software", "/software/coverage")
    every = (*short, "/protection?tab=unmatched", "/protection?tab=uncovered",
             "/protection/products", "/r/virus-warnings")  # fmt: skip
    for width, height, paths in ((1366, 768, every), (390, 844, short)):
        page = enter(visit, site, "/protection", width, height)
        for number, path in enumerate(paths):
            page.goto(site + path)
            shot(page, f"protection-{number}-{width}")
            assert (path, axe(page), overflow(page)) == (path, [], 0)
        page.goto(f"{site}/protection/import")
        file: Any = {"name": "终端列表.csv", "mimeType": "text/csv", "buffer": data}
        page.set_input_files("#file", file)
        page.get_by_role("button", name="上传并核对").click()
        expect(page.get_by_role("button", name="确认导入")).to_be_visible()
        shot(page, f"protection-plan-{width}")
        assert (axe(page), overflow(page)) == ([], 0)
        with page.expect_navigation():
            page.get_by_role("link", name="列不对？改对应关系").click()
        shot(page, f"protection-columns-{width}")
        assert (axe(page), overflow(page)) == ([], 0)


def enter(visit: Visit, site: str, path: str, width: int, height: int) -> Page:
    page = visit(f"{site}/login?next={path}", width=width, height=height)
    page.fill("#login", "tech")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{path}")
    return page
