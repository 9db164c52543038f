"""A leader puts somebody in one's place for some days."""

import re
from datetime import datetime, timedelta
from html import unescape

from sqlalchemy import select

from inventory.asked import Approval
from inventory.error_record import ErrorRecord
from inventory.grant import Delegation
from inventory.person import Person
from inventory.shanghai import SHANGHAI, today
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County


def form(county: County, taker: str, **changed: str) -> dict[str, str]:
    who = county.rows(select(Person.id).where(Person.login == taker))[0]
    days = {"starts": today().isoformat(), "ends": (today() + timedelta(days=3)).isoformat()}
    return {"taker_id": who, "role": "leader", "reason": "开会"} | days | changed


def test_a_leader_is_deputised_and_takes_it_back(county: County) -> None:
    leader, tech = county.login("leader"), county.login("tech")
    assert tech.get("/account/deputy/").status_code == 403
    assert leader.get("/account/deputy/").status_code == 200
    assert leader.post("/account/deputy/", form(county, "tech")).status_code == 302
    assert "代 郑局" in tech.get("/account/").text.replace("（", "").replace("）", "")
    row = county.rows(select(Delegation))[0]
    assert county.login("chief").post(f"/account/deputy/{row.id}/end").status_code == 404
    assert leader.post(f"/account/deputy/{row.id}/end").status_code == 302
    assert "代 郑局" not in tech.get("/account/").text.replace("（", "").replace("）", "")


def test_what_is_refused_stands_beside_its_field(county: County) -> None:
    leader = county.login("leader")
    for changed, said in (
        ({"ends": (today() - timedelta(days=1)).isoformat()}, 'id="ends-error"'),
        ({"role": "manager"}, 'id="role-error"'),
        ({"taker_id": ""}, 'id="taker_id-error"'),
        ({"reason": ""}, 'id="reason-error"'),
    ):
        answer = leader.post("/account/deputy/", form(county, "tech", **changed))
        assert (answer.status_code, said in answer.text) == (422, True), changed
    assert county.rows(select(Delegation)) == []


def test_a_deputy_is_not_asked_to_judge_whom_they_stand_in_for(county: County) -> None:
    """What the absent one asked for or wrote is for another: it is neither offered nor counted."""
    chief, tech = county.login("chief"), county.login("tech")
    assert chief.post("/account/deputy/", form(county, "tech", role="manager")).status_code == 302
    book = {"book": "prefixes", "purpose": "报市中心备案", "until": today().isoformat(),
            "centre_id": county.centres["county"].id}  # fmt: skip
    assert chief.post("/r/export-requests/new", book).status_code == 302
    (one,) = county.rows(select(Approval))
    assert one.subject not in unescape(tech.get("/approvals/").text)
    assert "待审批：导出敏感台账" not in unescape(tech.get("/today").text)
    assert one.subject in unescape(county.login("leader").get("/approvals/").text)
    wrong = {"kind": "data", "object": "设备台账", "what": "数错", "right": "12 台",
             "found_at": datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
             "centre_id": county.centres["county"].id}  # fmt: skip
    assert chief.post("/r/errors/new", wrong).status_code == 302
    (row,) = county.rows(select(ErrorRecord))
    seen = re.search(r'name="seen" value="(\w+)"', chief.get(f"/r/errors/{row.id}").text)
    assert seen
    signed = {"seen": seen[1], "proof_password": PASSWORD}
    assert chief.post(f"/r/errors/{row.id}/do/fill", signed).status_code == 302
    assert "差错登记待审核" not in unescape(tech.get("/today").text)
    assert "差错登记待审核" in unescape(county.login("leader").get("/today").text)


def test_a_deputy_asks_before_a_confidential_book_leaves(county: County) -> None:
    """To let oneself take it along would be to agree to one's own request."""
    assert county.login("leader").post("/account/deputy/", form(county, "net")).status_code == 302
    net = county.login("net")
    assert "代 郑局" in net.get("/account/").text.replace("（", "")
    assert net.get("/r/prefixes/export.csv").location == "/r/export-requests/new?book=prefixes"


def test_days_gone_by_and_a_second_time_are_refused_in_words(county: County) -> None:
    leader, past = (
        county.login("leader"),
        [(today() - timedelta(days=n)).isoformat() for n in (9, 2)],
    )
    late = leader.post("/account/deputy/", form(county, "tech", starts=past[0], ends=past[1]))
    assert (late.status_code, "委托不能事后补办" in late.text) == (422, True)
    assert leader.post("/account/deputy/", form(county, "tech")).status_code == 302
    twice = leader.post("/account/deputy/", form(county, "tech"))
    assert (twice.status_code, "已有一条同样的委托" in twice.text) == (422, True)


def test_it_looks_right(county: County, visit: Visit) -> None:
    assert county.login("leader").post("/account/deputy/", form(county, "tech")).status_code == 302
    with serve(county.app) as address:
        page = visit(f"{address}/login?next=/account/deputy/")
        page.fill("#login", "leader")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{address}/account/deputy/")
        for width, height in ((1366, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            shot(page, "deputy" + f"-{width}")
            assert (axe(page), overflow(page)) == ([], 0)
