"""Discovery on the pages: what is searched, what is proposed, what is registered."""

from typing import Any

import pytest
from sqlalchemy import select

from inventory.credential import Credential
from inventory.device import Device
from inventory.run import JobRun
from tests.web.county import County
from tests.web.reader import words


def credential(county: County) -> str:
    return str(county.rows(select(Credential.id))[0])


def searched(county: County, *found: dict[str, Any], **facts: Any) -> str:
    plain = {
        "port": 161, "credential": credential(county), "profile": "huawei_vrp", "kind": "switch",
        "sys_name": "", "sys_descr": "S5720", "sys_object_id": "1.3.6", "why": "", "known": "",
    }  # fmt: skip
    told = {
        "params": {"range": "10.41.2.0/24", "ping": True},
        "outcome": {"found": [plain | one for one in found], "asked": 254}, **facts,
    }  # fmt: skip
    return county.ran("discover", county.at, **told)


def devices(county: County) -> dict[str, Device]:
    return {row.name: row for row in county.rows(select(Device))}


def test_a_search_is_asked_for_within_ones_scope(county: County) -> None:
    net = county.login("net")
    assert "全县只读" in words(net.get("/discover/").text)
    answer = net.post(
        "/discover/",
        {"range": "10.41.2.10-12", "credentials": credential(county), "ports": "161，1161"},
    )
    run = county.rows(select(JobRun))[0]
    assert answer.headers["Location"] == f"/discover/{run.id}"
    assert (run.kind, run.state, run.centre_id) == (
        "discover", "asked", county.centres["county"].id,
    )  # fmt: skip
    assert run.params == {
        "range": "10.41.2.10-12", "credentials": [credential(county)], "ports": [161, 1161],
        "ping": False, "scope": [county.centres["county"].path],
    }  # fmt: skip
    page = net.get(answer.headers["Location"]).text
    assert f'hx-get="/jobs/{run.id}/progress"' in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"range": "", "ports": "161", "ping": "yes"}, "请填写地址范围"),
        ({"range": "10.0.0.0/8", "ports": "161", "ping": "yes"}, "超过 4096 个地址"),
        ({"range": "lankao", "ports": "161", "ping": "yes"}, "不是地址或范围"),
        ({"range": "10.1.1.1", "ports": "161"}, "至少选一个 SNMP 凭据，或者勾选 ping。"),
        ({"range": "10.1.1.1", "ports": "0", "ping": "yes"}, "端口应为 1–65535 的数字"),
        ({"range": "10.1.1.1", "ports": "", "ping": "yes"}, "端口应为 1–65535 的数字"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    county: County, form: dict[str, str], said: str
) -> None:
    answer = county.login("net").post("/discover/", form)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert f'value="{form["range"]}"' in answer.text
    assert county.rows(select(JobRun)) == []


@pytest.mark.parametrize("who", ["tech"])
def test_who_may_not_register_may_not_search(county: County, who: str) -> None:
    browser = county.login(who)
    assert browser.get("/discover/").status_code == 403
    assert browser.post("/discover/", {"range": "10.1.1.1"}).status_code == 403
    assert "发现设备" not in browser.get("/").text


def test_other_centres_searches_do_not_exist(county: County) -> None:
    run = searched(county, {"address": "10.41.2.7"})
    far = county.login("far")
    assert far.get(f"/discover/{run}").status_code == 404
    assert far.post(f"/discover/{run}/register", {"id": "0"}).status_code == 404
    assert county.login("net").get(f"/discover/{county.ran('walk', county.at)}").status_code == 404


def test_what_answered_is_proposed_and_what_is_known_is_marked(county: County) -> None:
    run = searched(
        county,
        {"address": "10.41.2.7", "sys_name": "DG-SW-01"},
        {"address": "10.41.0.1", "known": "兰考核心交换机"},
        {"address": "10.41.9.9", "known": "别处的设备"},
        {"address": "10.41.2.8", "credential": "", "why": "能 ping 通", "profile": "generic"},
    )
    net = county.login("net")
    new, everything = (net.get(f"/discover/{run}{q}").text for q in ("", "?all=1"))
    assert "未登记 2 全部应答 4" in words(new)
    assert 'value="DG-SW-01"' in new
    assert 'value="10.41.2.8"' in new
    assert "兰考核心交换机" not in words(new, "<tbody")
    assert "10.41.0.1 已登记 兰考核心交换机" in words(everything, "<tbody")
    assert "10.41.9.9 已登记 不在您的管辖范围内" in words(everything, "<tbody")
    assert "别处的设备" not in everything
    assert '<option value="huawei_vrp" selected>' in new


