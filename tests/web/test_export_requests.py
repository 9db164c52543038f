"""What is confidential leaves the console with a leader's consent only (duty F2)."""

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from inventory.act import EVERYTHING, system
from inventory.approval import Approval
from inventory.audit import AuditRow
from inventory.export_request import LONGEST, ExportRequest, confidential, consented
from inventory.grant import standing
from inventory.person import Person
from inventory.prefix import Prefix
from inventory.shanghai import today
from tests.web.configured import two_versions
from tests.web.county import PASSWORD, Browser, County

BOOK = "/r/prefixes/export.csv"


def ask(county: County, who: Browser, **more: str) -> TestResponse:
    facts = {
        "book": "prefixes", "purpose": "报市中心备案", "until": str(today() + timedelta(days=3)),
        "centre_id": county.centres["county"].id,
    }  # fmt: skip
    return who.post("/r/export-requests/new", facts | more)


def decide(county: County, decision: str = "yes") -> None:
    (one,) = county.rows(select(Approval).where(Approval.state == "asked"))
    sent = {"seen": one.digest, "decision": decision, "remark": "阅", "proof_password": PASSWORD}
    leader = county.login("leader")
    assert leader.get(f"/approvals/{one.id}").status_code == 200
    assert leader.post(f"/approvals/{one.id}/decide", sent).status_code == 302


def taken(county: County) -> int:
    """How many exports of the book the trail knows."""
    return len(county.rows(select(AuditRow).where(AuditRow.act == "导出网段")))


def test_nothing_leaves_until_a_leader_has_agreed(county: County) -> None:
    net = county.login("net")
    led = net.get(BOOK)
    assert (led.status_code, led.location) == (302, "/r/export-requests/new?book=prefixes")
    form = unescape(net.get(led.location).text)
    assert "“网段”是敏感台账，导出须先经分管领导批准。" in form
    assert 'value="prefixes" selected' in form
    assert ask(county, net).status_code == 302
    (row,) = county.rows(select(ExportRequest))
    again = net.get(BOOK)
    assert (again.location, taken(county)) == (f"/r/export-requests/{row.id}", 0)
    assert "您的申请还没有决定" in unescape(net.get(again.location).text)
    decide(county)
    assert (net.get(BOOK).status_code, taken(county)) == (200, 1)
    assert net.get("/r/prefixes?print=1").status_code == 200
    others = [net.get("/r/bindings/export.csv"), county.login("tech").get(BOOK)]
    assert [one.status_code for one in others] == [302, 302], "one person, one book"


@pytest.mark.parametrize("book", sorted(confidential()))
def test_every_way_out_of_a_confidential_book_asks(county: County, book: str) -> None:
    net = county.login("net")
    ways = (f"/r/{book}/export.xlsx", f"/r/{book}/export.yaml", f"/r/{book}?print=1")
    more = {"bindings": ("/bindings/book.pdf",), "config-snapshots": ("/configs/search.csv?q=x",)}
    for way in (*ways, *more.get(book, ())):
        assert net.get(way).location == f"/r/export-requests/new?book={book}", way


LENT = sorted(confidential().keys() - {"credentials"})  # which no token ever reads


@pytest.mark.parametrize("book", LENT)
def test_the_api_asks_for_consent_as_an_export_does(county: County, book: str) -> None:
    """A program with no right but to look would read a whole book, page by page or row by row."""
    program, url = county.token("net", "view"), f"/api/v1/registers/{book}"
    for asked in (url, f"{url}?per_page=1&page=2", f"{url}/01jd6y3m9k4tq0v8n2x5c7b1fa"):
        answer = county.app.test_client().get(asked, headers=program)
        assert answer.status_code == 403, asked
        assert "须先在网页上提出导出申请" in (answer.json or {})["message"]
    assert county.login("net").get(url).status_code == 403, "nor does a browser"
    told = county.app.test_client().get(url, headers=county.token("leader", "view"))
    assert told.status_code == 403, "a program holds no leader's right to agree"


