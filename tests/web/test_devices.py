"""One device's pages: state and why, ports, sensors, graphs, acts; nothing outside the scope."""

import csv
import html
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.audit import AuditRow
from inventory.credential import Credential
from inventory.device import Device
from inventory.interface import Interface
from inventory.run import JobRun
from inventory.state import Gauge
from netops.profile import profile_named
from tests.web.county import County, gauge, ports, selects
from tests.web.reader import words

TABS = ("", "head", "ports", "sensors", "log", "changes", "walk/", "graph.csv")


def at(county: County, device: str, tab: str = "") -> str:
    return f"/devices/{county.ids[device]}/{tab}"


@pytest.mark.parametrize("tab", TABS)
def test_outside_the_scope_there_is_no_such_device(county: County, tab: str) -> None:
    assert county.login("far").get(at(county, "core", tab)).status_code == 404
    assert county.login("net").get("/devices/01none/").status_code == 404


@pytest.mark.parametrize("act", ["poll", "pause", "walk/"])
def test_acting_outside_the_scope_changes_nothing(county: County, act: str) -> None:
    answer = county.login("far").post(at(county, "core", act), {"paused": "yes", "oid": "1.3.6"})
    assert answer.status_code == 404
    assert county.rows(select(JobRun)) == []
    assert county.one(Device, county.ids["core"]).paused is False


@pytest.mark.parametrize("act", ["poll", "pause", "walk/"])
def test_who_may_only_look_cannot_act(county: County, act: str) -> None:
    tech = county.login("tech")
    assert tech.post(at(county, "core", act), {"paused": "yes"}).status_code == 403
    page = tech.get(at(county, "core")).text
    assert "立即轮询" not in words(page)
    assert "暂停监测" not in words(page)


def test_state_since_and_why_come_first(county: County) -> None:
    county.sweep(core="down", edge="down")
    core, edge = (county.login("net").get(at(county, name)).text for name in ("core", "edge"))
    assert re.search(r"中断 \d+ 秒 10.41.0.1 没有应答", words(core))
    assert "timeout after 2 tries of 2.0 s" in core  # folded
    assert "上级“兰考核心交换机”中断，本设备无法到达" in words(edge)
    assert f'<a href="{at(county, "core")}">看上级设备</a>' in edge


def test_what_the_device_says_of_itself(county: County) -> None:
    county.count("core")
    shown = words(county.login("tech").get(at(county, "core")).text)
    for text in ("自报名称 LK-CORE", "型号 S5720-28P", "序列号 2102359305", "软件版本 V200R010"):
        assert text in shown
    assert "S5720 Versatile Routing Platform" in shown


def test_facts_name_the_credential_and_never_show_it(county: County) -> None:
    credential = county.rows(select(Credential.id))[0]
    with county.database.transaction(county.act()) as session:
        device = session.get_one(Device, county.ids["core"])
        device.snmp_id, device.v2c, device.telnet = credential, True, True
    net = county.login("net")
    pages = [net.get(at(county, "core", tab)).text for tab in ("", "changes", "head")]
    assert "SNMP 凭据 全县只读" in words(pages[0])
    assert "所属单位 兰考县" in words(pages[0])
    assert "Telnet" in words(pages[2])
    assert not any("s3cret" in page for page in pages)


def test_what_lies_outside_the_scope_is_not_named(county: County) -> None:
    shown = words(county.login("town").get(at(county, "edge")).text)
    assert "上级设备 …" in shown
    assert "兰考核心交换机" not in shown


def test_ports_with_their_rates(county: County) -> None:
    county.count("core", octets=37_500_000, seconds=60)
    shown = words(county.login("net").get(at(county, "core", "ports")).text)
    row = re.search(r"GigabitEthernet0/0/2 至乡镇 2 连通 (.*?) GigabitEthernet0/0/3", shown)
    assert row
    assert row[1] == "1 Gbit/s 2 % 10 Mbit/s 20 Mbit/s 0 0 —"
    assert "GigabitEthernet0/0/3 至乡镇 3 已关闭" in shown


