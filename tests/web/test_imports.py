"""Tables in and out by the browser: looked at first, agreed to, done whole; taken, and recorded."""

import json
import re
from collections.abc import Mapping, Sequence
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from inventory import witness
from inventory.act import EVERYTHING
from inventory.audit import AuditRow, head
from inventory.chain import Head
from inventory.device import Device
from inventory.exchange import sheet_fields
from inventory.grant import Grant
from inventory.headers import CAUSE
from inventory.person import Person
from inventory.run import JobRun
from inventory.sheet import read, write_csv, write_xlsx, write_yaml
from playbooks.bringing import AT_ONCE, stop
from playbooks.dispatch import Pool
from playbooks.duties import WORKS
from playbooks.jobs import take_asked
from tests.browser import Complaints, Visit, axe, overflow, serve, shot
from tests.patience import until
from tests.web.county import PASSWORD, Browser, County
from tests.web.test_audit import site

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
    assert "8 处错误，没有写入任何内容" in page
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
    row = county.rows(select(AuditRow).order_by(AuditRow.seq.desc()))[0]
    assert (row.act, row.actor_name, row.change) == ("导出设备", "李网", "event")
    assert row.centre_id == county.centres["county"].id
    assert json.loads(row.after) == {
        "filters": {"kind": "switch", "sort": "-address", "q": "城关"}, "kind": "csv", "rows": 2,
    }  # fmt: skip
    assert net.get("/r/devices/export.exe").status_code == 404
    assert net.get("/r/people/export.csv").status_code == 403


def test_an_export_carries_the_head_of_the_audit_chain(county: County, net: Browser) -> None:
    """A tail cut off later is found by whoever kept the file."""
    for kind in ("csv", "yaml", "xlsx"):
        taken = net.get(f"/r/devices/export.{kind}").data
        with county.database.view(EVERYTHING) as session:
            newest = Head(*head(session))
        assert str(newest) in told_below(taken)
        assert witness.published(county.settings.home)[-1] == newest


def told_below(data: bytes) -> str:
    """The last line of a text; the last sheet and the comment of a workbook."""
    if not data.startswith(b"PK"):
        return data.decode().splitlines()[-1]
    book = openpyxl.load_workbook(BytesIO(data))
    assert book.properties.description == book.worksheets[-1]["A1"].value
    return str(book.worksheets[-1]["A1"].value)


def test_a_formula_leaves_as_a_text(county: County, net: Browser) -> None:
    with county.database.transaction(county.act()) as session:
        session.get_one(Device, county.ids["ups"]).note = "=HYPERLINK(1)"
    assert b",'=HYPERLINK(1)," in net.get("/r/devices/export.csv").data
    text = read(net.get("/r/devices/export.xlsx").data, "a.xlsx")
    assert "=HYPERLINK(1)" in [row.cells["备注"] for row in text.rows]


def test_the_empty_sheet_has_every_column(county: County, net: Browser) -> None:
    found = read(net.get("/r/devices/template.xlsx").data, "a.xlsx")
    assert (found.columns, found.rows) == (tuple(f.label for f in sheet_fields(Device)), ())


MANY = [
    (f"交换机{n:05}", "410225", f"10.{n // 250}.{n % 250}.1", "交换机", "兰考核心交换机", "")
    for n in range(AT_ONCE + 500)
]


def worked(county: County) -> list[str]:
    """What the worker took, once it is at an end."""
    pool = Pool(2)
    taken = take_asked(site(county), pool, WORKS)
    for run in taken:
        until(lambda run=run: county.one(JobRun, run).ended)  # type: ignore[misc]
    pool.close()
    return taken


def test_many_rows_are_left_to_the_worker(county: County, net: Browser) -> None:
    looked = send(net, sheet(rows=MANY), "设备.csv")
    assert (counts(looked.text), "交换机01499" in looked.text) == (["1500", "0", "0", "0"], False)
    assert "交换机01499" in net.get(f"{looked.request.url}&page=30").text
    running = agree(net, looked)
    assert ("等待执行" in running.text, len(names(county))) == (True, 5)
    [run] = worked(county)
    assert net.get(f"{running.request.path}/progress").headers["HX-Refresh"] == "true"
    assert "已导入：新增 1500，修改 0，未变 0。" in net.get(running.request.path).text
    assert len(names(county)) == 1505
    [made] = county.rows(select(AuditRow).where(AuditRow.act == "导入设备").limit(1))
    assert (made.actor_name, made.origin, made.reason[:9]) == (
        "李网",
        "page 127.0.0.1",
        "文件 设备.csv",
    )
    assert net.get(f"/jobs/{run}").headers["Location"].endswith(running.request.path)
    assert county.login("boss").get(running.request.path).status_code == 404, "another's"
    assert [file.suffix for file in (county.settings.home / "uploads").iterdir()] == [""]


