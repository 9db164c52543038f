"""Break-glass on a page: both persons prove themselves, the banner stays while it lasts."""

from typing import Any

from sqlalchemy import select

from inventory.grant import Grant
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County

FORM = {
    "role": "security_admin", "hours": "2", "reason": "安全管理员联系不上，须立即授权",
    "proof_password": PASSWORD, "witness_login": "chief", "witness_password": PASSWORD,
}  # fmt: skip


def glass(county: County) -> list[Any]:
    return county.rows(select(Grant).where(Grant.lapses_at.is_not(None)))


def test_two_persons_and_a_banner_until_it_ends(county: County) -> None:
    net = county.login("net")
    assert "应急授权中" not in net.get("/").text
    assert net.post("/emergency/", FORM).status_code == 302
    assert [row.role for row in glass(county)] == ["security_admin"]
    page = net.get("/").text
    assert "应急授权中" in page
    assert "应急授权中" not in county.login("chief").get("/").text
    assert net.get("/r/grants").status_code == 200
    assert "立即结束" in net.get("/emergency/").text
    assert net.post("/emergency/end").status_code == 302
    assert "应急授权中" not in net.get("/").text
    assert net.get("/r/grants").status_code == 403


def test_each_wrong_thing_is_said_beside_its_field_and_nothing_is_given(county: County) -> None:
    net = county.login("net")
    for changed, said in (
        ({"proof_password": "x"}, 'id="proof_password-error"'),
        ({"witness_password": "x"}, 'id="witness_password-error"'),
        ({"witness_login": "net"}, 'id="witness_login-error"'),
        ({"witness_login": "nobody"}, 'id="witness_login-error"'),
        ({"witness_login": "trail"}, 'id="witness_login-error"'),
        ({"witness_login": "far"}, 'id="witness_login-error"'),
        ({"role": "leader"}, 'id="role-error"'),
        ({"hours": "12"}, 'id="hours-error"'),
        ({"reason": " "}, 'id="reason-error"'),
    ):
        answer = net.post("/emergency/", FORM | changed)
        assert (answer.status_code, said in answer.text) == (422, True), changed
        assert PASSWORD not in answer.text
    assert glass(county) == []


def test_auditors_break_no_glass(county: County) -> None:
    for who in ("audit", "trail"):
        assert county.login(who).get("/emergency/").status_code == 403


def test_the_page_looks_right(county: County, visit: Visit) -> None:
    with serve(county.app) as address:
        page = visit(f"{address}/login?next=/emergency/")
        page.fill("#login", "net")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{address}/emergency/")
        for width, height in ((1366, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            shot(page, "emergency" + f"-{width}")
            assert (axe(page), overflow(page)) == ([], 0)
