"""A patrol and a log review as people do them on pages: one form, pressed twice, and refused."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from inventory.device import Device
from inventory.log_draft import LogDraft
from inventory.log_review import LogReview
from inventory.notice import Notice, NoticeReceipt
from inventory.patrol import Patrol
from inventory.patrol_item import PatrolItem, standard_items
from inventory.patrol_result import PatrolResult
from inventory.room import Room
from inventory.run import Event
from inventory.secret import Key
from inventory.shanghai import today
from playbooks.rounds import remind
from playbooks.site import Site
from tests.web.county import PASSWORD, Browser, County

SIGNED = {"proof_password": PASSWORD}


@pytest.fixture
def room(county: County) -> Room:
    row = Room(centre_id=county.centres["county"].id, name="三楼机房", kind="machine")
    with county.database.transaction(county.act()) as session:
        session.add(row)
    return row


def begun(county: County, browser: Browser, room: Room) -> tuple[str, dict[str, str]]:
    """The walk's address after the default items were adopted, and its answers, all normal."""
    assert browser.post("/patrols/adopt").status_code == 302
    done = browser.post("/patrols/start", {"room": room.id, "kind": "weekly"})
    page = browser.get(done.location).text
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found, page
    names = set(re.findall(r'name="(result\.\w+)"', page))
    return done.location.rpartition("/")[2], dict.fromkeys(names, "ok") | {"seen": found[1]}