def test_ports_can_be_sorted_and_narrowed(county: County) -> None:
    county.count("core")
    net = county.login("net")

    def names(query: str) -> list[str]:
        page = net.get(at(county, "core", f"ports{query}")).text
        return re.findall(r">GigabitEthernet0/0/(\d)<", page)

    assert names("") == ["1", "2", "3"]
    assert names("?sort=-in") == ["3", "2", "1"]
    assert names("?up=1&sort=-name") == ["2", "1"]
    assert names("?sort=nonsense&page=99") == ["1", "2", "3"]


def test_a_port_that_changed_says_when(county: County) -> None:
    county.count("core")
    county.ingest(county.poll("core", at=datetime.now(UTC), ports=ports(1, up=(1,)), uptime=9e6))
    page = county.login("net").get(at(county, "core", "ports")).text
    assert re.search(r"GigabitEthernet0/0/2 至乡镇 2 未连接 .*? \d+ 秒 Gig", words(page))
    assert "兰考核心交换机 端口 GigabitEthernet0/0/2 断开" in words(
        county.login("net").get(at(county, "core", "log")).text
    )


def test_thousands_of_ports_are_paged(county: County) -> None:
    with county.database.observe() as session:
        session.add_all(
            Interface(
                device_id=county.ids["core"], centre_id=county.centres["county"].id, if_index=n,
                name=f"eth{n}", seen_at=county.at,
            )
            for n in range(2500)
        )  # fmt: skip
    net = county.login("net")
    with selects(county.database) as sent:
        page = net.get(at(county, "core", "ports?page=2")).text
    assert len(re.findall(r">eth\d+<", page)) == 100
    assert ">eth100<" in page
    assert "共 2,500 项" in words(page)
    assert len(sent) <= 15


def test_a_live_table_is_only_itself_and_costs_nothing_unchanged(county: County) -> None:
    county.count("core")
    net = county.login("net")
    first = net.get(at(county, "core", "ports?sort=-in"), headers={"X-Live": "1"})
    assert "<html" not in first.text
    assert 'href="/devices/' in first.text
    assert "sort=in" in first.text  # links of the fragment stay links of the page
    tag = {"X-Live": "1", "If-None-Match": first.headers["ETag"]}
    assert net.get(at(county, "core", "ports?sort=-in"), headers=tag).status_code == 304


def test_sensors_in_words_with_limits_and_their_reason(county: County) -> None:
    county.measure(
        "ups", gauge("output_source", 5, ""), gauge("battery_temperature", 36.5, "℃"),
        gauge("battery_seconds", 90, "s"), gauge("input_voltage", 226, "V", "1"),
    )  # fmt: skip
    shown = words(county.login("net").get(at(county, "ups", "sensors")).text)
    assert "严重 输出来源 — 电池" in shown
    assert "警告 电池温度 — 36.5 ℃ 警告 ≥ 35 ℃ · 严重 ≥ 40 ℃ 管理规范第一百零六条" in shown
    assert "警告 已用电池供电 — 1 分钟 警告 ≥ 30 秒 · 严重 ≥ 5 分钟" in shown
    assert "— 输入电压 1 226 V" in shown


def test_visits_and_events(county: County) -> None:
    county.sweep(core="down")
    shown = words(county.login("net").get(at(county, "core", "log")).text)
    assert re.search(r"\d\d:\d\d:\d\d 中断 12 ms 10.41.0.1 没有应答", shown)
    assert "兰考核心交换机 中断：10.41.0.1 没有应答" in shown


def test_changes_tell_who_did_what(county: County) -> None:
    with county.database.transaction(county.act()) as session:
        device = session.get_one(Device, county.ids["edge"])
        device.name, device.parent_id = "城关镇核心", county.ids["ups"]
    shown = words(county.login("net").get(at(county, "edge", "changes")).text)
    assert "张三 试验 名称 城关镇交换机 → 城关镇核心 ； 上级设备 兰考核心交换机 → 机房 UPS" in shown


