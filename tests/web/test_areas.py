"""Each administrator has an area of his own; the matrix tells who may what."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.audit import AuditRow
from inventory.grant import Grant
from inventory.notice import Notice
from inventory.person import Person
from inventory.policy import Policy
from inventory.role import GIVEN, MAY, RIGHTS
from inventory.shanghai import today
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County
from web.queries.holding import matrix


def person_of(county: County, login: str) -> str:
    return str(county.rows(select(Person.id).where(Person.login == login))[0])


def test_each_sees_ones_own(county: County) -> None:
    found = {
        (who, path): county.login(who).get(path).status_code
        for who in ("boss", "sec", "trail", "net", "leader")
        for path in ("/admin/system/", "/admin/security/", "/audit/", "/rights/")
    }
    open_ = {pair for pair, code in found.items() if code == 200}
    assert open_ == {
        ("boss", "/admin/system/"), ("sec", "/admin/security/"), ("trail", "/audit/"),
        ("boss", "/rights/"), ("sec", "/rights/"), ("trail", "/rights/"),
    }  # fmt: skip
    assert set(found.values()) == {200, 403}
    for who, here, other in (("sec", "安全管理", "系统管理"), ("trail", "审计记录", "安全管理")):
        side = county.login(who).get("/account/").text.partition("</nav>")[0]
        assert (here in side, other in side, "运行状态" in side) == (True, False, False)


def test_the_first_page_is_ones_own(county: County) -> None:
    assert county.login("sec").get("/").location == "/today"
    assert county.login("trail").get("/").location == "/today"
    assert county.login("boss").get("/").status_code == 200  # watches devices, too


def test_the_security_area_tells_what_waits(county: County) -> None:
    sec = county.login("sec")
    who, unit = person_of(county, "tech"), county.centres["county"].id
    assert "没有要办的事" in sec.get("/admin/security/").text
    form = {"person_id": who, "role": "auditor", "centre_id": unit}
    assert sec.post("/r/grants/new", form).status_code == 302
    page = sec.get("/admin/security/").text
    assert ("1 项授权等待第二人复核" in page, "等待第二人" in page) == (True, True)
    assert "待复核" in sec.get("/r/grants").text
    policy = {"name": "二", "centre_id": unit, "password_length": "16", "small_centre": "否"}
    assert sec.post("/r/policy/new", policy).status_code == 302
    page = sec.get("/admin/security/").text
    assert "待复核的版本：二" in page
    assert "<del>12</del></td><td>16" in page.replace("\n", "")
    assert county.rows(select(Policy.in_force_at).where(Policy.name == "二")) == [None]
    for login in ("leader", "sec"):
        shown = county.login(login).get("/approvals/").text
        assert ("口令最短位数 12→16" in shown) is (login == "leader")


def test_a_grant_of_the_command_line_is_asked_for_here(county: County) -> None:
    with county.database.transaction(system("登记", "cli")) as session:
        row = Grant(
            centre_id=county.centres["county"].id, person_id=person_of(county, "tech"),
            role="auditor",
        )  # fmt: skip
        session.add(row)
    sec = county.login("sec")
    assert "还没有提请复核" in sec.get("/admin/security/").text
    assert sec.post(f"/admin/security/ask/{row.id}").status_code == 302
    assert "1 项授权等待第二人复核" in sec.get("/admin/security/").text


def test_the_system_area_names_people_without_a_role(county: County) -> None:
    boss = county.login("boss")
    unit = county.centres["county"].id
    boss.post("/r/people/new", {"login": "wu", "name": "吴新", "centre_id": unit})
    assert "吴新还没有角色" in boss.get("/admin/system/").text


def test_the_matrix_says_what_the_code_does() -> None:
    told = {right: held for right, _label, held in matrix()}
    assert set(told) == set(RIGHTS) - {"setup"}
    for right, held in told.items():
        assert held == [right in MAY[role] for role in GIVEN]


def test_the_matrix_leaves_as_a_sheet_and_is_noted(county: County) -> None:
    with county.database.transaction(system("到期")) as session:
        session.scalars(select(Grant).where(Grant.role == "technician")).one().retired_at = None
        session.add(
            Grant(
                centre_id=county.centres["county"].id, person_id=person_of(county, "tech"),
                role="auditor", ends=today() + timedelta(days=3),
            )
        )  # fmt: skip
    answer = county.login("audit").get("/rights/rights.xlsx")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["人员", "任职单位", "角色"]
    waiting = [row for row in rows if row[0] == "王技" and row[2] == "信息审计员"]
    assert [row[4] for row in waiting] == ["待复核"]
    assert any("导出权限一览" in act for act in county.rows(select(AuditRow.act)))
    assert county.login("leader").get("/rights/rights.xlsx").status_code == 403


def test_who_holds_what_comes_page_by_page_and_prints_whole(county: County) -> None:
    with county.database.transaction(system("多人")) as session:
        unit, now = county.centres["county"].id, datetime.now(UTC)
        for n in range(60):
            one = Person(centre_id=unit, login=f"m{n}", name=f"多人{n:02}", must_change=False)
            session.add_all([one, Grant(
                centre_id=unit, person_id=one.id, role="technician", agreed_at=now,
            )])  # fmt: skip
    sec = county.login("sec")
    first, second, paper = (sec.get(f"/rights/{q}").text for q in ("", "?page=2", "?print=1"))
    seen = [set(re.findall(r"多人\d\d", page)) for page in (first, second, paper)]
    assert (len(seen[0] | seen[1]), seen[0] & seen[1], len(seen[2])) == (60, set(), 60)
    assert "?print=1" in first
    assert ("data-print" in paper, 'class="pager"' in paper) == (True, False)


@pytest.mark.parametrize(("who", "path"), [("sec", "/admin/security/"), ("boss", "/admin/system/"),
                                           ("sec", "/rights/")])  # fmt: skip
def test_they_look_right(county: County, visit: Visit, who: str, path: str) -> None:
    if who == "sec":
        sec, unit = county.login("sec"), county.centres["county"].id
        form = {"person_id": person_of(county, "tech"), "role": "auditor", "centre_id": unit}
        sec.post("/r/grants/new", form)
        sec.post("/r/policy/new", {"name": "二", "centre_id": unit, "password_length": "16"})
    with serve(county.app) as address:
        page = visit(f"{address}/login?next={path}")
        page.fill("#login", who)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{address}{path}")
        for width, height in ((1366, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            shot(page, f"area_{path.strip('/').replace('/', '_')}" + f"-{width}")
            assert (axe(page), overflow(page)) == ([], 0)


def test_no_administrator_resets_the_password_of_one_of_the_three(county: County) -> None:
    boss, trail, tech = county.login("boss"), person_of(county, "trail"), person_of(county, "tech")
    for who, status in ((tech, 200), (trail, 302)):
        answer = boss.post("/r/people/acts", {"act": "password", "id": who})
        assert answer.status_code == status
    assert "netops person reset-password" in boss.get("/r/people").text
    county.login("trail")  # whose password still is what it was


def test_ending_one_of_the_three_seats_is_told(county: County) -> None:
    sec, told = county.login("sec"), select(Notice).where(Notice.title.contains("停用：审计管理员"))
    for who, count in (("tech", 0), ("trail", 2)):
        grant = select(Grant.id).where(Grant.person_id == person_of(county, who))
        answer = sec.post(f"/r/grants/{county.rows(grant)[0]}/retire")
        assert (answer.status_code, len(county.rows(told))) == (302, count)
