"""Addresses on their pages and by the API: a port is shut on the switch itself and opened again;
what must stay open is refused; ranges, ports, plans and searches tell what is there."""

from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from inventory.act import system
from inventory.address_finding import AddressFinding, FindingSeen
from inventory.approval import Approval
from inventory.binding import Binding
from inventory.change import Change
from inventory.device_binding import CheckedPort, DeviceBinding
from inventory.interface import Interface
from inventory.port_rule import PortRule
from inventory.run import JobRun
from inventory.sighting import PortRole
from inventory.stepping import moving
from netops.simulator.cli import Cli
from tests.web.addressed import FREE, GUEST, IP, NOW, OWNER, PORT, THIEF, Addressed, addressed
from tests.web.caller import Caller
from tests.web.county import PASSWORD, County, selects
from tests.web.siege import MARK, PROBE, Page
from tests.web.test_changes import switch, work  # noqa: F401  (a switch that can be logged in to)
from web.queries.addresses_held import TABS


@pytest.fixture
def told(county: County) -> Addressed:
    return addressed(county)


def approved(county: County) -> Change:
    """The newest change planned and approved by the leader."""
    net, lead = county.login("net"), county.login("leader")
    change: Change = county.rows(select(Change).order_by(Change.asked_at.desc()))[0]
    assert work(county) == [""]
    assert net.post(f"/r/changes/{change.id}/do/ask").status_code == 302
    (asked,) = county.rows(select(Approval).where(Approval.state == "asked"))
    say = {"seen": asked.digest, "decision": "yes", "remark": "可", "proof_password": PASSWORD}
    assert lead.post(f"/approvals/{asked.id}/decide", say).status_code == 302
    return change


def carried_out(county: County) -> Change:
    """The same, run and confirmed."""
    net, change = county.login("net"), approved(county)
    for step in ("run", "confirm"):
        assert net.post(f"/r/changes/{change.id}/do/{step}").status_code == 302
        assert work(county) == [""]
    done: Change = county.one(Change, change.id)
    return done


def shut(switch: Cli) -> bool:  # noqa: F811
    """Is the port shut on the switch itself?"""
    port = switch.running.text().split(f"interface {PORT}\n")[1].split("#")[0]
    return "shutdown" in port.replace("undo shutdown", "")


def test_a_port_is_shut_on_the_switch_and_opened_again(county: County, switch: Cli) -> None:  # noqa: F811
    told, net, core = addressed(county), county.login("net"), county.ids["core"]
    sent = {"device": core, "port": "GE0/0/2", "reason": "占用地址", "finding": told.finding}
    assert net.post("/addresses/isolate", sent).status_code == 302
    done = carried_out(county)
    assert (done.state, done.procedure, shut(switch)) == ("done", "isolate", True)
    assert county.one(AddressFinding, told.finding).change_id == done.id
    assert "解除隔离" in net.get(f"/addresses/devices/{core}").text
    assert net.post("/addresses/release", sent | {"reason": "已杀毒"}).status_code == 302
    assert (carried_out(county).procedure, shut(switch)) == ("release", False)


@pytest.mark.parametrize("way", ["declared meanwhile", "change page"])
def test_what_leads_on_is_not_shut_though_it_was_approved(
    county: County,
    switch: Cli,  # noqa: F811
    way: str,
) -> None:
    """By whatever door it was asked for, and whatever was known when it was approved."""
    addressed(county)
    net, core = county.login("net"), county.ids["core"]
    if way == "change page":
        with county.database.observe() as session:
            session.execute(update(PortRole).values(role="uplink", why="后面是另一台交换机"))
        sent = {"device": core, "procedure": "isolate", "reason": "试一试", "minutes": "10"}
        assert net.post("/changes/new", sent | {"port": PORT}).status_code == 302
        change = approved(county)
    else:
        sent = {"device": core, "port": PORT, "reason": "占用地址"}
        assert net.post("/addresses/isolate", sent).status_code == 302
        change = approved(county)
        rule = {"device_id": core, "port": "GE0/0/2", "kind": "uplink", "reason": "接了汇聚"}
        with county.database.transaction(system("登记端口")) as session:
            session.add(PortRule(centre_id=county.centres["county"].id, **rule))
    assert net.post(f"/r/changes/{change.id}/do/run").status_code == 302
    (said,) = work(county)
    assert "不能隔离" in said
    assert "没有执行" in said
    assert (county.one(Change, change.id).state, shut(switch)) == ("approved", False)


