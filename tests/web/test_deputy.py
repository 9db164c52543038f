"""A leader puts somebody in one's place for some days."""

from datetime import datetime, timedelta

from sqlalchemy import select

from inventory.grant import Delegation
from inventory.person import Person
from inventory.shanghai import SHANGHAI
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.county import PASSWORD, County

TODAY = datetime.now(SHANGHAI).date()


def form(county: County, taker: str, **changed: str) -> dict[str, str]:
    who = county.rows(select(Person.id).where(Person.login == taker))[0]
    days = {"starts": TODAY.isoformat(), "ends": (TODAY + timedelta(days=3)).isoformat()}
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
        ({"ends": (TODAY - timedelta(days=1)).isoformat()}, 'id="ends-error"'),
        ({"role": "manager"}, 'id="role-error"'),
        ({"taker_id": ""}, 'id="taker_id-error"'),
        ({"reason": ""}, 'id="reason-error"'),
    ):
        answer = leader.post("/account/deputy/", form(county, "tech", **changed))
        assert (answer.status_code, said in answer.text) == (422, True), changed
    assert county.rows(select(Delegation)) == []


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
