"""The lending desk by typed scans, the staffing page and a training's roll; looked at wide and
narrow, worked by keyboard alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from inventory.document import Document, DocumentCopy
from inventory.document_loan import DocumentLoan
from inventory.notice import Notice
from inventory.person import Person
from inventory.rulebook import Rulebook
from inventory.shanghai import month_after, today
from inventory.staff import Staff
from inventory.training import Attendance, Training
from playbooks.owed import remind
from playbooks.site import open_site
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County

DAY = timedelta(days=1)


@pytest.fixture
def shelf(county: County) -> list[str]:
    """Two copies of one document, and who may borrow them; their barcodes."""
    here = county.centres["county"].id
    with county.database.transaction(county.act()) as session:
        tech = county.rows(select(Staff.id))
        assert tech == []
        session.add_all(
            Staff(centre_id=here, name=name, job=job, code=code, entered_on=date(2020, 1, 1))
            for name, job, code in (
                ("王小明", "technician", "R-01"), ("李小红", "operator", "R-02"),
                ("李小刚", "network_admin", "R-03"),
            )
        )  # fmt: skip
        book = Document(
            centre_id=here, heading="S5720 配置指南", kind="device", year=2026, copies=2, price=80
        )
        session.add(book)
    query = select(DocumentCopy.barcode).order_by(DocumentCopy.barcode)
    return [str(one) for one in county.rows(query)]


def only_loan(county: County) -> DocumentLoan:
    (loan,) = county.rows(select(DocumentLoan))
    assert isinstance(loan, DocumentLoan)
    return loan


def test_two_scans_lend_and_one_takes_back(county: County, shelf: list[str]) -> None:
    tech = county.login("tech")
    assert "没有逾期" in tech.get("/loans/").text
    assert "请先扫借阅人" in tech.post("/loans/scan", {"code": shelf[0]}).text
    assert "没有找到“Z-9”" in tech.post("/loans/scan", {"code": "Z-9"}).text
    both = tech.post("/loans/scan", {"code": "lx"})
    assert (both.status_code, "李小红" in both.text, "李小刚" in both.text) == (200, True, True)
    who = tech.post("/loans/scan", {"code": "R-01"})
    staff = county.rows(select(Staff).where(Staff.code == "R-01"))[0]
    assert (who.status_code, who.location) == (303, f"/loans/?staff={staff.id}")
    for _ in range(2):  # a scanner that beeps twice lends once
        done = tech.post("/loans/scan", {"code": shelf[0], "staff": staff.id})
        loan = only_loan(county)
        assert done.location == f"/loans/?staff={staff.id}&done={loan.id}"
    page = tech.get(done.location).text
    assert f"应还日期 {month_after(today())}" in page and "S5720 配置指南" in page
    other = county.rows(select(Staff).where(Staff.code == "R-02"))[0]
    taken = tech.post("/loans/scan", {"code": shelf[0], "staff": other.id})
    assert (taken.status_code, "不能借出" in taken.text) == (422, True)
    assert county.login("audit").get("/loans/").status_code == 200
    assert county.login("audit").post("/loans/scan", {"code": shelf[0]}).status_code == 403
    assert county.login("far").post("/loans/scan", {"code": shelf[0]}).status_code == 422
    url = f"http://localhost/r/document-copies/{loan.copy_id}"  # the code printed on its paper
    assert tech.post("/loans/scan", {"code": url}).status_code == 303
    assert only_loan(county).state == "back"
    assert tech.get(f"/r/loans/{loan.id}/paper.pdf").data[:5] == b"%PDF-"


def test_whoever_is_late_is_told_and_so_is_the_keeper(county: County, shelf: list[str]) -> None:
    tech = county.login("tech")
    staff = county.rows(select(Staff).where(Staff.code == "R-01"))[0]
    with county.database.transaction(county.act()) as session:
        query = select(Person.id).where(Person.login == "net")
        borrower = session.get_one(Staff, staff.id)
        borrower.name, borrower.person_id = "李网", session.scalars(query).one()
    lend_long_ago(county, tech, shelf[0], staff.id)
    page = tech.get("/loans/").text
    assert "已逾期" in page and "李网" in page
    assert "逾期未还" in tech.post("/loans/scan", {"code": shelf[1], "staff": staff.id}).text
    site = open_site(county.database, county.settings.home, county.settings.key_file)
    for _ in range(2):
        remind(site, today())
    told = county.rows(select(Notice).where(Notice.title.contains("S5720 配置指南")))
    assert {one.right or "mine" for one in told} == {"record", "mine"}
    assert len(told) == 2
    tech.post("/loans/scan", {"code": shelf[0]})
    assert "没有逾期" in tech.get("/loans/").text


def lend_long_ago(county: County, tech: Any, barcode: str, staff_id: str) -> None:
    """By the loan's own page, as an old paper is entered."""
    copy = county.rows(select(DocumentCopy).where(DocumentCopy.barcode == barcode))[0]
    facts = {"centre_id": copy.centre_id, "copy_id": copy.id, "staff_id": staff_id}
    made = tech.post("/r/loans/new", facts)
    assert made.status_code == 302, made.text
    done = tech.post(f"{made.location}/do/lend", {"lent_on": str(today() - 45 * DAY)})
    assert done.status_code == 302, done.text