def test_a_change_of_nothing_does_not_answer_with_the_row(county: County) -> None:
    with county.database.transaction(system("登记")) as session:
        session.add(row := Prefix(name="办公网", cidr="10.41.0.0/16", reason="试验",
                               centre_id=county.centres["county"].id))  # fmt: skip
    url, sent = f"/api/v1/registers/prefixes/{row.id}", {"revision": row.revision}
    client, program = county.app.test_client(), county.token("net")
    refused = client.patch(url, json=sent, headers=program)
    assert "须先在网页上提出导出申请" in (refused.json or {})["message"]
    assert "10.41.0.0" not in refused.text
    county.let_out()
    assert client.patch(url, json=sent, headers=program).status_code == 200


def test_a_program_asks_for_the_texts_of_configurations_too(county: County) -> None:
    first, second = two_versions(county)
    client, program = county.app.test_client(), county.token("net", "view")
    ways = (f"{second}/text", f"diff?a={first}&b={second}", "search?words=vlan")
    found = [client.get(f"/api/v1/configs/{way}", headers=program) for way in ways]
    assert [one.status_code for one in found] == [403] * 3
    assert not any("vlan" in one.text for one in found)
    county.let_out()
    found = [client.get(f"/api/v1/configs/{way}", headers=program) for way in ways]
    assert [one.status_code for one in found] == [200] * 3
    noted = county.rows(select(AuditRow.after).where(AuditRow.act == "导出配置备份"))
    assert len(noted) == 3


def test_what_a_program_reads_of_a_confidential_book_is_noted(county: County) -> None:
    with county.database.transaction(system("登记")) as session:
        session.add(row := Prefix(name="办公网", cidr="10.41.0.0/16", reason="试验",
                               centre_id=county.centres["county"].id))  # fmt: skip
    ask(county, county.login("net"))
    decide(county)
    client, program = county.app.test_client(), county.token("net", "view")
    url = "/api/v1/registers/prefixes"
    assert client.get(url, headers=program).json["items"][0]["id"] == row.id  # type: ignore[index]
    assert client.get(f"{url}/{row.id}", headers=program).status_code == 200
    assert taken(county) == 2


def test_a_leader_need_not_ask_himself(county: County) -> None:
    assert (county.login("leader").get(BOOK).status_code, taken(county)) == (200, 1)


def test_what_was_refused_opens_nothing(county: County) -> None:
    net = county.login("net")
    ask(county, net)
    decide(county, "no")
    assert net.get(BOOK).status_code == 302
    (row,) = county.rows(select(ExportRequest))
    net.post(f"/r/export-requests/{row.id}/restore")
    assert county.one(ExportRequest, row.id).retired_at is not None, "refused is refused"


def test_a_consent_runs_out(county: County) -> None:
    ask(county, county.login("net"))
    decide(county)
    with county.database.view(EVERYTHING) as session:
        net = standing(session, session.scalars(select(Person).where(Person.login == "net")).one())
        days = [today() + timedelta(days=n) for n in (0, 3, 4)]
        assert [consented(session, net, Prefix, day) for day in days] == [True, True, False]


@pytest.mark.parametrize("until", [-1, LONGEST + 1])
def test_consent_is_for_some_days(county: County, until: int) -> None:
    answer = ask(county, county.login("net"), until=str(today() + timedelta(days=until)))
    assert answer.status_code == 422
    assert f"应在今天和 {LONGEST} 天以内" in unescape(answer.text)


def test_a_township_does_not_speak_for_the_county(county: County) -> None:
    net = county.login("net")
    ask(county, net, centre_id=county.centres["town"].id)
    decide(county)
    assert net.get(BOOK).status_code == 302


def test_a_consent_cannot_be_stretched(county: County) -> None:
    """Another day is another request: what was agreed to stands still."""
    net = county.login("net")
    ask(county, net)
    decide(county)
    (row,) = county.rows(select(ExportRequest))
    changed = {"until": str(row.until + timedelta(days=9)), "purpose": row.purpose,
               "book": "bindings", "revision": str(row.revision), "correction": "再用几天",
               "centre_id": row.centre_id}  # fmt: skip
    answer = net.post(f"/r/export-requests/{row.id}/edit", changed)
    assert "已批准的申请不能修改" in unescape(answer.text)
    assert net.get("/r/bindings/export.csv").status_code == 302


def test_a_small_centre_may_let_it_be(county: County) -> None:
    county.let_out()
    assert county.login("net").get(BOOK).status_code == 200
