"""The inbox: what waits is shown as it stands, decided with the password, and never unread."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from inventory.act import EVERYTHING
from inventory.approval import Approval, Rule, ask, emergency, rule
from inventory.asked import RULES
from inventory.audit import AuditRow
from inventory.grant import standing
from inventory.person import Person
from inventory.proof import Proof
from inventory.revision import correct
from inventory.signature import Signature
from inventory.undertaking import Undertaking
from tests.inventory.signing import BODY, text_of
from tests.web.county import PASSWORD, Browser, County

TRIAL = Rule("trial", "试行事项", "approve", emergency=True, ask_right="record")


@pytest.fixture(autouse=True)
def trial() -> Iterator[None]:
    rule(TRIAL)
    yield
    RULES.pop("trial")


@pytest.fixture
def asked(county: County) -> Approval:
    return asking(county, "机房改造承诺")


def asking(county: County, heading: str, who: str = "tech", reason: str = "请批") -> Approval:
    """The technician (or whoever) puts a text before the leaders of the county."""
    row = text_of(county.centres["county"], heading)
    with county.database.transaction(acting(county, who).act("提出", "test")) as session:
        session.add(row)
        return ask(session, "trial", row, acting(county, who), reason)


def acting(county: County, login: str) -> Any:
    with county.database.view(EVERYTHING) as session:
        person = session.query(Person).where(Person.login == login).one()
        return standing(session, person)


def correcting(county: County, one: Approval, **values: Any) -> None:
    with county.database.transaction(acting(county, "tech").act("更正", "test")) as session:
        correct(session, session.get_one(Undertaking, one.thing_id), values, "写错了")


def decide(browser: Browser, one: Approval, decision: str = "yes", **form: str) -> Any:
    told = {"decision": decision, "seen": one.digest, "proof_password": PASSWORD}
    return browser.post(f"/approvals/{one.id}/decide", told | form)


def state(county: County, one: Approval) -> str:
    return str(county.one(Approval, one.id).state)


def test_the_inbox_counts_what_waits(county: County, asked: Approval) -> None:
    page = county.login("leader").get("/approvals/").text
    assert "机房改造承诺" in page
    assert re.search(r'待我审批<span class="count">1</span>', page)
    assert re.search(r'审批与签字<span class="count"[^>]*>1</span>', page), "in the navigation"
    mine = county.login("tech").get("/approvals/?tab=mine").text
    assert re.search(r'我提出的<span class="count">1</span>', mine)
    assert re.search(r'待我审批<span class="count">0</span>', mine)
    assert "机房改造承诺" in mine


@pytest.mark.parametrize(
    ("tab", "words"),
    [("decide", "没有等您审批的事项"), ("review", "没有等您复核的应急操作"),
     ("mine", "您还没有提出过审批"), ("done", "还没有办结的审批")],
)  # fmt: skip
def test_an_empty_tab_says_what_comes_next(county: County, tab: str, words: str) -> None:
    assert words in county.login("leader").get(f"/approvals/?tab={tab}").text


def test_opened_read_and_approved(county: County, asked: Approval) -> None:
    browser = county.login("leader")
    page = browser.get(f"/approvals/{asked.id}").text
    assert BODY in page
    assert asked.digest[:12] in page
    assert "请批" in page
    assert "保密承诺" in page, "choices by their label"
    done = decide(browser, asked, remark="同意")
    assert (done.status_code, done.location) == (302, f"/approvals/{asked.id}")
    assert state(county, asked) == "approved"
    after = browser.get(f"/approvals/{asked.id}").text
    assert "已批准" in after
    assert "批准并签字" not in after
    (signature,) = county.rows(Signature.__table__.select().with_only_columns(Signature.id))
    assert county.one(Signature, signature).meaning == "approve"


def test_a_refusal_takes_a_reason(county: County, asked: Approval) -> None:
    browser = county.login("leader")
    blank = decide(browser, asked, "no")
    assert (blank.status_code, "不批准要写明理由" in blank.text) == (422, True)
    assert decide(browser, asked, "no", remark="先补材料").status_code == 302
    assert state(county, asked) == "refused"
    assert county.rows(Signature.__table__.select()) == []


def test_the_password_is_asked_anew_and_judged(county: County, asked: Approval) -> None:
    wrong = decide(county.login("leader"), asked, proof_password="Wrong#2026", remark="我的意见")
    assert wrong.status_code == 422
    assert "口令不对" in wrong.text
    assert "我的意见" in wrong.text, "what was typed stays"
    assert "Wrong#2026" not in wrong.text
    assert state(county, asked) == "asked"


def test_what_was_shown_is_what_is_decided(county: County, asked: Approval) -> None:
    browser = county.login("leader")
    browser.get(f"/approvals/{asked.id}")
    correcting(county, asked, version="二")
    late = decide(browser, asked)
    assert (late.status_code, "内容在提出之后已更正" in late.text) == (422, True)
    assert state(county, asked) == "asked"


def test_a_refused_hand_is_noted_in_the_chain(county: County, asked: Approval) -> None:
    decide(county.login("leader"), asked, seen="0" * 64)
    with county.database.view(EVERYTHING) as session:
        told = session.query(AuditRow).where(AuditRow.change == "event").order_by(AuditRow.seq)
        noted = [(row.act, row.thing_id) for row in told if row.thing == "Approval"]
    assert noted == [("批准被拒绝", asked.id)]


@pytest.mark.parametrize("login", ["tech", "net", "audit", "sec", "boss"])
def test_nobody_decides_without_the_right(county: County, asked: Approval, login: str) -> None:
    browser = county.login(login)
    answer = decide(browser, asked)
    assert answer.status_code in (404, 422)
    assert state(county, asked) == "asked"
    assert "批准并签字" not in browser.get(f"/approvals/{asked.id}").text


def test_the_asker_cannot_approve_even_with_the_right(county: County) -> None:
    mine = asking(county, "主任自己提的", "chief")
    browser = county.login("chief")
    assert "提出人和编写人不能自己决定" in browser.get(f"/approvals/{mine.id}").text
    answer = decide(browser, mine)
    assert (answer.status_code, "须由另一人决定" in answer.text) == (422, True)
    assert decide(county.login("leader"), mine).status_code == 302


def test_another_county_neither_sees_nor_guesses(county: County, asked: Approval) -> None:
    far = county.login("far")
    for url in (f"/approvals/{asked.id}", "/approvals/nothing"):
        assert far.get(url).status_code == 404
    assert "机房改造承诺" not in far.get("/approvals/?tab=done").text
    assert far.post(f"/approvals/{asked.id}/withdraw").status_code == 404


def test_the_token_of_the_page_is_needed(county: County, asked: Approval) -> None:
    browser = county.login("leader")
    told = {"decision": "yes", "seen": asked.digest, "proof_password": PASSWORD}
    for url in (f"/approvals/{asked.id}/decide", "/approvals/decide"):
        assert browser.client.post(url, data=told | {"id": asked.id}).status_code == 400
    assert state(county, asked) == "asked"


def test_only_the_asker_withdraws(county: County, asked: Approval) -> None:
    assert county.login("leader").post(f"/approvals/{asked.id}/withdraw").status_code == 422
    tech = county.login("tech")
    assert "撤回" in tech.get(f"/approvals/{asked.id}").text
    assert tech.post(f"/approvals/{asked.id}/withdraw").status_code == 302
    assert state(county, asked) == "withdrawn"


def batch(browser: Browser, *wanted: Approval, **form: str) -> Any:
    told = {"id": [one.id for one in wanted], "decision": "yes", "proof_password": PASSWORD}
    return browser.post("/approvals/decide", told | form)


def test_many_at_once_once_each_was_opened(county: County) -> None:
    one, two, three = (asking(county, f"第{n}件") for n in "一二三")
    browser = county.login("leader")
    for opened in (one, two):
        browser.get(f"/approvals/{opened.id}")
    refused = batch(browser, one, two, three)
    assert refused.status_code == 422
    assert "还没有打开看过现在的内容：第三件" in refused.text
    assert [state(county, each) for each in (one, two, three)] == ["asked"] * 3
    assert refused.text.count("未打开") == 1
    assert batch(browser, one, two).status_code == 302
    assert [state(county, each) for each in (one, two, three)] == ["approved", "approved", "asked"]


def test_what_was_opened_before_it_was_corrected_counts_as_unread(county: County) -> None:
    one, two = asking(county, "不变的"), asking(county, "要改的")
    browser = county.login("leader")
    for opened in (one, two):
        browser.get(f"/approvals/{opened.id}")
    correcting(county, two, version="二")
    refused = batch(browser, one, two)
    assert (refused.status_code, "要改的" in refused.text) == (422, True)
    assert state(county, one) == "asked"


@pytest.mark.parametrize(
    ("form", "words"),
    [({"proof_password": "Wrong#2026"}, "口令不对"), ({"decision": "no"}, "不批准要写明理由")],
)
def test_a_refused_batch_keeps_its_ticks(
    county: County, asked: Approval, form: dict[str, str], words: str
) -> None:
    browser = county.login("leader")
    browser.get(f"/approvals/{asked.id}")
    answer = batch(browser, asked, **form)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert re.search(rf'value="{asked.id}"[^>]*checked', answer.text)
    assert state(county, asked) == "asked"


def test_an_empty_batch_says_so(county: County) -> None:
    answer = batch(county.login("leader"))
    assert (answer.status_code, "还没有勾选任何一项" in answer.text) == (422, True)


@pytest.fixture
def urgent(county: County) -> Approval:
    row = text_of(county.centres["county"], "夜间抢修")
    who = acting(county, "tech")
    proof = Proof(who.id, "password", datetime.now(UTC))
    with county.database.transaction(who.act("应急", "test")) as session:
        session.add(row)
        session.flush()
        return emergency(session, "trial", row, who, proof, "网络中断")


@pytest.mark.parametrize(
    ("decision", "remark", "words"),
    [("yes", "", "应急，已复核"), ("no", "不该动", "应急，复核不认可")],
)
def test_an_emergency_is_reviewed_on_its_page(
    county: County, urgent: Approval, decision: str, remark: str, words: str
) -> None:
    browser = county.login("leader")
    page = browser.get("/approvals/?tab=review").text
    assert "夜间抢修" in page
    assert "应急，待复核" in page
    assert "认可并签字" in browser.get(f"/approvals/{urgent.id}").text
    told = {"decision": decision, "remark": remark, "proof_password": PASSWORD}
    assert browser.post(f"/approvals/{urgent.id}/review", told).status_code == 302
    assert words in browser.get(f"/approvals/{urgent.id}").text
    assert state(county, urgent) == "reviewed"


def test_the_list_leaves_as_a_sheet_and_the_chain_knows(county: County, asked: Approval) -> None:
    browser = county.login("leader")
    decide(browser, asked, remark="=1+1")
    sheet = browser.get("/approvals/export.csv?tab=done")
    assert sheet.status_code == 200
    text = sheet.data.decode("utf-8-sig")
    assert "机房改造承诺" in text
    assert "试行事项" in text
    assert "\n=1+1" not in text
    assert ",=1+1" not in text
    assert browser.get("/approvals/export.exe").status_code == 404
    with county.database.view(EVERYTHING) as session:
        noted = session.query(AuditRow).where(AuditRow.act == "导出审批").one()
    assert noted.change == "event"
    assert county.login("trail").get("/approvals/export.csv").status_code in (200, 403)


def test_a_search_finds_by_words_and_initials(county: County, asked: Approval) -> None:
    asking(county, "别的事")
    browser = county.login("leader")
    for words in ("机房改造", "jfgz", "王技 机房"):
        page = browser.get("/approvals/", query_string={"q": words}).text
        assert "机房改造承诺" in page
        assert "别的事" not in page
    assert "没有符合条件的审批" in browser.get("/approvals/?q=xyz").text


def test_differences_are_shown_beside_the_content(county: County, asked: Approval) -> None:
    correcting(county, asked, version="二", body=BODY + "\n第二段")
    row = county.one(Undertaking, asked.thing_id)
    who = acting(county, "tech")
    with county.database.transaction(who.act("提出", "test")) as session:
        again = ask(session, "trial", session.get_one(Undertaking, row.id), who, "改后再提")
    page = county.login("leader").get(f"/approvals/{again.id}").text
    assert "<ins>第二段</ins>" in page
    assert "<del>一</del>" in page
    assert "内容（第 2 版）" in page
    old = county.login("leader").get(f"/approvals/{asked.id}").text
    assert "已撤回" in old
    assert "内容（第 1 版）" in old


def test_hostile_words_stay_words(county: County) -> None:
    evil = asking(county, "<script>alert(1)</script>", reason='"><img src=x onerror=alert(1)>')
    browser = county.login("leader")
    for url in ("/approvals/", f"/approvals/{evil.id}"):
        page = browser.get(url).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert" in page
