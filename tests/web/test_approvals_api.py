"""Approvals by the API: the same rules as on the pages, and never by a program's token."""

from collections.abc import Iterator
from typing import Any

import pytest

from inventory.act import EVERYTHING
from inventory.approval import Approval, Rule, ask, rule
from inventory.asked import RULES
from inventory.grant import standing
from inventory.person import Person
from inventory.revision import digest
from inventory.signature import Signature
from inventory.undertaking import Undertaking
from tests.inventory.signing import text_of
from tests.web.caller import V1, Caller, wrong
from tests.web.county import PASSWORD, County


@pytest.fixture(autouse=True)
def trial() -> Iterator[None]:
    rule(Rule("trial", "试行事项", "approve", ask_right="record"))
    yield
    RULES.pop("trial")


@pytest.fixture
def asked(county: County) -> Approval:
    return asking(county, "机房改造承诺")


def asking(county: County, heading: str) -> Approval:
    with county.database.view(EVERYTHING) as session:
        tech = standing(session, session.query(Person).where(Person.login == "tech").one())
    row = text_of(county.centres["county"], heading)
    with county.database.transaction(tech.act("提出", "test")) as session:
        session.add(row)
        return ask(session, "trial", row, tech, "请批")


def decision(one: Approval, **told: Any) -> dict[str, Any]:
    return {"yes": True, "seen": one.digest, "password": PASSWORD} | told


def state(county: County, one: Approval) -> str:
    return str(county.one(Approval, one.id).state)


def test_listed_read_and_approved(county: County, asked: Approval) -> None:
    leader = Caller(county, "leader")
    page = leader.get("/approvals").json
    assert page is not None
    assert [(one["subject"], one["state"]) for one in page["items"]] == [
        ("机房改造承诺", "asked"),
    ]  # fmt: skip
    told = leader.get(f"/approvals/{asked.id}").json
    assert told is not None
    assert {"label": "标题", "text": "机房改造承诺", "before": None} in told["content"]
    done = leader.post(f"/approvals/{asked.id}/decide", decision(asked))
    assert (done.status_code, done.json and done.json["state"]) == (200, "approved")
    closed = leader.get("/approvals", tab="done").json
    assert closed is not None
    assert (closed["total"], closed["items"][0]["decided_name"]) == (1, "郑局")


@pytest.mark.parametrize(
    ("told", "field"),
    [({"password": "Wrong#2026"}, "password"), ({"seen": "0" * 64}, "seen"),
     ({"yes": False}, "remark"), ({"yes": "maybe"}, "yes"), ({"more": 1}, "more")],
)  # fmt: skip
def test_refused_with_the_field_named(
    county: County, asked: Approval, told: dict[str, Any], field: str
) -> None:
    answer = Caller(county, "leader").post(f"/approvals/{asked.id}/decide", decision(asked, **told))
    assert set(wrong(answer)) == {field}
    assert state(county, asked) == "asked"


def test_a_token_reads_but_never_decides(county: County, asked: Approval) -> None:
    client, token = county.app.test_client(), county.token("tech")
    url = f"{V1}/approvals/{asked.id}"
    assert client.get(url, headers=token).status_code == 200
    for verb, told in (("decide", decision(asked)), ("withdraw", {})):
        answer = client.post(f"{url}/{verb}", headers=token, json=told)
        assert answer.status_code == 403
    assert state(county, asked) == "asked"


def test_what_one_may_not_see_is_not_there(county: County, asked: Approval) -> None:
    far = Caller(county, "far")
    assert far.get(f"/approvals/{asked.id}").status_code == 404
    assert far.post(f"/approvals/{asked.id}/decide", decision(asked)).status_code == 404
    assert Caller(county, "leader").get("/approvals/nothing").status_code == 404


def test_the_asker_withdraws_and_nobody_else(county: County, asked: Approval) -> None:
    url = f"/approvals/{asked.id}/withdraw"
    assert Caller(county, "leader").post(url, {}).status_code == 422
    assert Caller(county, "tech").post(url, {}).status_code == 200
    assert state(county, asked) == "withdrawn"


def test_many_after_looking_at_each(county: County) -> None:
    one, two = asking(county, "第一件"), asking(county, "第二件")
    leader = Caller(county, "leader")
    leader.get(f"/approvals/{one.id}")
    told = {"ids": [one.id, two.id], "yes": True, "password": PASSWORD}
    refused = wrong(leader.post("/approvals/decide", told))
    assert "第二件" in refused["opened"]
    assert [state(county, one), state(county, two)] == ["asked", "asked"]
    leader.get(f"/approvals/{two.id}")
    done = leader.post("/approvals/decide", told)
    assert done.json is not None
    assert [item["state"] for item in done.json["items"]] == ["approved", "approved"]


def test_signing_a_row(county: County, asked: Approval) -> None:
    row = county.one(Undertaking, asked.thing_id)
    url = f"/registers/undertakings/{row.id}/sign"
    told = {"meaning": "accept", "seen": digest(row), "password": PASSWORD}
    sec = Caller(county, "sec")
    assert set(wrong(sec.post(url, told | {"seen": "x"}))) == {"seen"}
    made = sec.post(url, told)
    assert (made.status_code, made.json and made.json["number"]) == (201, 1)
    assert set(wrong(sec.post(url, told))) == {"meaning"}
    assert Caller(county, "tech").post(url, told).status_code == 403
    assert sec.post("/registers/undertakings/x/sign", told).status_code == 404
    with county.database.view(EVERYTHING) as session:
        assert session.query(Signature).one().signer_name == "周安"
