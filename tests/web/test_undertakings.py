"""Undertakings and signatures on pages: read, signed with the password, corrected in the open."""

import csv
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.audit import verify
from inventory.exchange import parse
from inventory.founding import settle
from inventory.notice import Notice
from inventory.register import Rejected
from inventory.revision import digest, fix
from inventory.seals import verify as seals
from inventory.signature import Signature
from inventory.undertaking import Undertaking
from playbooks.signing import remind
from playbooks.site import open_site
from tests.inventory.signing import BODY, text_of
from tests.web.county import PASSWORD, Browser, County


@pytest.fixture
def texts(county: County) -> list[Undertaking]:
    """Two published texts of the city, and a draft that binds nobody."""
    city = county.centres["city"]
    rows = [text_of(city, "保密承诺书"), text_of(city, "上网责任书"), text_of(city, "草稿")]
    with county.database.transaction(system("发布")) as session:
        session.add_all(rows)
        for row in rows[:2]:
            fix(session, row, "发布")
    return rows


def accept(browser: Browser, row: Undertaking, **form: str) -> Any:
    told = {"seen": digest(row), "proof_password": PASSWORD}
    return browser.post(f"/undertakings/{row.id}", told | form)


def given(county: County) -> int:
    with county.database.view(EVERYTHING) as session:
        return session.query(Signature).count()


def test_everybody_reads_and_accepts(county: County, texts: list[Undertaking]) -> None:
    for login in ("tech", "town", "trail"):
        browser = county.login(login)
        page = browser.get("/undertakings/").text
        assert page.count("待签署") == 2
        assert "草稿" not in page
        assert BODY in browser.get(f"/undertakings/{texts[0].id}").text
        done = accept(browser, texts[0])
        assert (done.status_code, done.location) == (302, "/undertakings/")
        assert browser.get("/undertakings/").text.count("待签署") == 1
    assert given(county) == 3
    with county.database.view(EVERYTHING) as session:
        assert verify(session) is None
        assert seals(session) == []


def test_my_account_counts_what_is_unsigned(county: County, texts: list[Undertaking]) -> None:
    browser = county.login("tech")
    assert re.search(r'承诺和制度<span class="count">2</span>', browser.get("/account/").text)
    for row in texts[:2]:
        accept(browser, row)
    assert '承诺和制度<span class="count">' not in browser.get("/account/").text


@pytest.mark.parametrize(
    ("form", "words"),
    [({"proof_password": "Wrong#2026"}, "口令不对"), ({"seen": "0" * 64}, "重新打开看过再签")],
)
def test_a_refused_signature_says_why(
    county: County, texts: list[Undertaking], form: dict[str, str], words: str
) -> None:
    answer = accept(county.login("tech"), texts[0], **form)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert given(county) == 0


def test_nobody_signs_twice_nor_a_draft_nor_anothers_text(
    county: County, texts: list[Undertaking]
) -> None:
    browser = county.login("tech")
    accept(browser, texts[0])
    assert accept(browser, texts[0]).status_code == 422
    assert accept(browser, texts[2]).status_code == 404
    assert accept(county.login("far"), texts[0]).status_code == 404
    assert given(county) == 1


def test_all_at_once_after_opening_each(county: County, texts: list[Undertaking]) -> None:
    browser = county.login("tech")
    told = {"proof_password": PASSWORD}
    browser.get(f"/undertakings/{texts[0].id}")
    refused = browser.post("/undertakings/accept", told)
    assert (refused.status_code, "请先打开读过全文：上网责任书" in refused.text) == (422, True)
    assert given(county) == 0
    browser.get(f"/undertakings/{texts[1].id}")
    assert browser.post("/undertakings/accept", told).status_code == 302
    assert given(county) == 2


def test_who_has_signed_is_for_those_who_look_after_people(
    county: County, texts: list[Undertaking]
) -> None:
    accept(county.login("tech"), texts[0])
    page = county.login("sec").get(f"/undertakings/{texts[0].id}/people").text
    assert "已签 1 人" in page
    assert page.count("未签署") >= 5
    assert "王技" in page
    assert county.login("tech").get(f"/undertakings/{texts[0].id}/people").status_code == 403
    found = county.login("sec").get(f"/undertakings/{texts[0].id}/people?q=wj").text
    assert ("王技" in found, "李网" in found) == (True, False)
    sheet = county.login("sec").get(f"/undertakings/{texts[0].id}/people.csv")
    columns, *rows, mark = csv.reader(sheet.data.decode("utf-8-sig").splitlines())
    assert (columns[0], mark[0][:6]) == ("姓名", "# 审计链头")
    assert [row[2] for row in rows if row[0] == "王技"] == ["已签署"]
    assert county.login("tech").get(f"/undertakings/{texts[0].id}/people.csv").status_code == 403