def test_a_walk_pressed_twice_is_signed_once(county: County, room: Room) -> None:
    browser = county.login("tech")
    assert "采用默认项目" in browser.get("/patrols").text
    key, told = begun(county, browser, room)
    assert len(county.rows(select(PatrolItem))) == len(standard_items())
    assert browser.post("/patrols/start", {"room": room.id, "kind": "weekly"}).location.endswith(
        key
    )
    odd = next(name for name in sorted(told) if name != "seen")
    note = odd.replace("result.", "note.")
    tapped = browser.client.post(
        f"/patrols/{key}/save", data={odd: "abnormal", note: "红灯", "csrf_token": browser.token},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert "已查 1 /" in tapped.text
    wrong = browser.post(f"/patrols/{key}/finish", told | {odd: "abnormal", note: "", **SIGNED})
    assert wrong.status_code == 422 and "请写明异常现象" in wrong.text
    whole = told | {odd: "abnormal", note: "红灯"}
    refused = browser.post(f"/patrols/{key}/finish", whole | {"proof_password": "wrong"})
    assert refused.status_code == 422 and "红灯" in refused.text
    assert browser.post(f"/patrols/{key}/finish", whole | SIGNED).status_code == 302
    again = browser.post(f"/patrols/{key}/finish", whole | SIGNED)
    assert again.status_code == 302 and "已经签过" in browser.get(again.location).text
    (walk,) = county.rows(select(Patrol))
    (found,) = county.rows(select(PatrolResult).where(PatrolResult.state == "open"))
    assert (walk.state, found.note) == ("found", "红灯")
    page = browser.get(f"/r/patrol-results/{found.id}").text
    assert "/r/repairs/new?fault=" in page
    browser.post(f"/r/patrol-results/{found.id}/do/close", {"done": "换光模块"})
    assert county.one(Patrol, key).state == "closed"
    assert "换光模块" in browser.get(f"/r/patrols/{key}").text
    assert len(county.rows(select(LogDraft).where(LogDraft.section == "patrol"))) == 1
    assert "已巡检" in browser.get("/patrols").text
    assert "三楼机房" in browser.get("/patrols/coverage").text
    assert browser.get("/patrols/coverage.csv").status_code == 200
    assert "巡检" in browser.get(f"/r/rooms/{room.id}").text


def test_the_rest_is_normal_and_strangers_stay_out(county: County, room: Room) -> None:
    browser = county.login("net")
    key, told = begun(county, browser, room)
    assert browser.post(f"/patrols/{key}/save", {"rest": "ok"}).location.endswith("#sign")
    known = county.rows(select(PatrolResult))
    assert {one.result for one in known} == {"ok"} and len(known) == len(told) - 1
    far, lead = county.login("far"), county.login("leader")
    assert far.post(f"/patrols/{key}/save", {"rest": "ok"}).status_code == 404
    assert far.post("/patrols/start", {"room": room.id, "kind": "weekly"}).status_code == 404
    assert lead.post(f"/patrols/{key}/finish", told | SIGNED).status_code == 403
    assert "其余正常" not in lead.get(f"/r/patrols/{key}").text
    assert county.one(Patrol, key).state == "open"


def test_restarts_wait_for_an_explanation(county: County) -> None:
    with county.database.observe() as session:
        session.add(Event(device_id=county.ids["core"], kind="boot", at=county.at, text="设备重启",
                          centre_id=county.centres["county"].id))  # fmt: skip
    page = county.login("tech").get("/patrols").text
    assert "兰考核心交换机" in page and "设备重启" in page


def test_a_week_end_is_read_in_one_form(county: County) -> None:
    with county.database.transaction(county.act()) as session:
        session.add(Device(centre_id=county.centres["county"].id, name="应用服务器",
                           address="10.43.0.1", kind="server"))  # fmt: skip
    browser, day = county.login("tech"), today()
    page = browser.get("/log-reviews").text
    assert "应用服务器" in page and "兰考核心交换机" not in page
    first = str(day - timedelta(days=2))
    told = {"from_day": first, "to_day": str(day), "ticked": "应用服务器", "more": "老防火墙",
            "method": "local", "result": "abnormal", "findings": "多次登录失败"}  # fmt: skip
    wrong = browser.post("/log-reviews/new", told | SIGNED)
    assert wrong.status_code == 422 and "怎样处理" in wrong.text and "多次登录失败" in wrong.text
    assert county.rows(select(LogReview)) == []
    ahead = browser.post(
        "/log-reviews/new", told | SIGNED | {"to_day": str(day + timedelta(days=1))}
    )
    assert "还没有到这一天" in ahead.text
    whole = told | {"handled": "已改口令"} | SIGNED
    assert browser.post("/log-reviews/new", whole).status_code == 302
    assert browser.post("/log-reviews/new", whole).status_code == 422  # pressed twice
    (review,) = county.rows(select(LogReview))
    assert (review.state, review.by, review.sources) == ("signed", "王技", "应用服务器\n老防火墙")
    assert f"/r/log-reviews/{review.id}" in browser.get("/log-reviews").text
    (draft,) = county.rows(select(LogDraft).where(LogDraft.section == "review"))
    assert "应用服务器、老防火墙" in draft.text and "已改口令" in draft.text


def test_what_is_overdue_is_told_until_it_is_done(county: County, room: Room) -> None:
    """Looked at two weeks from now, as nothing can be overdue in a county founded just now."""
    browser = county.login("tech")
    key, told = begun(county, browser, room)
    with county.database.transaction(county.act()) as session:
        session.add(Device(centre_id=county.centres["county"].id, name="应用服务器",
                           address="10.43.0.1", kind="server"))  # fmt: skip
    site = Site(
        county.database, county.history, Key.load(county.settings.key_file), county.settings.home,
        county.centres["county"].id,
    )  # fmt: skip
    later = today() + timedelta(days=21)
    remind(site, later)
    remind(site, later)
    titles = sorted(one.title for one in county.rows(select(Notice).where(Notice.kind == "due")))
    weeks = 3 if today().weekday() == 0 else 2  # that of the founding counts when it is whole
    told_of = ("服务器日志还没有浏览签字", f"机房巡检逾期：三楼机房 连续 {weeks} 周没有巡检")
    assert all(title.startswith(words) for title, words in zip(titles, told_of, strict=True))
    browser.post(f"/patrols/{key}/finish", told | SIGNED)
    remind(site, today())
    unread = select(Notice.title).join(NoticeReceipt).where(NoticeReceipt.read_at.is_(None))
    assert county.rows(unread.where(Notice.kind == "due")) == []
