"""The visitors' book on its pages: the next step, what refuses it, who sees it, paper."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select

from inventory.approval import Approval
from inventory.person import Person
from inventory.shanghai import SHANGHAI
from inventory.store import Store
from inventory.visit import Visit
from tests.inventory.visitors import PDF
from tests.web.county import PASSWORD, County
from web.demo_visits import write_book

CRUEL = "<script>alert(1)</script>'\"=1+1"


def clock(**ahead: float) -> str:
    return (datetime.now(SHANGHAI) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%S")


def facts(county: County, kind: str = "work", **more: str) -> dict[str, str]:
    plain = {
        "centre_id": county.centres["county"].id, "kind": kind, "visitor": "张三", "people": "2",
        "employer": "郑州某某科技公司", "purpose": "更换硬盘", "place": "机房",
        "planned_from": clock(hours=-1), "planned_to": clock(hours=3),
    }  # fmt: skip
    return plain | more


def visits(county: County) -> list[Visit]:
    return county.rows(select(Visit).order_by(Visit.id))


def add(county: County, kind: str = "work", **more: str) -> str:
    done = county.login("tech").post("/r/visits/new", facts(county, kind, **more))
    assert done.status_code == 302, done.text
    return f"/visits/{visits(county)[-1].id}"


def approve(county: County, url: str, decision: str = "yes") -> None:
    (one,) = county.rows(
        select(Approval).where(
            Approval.thing_id == url.rpartition("/")[2], Approval.state == "asked"
        )
    )
    lead = county.login("leader")
    page = lead.get(f"/approvals/{one.id}")
    assert page.status_code == 200
    sent = {"seen": one.digest, "decision": decision, "remark": "阅", "proof_password": PASSWORD}
    done = lead.post(f"/approvals/{one.id}/decide", sent)
    assert done.status_code == 302, done.text


def letter(county: County, url: str) -> None:
    row = url.rpartition("/")[2]
    done = county.login("tech").post(
        f"/r/visits/{row}/attachments", {"part": "letter", "file": (io.BytesIO(PDF), "公函.pdf")}
    )
    assert done.status_code == 302, done.text


def person(county: County, login: str) -> str:
    (who,) = county.rows(select(Person).where(Person.login == login))
    return str(who.id)


def test_a_worker_is_asked_for_approved_enters_and_leaves(county: County) -> None:
    url, tech = add(county), county.login("tech")
    assert "提出申请" in tech.get(url).text
    assert tech.post(f"{url}/ask").status_code == 302
    assert "等待领导审批" in tech.get(url).text
    approve(county, url)
    page = tech.get(url).text
    assert f'action="{url}/enter"' in page
    assert tech.post(f"{url}/enter").status_code == 302
    assert tech.post(f"{url}/leave", {"done": "换了硬盘"}).status_code == 302
    (visit,) = visits(county)
    assert (visit.state, visit.done) == ("left", "换了硬盘")
    assert "换了硬盘" in tech.get(url).text


def test_looking_round_takes_letter_leader_and_consent(county: County) -> None:
    url, tech = add(county, "visit", letter_no="豫卫函〔2026〕12 号"), county.login("tech")
    assert "请在下面的附件里上传公函扫描件" in tech.get(url).text
    refused = tech.post(f"{url}/ask")
    assert (refused.status_code, "公函扫描件" in refused.text) == (422, True)
    letter(county, url)
    assert tech.post(f"{url}/ask").status_code == 302
    approve(county, url)
    for escort in ("", person(county, "net")):
        refused = tech.post(f"{url}/enter", {"escort_id": escort})
        assert (refused.status_code, "参观须由领导陪同" in refused.text) == (422, True)
    assert tech.post(f"{url}/enter", {"escort_id": person(county, "leader")}).status_code == 302


def test_refusals_keep_what_was_typed_and_name_the_cause(county: County) -> None:
    url, tech = add(county), county.login("tech")
    tech.post(f"{url}/ask")
    approve(county, url)
    early = clock(days=-1)
    refused = tech.post(f"{url}/enter", {"at": early})
    assert (refused.status_code, "早于批准时间" in refused.text, early in refused.text) == (
        422, True, True,
    )  # fmt: skip
    assert tech.post(f"{url}/enter", {"at": "明天"}).status_code == 422
    tech.post(f"{url}/enter")
    refused = tech.post(f"{url}/leave", {"done": "", "carried_out": "旧硬盘"})
    assert (refused.status_code, "旧硬盘" in refused.text) == (422, True)
    assert visits(county)[0].state == "inside"


def test_an_emergency_is_signed_and_waits_for_review(county: County) -> None:
    url, net = add(county, "operate", equipment="核心交换机"), county.login("net")
    wrong = net.post(f"{url}/urgent", {"reason": "宕机", "proof_password": "not it"})
    assert (wrong.status_code, visits(county)[0].state) == (422, "draft")
    given = {"reason": "宕机", "proof_password": PASSWORD}
    assert net.post(f"{url}/urgent", given).status_code == 302
    assert "等待领导复核" in net.get(url).text
    assert net.post(f"{url}/enter", {"escort_id": person(county, "net")}).status_code == 302


@pytest.mark.parametrize("field", ["state", "entered_at", "left_at"])
def test_no_form_and_no_sheet_moves_state_or_times(county: County, field: str) -> None:
    value = "inside" if field == "state" else "2026-11-20 08:00"
    tech = county.login("tech")
    refused = tech.post("/r/visits/new", facts(county, **{field: value}))
    assert (refused.status_code, "只随办理步骤改变" in refused.text) == (422, True)
    assert visits(county) == []
    url = add(county)
    row = visits(county)[0]
    change = facts(county, revision=str(row.revision)) | {field: value}
    refused = tech.post(f"/r/visits/{row.id}/edit", change)
    assert (refused.status_code, visits(county)[0].state) == (422, "draft")
    label = {"state": "状态", "entered_at": "进入时间", "left_at": "离开时间"}[field]
    told = ["来访人,计划进入,计划离开,来访单位,来访类别,来访事由,所属单位," + label,
            f"李四,2026-11-22 08:00,2026-11-22 10:00,某公司,工作,x,410225,{value}"]  # fmt: skip
    sheet = {"file": (io.BytesIO("\n".join(told).encode()), "a.csv")}
    plan = tech.post("/r/visits/import", sheet)
    assert "只随办理步骤改变" in tech.get(plan.headers["Location"]).text
    assert tech.get(url).status_code == 200


def test_a_sheet_is_told_at_once_that_what_was_asked_stands(county: County) -> None:
    url, tech = add(county), county.login("tech")
    tech.post(f"{url}/ask")
    taken = tech.get("/r/visits/export.csv").data.decode("utf-8-sig")
    columns, row, *_mark = csv.reader(taken.splitlines())
    row[columns.index("人数")] = "9"
    changed = io.StringIO()
    csv.writer(changed).writerows([columns, row])
    sheet = {"file": (io.BytesIO(changed.getvalue().encode()), "a.csv")}
    plan = tech.post("/r/visits/import", sheet)
    assert "已经固定" in tech.get(plan.headers["Location"]).text
    assert visits(county)[0].people == 2


def test_a_correction_is_a_new_version_that_asks_again(county: County) -> None:
    url, tech = add(county), county.login("tech")
    tech.post(f"{url}/ask")
    approve(county, url)
    edit = f"/r/visits/{visits(county)[0].id}/edit"
    change = {"people": "5", "revision": str(visits(county)[0].revision)}
    refused = tech.post(edit, change)
    assert (refused.status_code, "更正理由" in refused.text) == (422, True)
    assert tech.post(edit, change | {"correction": "多来三人"}).status_code == 302
    assert (visits(county)[0].state, visits(county)[0].people) == ("draft", 5)
    assert tech.post(f"{url}/enter").status_code == 422


def test_whoever_may_not_write_the_book_takes_no_step(county: County) -> None:
    url = add(county)
    for who, status in (("leader", 403), ("far", 404)):
        browser = county.login(who)
        for step in ("ask", "enter", "leave", "cancel"):
            assert browser.post(f"{url}/{step}").status_code == status
        assert browser.get(url).status_code == (200 if who == "leader" else 404)
        assert browser.get(f"{url}/sheet").status_code == (200 if who == "leader" else 404)
    assert "张三" not in county.login("far").get("/r/visits").text
    assert "张三" not in county.login("far").get("/visits/book").text
    assert visits(county)[0].state == "draft"


def test_the_list_tells_who_is_inside(county: County) -> None:
    url, tech = add(county), county.login("tech")
    tech.post(f"{url}/ask")
    approve(county, url)
    tech.post(f"{url}/enter")
    add(county, visitor="李四")
    page = tech.get("/r/visits?state=inside").text
    tab = re.search(r'aria-current="page">现在在场<span class="count">(\d+)</span>', page)
    assert (bool(tab), tab and tab[1]) == (True, "1")
    assert "张三" in page
    assert "李四" not in page


def test_known_visitors_are_proposed_by_initials_and_begin_the_form(county: County) -> None:
    add(county)
    tech = county.login("tech")
    for typed in ("zs", "张"):
        told = tech.get(f"/r/visits/recall?visitor={quote(typed)}").text
        assert "张三" in told
    assert "张三" not in county.login("far").get("/r/visits/recall?visitor=zs").text
    form = tech.get(f"/r/visits/new?like={visits(county)[0].id}").text
    for text in ("张三", "郑州某某科技公司", "更换硬盘"):
        assert text in form
    assert tech.get("/r/visits/recall?visitor=").text.strip() == ""


def test_nothing_typed_becomes_markup(county: County) -> None:
    texts = dict.fromkeys(
        ("visitor", "employer", "purpose", "place", "phone", "equipment", "note", "carried_in"),
        CRUEL,
    )
    url, tech = add(county, **(texts | {"phone": CRUEL[:40]})), county.login("tech")
    own = (url, f"{url}/sheet", f"/r{url}/edit")
    lists = ("/r/visits", "/visits/book", "/r/visits?print=1", "/r/visits/recall?visitor=script")
    tech.post(f"{url}/ask")
    for place in (*own, *lists):
        page = tech.get(place)
        assert (place, page.status_code) == (place, 200)
        assert "<script>alert" not in page.text
    sheet = tech.get("/r/visits/export.csv").data.decode("utf-8-sig")
    assert ",=1" not in sheet


def test_paper(county: County) -> None:
    url, tech = add(county), county.login("tech")
    tech.post(f"{url}/ask")
    approve(county, url)
    tech.post(f"{url}/enter")
    sheet = tech.get(f"{url}/sheet").text
    for text in ("机房来访登记单", "张三", "来访人签字", "某某科技公司"):
        assert text in sheet
    book = tech.get("/visits/book").text
    assert "张三" in book
    assert "在场" in book
    before = (datetime.now(UTC) - timedelta(days=40)).strftime("%Y-%m")
    assert "这个月没有来访" in tech.get(f"/visits/book?month={before}").text
    assert tech.get("/visits/book?month=x").status_code == 200


def test_the_demo_county_has_a_book_written_by_its_people(county: County, tmp_path: Path) -> None:
    passwords = {"leader": PASSWORD}
    write_book(county.database, Store(tmp_path / "attachments", 1_000_000), passwords)
    assert sorted(visit.state for visit in visits(county)) == ["asked", "draft", "inside", "left"]
    page = county.login("leader").get("/r/visits").text
    assert "陈工" in page
