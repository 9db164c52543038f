"""The first page: each role's own matters, what is overdue first, gone once it is done."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.care_record import CareRecord
from inventory.drafted import Drafted
from inventory.grant import standing
from inventory.log_deciding import dismiss
from inventory.log_draft import LogDraft, draft
from inventory.person import Person
from inventory.repair import Repair
from inventory.role import Standing
from inventory.room import Room
from inventory.shanghai import today
from inventory.stepping import Taken, take
from inventory.visit import Visit
from tests.browser import Visit as Look
from tests.browser import axe, overflow, serve, shot
from tests.web.county import PASSWORD, County, selects
from tests.web.reader import words
from web.cli import netops

ROLES = ("net", "tech", "leader", "chief", "audit", "boss", "sec", "trail", "far", "town")


def broken(county: County, unit: str, days: int, *faults: str) -> list[str]:
    """Repairs of things outside the book, asked for so many days ago; their ids."""
    rows = [
        Repair(
            centre_id=county.centres[unit].id, named="打印机", fault=fault, reporter="王技",
            reported_at=datetime.now(UTC) - timedelta(days=days),
        )
        for fault in faults
    ]  # fmt: skip
    with county.database.transaction(county.act("other" if unit == "other" else "city")) as session:
        session.add_all(rows)
    return [row.id for row in rows]


def coming(county: County) -> str:
    """A visitor for whom 王技 asks the leader; the address of the visit."""
    now = datetime.now(UTC).replace(microsecond=0)
    form = {
        "centre_id": county.centres["county"].id, "kind": "work", "visitor": "张三",
        "employer": "郑州某某科技公司", "purpose": "更换硬盘", "place": "机房", "people": "1",
        "planned_from": (now - timedelta(hours=1)).isoformat(),
        "planned_to": (now + timedelta(hours=3)).isoformat(),
    }  # fmt: skip
    tech = county.login("tech")
    assert tech.post("/r/visits/new", form).status_code == 302
    (visit,) = county.rows(select(Visit))
    assert tech.post(f"/visits/{visit.id}/ask").status_code == 302
    return f"/visits/{visit.id}"


def lines(county: County, who: str) -> list[dict[str, Any]]:
    answer = county.login(who).get("/api/v1/today")
    assert answer.status_code == 200
    return list(answer.json["items"])


def told(county: County, who: str) -> set[str]:
    """Kind and text of every line on the page's own list."""
    return {f"{one['kind']}：{one['text']}" for one in lines(county, who)}


def holding(county: County, login: str) -> Standing:
    with county.database.view(EVERYTHING) as session:
        return standing(session, session.scalars(select(Person).where(Person.login == login)).one())


def test_each_role_sees_what_is_theirs_and_nothing_of_another_centre(county: County) -> None:
    broken(county, "county", 40, "卡纸")
    broken(county, "other", 40, "洛阳的打印机")
    coming(county)
    new = Person(centre_id=county.centres["county"].id, login="new", name="新来", must_change=False)
    with county.database.transaction(county.act()) as session:
        session.add(new)
    found = {who: " ".join(sorted(told(county, who))) for who in ROLES}
    who_sees = {
        word: {who for who, text in found.items() if word in text}
        for word in ("卡纸", "洛阳的打印机", "待审批：机房来访", "账号待授予角色：新来",
                     "还没有角色的账号", "审计链超过一天没有核对")
    }  # fmt: skip
    assert who_sees == {
        "卡纸": {"net", "tech", "chief", "boss"},
        "洛阳的打印机": {"far"},
        "待审批：机房来访": {"leader", "chief"},
        "账号待授予角色：新来": {"sec"},
        "还没有角色的账号": {"boss"},
        "审计链超过一天没有核对": {"trail", "audit"},
    }


def test_overdue_stands_first_and_is_gone_once_it_is_done(county: County) -> None:
    (late,) = broken(county, "county", 40, "过期未修")
    broken(county, "county", 1, "刚刚报修")
    visit = coming(county)
    page = words(county.login("tech").get("/today").text)
    assert page.index("过期未修") < page.index("刚刚报修")
    assert "逾期 10 天" in page
    assert lines(county, "tech")[0]["link"] == f"/r/repairs/{late}"
    lead = county.login("leader")
    (ask,) = [one for one in lines(county, "leader") if "机房来访" in one["kind"]]
    seen = lead.get(ask["link"]).text.partition('name="seen" value="')[2].partition('"')[0]
    sent = {"seen": seen, "decision": "yes", "remark": "阅", "proof_password": PASSWORD}
    assert lead.post(f"{ask['link']}/decide", sent).status_code == 302
    assert ask["link"] not in {one["link"] for one in lines(county, "leader")}
    (entry,) = [one for one in lines(county, "tech") if one["link"] == visit]
    assert (entry["kind"], entry["group"]) == ("来访待进入", "late")
    who = holding(county, "tech")
    with county.database.transaction(who.act("撤销报修", "test")) as session:
        take(session, session.get_one(Repair, late), "cancel", Taken(who))
    assert late not in json.dumps(lines(county, "tech"))