def _charts(page: str) -> list[dict[str, object]]:
    return [json.loads(html.unescape(found)) for found in re.findall(r'data-chart="(.*?)"', page)]


def _sampled(county: County, minutes: list[int]) -> str:
    """Counters of port 1 at these minutes before now; returns the port's id."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for number, minute in enumerate(minutes):
        when = now - timedelta(minutes=now.minute % 5 + minute)
        county.count_at("core", when, number * 37_500_000)
    return str(county.rows(select(Interface.id).where(Interface.if_index == 1))[0])


def test_a_graph_of_rates_with_gaps_left_as_gaps(county: County) -> None:
    port = _sampled(county, [60, 55, 50, 30, 25])
    page = county.login("net").get(at(county, "core", f"?port={port}")).text
    chart = _charts(page)[0]
    assert chart["unit"] == "bit/s"
    assert chart["limit"] == {"name": "带宽 1 Gbit/s", "value": 1_000_000_000}
    into, out = chart["series"]  # type: ignore[misc]
    assert (into["kind"], out["kind"]) == ("in", "out")
    assert [value for _, value in into["points"]] == [1e6, 1e6, None, 1e6]
    assert [value for _, value in out["points"]] == [2e6, 2e6, None, 2e6]


def test_a_poll_on_demand_makes_no_spike(county: County) -> None:
    port = _sampled(county, [60, 55, 50, 45])
    odd = datetime.now(UTC) - timedelta(minutes=52, seconds=7)
    county.count_at("core", odd, 80_000_000)
    chart = _charts(county.login("net").get(at(county, "core", f"?port={port}")).text)[0]
    into = chart["series"][0]  # type: ignore[index]
    assert {value for _, value in into["points"]} == {1e6}


def test_a_sensor_has_its_graph_and_its_limit(county: County) -> None:
    county.sweep()
    old = datetime.now(UTC) - timedelta(minutes=5)
    county.ingest(county.poll("core", at=old, gauges=(gauge("cpu", 38),)))
    county.measure("core", gauge("cpu", 41))
    chart = _charts(county.login("net").get(at(county, "core")).text)[0]
    assert chart["limit"] == {"name": "警告 80 %", "value": 80}
    assert [value for _, value in chart["series"][0]["points"]] == [38, 41]  # type: ignore[index]


def test_the_samples_as_a_sheet(county: County) -> None:
    port = _sampled(county, [60, 55, 50])
    net = county.login("net")
    answer = net.get(at(county, "core", f"graph.csv?port={port}"))
    rows = list(csv.reader(answer.data.decode("utf-8-sig").splitlines()))
    assert rows[0] == ["时间", "入 bit/s", "出 bit/s"]
    assert [row[1:] for row in rows[1:-1]] == [["1000000.0", "2000000.0"]] * 2
    assert rows[-1][0].startswith("# 审计链头 ")
    other = county.rows(select(Gauge.id))
    assert net.get(at(county, "edge", f"graph.csv?port={port}")).status_code == 404
    assert other == []


def test_poll_now_asks_the_worker_once(county: County) -> None:
    county.sweep()
    net = county.login("net")
    first, again = (net.post(at(county, "core", "poll")) for _ in range(2))
    runs = county.rows(select(JobRun).where(JobRun.kind == "poll"))
    assert len(runs) == 1
    run = runs[0]
    assert (run.subject, run.state, run.requested_name, run.slot) == (
        county.ids["core"], "asked", "李网", run.id,
    )  # fmt: skip
    assert first.headers["Location"] == again.headers["Location"]
    page = net.get(first.headers["Location"]).text
    assert f'hx-get="/jobs/{run.id}/progress"' in page
    assert "等待执行 立即轮询" in words(page)


@pytest.mark.parametrize(
    ("state", "outcome", "said"),
    [
        ("done", {"ms": 42, "why": ""}, "轮询完成，设备在 42 毫秒内应答了全部内容。"),
        ("done", {"ms": 42, "why": "没有应答"}, "轮询完成，设备没有正常应答：没有应答"),
        ("done", {"ms": None, "why": ""}, "没有轮询：设备已暂停监测或已停用。"),
        ("failed", {"detail": "KeyError"}, "没有完成：值守台内部错误"),
        ("cancelled", {}, "已取消。"),
    ],
)
def test_the_result_shows_on_the_page(
    county: County, state: str, outcome: dict[str, object], said: str
) -> None:
    run = county.ran(
        "poll", county.at, state=state, outcome=outcome, subject=county.ids["core"],
        note="值守台内部错误",
    )  # fmt: skip
    page = county.login("net").get(at(county, "core", f"?job={run}")).text
    assert said in words(page)
    other = county.login("net").get(at(county, "ups", f"?job={run}")).text
    assert said not in words(other)


def test_pausing_is_audited_and_ends_the_polling(county: County) -> None:
    net = county.login("net")
    net.post(at(county, "core", "pause"), {"paused": "yes"})
    assert county.one(Device, county.ids["core"]).paused is True
    newest = county.rows(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))[0]
    assert (newest.act, newest.actor_name, newest.after) == ("暂停监测", "李网", '{"paused":true}')
    answer = net.post(at(county, "core", "poll"))
    assert county.rows(select(JobRun)) == []
    assert "设备已暂停监测或已停用，没有轮询。" in words(net.get(answer.headers["Location"]).text)
    net.post(at(county, "core", "pause"), {"paused": "no"})
    assert county.one(Device, county.ids["core"]).paused is False


def test_a_walk_is_asked_for_with_a_preset_or_an_oid(county: County) -> None:
    with county.database.transaction(county.act()) as session:
        device = session.get_one(Device, county.ids["core"])
        device.snmp_id, device.v2c = county.rows(select(Credential.id))[0], True
    net = county.login("net")
    url = at(county, "core", "walk/")
    assert "接口（IF-MIB）" in words(net.get(url).text)
    answer = net.post(url, {"preset": "1.3.6.1.2.1.2.2", "oid": ""})
    run = county.rows(select(JobRun))[0]
    assert answer.headers["Location"] == f"/jobs/{run.id}"
    assert (run.kind, run.params, run.centre_id) == (
        "walk", {"oid": "1.3.6.1.2.1.2.2"}, county.centres["county"].id,
    )  # fmt: skip
    wrong = net.post(url, {"preset": "1.3.6.1.2.1.2.2", "oid": "ifTable"})
    assert wrong.status_code == 422
    assert "“ifTable”不是 OID" in html.unescape(words(wrong.text))
    net.post(url, {"oid": ".1.3.6.1.2.1.33."})
    assert [r.params["oid"] for r in county.rows(select(JobRun).order_by(JobRun.id))][1:] == [
        "1.3.6.1.2.1.33"
    ]


def test_no_credential_no_walk(county: County) -> None:
    answer = county.login("net").post(at(county, "core", "walk/"), {"preset": "1.3.6.1.2.1.1"})
    assert answer.status_code == 422
    assert "这台设备没有选 SNMP 凭据" in words(answer.text)


@pytest.mark.parametrize(
    ("lang", "told"), [("zh", "未经实机验证"), ("en", "not verified on a real device")]
)
def test_what_no_real_device_has_shown_is_said(county: County, lang: str, told: str) -> None:
    with county.database.transaction(system("换型号模板")) as session:
        session.get_one(Device, county.ids["core"]).profile = "huawei_usg"
    page = county.login("net").get(f"{at(county, 'core')}?lang={lang}").text
    assert told in words(page)
    with county.database.transaction(system("换型号模板")) as session:
        session.get_one(Device, county.ids["core"]).profile = "huawei_ups"
    page = county.login("net").get(f"{at(county, 'core')}?lang={lang}").text
    assert (told in words(page)) == bool(profile_named("huawei_ups").unproven)
