"""The first page: what is wrong and why, within the person's scope, in few statements."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from inventory.device import Device
from inventory.run import JobRun
from netops.errors import AuthRejected
from tests.web.county import County, gauge, selects
from tests.web.reader import tiles, words


def test_a_cause_stands_above_what_it_cuts_off(county: County) -> None:
    county.sweep(core="down", edge="down", leaf="down")
    page = county.login("net").get("/").text
    assert tiles(page) == {
        "正常": "1", "中断": "1", "不可达（因上级）": "2", "未知": "0", "暂停": "0",
    }  # fmt: skip
    shown = words(page)
    assert "中断 1 台：兰考核心交换机；另有 2 台因此不可达，不单独计为故障。" in shown
    cause = page[page.index('class="list list-tall problems"') :]
    assert len(re.findall("<tr>", cause.split("</table>")[0])) == 2  # the header and one cause
    assert "影响 2 台下级： 城关镇交换机 、 城关镇接入交换机" in words(cause, "<tbody")


def test_everything_well_says_so(county: County) -> None:
    county.sweep()
    shown = words(county.login("net").get("/").text)
    assert "全部设备正常。" in shown
    assert "没有要处理的问题" in shown


def test_what_nobody_can_tell_is_not_a_fault(county: County) -> None:
    county.sweep(ups=AuthRejected("SNMP 凭据被拒绝，请核对团体名"))
    page = county.login("net").get("/").text
    assert (tiles(page)["中断"], tiles(page)["未知"]) == ("0", "1")
    assert "状态未知 1 台。" in words(page)
    assert "SNMP 凭据被拒绝，请核对团体名" in words(page)


def test_sensors_beyond_their_limits(county: County) -> None:
    county.sweep()
    county.measure("core", gauge("cpu", 85), gauge("temperature", 30, "℃"))
    county.measure("ups", gauge("output_source", 5, ""), gauge("battery_charge", 60))
    page = county.login("net").get("/").text
    assert "严重告警 1 台；警告 1 台。" in words(page)
    rows = words(page, '<table class="list list-tall problems"').split("</table>")[0]
    assert "严重 机房 UPS 兰考县" in rows
    assert "电池电量 60 % 警告 ≤ 70 % · 严重 ≤ 50 %" in rows
    assert "输出来源 电池" in rows
    assert rows.index("机房 UPS") < rows.index("兰考核心交换机")
    assert "温度 30" not in rows


def test_a_sensor_of_yesterday_warns_of_nothing(county: County) -> None:
    county.sweep()
    old = datetime.now(UTC) - timedelta(days=1)
    county.ingest(county.poll("core", at=old, gauges=(gauge("cpu", 99),)))
    assert "严重告警" not in county.login("net").get("/").text


def test_paused_devices_are_nobodys_trouble(county: County) -> None:
    county.sweep(core="down")
    with county.database.transaction(county.act()) as session:
        session.get_one(Device, county.ids["core"]).paused = True
    page = county.login("net").get("/").text
    assert (tiles(page)["中断"], tiles(page)["暂停"]) == ("0", "1")
    assert "没有要处理的问题" in words(page)


def test_each_sees_what_is_theirs(county: County) -> None:
    county.sweep(core="down", edge="down", leaf="down", far="down")
    far = words(county.login("far").get("/").text)
    assert "中断 1 台：洛阳核心交换机。" in far
    assert "兰考" not in far
    town = county.login("town").get("/").text
    assert (tiles(town)["中断"], tiles(town)["不可达（因上级）"]) == ("0", "2")
    assert "不可达 2 台，上级不在监测之列。" in words(town)
    assert "2 台设备 上级设备已暂停、已停用，或不在您的管辖范围内。" in words(town)
    assert "洛阳" not in words(town)


def test_units_are_those_directly_below_ones_own(county: County) -> None:
    county.sweep(edge="down")
    net, boss = (county.login(who).get("/").text for who in ("net", "boss"))
    found = re.search(r'<ul class="units">.*?</ul>', net, re.DOTALL)
    assert found
    assert words(found[0]).strip() == "城关镇 中断 1 / 2 兰考县 正常 2"
    assert '<ul class="units">' not in boss  # the city has one county: nothing to compare


def test_busiest_ports_by_share_of_their_speed(county: County) -> None:
    county.sweep()
    county.count("core", octets=750_000_000)
    shown = words(county.login("net").get("/status/ports").text)
    ports = re.findall(r"(GigabitEthernet0/0/\d) 至乡镇 \d (\d+) %", shown)
    names = [f"GigabitEthernet0/0/{n}" for n in (3, 2, 1)]
    assert ports == [*zip(names, ["60", "40", "20"], strict=True)]


def test_recent_events_link_to_their_device(county: County) -> None:
    county.sweep(core="down")
    page = county.login("net").get("/").text
    assert f'href="/devices/{county.ids["core"]}/"' in page[page.index('class="events"') :]
    assert "兰考核心交换机 中断：10.41.0.1 没有应答" in words(page, '<ol class="events"')


def test_the_first_start_offers_one_next_act(county: County) -> None:
    with county.database.transaction(county.act("city")) as session:
        for row in session.query(Device):
            row.turn(gone=True)
    editor, reader = (words(county.login(who).get("/").text) for who in ("net", "tech"))
    assert "还没有登记设备" in editor
    assert "登记第一台设备" in editor
    assert "登记第一台设备" not in reader
    assert "由网络管理员登记后，这里显示运行状态。" in reader


def test_a_background_that_stopped_is_told_in_red(county: County) -> None:
    county.sweep()
    net = county.login("net")
    assert "后台没有在轮询" not in net.get("/").text
    with county.database.observe() as session:
        session.query(JobRun).one().ended_at = datetime.now(UTC) - timedelta(seconds=181)
    page = net.get("/status/live").text
    assert '<div class="note note-critical" role="alert">' in page
    assert "后台没有在轮询：最近一次轮询完成于" in words(page)


def test_an_unchanged_fragment_is_not_sent_again(county: County) -> None:
    county.sweep()
    net = county.login("net")
    first = net.get("/status/live")
    again = net.get("/status/live", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    county.sweep(core="down")
    fresh = net.get("/status/live", headers={"If-None-Match": first.headers["ETag"]})
    assert fresh.status_code == 200


@pytest.mark.parametrize("url", ["/", "/status/live", "/status/ports"])
def test_the_number_of_statements_does_not_grow_with_the_fleet(county: County, url: str) -> None:
    county.sweep(core="down", edge="down", leaf="down")
    county.measure("ups", gauge("battery_charge", 40))
    net = county.login("net")
    with selects(county.database) as few:
        net.get(url)
    for key in county.add(120):
        county.ids |= {key: key}  # type: ignore[operator]
    county.sweep(**dict.fromkeys(["core", "edge", "leaf", *[*county.ids][5:60]], "down"))
    with selects(county.database) as many:
        net.get(url)
    assert len(many) == len(few)
    assert len(many) <= 17  # of which one counts the bell


def test_more_causes_than_fit_are_counted(county: County) -> None:
    for key in county.add(40):
        county.ids |= {key: key}  # type: ignore[operator]
    county.sweep(**dict.fromkeys([*county.ids][5:], "down"))
    page = county.login("net").get("/").text
    assert "中断 40 台：" in words(page)
    assert len(re.findall('state-critical">中断', page[page.index("problems") :])) >= 30
    assert "只列出最严重的" in words(page)


def test_without_a_login_there_is_nothing(county: County) -> None:
    answer = county.app.test_client().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=%2F")
