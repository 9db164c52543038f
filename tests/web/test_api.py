"""The JSON API from outside: what it tells whom, what it refuses and how, what it costs."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.audit import AuditRow, verify
from inventory.device import Device
from inventory.interface import Interface
from inventory.person import Person
from inventory.register import fields
from inventory.run import JobRun
from inventory.saved import SavedFilter
from tests.web.caller import V1, Caller, names, wrong
from tests.web.county import IDENTITY, PASSWORD, County, gauge, ports, selects
from web.api import answers


@pytest.fixture
def county(both: County) -> County:
    both.at -= timedelta(hours=2)  # room for later sweeps
    both.sweep(ups="down")
    return both


@pytest.fixture
def net(county: County) -> Caller:
    """The network administrator of 兰考."""
    return Caller(county, "net")


# Listing


def test_devices_by_the_page(net: Caller) -> None:
    first, second, third = (
        net.get("/devices", per_page=2, page=n, sort="address") for n in (1, 2, 3)
    )
    told = {"total": 4, "page": 1, "per_page": 2, "pages": 2}
    assert {key: first.json[key] for key in told} == told
    assert names(first) == ["兰考核心交换机", "城关镇交换机"]
    assert names(second) == ["城关镇接入交换机", "机房 UPS"]
    assert third.json["items"] == []


def test_a_list_leaves_with_the_head_of_the_chain(county: County, net: Caller) -> None:
    answer = net.get("/devices")
    with county.database.view(EVERYTHING) as session:
        (newest,) = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))
    assert answer.headers["X-Audit-Head"] == f"{newest.seq}:{newest.row_hash}"
    assert "X-Audit-Head" not in net.get(f"/devices/{county.ids['core']}").headers


FOUND = [
    ({"state": "down"}, ["机房 UPS"]),
    ({"state": "down,unknown"}, ["机房 UPS"]),
    ({"kind": "ups"}, ["机房 UPS"]),
    ({"search": "cgz"}, ["城关镇交换机", "城关镇接入交换机"]),
    ({"search": "10.41.0.2"}, ["城关镇交换机"]),
    ({"centre": "410225100"}, ["城关镇交换机", "城关镇接入交换机"]),
    (
        {"sort": "-address", "kind": "switch"},
        ["城关镇接入交换机", "城关镇交换机", "兰考核心交换机"],
    ),
    ({"retired": "true"}, []),
]


def test_devices_searched_filtered_sorted(net: Caller) -> None:
    asked = [{"sort": "address", **query} for query, _found in FOUND]
    assert [names(net.get("/devices", **query)) for query in asked] == [
        found for _query, found in FOUND
    ]


def test_a_device_in_full(county: County, net: Caller) -> None:
    county.ingest(county.poll("core", identity=IDENTITY, gauges=(gauge("cpu", 12.0),)))
    told = net.get(f"/devices/{county.ids['core']}").json
    assert told is not None
    assert told["identity"]["model"] == "S5720-28P"
    assert told["state"]["state"] == "up"
    assert told["state"]["cpu"] == 12.0
    assert datetime.fromisoformat(told["state"]["last_poll_at"]) == county.at
    assert told["state"]["last_poll_at"].endswith("+00:00")
    assert (told["centre"], told["parent"], told["revision"]) == ("兰考县", None, 1)
    assert set(told) == set(answers.FullDevice().fields)
    assert {field.name for field in fields(Device)} - set(told) == set()


def test_a_device_never_polled_is_unknown(county: County, net: Caller) -> None:
    with county.database.transaction(county.act("county")) as session:
        centre = county.centres["county"].id
        session.add(fresh := Device(centre_id=centre, name="新", address="10.1.1.1", kind="ups"))
    told = net.get(f"/devices/{fresh.id}").json
    assert (told["state"]["state"], told["state"]["since"]) == ("unknown", None)
    assert names(net.get("/devices", state="unknown")) == ["新"]


def test_interfaces_with_counters_and_rates(county: County, net: Caller) -> None:
    core = county.ids["core"]
    county.ingest(county.poll("core", identity=IDENTITY, ports=ports(1_000)))
    county.at += timedelta(seconds=100)
    county.ingest(county.poll("core", ports=ports(2**63 - 10_000)))
    answer = net.get(f"/devices/{core}/interfaces", per_page=2).json
    assert (answer["total"], [item["if_index"] for item in answer["items"]]) == (3, [1, 2])
    port = answer["items"][0]
    assert port["latest"]["in_octets"] == 2**63 - 10_000
    assert port["latest"]["in_bps"] == pytest.approx((2**63 - 11_000) * 8 / 100)
    assert datetime.fromisoformat(port["latest"]["at"]) == county.at
    assert (port["admin_up"], port["oper_up"], port["mac"]) == (True, True, "00:e0:fc:12:34:01")
    assert set(port) == set(answers.Interface().fields)


def test_gauges(county: County, net: Caller) -> None:
    told = gauge("temperature", 38.5, "℃", "1"), gauge("cpu", 3.0)
    county.ingest(county.poll("core", gauges=told))
    items = net.get(f"/devices/{county.ids['core']}/gauges").json["items"]
    assert [(g["metric"], g["slot"], g["unit"], g["value"]) for g in items] == [
        ("cpu", "", "%", 3.0), ("temperature", "1", "℃", 38.5)
    ]  # fmt: skip


@pytest.fixture
def sampled(county: County) -> dict[str, Any]:
    """Three cycles of the core's first port, and its id."""
    core, began = county.ids["core"], county.at - timedelta(hours=1)
    for n, grown in enumerate((1_000, 38_500, 0)):
        county.at = began + timedelta(seconds=300 * (n + 1))
        identity = IDENTITY if n == 0 else None
        county.ingest(county.poll("core", identity=identity, ports=ports(grown)))
    query = select(Interface.id).where(Interface.device_id == core, Interface.if_index == 1)
    return {"core": core, "port": county.rows(query)[0], "since": began.isoformat()}