def test_ticked_devices_are_registered_together(county: County) -> None:
    run = searched(
        county,
        {"address": "10.41.2.7", "sys_name": "DG-SW-01"},
        {"address": "10.41.2.8", "port": 1161, "sys_name": "DG-UPS"},
        {"address": "10.41.2.9", "sys_name": "别登记"},
    )
    net = county.login("net")
    answer = net.post(
        f"/discover/{run}/register",
        {
            "id": ["0", "1"], "unit": county.centres["town"].id, "parent": county.ids["edge"],
            "v2c": "yes",
            "name-0": " 东岗镇交换机 ", "profile-0": "h3c_comware",
            "name-1": "东岗镇 UPS", "profile-1": "ups_rfc1628",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    known = devices(county)
    switch, ups = known["东岗镇交换机"], known["东岗镇 UPS"]
    assert (switch.v2c, ups.v2c) == (True, True)
    assert (switch.address, switch.profile, switch.kind, switch.snmp_id, switch.ping) == (
        "10.41.2.7", "h3c_comware", "switch", credential(county), True,
    )  # fmt: skip
    assert (ups.snmp_port, ups.kind, ups.parent_id, ups.centre_id, ups.simulated) == (
        1161, "ups", county.ids["edge"], county.centres["town"].id, False,
    )  # fmt: skip
    assert "别登记" not in known
    page = net.get(answer.headers["Location"]).text
    assert "已登记 2 台设备，一分钟内开始轮询。" in words(page)
    assert "未登记 1 全部应答 3" in words(page)


def test_all_or_nothing_with_the_cause_beside_each_row(county: County) -> None:
    run = searched(county, *({"address": f"10.41.2.{n}", "sys_name": f"S{n}"} for n in range(1, 5)))
    before = devices(county).keys()
    net = county.login("net")
    answer = net.post(
        f"/discover/{run}/register",
        {
            "id": ["0", "1", "2", "3"], "unit": county.centres["county"].id, "v2c": "yes",
            "name-0": "新交换机", "name-1": "", "name-2": "兰考核心交换机", "name-3": "新交换机",
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert devices(county).keys() == before
    shown = words(answer.text)
    assert "有 3 处不能登记，全部都没有写入。" in shown
    assert "名称：必须填写" in shown
    assert "名称：已有一条同样的设备：兰考核心交换机" in shown
    assert "名称：已有一条同样的设备：新交换机" in shown
    assert answer.text.count('class="row-wrong"') == 3
    assert 'value="新交换机"' in answer.text  # what was typed is still there


def test_speaking_in_clear_must_be_allowed(county: County) -> None:
    run = searched(county, {"address": "10.41.2.7", "sys_name": "S"})
    net = county.login("net")
    assert "允许 SNMP v2c（明文，只给不支持 v3 的老设备）" in words(
        net.get(f"/discover/{run}").text
    )
    form = {"id": "0", "name-0": "S", "unit": county.centres["town"].id}
    refused = net.post(f"/discover/{run}/register", form)
    assert (refused.status_code, "S" in devices(county)) == (422, False)
    assert "允许 SNMP v2c：所选凭据是 v2c，明文传输" in words(refused.text)
    net.post(f"/discover/{run}/register", form | {"v2c": "yes"})
    assert devices(county)["S"].unsafe == ("SNMP v2c 明文",)


def test_a_unit_or_parent_outside_the_scope_is_refused(county: County) -> None:
    run = searched(county, {"address": "10.41.2.7", "sys_name": "S"})
    net = county.login("net")
    for place in (
        {"unit": county.centres["other"].id},
        {"unit": county.centres["town"].id, "parent": county.ids["far"]},
        {"unit": ""},
    ):
        answer = net.post(f"/discover/{run}/register", {"id": "0", "name-0": "S", **place})
        assert (answer.status_code, "请重新选择" in words(answer.text)) == (422, True)
    assert "S" not in devices(county)


def test_nothing_ticked_registers_nothing(county: County) -> None:
    run = searched(county, {"address": "10.41.0.1"}, {"address": "10.41.2.7"})
    net = county.login("net")
    for ticked in ([], ["0"], ["99", "x"]):  # none; known already; nonsense
        answer = net.post(f"/discover/{run}/register", {"id": ticked})
        assert "没有勾选设备，没有登记。" in words(net.get(answer.headers["Location"]).text)


def test_nobody_answered(county: County) -> None:
    assert "没有设备应答" in words(county.login("net").get(f"/discover/{searched(county)}").text)


def test_many_answers_are_paged(county: County) -> None:
    run = searched(county, *({"address": f"10.41.2.{n}"} for n in range(1, 121)))
    page = county.login("net").get(f"/discover/{run}?page=3").text
    assert page.count('name="id"') == 20
    assert "共 120 项" in words(page)