def test_what_leads_on_is_never_shut(county: County, told: Addressed) -> None:
    net, core = county.login("net"), county.ids["core"]
    sent = {"device": core, "port": "GE0/0/1", "reason": "试一试"}
    refused = net.post("/addresses/isolate", sent)
    assert refused.status_code == 422 and "后面是另一台交换机" in refused.text
    with county.database.transaction(system("登记端口")) as session:
        rule = {"device_id": core, "kind": "never", "reason": "接着核心服务器"}
        session.add(PortRule(centre_id=county.centres["county"].id, port="GE0/0/2", **rule))
    refused = net.post("/addresses/isolate", sent | {"port": PORT, "finding": told.finding})
    assert refused.status_code == 422 and "接着核心服务器" in refused.text
    said = Caller(county, "net").post(f"/devices/{core}/addresses/isolate",
                                      {"port": PORT, "reason": "试一试"})  # fmt: skip
    assert said.status_code == 422 and "接着核心服务器" in said.text
    assert county.rows(select(Change)) == []
    for who, code in (("tech", 403), ("audit", 403), ("far", 404)):
        assert county.login(who).post("/addresses/isolate", sent).status_code == code, who
    assert county.login("far").get(f"/addresses/find?q={IP}").text.count("兰考") == 0
    assert county.login("audit").get("/addresses/").status_code == 200


def test_only_what_is_in_sight_is_scanned(county: County, told: Addressed) -> None:
    net, home = county.login("net"), county.centres["county"].id
    assert net.post("/addresses/scan", {"device": county.ids["far"]}).status_code == 404
    assert net.post("/addresses/scan", {"device": county.ids["edge"]}).status_code == 302
    assert net.post("/addresses/scan", {}).status_code == 302
    one, every = county.rows(select(JobRun).order_by(JobRun.requested_at))
    assert (one.subject, one.centre_id) == (county.ids["edge"], county.centres["town"].id)
    assert (every.subject, every.centre_id) == ("", home)
    assert county.ids["core"] in every.params["devices"]
    assert county.ids["far"] not in every.params["devices"]


def test_many_violations_take_few_questions(county: County, told: Addressed) -> None:
    here: dict[str, Any] = {"centre_id": county.centres["county"].id, "prefix_id": told.prefix}
    with county.database.transaction(system("核对")) as session:
        rows = [
            AddressFinding(kind="unknown", severity="warning", object=f"x{number}", first_at=NOW,
                           ip=f"10.41.25.{number}", mac=GUEST, evidence="x", **here)
            for number in range(100, 119)
        ]  # fmt: skip
        with moving(session, *rows):
            session.add_all(rows)
    net = county.login("net")
    net.get("/addresses/")
    with selects(county.database) as asked:
        assert net.get("/addresses/").text.count("登记绑定") == 20
    assert len(asked) < 30


def test_what_the_pages_tell(county: County, told: Addressed) -> None:
    net, core = county.login("net"), county.ids["core"]
    page = net.get("/addresses/").text
    for word in ("张三", THIEF, "地址被他人占用", "10.41.25.0/24", "强制绑定"):
        assert word in page, word
    page = net.get(f"/addresses/ranges/{told.prefix}").text
    assert "ip=10.41.25.2&" in page  # the next free one is offered
    assert "看到，未登记 1" in page and FREE in page
    long_ago = net.get(f"/addresses/find?q={IP}&at=2001-01-01T08:00").text
    assert "那时没有看到它" in long_ago
    assert "MAC 与登记不符" in net.get(f"/addresses/find?q={IP}").text
    assert net.get("/addresses/find?q=hello").status_code == 422
    assert net.get(f"/addresses/find?q={IP}&at=yesterday").status_code == 422
    assert "没有要下发的" in net.get(f"/addresses/devices/{core}/plan").text
    assert IP in net.get("/addresses/held?tab=present").text
    assert "在网络上看到的" in net.get(f"/search/?q={GUEST}").text
    todo = net.get("/today").text
    assert f"地址被他人占用 {IP}" in todo and f"/r/address-findings/{told.finding}" in todo
    asked = net.post(f"/addresses/devices/{core}/plan", {"reason": "下发"})
    assert asked.status_code == 422 and "不必下发" in asked.text


