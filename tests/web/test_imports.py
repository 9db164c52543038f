"""Tables in and out by the browser: looked at first, agreed to, done whole; taken, and recorded."""

import re
from collections.abc import Mapping, Sequence
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from inventory.audit import AuditRow
from inventory.device import Device
from inventory.exchange import sheet_fields
from inventory.person import Person
from inventory.run import Event
from inventory.sheet import read, write_csv, write_xlsx, write_yaml
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, Browser, County

COLUMNS = ("名称", "所属单位", "管理地址", "类别", "上级设备", "位置")
ROWS = (
    ("兰考核心交换机", "410225", "10.41.0.1", "交换机", "", "三楼机房"),
    ("机房 UPS", "410225", "10.41.0.4", "UPS", "", ""),
    ("堌阳镇接入", "410225", "10.41.9.9", "交换机", "堌阳镇路由", ""),
    ("堌阳镇路由", "兰考县", "10.41.9.1", "路由器", "兰考核心交换机", ""),
)


@pytest.fixture
def net(county: County) -> Browser:
    return county.login("net")


def send(browser: Browser, data: bytes, name: str, slug: str = "devices") -> TestResponse:
    form: Mapping[str, Any] = {"file": (BytesIO(data), name), "csrf_token": browser.token}
    return browser.client.post(
        f"/r/{slug}/import", data=form, content_type="multipart/form-data", follow_redirects=True
    )


def counts(page: str) -> list[str]:
    """新增, 修改, 一致, 错误."""
    return [n.replace(",", "") for n in re.findall(r'class="stat-value">([\d,]+)', page)]


def agree(browser: Browser, answer: TestResponse, **changed: str) -> TestResponse:
    form = dict(re.findall(r'name="(fingerprint)" value="(\w+)"', answer.text)) | changed
    return browser.client.post(
        answer.request.url, data=form | {"csrf_token": browser.token}, follow_redirects=True,
    )  # fmt: skip


def sheet(columns: Sequence[str] = COLUMNS, rows: Sequence[Sequence[str]] = ROWS) -> bytes:
    return write_csv(columns, rows)


def names(county: County) -> list[str]:
    return sorted(county.rows(select(Device.name)))


@pytest.mark.parametrize("kind", ["csv", "gbk", "xlsx", "yaml"])
def test_look_agree_and_it_is_done(county: County, net: Browser, kind: str) -> None:
    data, name = {
        "csv": (sheet(), "设备.csv"),
        "gbk": (sheet().decode("utf-8-sig").encode("gb18030"), "设备.csv"),
        "xlsx": (write_xlsx(COLUMNS, ROWS, "设备"), "设备.xlsx"),
        "yaml": (write_yaml(COLUMNS, ROWS), "设备.yaml"),
    }[kind]
    before = names(county)
    looked = send(net, data, name)
    page = unescape(looked.text)
    assert (looked.status_code, counts(page), names(county)) == (200, ["2", "1", "1", "0"], before)
    assert "堌阳镇路由" in page
    changed = unescape(net.get(f"{looked.request.url}&tab=changed").text)
    assert re.findall(r"位置</span> （空） → <ins>三楼机房", changed)
    done = agree(net, looked)
    page = unescape(done.text)
    assert (done.status_code, counts(page)) == (200, ["0", "0", "4", "0"])
    assert "已导入：新增 2，修改 1，未变 1。" in page
    assert "文件与台账完全一致" in page
    row = county.rows(select(Device).where(Device.name == "堌阳镇接入"))[0]
    audit = county.rows(select(AuditRow).where(AuditRow.thing_id == row.id))[0]
    assert (audit.act, audit.actor_name) == ("导入设备", "李网")
    assert re.fullmatch(rf"文件 {name}，SHA-256 [0-9a-f]{{64}}", audit.reason)
    parent = county.one(Device, row.parent_id)
    assert (parent.name, parent.parent_id) == ("堌阳镇路由", county.ids["core"])


def test_an_error_stops_everything_and_names_its_row(county: County, net: Browser) -> None:
    before = names(county)
    bad = ("丁", "410300", "10.41.9", "猫", "没有", "")
    answer = send(net, sheet(rows=(*ROWS, bad, bad)), "设备.csv")
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert "2 处错误，没有写入任何内容" in page
    assert "找不到单位“410300”（可能已停用，或不在您的权限范围内）" in page
    assert "fingerprint" not in page
    assert agree(net, answer, fingerprint="x").status_code == 422
    assert names(county) == before


def test_what_was_agreed_to_is_what_happens(county: County, net: Browser) -> None:
    looked = send(net, sheet(), "设备.csv")
    with county.database.transaction(county.act()) as session:
        session.get_one(Device, county.ids["ups"]).location = "一楼"
    page = unescape(agree(net, looked).text)
    assert "没有导入：核对之后台账又有变化" in page
    assert counts(page) == ["2", "2", "0", "0"]
    assert "堌阳镇接入" not in names(county)


