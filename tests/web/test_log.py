"""The duty log's pages: a day from its first entry to the leader's signature, and what is refused
on the way."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from inventory.drafted import Drafted
from inventory.log_day import LogDay
from inventory.log_draft import LogDismissal, LogDraft, draft
from inventory.log_entry import LogEntry
from inventory.log_share import LogShare
from inventory.revision import digest
from inventory.shanghai import SHANGHAI, today
from tests.web.caller import Caller
from tests.web.county import PASSWORD, Browser, County
from tests.web.reader import words
from web.demo_visits import letter


def sheet() -> BytesIO:
    return BytesIO(letter(b"photo"))


def send(browser: Browser, **form: Any) -> TestResponse:
    """The entry form as log.js sends it."""
    form = {"section": "other", "text": "记录", **form, "csrf_token": browser.token}
    accept = {"Accept": "application/json"}
    return browser.client.post("/log/entries", data=form, headers=accept)


def wrong(answer: TestResponse) -> dict[str, str]:
    assert answer.status_code == 422 and answer.json
    return {one["field"]: one["cause"] for one in answer.json["errors"]}


def entries(county: County) -> list[LogEntry]:
    living = select(LogEntry).where(LogEntry.retired_at.is_(None))
    return county.rows(living.order_by(LogEntry.id))


def put_forward(county: County, key: str, text: str) -> str:
    with county.database.observe() as session:
        told = Drafted("x", "problem", text, datetime.now(UTC))
        made = draft(session, key, county.centres["county"].id, told, link="/")
        assert made is not None
        session.flush()
        return made.id


def seen(browser: Browser) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get("/log/?part=side").text)
    assert found
    return found[1]


def sign(browser: Browser, **form: str) -> TestResponse:
    given = {"seen": seen(browser), "proof_password": PASSWORD}
    return browser.post("/log/sign", given | form)


def test_an_entry_is_written_once_and_only_when_it_is_right(county: County) -> None:
    tech = county.login("tech")
    first = send(tech, text="核心交换机重启", section="power", made_key="a1b2")
    assert first.json and first.json["section"] == "开关机"
    assert send(tech, text="核心交换机重启", section="power", made_key="a1b2").json == first.json
    assert [(one.text, one.author, one.made_key) for one in entries(county)] == [
        ("核心交换机重启", "王技", "a1b2")
    ]
    late = datetime.now(SHANGHAI) + timedelta(hours=3)
    ahead = send(tech, occurred_at=late.strftime("%Y-%m-%dT%H:%M"))
    assert wrong(ahead) == {"occurred_at": "还没有到这个时间"}
    assert set(wrong(send(tech, section="transfer", way="up"))) == {"scanned", "encrypted"}
    assert wrong(send(tech, text=" "))["text"] == "必须填写"
    assert set(wrong(send(tech, made_key="../x"))) == {"made_key"}
    assert len(entries(county)) == 1
    plain = tech.post("/log/entries", {"section": "power", "text": ""})  # without any script
    assert (plain.status_code, "必须填写" in plain.text) == (422, True)
    shown = [send(tech, text="见图", made_key="f1", file=(sheet(), "照片 1.pdf")) for _ in "ab"]
    assert shown[0].json == shown[1].json
    assert tech.get("/log/").text.count("照片 1.pdf") == 1
    waited = send(tech, text="断线时写的", ago="7200", made_key="c3").json
    assert waited is not None
    row = county.one(LogEntry, waited["id"])
    assert timedelta(hours=1.9) < row.recorded_at - row.occurred_at < timedelta(hours=2.1)
    mine = {"entry": row.id, "section": "problem", "occurred_at": ""}
    when = row.occurred_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")
    assert send(tech, **mine | {"occurred_at": when, "revision": 9}).status_code == 409
    changed = send(tech, **mine | {"occurred_at": when, "revision": row.revision, "text": "改"})
    assert (changed.status_code, county.one(LogEntry, row.id).text) == (200, "改")
    net = county.login("net")
    theirs = mine | {"occurred_at": when, "revision": row.revision + 1}
    assert "只有本人可以改" in wrong(send(net, **theirs))["text"]


def test_drafts_are_confirmed_changed_or_left_out(county: County) -> None:
    tech = county.login("tech")
    one, two, three, four = (put_forward(county, f"k{n}", f"中断 {n}") for n in range(4))
    page = words(tech.get("/log/").text)
    assert "草稿：请确认 4" in page and "中断 0" in page
    tech.post(f"/log/drafts/{one}/confirm")
    tech.post(f"/log/drafts/{one}/confirm")
    assert "别人可能刚刚办理过" in tech.get("/log/").text
    assert send(tech, draft=two, section="solved", text="中断 1，已恢复").status_code == 200
    tech.post(f"/log/drafts/{three}/dismiss", {"other": "  "})
    assert county.one(LogDraft, three).state == "open"
    tech.post(f"/log/drafts/{three}/dismiss", {"reason": "误报或试验"})
    tech.post("/log/drafts/confirm", {"id": [four]})
    assert [(row.section, row.text, row.source) for row in entries(county)] == [
        ("problem", "中断 0", "k0"),
        ("solved", "中断 1，已恢复", "k1"),
        ("problem", "中断 3", "k3"),
    ]
    assert [row.reason for row in county.rows(select(LogDismissal))] == ["误报或试验"]
    assert county.rows(select(LogDraft).where(LogDraft.state == "open")) == []


def test_a_day_goes_through_its_hands(county: County) -> None:
    tech, net, lead = (county.login(name) for name in ("tech", "net", "leader"))
    send(tech, text="开机", section="power")
    send(net, text="备份完成", section="backup")
    assert "还没有记录" in words(tech.get("/log/").text)
    tech.post("/log/nothing", {"section": ["problem", "solved", "transfer", "room", "power"]})
    tech.post("/log/nothing", {"section": ["review"]})
    blank = [row.section for row in entries(county) if row.text == "无"]
    assert sorted(blank) == ["problem", "review", "room", "solved", "transfer"]
    assert sign(tech, seen="0" * 64).status_code == 422
    assert "口令" in sign(tech, proof_password="wrong").text
    assert county.rows(select(LogShare).where(LogShare.state == "signed")) == []
    assert sign(tech).status_code == 302
    assert "已经签字" in wrong(send(tech, text="再来一条"))["occurred_at"]
    assert sign(net, submit="1").status_code == 302
    (sheet,) = county.rows(select(LogDay))
    assert (sheet.state, sheet.people, sheet.entries) == ("submitted", "王技、李网", 7)
    shut = tech.get(f"/r/log-days/{sheet.id}").text
    assert 'id="log-form"' not in shut and "更正" in shut and "待审阅" in shut
    assert "已经提交" not in shut and "不能再改" in shut
    asked = {"seen": digest(sheet), "proof_password": PASSWORD, "remark": "已阅"}
    done = lead.post(f"/r/log-days/{sheet.id}/do/review", asked)
    assert done.location == f"/log/sheet/{sheet.id}", words(done.text)
    assert county.one(LogDay, sheet.id).state == "signed"
    assert "已审签" in words(lead.get(done.location).text)


def test_a_day_without_anything_is_signed_as_such_and_taken_back(county: County) -> None:
    tech = county.login("tech")
    yesterday = (today() - timedelta(days=1)).isoformat()
    send(county.login("net"), text="昨天的事", day=yesterday, occurred_at=f"{yesterday}T09:00")
    (row,) = entries(county)
    assert row.late_entry
    sheet = county.one(LogDay, row.day_id)
    assert sheet.day.isoformat() == yesterday
    none = {"day": yesterday, "nothing": "1", "proof_password": PASSWORD}
    none["seen"] = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"  # of []
    assert tech.post("/log/sign", none).status_code == 302
    (part,) = county.rows(select(LogShare).where(LogShare.state == "signed"))
    assert part.author == "王技"
    page = words(tech.get(f"/log/?day={yesterday}").text)
    assert "已签“无”" in page and "撤回我的签字" in page and "补记" in page
    back = tech.post(f"/r/log-shares/{part.id}/do/recall")
    assert tech.get(back.location).location == f"/log/sheet/{sheet.id}"
    assert county.one(LogShare, part.id).state == "writing"


def test_programs_read_drafts_and_people_decide_them(county: County) -> None:
    one, two = (put_forward(county, f"k{n}", f"中断 {n}") for n in range(2))
    tech, program = Caller(county, "tech"), county.token("tech")
    listed = county.app.test_client().get("/api/v1/log/drafts?per_page=1", headers=program).json
    assert listed is not None
    assert (listed["total"], [item["id"] for item in listed["items"]]) == (2, [one])
    url = f"/api/v1/log/drafts/{one}/confirm"
    refused = county.app.test_client().post(url, json={}, headers=program)
    assert refused.status_code == 403
    made = tech.post(f"/log/drafts/{one}/confirm", {"text": "中断 0，已恢复", "section": "solved"})
    assert made.status_code == 201 and made.json
    assert tech.post(f"/log/drafts/{one}/confirm", {}).status_code == 422
    assert tech.post(f"/log/drafts/{two}/dismiss", {"reason": " "}).status_code == 422
    left = tech.post(f"/log/drafts/{two}/dismiss", {"reason": "误报"})
    assert left.json and left.json["state"] == "dismissed"
    assert Caller(county, "leader").post(f"/log/drafts/{two}/confirm", {}).status_code == 403
    assert Caller(county, "far").post(f"/log/drafts/{two}/confirm", {}).status_code == 404
    row = {"section": "other", "text": "本人经接口写的"}
    row["occurred_at"] = datetime.now(UTC).isoformat()
    row["centre_id"] = county.centres["county"].id
    assert tech.post("/registers/log-entries", row).status_code == 201
    other = county.app.test_client()
    assert other.post("/api/v1/registers/log-entries", json=row, headers=program).status_code == 403
    (sheet,) = county.rows(select(LogDay))
    step = f"/api/v1/registers/log-days/{sheet.id}/steps/submit"
    assert other.post(step, json={}, headers=program).status_code == 403
    assert [(one.text, one.author) for one in entries(county)] == [
        ("中断 0，已恢复", "王技"), ("本人经接口写的", "王技")
    ]  # fmt: skip


def test_who_may_not_is_refused(county: County) -> None:
    tech, lead, far = (county.login(name) for name in ("tech", "leader", "far"))
    answer = send(tech).json
    assert answer is not None
    (sheet,) = county.rows(select(LogDay))
    home, key = county.centres["county"].id, put_forward(county, "k", "x")
    assert send(lead).status_code == 403
    assert lead.post(f"/log/drafts/{key}/confirm").status_code == 403
    for path in (f"/log/sheet/{sheet.id}", f"/log/?centre={home}", "/log/?day=2026-13-01"):
        assert (path, far.get(path).status_code) == (path, 404)
    assert send(far, centre=home).status_code == 404
    assert send(far, entry=answer["id"]).status_code == 404
    assert far.post(f"/log/drafts/{key}/dismiss", {"reason": "x"}).status_code == 404
    assert far.post("/log/sign", {"centre": home, "proof_password": PASSWORD}).status_code == 404
    assert county.login("sec").get("/log/").status_code == 403
    assert len(entries(county)) == 1
    assert "还没有到这一天" in tech.get(f"/log/?day={today() + timedelta(days=1)}").text
    shown = words(tech.get("/r/log-entries?q=记录&section=other").text)
    assert "王技" in shown and "没有符合条件" not in shown
