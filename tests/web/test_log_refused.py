"""What somebody tries with the duty log of others, or with another day than the one they mean."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from inventory.act import Scope, system
from inventory.attachment import Attachment
from inventory.centre import Centre
from inventory.fault import Fault
from inventory.log_day import LogDay
from inventory.log_draft import LogDraft
from inventory.log_entry import LogEntry
from inventory.log_share import LogShare
from inventory.log_sheet import day_of
from inventory.revision import hash_of
from inventory.shanghai import SHANGHAI, today
from tests.web.county import PASSWORD, County
from tests.web.reader import words
from tests.web.test_log import entries, put_forward, send, sheet, sign, wrong


def test_one_draft_that_is_refused_keeps_back_no_other(county: County) -> None:
    tech = county.login("tech")
    open_, whole = put_forward(county, "a", "重新启动，原因："), put_forward(county, "b", "中断 5")
    tech.post("/log/drafts/confirm", {"id": [open_, whole]})
    assert [one.text for one in entries(county)] == ["中断 5"]
    assert "“重新启动，原因：” 内容：请把话写完" in words(tech.get("/log/").text)
    for reason in ("长" * 301, "a\x1bb"):
        tech.post(f"/log/drafts/{open_}/dismiss", {"reason": reason})
    assert county.one(LogDraft, open_).state == "open"


def test_nothing_is_nothing_and_said_of_its_own_day(county: County) -> None:
    tech = county.login("tech")
    yesterday = today() - timedelta(days=1)
    tech.post("/log/nothing", {"section": ["transfer"]})
    (none,) = entries(county)
    when = none.occurred_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")
    asked: dict[str, Any] = {"entry": none.id, "revision": none.revision, "occurred_at": when}
    assert "这一条是“无”" in wrong(send(tech, **asked, section="transfer", text="上报一批"))["text"]
    assert "最多 2000 个字" in wrong(send(tech, text="长" * 2001))["text"]
    send(tech, text="昨天", occurred_at=f"{yesterday}T09:00")
    page = tech.get(f"/log/?part=side&day={yesterday}").text
    seen = page.partition('name="seen" value="')[2][:64]
    assert sign(tech, day=str(yesterday), seen=seen).status_code == 302
    late = tech.post("/log/nothing", {"day": str(yesterday), "section": ["problem"]})
    assert (late.status_code, "已经签字" in late.text) == (422, True)
    assert [one.text for one in entries(county)] == ["无", "昨天"]


def test_a_year_typed_wrongly_begins_no_sheet(county: County) -> None:
    tech, wrong_year = county.login("tech"), str(today() - timedelta(days=365))
    told = wrong(send(tech, text="巡检", occurred_at=f"{wrong_year}T09:00"))
    assert told == {"occurred_at": "过去将近一年，不能再新建这一天的日志；请看年份是否写错"}
    for path in ("/log/nothing", "/log/sign"):
        asked = {"day": wrong_year, "section": ["power"], "nothing": "1", "seen": hash_of("[]")}
        done = tech.post(path, asked | {"proof_password": PASSWORD})
        assert (path, done.status_code, "年份" in done.text) == (path, 422, True)
    assert county.rows(select(LogDay)) == []
    send(tech, text="今天")
    (row,) = entries(county)
    moved = {"entry": row.id, "revision": row.revision, "occurred_at": f"{wrong_year}T09:00"}
    assert "年份" in wrong(send(tech, **moved))["occurred_at"]
    page = tech.get(f"/log/?day={wrong_year}").text
    assert "请看年份是否写错" in page and 'id="log-form"' not in page


def test_the_fan_of_last_month_is_found(county: County) -> None:
    """By word and period; the evening's end is the country's, not that of UTC."""
    tech, first = county.login("tech"), today().replace(day=1)
    last = first - timedelta(days=1)
    send(tech, text="风扇停转", occurred_at=f"{last}T23:59")
    send(tech, text="更换风扇", occurred_at=f"{first}T00:00")
    found = {
        period: words(tech.get(f"/r/log-entries?q=风扇&occurred_at={period}").text)
        for period in (f"{last:%Y-%m}", f"{first:%Y-%m}", str(first), "2001", "0001")
    }
    told = {key: ("风扇停转" in text, "更换风扇" in text) for key, text in found.items()}
    assert list(told.values()) == [
        (True, False), (False, True), (False, True), (False, False), (True, True)
    ]  # fmt: skip
    assert f"发生时间：{last:%Y-%m}" in found[f"{last:%Y-%m}"]


def test_the_small_hours_belong_to_the_night_that_began_before(county: County) -> None:
    tech, first = county.login("tech"), today() - timedelta(days=3)
    for n, at in enumerate(("T20:00", "T23:59", "T02:00", "T11:59")):
        day = first + timedelta(days=n > 1)
        send(tech, text=at, shift="night", day=str(first), occurred_at=f"{day}{at}")
    send(tech, text="白天", occurred_at=f"{first + timedelta(days=1)}T02:00")
    key = put_forward(county, "n", "专线中断")
    with county.database.view(county.act().scope) as session:
        seen = day_of(session.get_one(LogDraft, key).at, "night")
    page = f"/log/?day={seen}&shift=night"
    assert 'name="shift" value="night"' in tech.get(page).text
    tech.post(f"/log/drafts/{key}/confirm", {"day": str(seen), "shift": "night"})
    with county.database.view(county.act().scope) as session:
        told = session.execute(
            select(LogDay.day, LogDay.shift, LogEntry.text)
            .join(LogDay, LogDay.id == LogEntry.day_id)
            .order_by(LogEntry.id)
        )
        assert list(map(tuple, told)) == [
            *((first, "night", at) for at in ("T20:00", "T23:59", "T02:00", "T11:59")),
            (first + timedelta(days=1), "day", "白天"),
            (seen, "night", "专线中断"),
        ]


def test_nobody_adds_to_or_signs_what_another_wrote(county: County) -> None:
    tech, net = county.login("tech"), county.login("net")
    send(tech, text="甲")
    (row,), (share,) = entries(county), county.rows(select(LogShare))
    form = {"file": (sheet(), "x.pdf"), "csrf_token": net.token}
    hung = net.client.post(f"/r/log-entries/{row.id}/attachments", data=form)
    assert (hung.status_code, county.rows(select(Attachment))) == (422, [])
    forged = "UPDATE log_share SET state = 'signed', signed_at = :at WHERE id = :id"
    told = {"at": str(datetime.now(SHANGHAI)), "id": share.id}
    only = pytest.raises(DatabaseError, match="signed by its author only")
    with only, county.database.engine.begin() as connection:
        connection.execute(text(forged), told)


def test_what_a_unit_without_a_sheet_says_follows_on_its_centres(county: County) -> None:
    """Its people do not see the centre's drafts, and still change what these were drafted from."""
    above = county.centres["county"].id
    with county.database.transaction(system("设科室")) as session:
        unit = Centre(code="410225001", name="户籍科", tier="department", parent_id=above)
        session.add(unit)
    fault = Fault(
        centre_id=unit.id, phenomenon="打印机卡纸", began_at=county.at, found_at=county.at
    )
    below = replace(county.act(), scope=Scope((unit.path,)))
    with county.database.transaction(below) as session:
        session.add(fault)
    for phenomenon in ("打印机不进纸", "打印机进纸轮坏"):
        with county.database.transaction(below) as session:
            session.get_one(Fault, fault.id).phenomenon = phenomenon
    (told,) = county.rows(select(LogDraft))
    assert (told.centre_id, told.text) == (above, f"{fault.number} 打印机进纸轮坏")