def test_samples_of_an_interface(net: Caller, sampled: dict[str, Any]) -> None:
    query = {"interface": sampled["port"], "since": sampled["since"]}
    told = net.get(f"/devices/{sampled['core']}/samples", **query).json
    assert [(s["in_octets"], s["in_bps"], s["out_bps"]) for s in told["items"]] == [
        (1_000, None, None), (38_500, 1_000.0, 2_000.0), (0, None, None)  # a reset is no rate
    ]  # fmt: skip
    assert set(told["items"][0]) == set(answers.Sample().fields)
    assert set(told) == set(answers.Samples().fields)


def test_a_plus_in_an_address_means_a_plus(net: Caller, sampled: dict[str, Any]) -> None:
    url = f"/devices/{sampled['core']}/samples?interface={sampled['port']}"
    answer = net.send("get", f"{url}&since={sampled['since']}")  # + not as %2B
    assert (answer.status_code, len(answer.json["items"])) == (200, 3)


def test_samples_of_another_devices_interface(
    county: County, net: Caller, sampled: dict[str, Any]
) -> None:
    answer = net.get(f"/devices/{county.ids['edge']}/samples", interface=sampled["port"])
    assert wrong(answer) == {"interface": "这台设备没有这个接口"}


def test_events_since(county: County, net: Caller) -> None:
    county.sweep(core="down")
    ups, core = (net.get(f"/devices/{county.ids[name]}/events").json for name in ("ups", "core"))
    assert [event["facts"]["after"] for event in ups["items"]] == ["down", "up"]
    everything = net.get("/events").json
    assert [event["at"] for event in everything["items"]] == sorted(
        event["at"] for event in everything["items"]
    )
    last = core["items"][-1]
    assert (last["kind"], last["facts"]["after"]) == ("state", "down")
    newest = net.get("/events", since=last["at"]).json
    assert last["id"] in [event["id"] for event in newest["items"]]
    assert net.get("/events", since="2026-01-01T00:00:00Z", until=last["at"]).json["total"] == (
        everything["total"] - newest["total"]
    )


def test_centres(net: Caller) -> None:
    items = net.get("/centres").json["items"]
    assert [(c["code"], c["tier"]) for c in items] == [
        ("410225", "county"), ("410225100", "township")
    ]  # fmt: skip
    assert items[1]["path"].startswith(items[0]["path"])
    assert net.get("/centres", tier="township").json["total"] == 1


