"""The leader reads the sheets and signs what was read; what is not right goes back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_share import LogShare
from inventory.notice import Notice
from inventory.shanghai import today
from inventory.shift_handover import ShiftHandover
from inventory.signature import Signature
from tests.browser import Visit, axe, overflow, serve, shot
from tests.web.caller import Caller
from tests.web.county import PASSWORD, County
from tests.web.sheets_to_read import age, submitted, who

QUEUE = "/log/review"


@pytest.fixture
def site(county: County) -> Iterator[str]:
    with serve(county.app) as url:
        yield url


def signed(county: County) -> list[Signature]:
    return county.rows(select(Signature).where(Signature.thing == "LogDay"))


def state(county: County, key: str) -> str:
    return str(county.one(LogDay, key).state)


def test_only_what_was_read_is_signed(county: County) -> None:
    first, second = submitted(county, 3, "甲" * 4), submitted(county, 2, "乙" * 4)
    age(county, first, 9)
    leader, word = county.login("leader"), {"proof_password": PASSWORD}
    assert county.login("tech").get(QUEUE).status_code == 403
    page = leader.get(QUEUE).text
    assert page.index(first) < page.index(second) and "已提交 9 天" in page
    for ids in ([], [first, second]):
        assert leader.post(QUEUE, word | {"id": ids}).status_code == 422
    assert "甲甲甲甲" in leader.get(f"{QUEUE}/{first}").text
    refused = leader.post(QUEUE, word | {"id": [first, second]})
    assert refused.status_code == 422 and "还没有打开看过" in refused.text
    assert signed(county) == []  # all or nothing
    leader.get(f"{QUEUE}/{second}")
    assert leader.post(QUEUE, {"id": [first], "proof_password": "x"}).status_code == 422
    assert leader.post(QUEUE, word | {"id": [first, second]}).status_code == 302
    assert {state(county, key) for key in (first, second)} == {"signed"}
    assert [one.signer_name for one in signed(county)] == ["郑局", "郑局"]
    assert leader.post(QUEUE, word | {"id": [first]}).status_code == 422  # not twice
    entry = county.rows(select(LogEntry).where(LogEntry.day_id == first))[0]
    changed = county.login("tech").post(
        f"/r/log-entries/{entry.id}/edit", {"text": "改", "revision": entry.revision}
    )
    assert changed.status_code == 422 and county.one(LogEntry, entry.id).text == entry.text


def test_a_sheet_goes_back_with_a_word(county: County) -> None:
    key = submitted(county)
    chief = county.login("chief")
    assert chief.post(f"{QUEUE}/{key}/return", {"remark": " "}).status_code == 422
    assert county.login("tech").post(f"{QUEUE}/{key}/return", {"remark": "改"}).status_code == 403
    assert county.login("far").post(f"{QUEUE}/{key}/return", {"remark": "改"}).status_code == 403
    assert chief.post(f"{QUEUE}/{key}/return", {"remark": "写明哪台设备"}).status_code == 302
    share = county.rows(select(LogShare).where(LogShare.day_id == key))[0]
    assert (state(county, key), share.state) == ("returned", "writing")
    tech = who(county, "tech").id
    told = county.rows(select(Notice).where(Notice.person_id == tech))
    assert any("写明哪台设备" in one.title for one in told)


def test_a_deputy_signs_for_the_leader(county: County) -> None:
    """But not what the deputy wrote."""
    key, leader, net = submitted(county), county.login("leader"), county.login("net")
    assert net.get(QUEUE).status_code == 403
    given = {"role": "leader", "reason": "开会", "starts": today().isoformat(),
             "ends": (today() + timedelta(days=2)).isoformat()}  # fmt: skip
    for login in ("net", "tech"):
        lent = {"taker_id": who(county, login).id, **given}
        assert leader.post("/account/deputy/", lent).status_code == 302
    word = {"id": [key], "proof_password": PASSWORD}
    tech = county.login("tech")
    tech.get(f"{QUEUE}/{key}")
    assert tech.post(QUEUE, word).status_code == 422
    assert key not in tech.get(QUEUE).text
    net.get(f"{QUEUE}/{key}")
    assert net.post(QUEUE, word).status_code == 302
    assert [(one.signer_name, one.on_behalf) for one in signed(county)] == [("李网", "郑局")]


def test_a_deputy_is_not_shown_what_the_absent_one_wrote(county: County) -> None:
    own = LogEntry(centre_id=county.centres["county"].id, section="other", text="查岗",
                   occurred_at=datetime.now(UTC) - timedelta(days=1))  # fmt: skip
    with county.database.transaction(who(county, "chief").act("记日志", "test")) as session:
        session.add(own)
    key = submitted(county)
    lent = {"role": "manager", "reason": "开会", "starts": today().isoformat(),
            "ends": today().isoformat(), "taker_id": who(county, "net").id}  # fmt: skip
    assert county.login("chief").post("/account/deputy/", lent).status_code == 302
    net = county.login("net")
    assert all(key not in net.get(page).text for page in (QUEUE, "/today"))
    assert key in county.login("leader").get(QUEUE).text


def test_who_has_not_signed_is_listed_and_exported(county: County) -> None:
    submitted(county, 0)
    leader, month = county.login("leader"), f"{today():%Y-%m}"
    page = leader.get(f"/log/unsigned?month={month}").text
    assert "王技" in page and "已签" in page and "没有审签的日志" in page
    sheet = leader.get(f"/log/unsigned/export.csv?month={month}").get_data().decode("utf-8-sig")
    assert sheet.startswith('"姓名",') and "王技," in sheet and "已签" in sheet
    assert leader.get("/log/unsigned?month=x&centre_id=y").status_code == 200


def test_a_shift_is_handed_over_in_two_presses(county: County) -> None:
    tech, net = county.login("tech"), county.login("net")
    begun = tech.post("/log/handover", {"shift": "day"})
    assert begun.status_code == 302 and tech.post("/log/handover").location == begun.location
    row = county.rows(select(ShiftHandover))[0]
    told: dict[str, Any] = {"taker_id": who(county, "net").id, "keys": "机房钥匙 2 把",
                            "proof_password": PASSWORD}  # fmt: skip
    told["seen"] = tech.get(begun.location).text.split('name="seen" value="')[1][:64]
    do = f"/r/shift-handovers/{row.id}/do"
    assert tech.post(f"{do}/hand", told).status_code == 302
    waits = net.get("/log/handover").text
    assert row.number in waits and "王技" in waits and "李网" in waits
    seen = {"seen": net.get(begun.location).text.split('name="seen" value="')[1][:64]}
    assert tech.post(f"{do}/take", seen | {"proof_password": PASSWORD}).status_code == 422
    assert net.post(f"{do}/take", seen | {"proof_password": PASSWORD}).status_code == 302
    row = county.one(ShiftHandover, row.id)
    api = Caller(county, "tech")
    assert row.state == "taken"
    for field in ({"keys": "无"}, {"state": "draft"}):  # nor by the API, once it is signed
        change = {"revision": row.revision, **field}
        answer = api.patch(f"/registers/shift-handovers/{row.id}", change)
        assert answer.status_code == 422, answer.text
    assert net.get(f"/r/shift-handovers/{row.id}/paper.pdf").data[:4] == b"%PDF"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_three_sheets_with_one_password(
    visit: Visit, site: str, county: County, width: int, height: int
) -> None:
    keys = [submitted(county, ago, f"第 {ago} 天：核心交换机风扇异响，已报修") for ago in (3, 2, 1)]
    age(county, keys[0], 9)
    page = visit(f"{site}/login", width=width, height=height)
    page.fill("#login", "leader")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda here: "/login" not in here)

    def look(name: str) -> None:
        shot(page, f"log-review-{name}-{width}")
        assert (name, axe(page), overflow(page)) == (name, [], 0)

    page.goto(f"{site}{QUEUE}")
    look("queue")
    page.keyboard.press("n")
    for key in keys:
        page.wait_for_url(f"**/{key}")
        look(f"read-{keys.index(key)}")
        page.keyboard.press("j")
    page.wait_for_url("**/log/review#sign")
    page.fill("#proof_password", PASSWORD)
    page.click("text=审阅签字")
    page.wait_for_selector("text=已审阅签字 3 份日志")
    look("signed")
    assert [state(county, key) for key in keys] == ["signed"] * 3
    page.goto(f"{site}/log/unsigned")
    look("unsigned")
    page.goto(f"{site}/log/handover")
    look("shift")