def test_many_take_one_line_and_no_more_questions_than_few(county: County) -> None:
    net = county.login("net")
    broken(county, "county", 40, *(f"故障 {n}" for n in range(10)))
    net.get("/today")
    with selects(county.database) as few:
        assert net.get("/today").status_code == 200
    broken(county, "county", 40, *(f"又一个 {n}" for n in range(200)))
    net.get("/today")
    with selects(county.database) as many:
        page = net.get("/today")
    assert len(many) == len(few)
    (line,) = [one for one in lines(county, "net") if "维修" in one["kind"]]
    assert (line["count"], len(line["first"]), line["group"]) == (210, 3, "late")
    assert "全部 210 件" in words(page.text)
    assert net.get(line["link"]).status_code == 200
    assert "共 210" in words(net.get(line["link"]).text)


def test_after_the_login_and_when_all_is_done(county: County) -> None:
    stranger = county.app.test_client()
    token = stranger.get("/login").text.partition('name="csrf-token" content="')[2]
    form = {"login": "leader", "password": PASSWORD, "csrf_token": token.partition('"')[0]}
    assert stranger.post("/login", data=form).location == "/today"
    county.sweep()
    page = stranger.get("/today").text
    assert "现在要办的都办完了" in words(page)
    assert "全部设备正常。" in words(page)
    live = stranger.get("/today/live")
    again = stranger.get("/today/live", headers={"If-None-Match": live.headers["ETag"]})
    assert (live.status_code, again.status_code) == (200, 304)
    broken(county, "county", 40, "卡纸")
    tech = county.login("tech")
    assert "卡纸" in tech.get("/today/live").text
    assert tech.get("/").status_code == 200  # the devices are one click away


def test_every_line_leads_to_a_page_that_this_person_may_open(county: County) -> None:
    broken(county, "county", 1, "一", "二", "三", "四")
    coming(county)
    draft_of(county, "核心交换机中断 12 分钟")
    with county.database.transaction(county.act()) as session:
        session.add(Room(centre_id=county.centres["county"].id, name="主机房", kind="machine"))
    seen = 0
    for who in ROLES:
        browser = county.login(who)
        for one in lines(county, who):
            for link in (one["link"], *(named["link"] for named in one["first"])):
                answer = browser.get(link)
                assert answer.status_code in (200, 302), (who, one["kind"], link)
                seen += 1
    assert seen > 20


def draft_of(county: County, text: str) -> None:
    told = Drafted("a", "problem", text, datetime.now(UTC) - timedelta(days=3))
    with county.database.observe() as session:
        draft(session, f"seen:{text}", county.centres["county"].id, told)


def test_a_draft_of_the_log_waits_for_whoever_keeps_it(county: County) -> None:
    draft_of(county, "核心交换机中断 12 分钟")
    texts = {who: "核心交换机中断" in " ".join(told(county, who)) for who in ROLES}
    assert {who for who, waits in texts.items() if waits} == {"net", "tech", "chief"}
    (line,) = [one for one in lines(county, "tech") if "核心交换机中断" in one["text"]]
    assert (line["kind"], line["group"]) == ("日志草稿待确认", "late")
    who = holding(county, "tech")
    with county.database.transaction(who.act("忽略草稿", "test")) as session:
        dismiss(session, session.scalars(select(LogDraft)).one(), who, "演练")
    assert not any("核心交换机中断" in text for text in told(county, "tech"))


def test_what_was_worked_out_is_forgotten_when_a_book_changes(county: County) -> None:
    room = Room(centre_id=county.centres["county"].id, name="主机房", kind="machine")
    with county.database.transaction(county.act()) as session:
        session.add(room)
        session.flush()
        early = CareRecord(
            centre_id=room.centre_id, room_id=room.id, kind="earth", result="normal", value=1.0,
            done_on=today() - timedelta(days=300),
        )  # fmt: skip
        session.add(early)
    assert "接地电阻：" in " ".join(told(county, "tech"))
    with county.database.transaction(county.act()) as session:
        session.add(
            CareRecord(
                centre_id=room.centre_id, room_id=room.id, kind="earth", result="normal",
                value=1.0, done_on=today(),
            )
        )  # fmt: skip
    assert "接地电阻：" not in " ".join(told(county, "tech"))


def test_the_command_line_tells_the_same(county: County) -> None:
    broken(county, "county", 40, "卡纸")
    run = CliRunner().invoke
    home = ["--home", str(county.settings.home)]
    answer = run(netops, [*home, "today", "--login", "tech", "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["items"] == lines(county, "tech")
    plain = run(netops, [*home, "today", "--login", "tech"]).stdout
    assert "逾期 10 天" in plain
    assert run(netops, [*home, "today", "--login", "nobody"]).exit_code == 2


@pytest.fixture
def busy(county: County) -> Iterator[County]:
    county.sweep(core="down")
    broken(county, "county", 40, *(f"打印机第 {n} 次卡纸，维修人员说要换搓纸轮" for n in range(6)))
    broken(county, "county", 1, "刚刚报修" * 10)
    coming(county)
    draft_of(county, "兰考核心交换机中断 12 分钟，原因：城关镇 2M 专线" * 2)
    yield county


def test_the_page_is_readable_on_a_telephone(busy: County, visit: Look) -> None:
    with serve(busy.app) as address:
        page = visit(f"{address}/login")
        page.fill("#login", "tech")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{address}/today")
        for width, height in ((1366, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            shot(page, f"today-{width}")
            assert (axe(page), overflow(page)) == ([], 0)
        page.click(".todos a >> nth=0")
        page.wait_for_url(lambda here: not here.endswith("/today"))
        assert page.title()