def test_the_security_administrator_corrects_and_everybody_signs_anew(
    county: County, texts: list[Undertaking]
) -> None:
    tech, sec = county.login("tech"), county.login("sec")
    accept(tech, texts[0])
    row = county.one(Undertaking, texts[0].id)
    form = {
        "revision": str(row.revision), "centre_id": row.centre_id, "kind": row.kind,
        "heading": row.heading, "version": "二", "body": row.body, "starts": "2026-01-01",
    }  # fmt: skip
    url = f"/r/undertakings/{row.id}/edit"
    assert "更正理由" in sec.get(url).text
    refused = sec.post(url, form)
    assert (refused.status_code, "为什么要更正" in refused.text) == (422, True)
    assert county.one(Undertaking, row.id).version == "一"
    assert sec.post(url, form | {"correction": "按新规定"}).status_code == 302
    now = county.one(Undertaking, row.id)
    assert (now.version, now.revised) == ("二", 2)
    assert tech.get("/undertakings/").text.count("待签署") == 2
    page = sec.get(f"/r/undertakings/{row.id}").text
    assert "按新规定" in page
    assert "<del>一</del>" in page
    assert "第 1 版" in page
    assert "王技" in page


def test_what_is_not_signed_changes_without_a_reason(
    county: County, texts: list[Undertaking]
) -> None:
    sec = county.login("sec")
    assert sec.post(f"/r/undertakings/{texts[0].id}/retire").status_code == 302
    assert county.one(Undertaking, texts[0].id).retired_at is not None
    assert county.login("tech").get("/undertakings/").text.count("待签署") == 1


def test_a_draft_is_published_from_its_page(county: County, texts: list[Undertaking]) -> None:
    sec = county.login("sec")
    told = {"id": texts[2].id, "act": "publish"}
    assert sec.post("/r/undertakings/acts", told).status_code == 302
    assert county.one(Undertaking, texts[2].id).revised == 1
    assert county.login("tech").get("/undertakings/").text.count("待签署") == 3


def test_a_sheet_does_not_change_what_is_fixed(county: County, texts: list[Undertaking]) -> None:
    """The import is refused row by row, the fixed text named."""
    with (
        pytest.raises(Rejected, match="已经固定"),
        county.database.transaction(county.act()) as session,
    ):
        row = session.get_one(Undertaking, texts[0].id)
        values, errors = parse(session, Undertaking, {"body": "别的内容" * 20}, row)
        assert errors == []
        row.body = values["body"]


def test_signing_on_the_page_of_a_row(county: County, texts: list[Undertaking]) -> None:
    """The general way to sign, for registers without a page of their own for it."""
    sec = county.login("sec")
    url = f"/sign/undertakings/{texts[0].id}"
    page = sec.get(url).text
    assert digest(texts[0])[:12] in page
    assert "签字：同意/承诺" in page
    told = {"meaning": "accept", "seen": digest(texts[0]), "proof_password": PASSWORD}
    assert sec.post(url, told | {"proof_password": "x"}).status_code == 422
    assert sec.post(url, told | {"meaning": "nonsense"}).status_code == 400
    assert sec.post(url, told).status_code == 302
    assert given(county) == 1
    again = sec.get(url).text
    assert "您在这一版上没有要签的字" in again
    assert "周安" in again
    assert county.login("tech").get(url).status_code == 403
    assert sec.get("/sign/devices/x").status_code in (403, 404)
    assert sec.get("/sign/undertakings/x").status_code == 404


def test_a_new_home_has_the_two_standard_texts(county: County) -> None:
    with county.database.transaction(system("启用")) as session:
        settle(session, "real", county.centres["county"])
    with county.database.view(EVERYTHING) as session:
        rows = session.scalars(select(Undertaking).order_by(Undertaking.kind)).all()
        assert [(row.kind, row.revised) for row in rows] == [("internet", 1), ("secrecy", 1)]
        assert all(county.centres["county"].name in row.body for row in rows)
        assert all(len(row.body) > 300 for row in rows)
    assert "标准文本" in county.login("tech").get("/undertakings/").text


def test_people_are_reminded_once(county: County, texts: list[Undertaking]) -> None:
    site = open_site(county.database, county.settings.home, county.settings.key_file)
    for _ in range(2):
        remind(site, datetime.now(UTC))
    with county.database.view(EVERYTHING) as session:
        mine = session.query(Notice).where(Notice.kind == "signature").all()
    people = {one.person_id for one in mine}
    assert len(mine) == 2 * len(people)
    assert {one.link for one in mine} == {f"/undertakings/{row.id}" for row in texts[:2]}