@pytest.mark.parametrize("how", ["cancelled", "moved", "stopped", "gone"])
def test_what_the_worker_must_not_write(county: County, net: Browser, how: str) -> None:
    """Called off before or while it writes; the register changed; the right ended."""
    running = agree(net, send(net, sheet(rows=MANY), "设备.csv"))
    path, run = running.request.path, running.request.path.rpartition("/")[2]
    if how == "cancelled":
        assert net.post(f"{path}/cancel").status_code == 302
    elif how == "stopped":
        stop(county.settings.home, run)
    elif how == "moved":
        with county.database.transaction(county.act()) as session:
            session.add(Device(centre_id=county.centres["county"].id, name="交换机00007",
                               address="10.9.9.9", kind="switch"))  # fmt: skip
    else:
        with county.database.transaction(county.act()) as session:
            for grant in session.scalars(select(Grant)):
                grant.turn(gone=True)
    before = len(names(county))
    taken = worked(county)
    told = {"cancelled": "", "moved": "请重新核对", "stopped": "", "gone": "没有做这件事的权限"}
    row = county.one(JobRun, run)
    assert (row.state, told[how] in row.note) == (
        "cancelled" if how in ("cancelled", "stopped") else "failed", True,
    )  # fmt: skip
    assert (len(taken), len(names(county))) == (0 if how in ("cancelled", "gone") else 1, before)


def test_columns_called_otherwise_are_asked_for_once(county: County, net: Browser) -> None:
    """No column is dropped unasked; what was said counts for the next file of this office."""
    columns = ("序号", "设备名称", "单位", "IP地址*", "类别", "颜色")
    data = write_xlsx(columns, [("1", "新交换机", "410225", "10.41.9.9", "交换机", "灰")], "x")
    asked = send(net, data, "台账.xlsx")
    page = unescape(asked.text)
    assert (asked.status_code, "颜色：不认识这一列" in page) == (422, True)
    picks = dict(re.findall(r'name="(c\d)">.*?<option value="([^"]*)" selected', page, re.DOTALL))
    assert picks == {"c1": "name", "c2": "centre_id", "c3": "address", "c4": "kind", "c5": ""}
    form = picks | {"c5": "-", "csrf_token": net.token}
    looked = net.client.post(asked.request.url, data=form, follow_redirects=True)
    page = unescape(looked.text)
    assert (counts(page), "不导入的列：颜色" in page) == (["1", "0", "0", "0"], True)
    assert counts(send(net, data + b"", "又一份.xlsx").text) == ["1", "0", "0", "0"]
    assert send(county.login("far"), data, "台账.xlsx").status_code == 422, "another office"
    wrong = net.client.post(asked.request.url, data=form | {"c5": "name"}, follow_redirects=True)
    assert "有两列都对应“名称”，只能留一列" in unescape(wrong.text)


def test_wrong_rows_are_given_back_with_their_causes(county: County, net: Browser) -> None:
    rows = [*ROWS, ("=1+1", "410225", "10.41.9", "交换机", "", "")]
    answer = send(net, sheet(rows=rows), "设备.csv")
    link = unescape(re.search(r'href="([^"]*causes.xlsx[^"]*)"', answer.text)[1])  # type: ignore[index]
    taken = net.get(link)
    assert "%E6%A0%B8%E5%AF%B9" in taken.headers["Content-Disposition"]
    found = read(taken.data, "a.xlsx")
    assert found.columns == (CAUSE, *COLUMNS)
    causes = [row.cells[CAUSE] for row in found.rows]
    assert (causes[:4], causes[4][:15]) == ([""] * 4, "管理地址：“10.41.9”不")
    page = openpyxl.load_workbook(BytesIO(taken.data)).worksheets[0]
    assert (page["B6"].value, page["B6"].data_type, page["D6"].fill.bgColor.rgb) != ("", "f", "")
    corrected = [[*row.cells.values()][1:] for row in found.rows]
    corrected[4][2] = "10.41.9.8"
    data = write_xlsx((CAUSE, *COLUMNS), [("", *row) for row in corrected], "设备")
    assert counts(send(net, data, "设备.xlsx").text) == ["3", "1", "1", "0"]


def test_the_import_pages_are_for_everybody(
    visit: Visit, county: County, complaints: Complaints
) -> None:
    """Without JavaScript they are forms like any other; here they are looked at."""
    complaints.expected.append("422 (UNPROCESSABLE ENTITY)")
    odd = sheet(("设备名称", "单位", "颜色", *COLUMNS[2:]), [("甲", "410225", "灰", *ROWS[0][2:]),
                ("乙", "410225", "灰", "10.41.9", "猫", "没有", "")])  # fmt: skip
    with serve(county.app) as url:
        for width, height in ((1366, 768), (390, 844)):
            page = visit(f"{url}/login?next=/r/devices/import", width=width, height=height)
            page.fill("#login", "net")
            page.fill("#password", PASSWORD)
            page.click("main button")
            page.wait_for_selector("#file")
            for name, data in (("plan", sheet()), ("odd", odd)):
                page.goto(f"{url}/r/devices/import")
                file = {"name": "设备.csv", "mimeType": "text/csv", "buffer": data}
                page.set_input_files("#file", file)  # type: ignore[arg-type]
                page.click("text=上传并核对")
                page.wait_for_url("**/import/**")
                shot(page, f"{name}-{width}")
                assert (axe(page), overflow(page)) == ([], 0)
            if page.url.partition("?")[0].endswith("/columns"):
                page.select_option("#c2", "-")
                page.click("text=记住并核对")
            page.wait_for_selector("text=下载带原因的表格")
            shot(page, f"errors-{width}")
            assert (axe(page), overflow(page)) == ([], 0)
            page.click("text=各列对应什么")
            page.wait_for_selector("text=记住并核对")
            shot(page, f"columns-{width}")
            assert (axe(page), overflow(page)) == ([], 0)