def test_a_register_as_its_export_tells_it(net: Caller) -> None:
    told = net.get("/registers/devices", search="cgzjr").json["items"][0]
    assert told["values"] | {"name": "城关镇接入交换机", "kind": "交换机"} == told["values"]
    assert told["values"]["parent_id"] == "城关镇交换机"
    assert (told["values"]["ping"], told["values"]["centre_id"]) == ("是", "410225100")


def test_registers_are_listed_with_their_fields(net: Caller) -> None:
    told = {item["slug"]: item for item in net.get("/registers").json["items"]}
    device = {field["name"]: field for field in told["devices"]["fields"]}
    assert device["kind"]["choices"]["ups"] == "UPS"
    assert (device["name"]["label"], device["name"]["required"]) == ("名称", True)
    assert told.keys() & {"people", "grants", "policy", "filters"} == set()


# Who


def test_accounts_and_credentials_need_an_administrator(county: County, net: Caller) -> None:
    county.let_out()
    boss, sec, tech = (Caller(county, who) for who in ("boss", "sec", "tech"))
    for slug, holders in (("people", (boss, sec)), ("credentials", (boss, net)),
                          ("grants", (boss, sec))):  # fmt: skip
        assert [one.get(f"/registers/{slug}").json["total"] > 0 for one in holders] == [True, True]
        for other in {tech, sec, net} - set(holders):
            assert other.get(f"/registers/{slug}").status_code == 403
    assert boss.get(f"/registers/{SavedFilter.slug}").status_code == 404


def test_nothing_outside_the_scope(county: County) -> None:
    far = Caller(county, "far")
    core, job = county.ids["core"], county.rows(select(JobRun.id))[0]
    for path in ("", "/interfaces", "/gauges", "/events", "/samples?interface=1"):
        assert far.get(f"/devices/{core}{path}").status_code == 404
    assert far.post(f"/devices/{core}/poll").status_code == 404
    assert far.patch(f"/devices/{core}", {"revision": 1}).status_code == 404
    assert far.get(f"/jobs/{job}").status_code == 404
    assert far.post(f"/jobs/{job}/cancel").status_code == 404
    assert names(far.get("/devices")) == ["洛阳核心交换机"]
    assert far.get("/events").json["total"] == 0  # the county's UPS is down: not theirs to know
    county.sweep(far="down")
    assert far.get("/events").json["total"] == 1
    assert names(far.get("/centres")) == ["洛阳市"]
    assert wrong(far.get("/devices", centre="410225")) == {
        "centre": "没有这个单位，或它不在您的管辖范围内"
    }


def test_a_county_is_not_registered_from_outside(county: County) -> None:
    body = {"name": "x", "address": "10.9.9.9", "kind": "switch", "centre_id": "410225"}
    assert list(wrong(Caller(county, "far").post("/devices", body))) == ["centre_id"]


