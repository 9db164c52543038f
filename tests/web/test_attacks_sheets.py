"""Sheets and files as weapons: cells that Excel would compute, names that lead out of a folder."""

import csv
import io
import re

import openpyxl
import pytest
from werkzeug.test import TestResponse

from inventory import exchange
from inventory.act import EVERYTHING, system
from inventory.device import Device
from inventory.headers import words
from inventory.register import registers
from inventory.sheet import read
from tests.web.county import Browser, County
from tests.web.siege import Fort

LIVE = ("=1+1", "+1", "-1+1", "@SUM(A1)", "'=1+1", "＝1+1", '=HYPERLINK("http://x/","a")',
        "=cmd|' /C calc'!A0", "''=1", "<r>=1</r>")  # fmt: skip
COMPUTED = tuple("=+-@\t\r\n＝＋－＠")
OUT = ("../../../etc/passwd.csv", "..\\..\\web.csv", "/etc/passwd.csv", "a/../../b.csv",
       "x\r\nSet-Cookie: a=b.csv", 'x";y="z.csv', "%2e%2e%2fb.csv", "\u202efdp.csv", "\0.csv",
       "a" * 300 + ".csv", ".csv", "...", "")  # fmt: skip


@pytest.fixture(scope="module")
def armed(fort: Fort) -> County:
    """Devices whose every text is a formula."""
    county = fort.county
    county.let_out()
    with county.database.transaction(system("公式")) as session:
        session.add_all(
            Device(centre_id=county.centres["county"].id, name=text, address=f"10.77.0.{n}",
                   kind="switch", location=text, note=f"{text}\n\t{text}")
            for n, text in enumerate(LIVE, 1)
        )  # fmt: skip
    return county


def _keeper(county: County, slug: str) -> Browser:
    cls = registers()[slug]
    return county.login("sec" if cls.edit_act in ("grants", "policy") else "boss")


@pytest.mark.parametrize("slug", [s for s, cls in sorted(registers().items()) if cls.shown])
def test_no_cell_of_an_export_is_computed(armed: County, slug: str) -> None:
    """CSV: such a cell begins with an apostrophe; XLSX: every cell is a text, none a formula."""
    browser = _keeper(armed, slug)
    sheet = browser.get(f"/r/{slug}/export.csv")
    assert sheet.status_code == 200
    lines = list(csv.reader(io.StringIO(sheet.data.decode("utf-8-sig"), newline="")))
    assert [c for line in lines for c in line if c.startswith(COMPUTED)] == []
    assert len([line for line in lines[1:] if not line[0].startswith("# 审计链头")]) > 0
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"/r/{slug}/export.xlsx").data))
    assert book.active is not None
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value}
    assert kinds == {"s"}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml"])
def test_what_was_exported_comes_back_as_it_was(armed: County, kind: str) -> None:
    """Formulas and all: the import finds nothing to change."""
    browser = armed.login("boss")
    data = browser.get(f"/r/devices/export.{kind}").data
    plan = browser.get(_uploaded(browser, data, f"x.{kind}").headers["Location"])
    assert plan.status_code == 200, plan.text[:2000]
    assert re.search(r"没有(需要|要)|新增\s*0|未变", plan.text)
    assert "=1+1" in data.decode("utf-8", "replace") or kind == "xlsx"


@pytest.mark.parametrize(
    "slug", [s for s, c in sorted(registers().items()) if c.shown and c.by_hand]
)
def test_an_export_of_any_register_brought_back_is_no_change(armed: County, slug: str) -> None:
    cls = registers()[slug]
    out = _keeper(armed, slug).get(f"/r/{slug}/export.xlsx").data
    with armed.database.view(EVERYTHING) as session:
        found = exchange.plan(session, cls, read(out, "x.xlsx", known=words(cls)))
    assert (found.new, found.changed, found.errors) == ((), (), ())


def _uploaded(browser: Browser, data: bytes, name: str) -> TestResponse:
    return browser.post("/r/devices/import", {"file": (io.BytesIO(data), name)})


@pytest.mark.parametrize("name", OUT)
def test_the_name_of_an_upload_leads_nowhere(armed: County, name: str) -> None:
    """A sheet, and a file hung on a device: kept under its SHA-256, or refused."""
    home = armed.settings.home
    before = {p for p in home.parent.rglob("*") if p.is_file()}
    browser, core = armed.login("boss"), armed.ids["core"]
    answers = [
        _uploaded(browser, b"a,b\n1,2\n", name),
        browser.post(f"/r/devices/{core}/attachments", {"file": (io.BytesIO(b"a;b"), name)}),
    ]
    for answer in answers:
        assert answer.status_code in (302, 400, 422), answer.status_code
        assert "Set-Cookie: a=b" not in str(answer.headers), answer.headers
        assert not answer.headers.getlist("a"), answer.headers
    made = {p for p in home.parent.rglob("*") if p.is_file()} - before
    inside = [p for p in made if p.parts[len(home.parts)] in ("uploads", "attachments")]
    assert [p for p in made - set(inside) if not p.name.startswith("netops.db")] == []
    assert [p.name for p in inside if not re.fullmatch(r"[0-9a-f]{64}", p.name)] == []


def test_a_file_name_stays_one_header(armed: County) -> None:
    """Content-Disposition tells hostile names in its own quoting (RFC 6266, RFC 8187)."""
    browser, core = armed.login("boss"), armed.ids["core"]
    name = 'a";x="b\u00e9 中;文 %0d%0aSet-Cookie: e=1.txt'
    browser.post(f"/r/devices/{core}/attachments", {"file": (io.BytesIO(b"text"), name)})
    page = browser.get(f"/devices/{core}/").text
    links = re.findall(rf"/r/devices/{core}/attachments/\w+/download", page)
    assert links
    for link in links:
        told = browser.get(link).headers
        assert told.get_all("Set-Cookie") is not None
        assert not any("e=1" in cookie for cookie in told.getlist("Set-Cookie"))
        header = told["Content-Disposition"]
        assert header.startswith("attachment; filename") and "\r" not in header, header
        assert '";x="' not in header.replace('\\"', ""), header


@pytest.mark.parametrize("path", [
    "/dist/../settings.py", "/dist/..%2f..%2fsettings.py", "/dist/%2e%2e/%2e%2e/settings.py",
    "/dist//etc/passwd", "/dist/..%5c..%5csettings.py", "/dist/%252e%252e/x", "/dist/\0",
    "/r/devices/import/../../../../etc/passwd", "/r/devices/import/..%2f..%2fsession.key",
    "/r/devices/import/%2e%2e%2fsession.key?name=a.csv", "/r/devices/export.%2e%2e%2fpasswd",
    "/r/..%2f..%2fetc", "/pick/..%2fPerson", "/pick/__class__", "/r/__init__/export.csv",
])  # fmt: skip
def test_no_address_leads_out_of_a_folder(armed: County, path: str) -> None:
    answer = armed.login("boss").get(path)
    assert answer.status_code in (308, 400, 404, 405, 422), answer.status_code
    assert b"root:" not in answer.data
    assert (armed.settings.home / "session.key").read_bytes() not in answer.data
