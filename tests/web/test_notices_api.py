"""Notices by the API: one's own, marked read, nobody else's; the same on both databases."""

from typing import Any

import pytest

from tests.web.caller import Caller, wrong
from tests.web.county import County
from tests.web.test_notices import told, who


@pytest.fixture
def county(both: County) -> County:
    return both


def titles(caller: Caller, **asked: Any) -> list[str]:
    answer = caller.get("/notices", **asked)
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json["items"]]


def test_ones_own_by_the_page(county: County) -> None:
    for n in range(3):
        told(county, f"第{n}件", right="health", kind="due")
    told(county, "紧急", right="health", level="critical", kind="wrong", link="/jobs/")
    told(county, "别处", place="other", right="health")
    net = Caller(county, "net")
    assert titles(net) == ["紧急", "第2件", "第1件", "第0件"]
    assert titles(net, kind="due", per_page=2, page=2) == ["第0件"]
    assert titles(net, page=9) == []
    assert titles(net, level="critical,warning") == ["紧急"]
    assert titles(net, search="第1") == ["第1件"]
    assert titles(Caller(county, "far")) == ["别处"]
    first = net.get("/notices").json["items"][0]
    assert (first["kind"], first["level"], first["link"]) == ("wrong", "critical", "/jobs/")
    assert first["read_at"] is None
    assert titles(net, unread="true") == titles(net), "to look is not to have read"


def test_marking_read(county: County) -> None:
    first, second, _third = (told(county, f"第{n}件", right="health") for n in range(3))
    net, far = Caller(county, "net"), Caller(county, "far")
    assert far.post("/notices/read", {"ids": [first]}).json == {"marked": 0, "unread": 0}
    assert net.post("/notices/read", {"ids": [first, second, "none"]}).json == {
        "marked": 2, "unread": 1,
    }  # fmt: skip
    assert titles(net, unread="true") == ["第2件"]
    assert net.post("/notices/read").json == {"marked": 1, "unread": 0}
    assert len(titles(net)) == 3
    assert county.login("tech").get("/notices/").text.count('class="unread"') == 3


@pytest.mark.parametrize("ids", ["all", [1], [None], ["x y"], {}, ["a"] * 201])
def test_what_cannot_be_marked(county: County, ids: Any) -> None:
    told(county, "一件", right="health")
    net = Caller(county, "net")
    assert "ids" in wrong(net.post("/notices/read", {"ids": ids}))
    assert titles(net, unread="true") == ["一件"]


def test_a_token_reads_no_more_than_its_rights_let_it(county: County) -> None:
    told(county, "请审批")
    told(county, "机器有恙", right="health", kind="wrong")
    told(county, "只给本人", person_id=who(county, "leader").id)
    client = county.app.test_client()
    token = county.token("leader", "view")
    items = client.get("/api/v1/notices", headers=token).json["items"]
    assert [one["title"] for one in items] == ["只给本人"]