def test_a_technician_may_look_but_not_touch(county: County) -> None:
    tech, core = Caller(county, "tech"), county.ids["core"]
    assert tech.get(f"/devices/{core}").status_code == 200
    refused = [
        tech.post("/devices", {}),
        tech.patch(f"/devices/{core}", {}),
        tech.post(f"/devices/{core}/poll"),
        tech.post("/jobs/none/cancel"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4


def test_a_program_sends_its_token_with_each_request(county: County) -> None:
    client, token = county.app.test_client(use_cookies=False), county.token("net")
    assert client.get(f"{V1}/devices", headers=token).json["total"] == 4
    asked = client.post(f"{V1}/devices/{county.ids['core']}/poll", headers=token)
    assert (asked.status_code, asked.json["requested_name"]) == (202, "李网")


def test_without_a_login_it_asks_for_a_token(county: County) -> None:
    client = county.app.test_client()
    stranger = client.get(f"{V1}/devices")
    liar = client.get(f"{V1}/devices", headers={"Authorization": "Bearer netops_nonsense"})
    password = client.get(f"{V1}/devices", auth=("net", PASSWORD))
    assert [a.status_code for a in (stranger, liar, password)] == [401] * 3
    assert set(stranger.json or ()) == {"message", "detail"}
    assert {a.headers["WWW-Authenticate"] for a in (stranger, liar, password)} == {
        'Bearer realm="netops"'
    }


def test_a_first_password_opens_nothing(county: County) -> None:
    token = county.token("net")
    with county.database.transaction(county.act("city")) as session:
        query = select(Person).where(Person.login == "net")
        session.scalars(query).one().set_password(PASSWORD, must_change=True)
    answer = county.app.test_client().get(f"{V1}/devices", headers=token)
    assert (answer.status_code, set(answer.json or ())) == (403, {"message", "detail"})
    assert "口令" in answer.json["message"]


def test_a_cookie_writes_only_with_the_token(county: County) -> None:
    browser = county.login("net")
    url = f"{V1}/devices/{county.ids['core']}/poll"
    bare = browser.client.post(url)
    assert (bare.status_code, set(bare.json or ())) == (400, {"message", "detail"})
    done = browser.client.post(url, headers={"X-CSRFToken": browser.token})
    assert done.status_code == 202
    assert browser.client.get(f"{V1}/devices").status_code == 200


# Writing


def test_a_device_is_registered(county: County, net: Caller) -> None:
    body = {
        "name": "考城镇接入交换机", "address": "10.41.7.2", "kind": "交换机", "snmp_port": 1161,
        "centre_id": "410225", "parent_id": "兰考核心交换机", "snmp_id": "全县只读", "v2c": True,
        "ping": False, "timeout": 2.5, "note": None,
    }  # fmt: skip
    answer = net.post("/devices", body)
    told = answer.json
    assert answer.status_code == 201, told
    assert answer.headers["Location"] == f"{V1}/devices/{told['id']}"
    row = county.one(Device, told["id"])
    assert (row.kind, row.snmp_port, row.ping, row.timeout) == ("switch", 1161, False, 2.5)
    assert (row.parent_id, row.centre_id) == (county.ids["core"], county.centres["county"].id)
    assert row.snmp_id is not None
    audit = county.rows(select(AuditRow).where(AuditRow.thing_id == row.id))
    assert [(a.actor_name, a.act, a.origin) for a in audit] == [
        ("李网", "新增设备", "api 127.0.0.1")
    ]


def test_wrong_input_names_each_field_and_nothing_is_written(county: County, net: Caller) -> None:
    body = {"name": "x", "address": "10.41.7", "snmp_port": 99999, "colour": "red", "kind": ["a"],
            "location": "a\x00b", "ssh_id": "\ud800"}  # fmt: skip
    answer = net.send("post", "/devices", data=json.dumps(body), content_type="application/json")
    causes = wrong(answer)
    assert causes.keys() == {
        "address", "snmp_port", "colour", "kind", "location", "ssh_id", "centre_id"
    }  # fmt: skip
    assert causes["centre_id"] == "必须填写"
    labels = {error["field"]: error["label"] for error in answer.json["errors"]}
    assert (labels["address"], labels["snmp_port"]) == ("管理地址", "SNMP 端口")
    assert county.rows(select(Device.id).where(Device.name == "x")) == []


def test_wrong_input_in_english(net: Caller) -> None:
    answer = net.get("/devices?page=0&lang=en")
    assert answer.json == {
        "message": "The input is wrong. Nothing was done.",
        "errors": [{"field": "page", "label": "Page", "cause": "must be a whole number 1–1000000"}],
    }


def test_a_change_needs_the_revision_it_is_about(county: County, net: Caller) -> None:
    path = f"/devices/{county.ids['core']}"
    assert list(wrong(net.patch(path, {"location": "A"}))) == ["revision"]
    first = net.patch(path, {"location": "A", "revision": 1})
    assert (first.status_code, first.json["revision"], first.json["location"]) == (200, 2, "A")
    stale = net.patch(path, {"location": "B", "revision": 1})
    assert (stale.status_code, set(stale.json or ())) == (409, {"message", "detail"})
    assert "已被别人修改过" in stale.json["message"]
    assert county.one(Device, county.ids["core"]).location == "A"
    with county.database.view(EVERYTHING) as session:
        assert verify(session) is None


def test_a_change_touches_only_what_it_names(county: County, net: Caller) -> None:
    before = net.get(f"/devices/{county.ids['leaf']}").json
    after = net.patch(f"/devices/{county.ids['leaf']}", {"revision": 1, "paused": True}).json
    assert {key for key in before if before[key] != after[key]} == {"paused", "revision"}


def test_a_name_twice_is_refused(net: Caller) -> None:
    body = {"name": "机房 UPS", "address": "10.9.9.9", "kind": "ups", "centre_id": "410225"}
    assert list(wrong(net.post("/devices", body))) == ["name"]


def test_what_is_retired_is_not_changed(county: County, net: Caller) -> None:
    with county.database.transaction(county.act("county")) as session:
        session.get_one(Device, county.ids["ups"]).turn(gone=True)
    path = f"/devices/{county.ids['ups']}"
    assert net.get(path).json["retired_at"] is not None
    assert net.patch(path, {"revision": 2, "location": "A"}).status_code == 409
    assert net.post(f"{path}/poll").status_code == 409
    assert names(net.get("/devices", retired="true")) == ["机房 UPS"]


# Jobs


def test_a_poll_is_asked_for_watched_and_cancelled(county: County, net: Caller) -> None:
    path = f"/devices/{county.ids['core']}/poll"
    asked = net.post(path)
    assert (asked.status_code, asked.json["state"]) == (202, "asked")
    assert asked.headers["Location"] == f"{V1}/jobs/{asked.json['id']}"
    assert asked.json["subject"] == county.ids["core"]
    assert net.post(path).json["id"] == asked.json["id"]  # not queued twice
    assert set(asked.json) == set(answers.Job().fields)
    job = f"/jobs/{asked.json['id']}"
    assert net.get(job).json == asked.json
    cancelled = net.post(f"{job}/cancel").json
    assert (cancelled["state"], cancelled["cancel_requested"]) == ("cancelled", True)
    again = net.post(f"{job}/cancel")
    assert (again.status_code, "已取消" in again.json["message"]) == (409, True)
    assert net.post(path).json["id"] != asked.json["id"]


def test_a_running_job_is_asked_to_stop(county: County, net: Caller) -> None:
    run = county.ran("walk", county.at, state="running")
    told = net.post(f"/jobs/{run}/cancel").json
    assert (told["state"], told["cancel_requested"]) == ("running", True)


def test_a_paused_device_is_not_polled(county: County, net: Caller) -> None:
    with county.database.transaction(county.act("county")) as session:
        session.get_one(Device, county.ids["core"]).paused = True
    answer = net.post(f"/devices/{county.ids['core']}/poll")
    assert (answer.status_code, "已暂停监测" in answer.json["message"]) == (409, True)


# Never


def test_no_secret_in_any_answer(county: County) -> None:
    county.let_out()
    boss = Caller(county, "boss")
    device, job = county.ids["core"], county.rows(select(JobRun.id))[0]
    paths = ["/devices", "/centres", "/events", "/registers", f"/jobs/{job}"]
    paths += [f"/devices/{device}{part}" for part in ("", "/interfaces", "/gauges", "/events")]
    paths += [f"/registers/{slug}" for slug in ("people", "credentials", "devices", "grants")]
    said = [boss.get(path) for path in paths]
    told = "".join(answer.get_data(as_text=True) for answer in said)
    secrets = ("s3cret-community", "argon2", PASSWORD, "v1.")  # v1. begins what is sealed
    assert {answer.status_code for answer in said} == {200}
    assert [secret for secret in secrets if secret in told] == []


COSTS = [  # SELECTs, four of which find out who asks, one of a list the head of the chain
    ("/devices", 9), ("/devices?per_page=200&search=a&sort=-cpu&centre=410225", 10),
    ("/devices/{core}", 7), ("/devices/{core}/interfaces", 8), ("/devices/{core}/gauges", 6),
    ("/events", 7), ("/centres", 7), ("/registers/devices", 13), ("/jobs/{job}", 5),
]  # fmt: skip


def test_what_a_question_costs_whatever_the_county(county: County, net: Caller) -> None:
    with county.database.transaction(county.act("city")) as session:
        town = county.centres["town"].id
        session.add_all(
            Device(
                centre_id=town, name=f"a{n:03}", address=f"10.3.0.{n}", kind="switch",
                parent_id=county.ids["edge"],
            )
            for n in range(120)
        )  # fmt: skip
    job = county.rows(select(JobRun.id))[0]
    seen = []
    for path, most in COSTS:
        with selects(county.database) as sent:
            answer = net.get(path.format(core=county.ids["core"], job=job))
        seen.append((path, answer.status_code, len(sent), len(sent) <= most))
    assert [row for row in seen if row[1] != 200 or not row[3]] == []