@pytest.mark.parametrize(
    ("data", "name", "cause"),
    [
        (b"", "a.csv", "是空的"),
        (b"\x00\x01\x02\xff\xfe", "a.csv", "不是文本"),
        (b"PK\x03\x04broken", "a.xlsx", "打不开"),
        (b"- [1", "a.yaml", "第 1 行"),
        (b"abc", "a.pdf", "不是表格文件"),
        (sheet(("名称", "颜色"), [("a", "b")]), "a.csv", "颜色：不认识这一列"),
        (sheet(("名称",), [("a",)]), "a.csv", "所属单位：缺少这一列（必填）"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    county: County, net: Browser, data: bytes, name: str, cause: str
) -> None:
    answer = send(net, data, name)
    assert (answer.status_code, cause in unescape(answer.text)) == (422, True)


def test_no_file_an_unknown_file_and_a_changed_file(county: County, net: Browser) -> None:
    assert net.post("/r/devices/import").status_code == 422
    missing = net.get(f"/r/devices/import/{'0' * 64}?name=a.csv")
    assert (missing.status_code, "请重新上传" in missing.text) == (422, True)
    assert net.get("/r/devices/import/..%2F..%2Fsecret.key?name=a.csv").status_code == 404
    assert net.get("/r/devices/import/secret.key?name=a.csv").status_code == 422
    looked = send(net, sheet(), "设备.csv")
    kept = county.settings.home / "uploads" / looked.request.path.rpartition("/")[2]
    assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (sheet(), 0o600)
    kept.write_bytes(sheet(rows=ROWS[:1]))
    assert "已损坏" in unescape(agree(net, looked).text)


def test_a_county_imports_only_into_its_own(county: County) -> None:
    far = county.login("far")
    looked = send(far, sheet(rows=ROWS[2:3]), "设备.csv")
    assert (looked.status_code, "找不到单位“410225”" in looked.text) == (422, True)
    assert send(county.login("tech"), sheet(), "设备.csv").status_code == 403


def test_a_name_beyond_the_scope_stops_the_import(county: County) -> None:
    boss = county.login("boss")
    rows = [("far", "赵二", "410225"), ("new", "新人", "410225")]
    looked = send(boss, sheet(("登录名", "姓名", "所属单位"), rows), "人员.csv", "people")
    assert counts(looked.text) == ["2", "0", "0", "0"]
    done = agree(boss, looked)
    assert (done.status_code, "可能属于别的单位" in done.text) == (422, True)
    assert county.rows(select(Person).where(Person.login == "new")) == []


def test_an_export_comes_back_unchanged(county: County, net: Browser) -> None:
    county.sweep(core="down")
    for kind in ("csv", "xlsx", "yaml"):
        taken = net.get(f"/r/devices/export.{kind}")
        assert "filename*=UTF-8" in taken.headers["Content-Disposition"]
        page = unescape(send(net, taken.data, f"设备.{kind}").text)
        assert counts(page) == ["0", "0", "4", "0"]


def test_an_export_is_what_is_filtered_and_is_recorded(county: County, net: Browser) -> None:
    county.sweep(core="down")
    taken = net.get("/r/devices/export.csv?kind=switch&sort=-address&page=2&q=城关")
    found = read(taken.data, "a.csv")
    assert [row.cells["名称"] for row in found.rows] == ["城关镇接入交换机", "城关镇交换机"]
    assert [row.cells["状态"] for row in found.rows] == ["正常", "正常"]
    event = county.rows(select(Event).where(Event.kind == "export"))[-1]
    assert event.text == "李网 导出设备 2 条（csv）"
    assert event.centre_id == county.centres["county"].id
    assert event.facts["filters"] == {"kind": "switch", "sort": "-address", "q": "城关"}
    assert net.get("/r/devices/export.exe").status_code == 404
    assert net.get("/r/people/export.csv").status_code == 403


def test_a_formula_leaves_as_a_text(county: County, net: Browser) -> None:
    with county.database.transaction(county.act()) as session:
        session.get_one(Device, county.ids["ups"]).note = "=HYPERLINK(1)"
    assert b",'=HYPERLINK(1)," in net.get("/r/devices/export.csv").data
    text = read(net.get("/r/devices/export.xlsx").data, "a.xlsx")
    assert "=HYPERLINK(1)" in [row.cells["备注"] for row in text.rows]


def test_the_empty_sheet_has_every_column(county: County, net: Browser) -> None:
    found = read(net.get("/r/devices/template.xlsx").data, "a.xlsx")
    assert (found.columns, found.rows) == (tuple(f.label for f in sheet_fields(Device)), ())


def test_five_thousand_rows(county: County, net: Browser) -> None:
    rows = [
        (f"交换机{n:05}", "410225", f"10.{n // 250}.{n % 250}.1", "交换机", "兰考核心交换机", "")
        for n in range(5000)
    ]
    looked = send(net, sheet(rows=rows), "设备.csv")
    assert (counts(looked.text), "交换机04999" in looked.text) == (["5000", "0", "0", "0"], False)
    assert "交换机04999" in net.get(f"{looked.request.url}&page=100").text
    assert "新增 5000，修改 0，未变 0" in agree(net, looked).text
    with county.database.view(county.act().scope) as session:
        assert session.scalar(select(func.count()).select_from(Device)) == 5004


def test_the_import_pages_are_for_everybody(visit: Visit, county: County) -> None:
    with serve(county.app) as url:
        for width, height in ((1366, 768), (390, 844)):
            page = visit(f"{url}/login?next=/r/devices/import", width=width, height=height)
            page.fill("#login", "net")
            page.fill("#password", PASSWORD)
            page.click("main button")
            page.set_input_files(
                "#file", {"name": "设备.csv", "mimeType": "text/csv", "buffer": sheet()}
            )
            page.click("text=上传并核对")
            page.wait_for_url("**/import/*")
            shot(page, f"plan-{width}")
            assert (axe(page), overflow(page)) == ([], 0)