def test_a_roll_is_ticked_at_once_and_counts(county: County, shelf: list[str]) -> None:
    tech, here = county.login("tech"), county.centres["county"].id
    facts = {"centre_id": here, "subject": "交换机维护", "organiser": "市中心", "hours": "24",
             "started_on": f"{today().year}-01-05", "kind": "professional", "level": "city",
             "exam": "是"}  # fmt: skip
    made = tech.post("/r/trainings/new", facts)
    people = {one.code: one.id for one in county.rows(select(Staff))}
    page = tech.get(made.location).text
    assert page.index("王小明") < page.index("其他人员 1 人") < page.index("李小红")
    ticked: dict[str, Any] = {"id": [people["R-01"], people["R-03"]]}
    for key in people.values():
        ticked |= {f"hours.{key}": "24", f"score.{key}": "90", f"passed.{key}": "on"}
    row = county.rows(select(Training))[0]
    wrong = tech.post(f"/trainings/{row.id}/roll", ticked | {f"hours.{people['R-01']}": "99"})
    assert (wrong.status_code, "超过这次培训的 24 小时" in wrong.text) == (422, True)
    assert county.rows(select(Attendance)) == []
    assert tech.post(f"/trainings/{row.id}/roll", ticked).status_code == 302
    assert {(one.staff_id, one.passed) for one in county.rows(select(Attendance))} == {
        (people["R-01"], True), (people["R-03"], True),
    }  # fmt: skip
    page = tech.get("/staffing/").text
    assert "培训不足 2 次或 48 小时" in page and "持证网络管理员 0 人，应有 1 人" in page
    assert page.index("兰考县") < page.index("城关镇")
    assert "王小明" in tech.get(f"/staffing/{here}").text
    sheet = tech.get("/staffing/people.csv").data.decode("utf-8-sig")
    assert "兰考县,王小明,信息技术员,否,否,1,24,是" in sheet.replace('"', "")
    assert county.login("far").get(f"/staffing/{here}").status_code == 404


def test_a_rule_is_read_where_undertakings_are(county: County) -> None:
    chief = county.login("chief")
    facts = {"centre_id": county.centres["county"].id, "kind": "room", "heading": "机房管理制度",
             "version": "2026", "issued_by": "县中心", "starts": str(today()),
             "body": "机房由专人管理，进出登记，保持清洁，温湿度每日记录。"}  # fmt: skip
    made = chief.post("/r/rules/new", facts)
    row = county.rows(select(Rulebook))[0]
    assert chief.post("/r/rules/acts", {"id": row.id, "act": "publish"}).status_code == 302
    town = county.login("town")
    assert "机房管理制度" in town.get("/undertakings/").text
    page = town.get(f"/undertakings/{row.id}").text
    seen = page.split('name="seen" value="')[1][:64]
    told = {"seen": seen, "proof_password": PASSWORD}
    assert town.post(f"/undertakings/{row.id}", told).status_code == 302
    assert "已签 1 人" in chief.get(made.location).text
    people = chief.get(f"/undertakings/{row.id}/people")
    assert people.status_code == 200 and "钱镇" in people.text
    assert town.get(f"/undertakings/{row.id}/people").status_code in (403, 404)


def test_the_desk_by_keyboard_and_everything_looked_at(
    visit: Visit, desk: str, county: County, shelf: list[str]
) -> None:
    page = enter(visit, desk, "/loans/")
    page.keyboard.type("R-01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="借给：王小明")).to_be_visible()
    page.keyboard.type(shelf[0])
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"应还日期 {month_after(today())}")).to_be_visible()
    expect(page.locator("#code")).to_be_focused()
    shot(page, "loans-lent")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="借给：王小明")).to_have_count(0)
    page.keyboard.type(shelf[0])
    page.keyboard.press("Enter")
    expect(page.get_by_text("已归还：")).to_be_visible()
    lesson = county.rows(select(Training.id))
    copy = county.rows(select(DocumentCopy.id))[0]
    places = ["/loans/", "/staffing/", f"/staffing/{county.centres['town'].id}",
              f"/r/document-copies/{copy}", *(f"/r/trainings/{key}" for key in lesson)]  # fmt: skip
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for number, path in enumerate(places):
            page.goto(desk + path)
            shot(page, f"staffing-{number}-{width}")
            assert (path, axe(page), overflow(page)) == (path, [], 0)


@pytest.fixture
def desk(county: County, shelf: list[str]) -> Iterator[str]:
    here = county.centres["county"].id
    with county.database.transaction(county.act()) as session:
        session.add(
            Training(centre_id=here, subject="交换机维护", organiser="市中心", hours=24, exam=True,
                     started_on=today())
        )  # fmt: skip
    with serve(county.app) as url:
        yield url


def enter(visit: Visit, site: str, path: str) -> Page:
    page = visit(f"{site}/login?next={path}", width=1366, height=768)
    page.fill("#login", "tech")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{path}")
    return page