def test_what_programs_are_told(county: County, told: Addressed) -> None:
    caller, core = Caller(county, "net"), county.ids["core"]
    (found,) = [
        one for one in caller.get(f"/addresses/find?address={IP}").json["items"] if one["exact"]
    ]
    assert (found["mac"], found["port"], found["holder"]) == (THIEF, PORT, "张三")
    (there,) = caller.get(f"/addresses/find?address={OWNER}").json["items"]
    assert there["port"] == "GigabitEthernet0/0/3"
    assert caller.get("/addresses/find?address=x").status_code == 422
    ports = {one["port"]: one for one in caller.get(f"/devices/{core}/addresses").json["items"]}
    assert ports["GigabitEthernet0/0/1"]["refused"] and not ports[PORT]["refused"]
    assert ports[PORT]["finding_ids"] == [told.finding]
    asked = caller.post(f"/devices/{core}/addresses/isolate", {"port": PORT, "reason": "中毒"})
    assert asked.status_code == 201
    other = {"port": "GigabitEthernet0/0/3", "reason": "中毒", "finding_id": told.finding}
    wrong = caller.post(f"/devices/{core}/addresses/isolate", other)
    assert wrong.status_code == 422 and f"这项违规在端口 {PORT} 上" in wrong.text
    assert caller.post(f"/devices/{core}/addresses/scan", {}).status_code == 202


def test_whoever_hangs_at_one_switch_goes_to_another(county: County, told: Addressed) -> None:
    net, core, edge = county.login("net"), county.ids["core"], county.ids["edge"]
    url = f"/addresses/devices/{core}/move"
    assert "张三" in net.get(url).text
    refused = net.post(url, {"target": edge})
    assert refused.status_code == 422 and "请勾选绑定" in refused.text
    assert net.post(url, {"target": county.ids["far"], "id": told.binding}).status_code == 404
    assert net.post(url, {"target": edge, "id": told.binding}).status_code == 302
    old = county.one(Binding, told.binding)
    (made,) = county.rows(select(Binding).where(Binding.replaces_id == told.binding))
    assert (old.state, made.state, made.device_id, made.port) == ("active", "draft", edge, old.port)
    assert "没有可改接的绑定" in net.get(url).text
    assert county.login("far").get(url).status_code == 404


def test_hostile_words_stay_words(county: County, told: Addressed) -> None:
    """In holders, ports and what devices say: on every page of addresses, and for approvers."""
    core, here = county.ids["core"], county.centres["county"].id
    with county.database.engine.begin() as connection:
        for cls, names in (
            (Binding, ("holder", "port")),
            (AddressFinding, ("port", "evidence")),
            (FindingSeen, ("text",)),
            (PortRole, ("why",)),
            (DeviceBinding, ("line", "port")),
            (CheckedPort, ("port",)),
        ):
            connection.execute(update(cls.__table__).values(dict.fromkeys(names, PROBE)))
        port = Interface.__table__
        named = update(port).where(port.c.id == told.ports["2"])
        connection.execute(named.values(name=PROBE, alias=PROBE))
    with county.database.transaction(county.act()) as session:
        row = Binding(centre_id=here, prefix_id=told.prefix, ip=IP, mac=GUEST, holder=PROBE,
                      device_id=core, port=PROBE, replaces_id=told.binding)  # fmt: skip
        session.add(row)
    net, hostile = county.login("net"), quote(PROBE)
    net.post("/r/bindings/acts", {"act": "ask", "id": row.id})
    cut = f"device={core}&port={hostile}&finding={told.finding}"
    urls = [
        "/addresses/", f"/addresses/ranges/{told.prefix}", f"/addresses/find?q={IP}",
        f"/addresses/find?q={THIEF}", f"/addresses/find?q={hostile}&at={hostile}",
        *(f"/addresses/held?tab={tab}" for tab in TABS), f"/addresses/devices/{core}?all=1",
        f"/addresses/devices/{core}/plan", f"/addresses/isolate?{cut}", f"/addresses/release?{cut}",
        f"/r/bindings/{row.id}", f"/r/address-findings/{told.finding}", f"/search/?q={IP}",
    ]  # fmt: skip
    pages = {url: net.get(url) for url in urls}
    pages["lines"] = county.login("leader").get("/approvals/lines/binding")
    assert pages["lines"].text.count(MARK) >= 3  # holder, port, and whom it replaces
    assert {url: page.status_code for url, page in pages.items() if page.status_code >= 500} == {}
    assert {url: bad for url, page in pages.items() if (bad := Page(page.text).found)} == {}
    shown = [url for url, page in pages.items() if MARK in page.text]
    assert len(shown) >= len(urls) - 4, sorted(set(urls) - set(shown))
