"""One search for all: registers by any of their names, ports by MAC; within the scope."""

import re

import pytest

from inventory.equipment import Equipment
from inventory.staff import Staff
from tests.web.county import County
from tests.web.reader import words


@pytest.mark.parametrize("text", ["兰考核心", "lkhx", "10.41.0.1", "LKHXJHJ"])
def test_a_device_by_name_initials_or_address(county: County, text: str) -> None:
    page = county.login("net").get("/search/", query_string={"q": text}).text
    assert f'href="/devices/{county.ids["core"]}/"' in page
    assert "设备 1" in words(page)


@pytest.mark.parametrize("mac", ["00e0-fc12-3402", "00:E0:FC:12:34:02", "00e0.fc12.3402"])
def test_a_port_by_its_mac_in_any_notation(county: County, mac: str) -> None:
    county.count("core")
    page = county.login("net").get("/search/", query_string={"q": mac}).text
    assert re.search(r"兰考核心交换机 GigabitEthernet0/0/2 至乡镇 2 00:e0:fc:12:34:02", words(page))


def test_a_port_by_its_alias(county: County) -> None:
    county.count("core")
    assert "端口 3" in words(county.login("net").get("/search/?q=至乡镇").text)


def test_units_are_found_too(county: County) -> None:
    page = county.login("net").get("/search/?q=cgz").text
    assert "单位 1" in words(page)
    assert "城关镇接入交换机" in words(page)


def test_nothing_outside_the_scope(county: County) -> None:
    county.count("core")
    far = county.login("far")
    for text in ("兰考", "00:e0:fc:12:34:02", "全县只读"):
        assert f"没有找到“{text}”" in words(far.get("/search/", query_string={"q": text}).text)


def test_more_than_fifty_lead_to_the_list(county: County) -> None:
    county.add(60)
    page = county.login("net").get("/search/?q=增设").text
    assert "设备 60" in words(page)
    assert page.count('href="/devices/') == 50
    assert "还有 10 条" in words(page)


def test_an_empty_question(county: County) -> None:
    assert "要找什么？" in words(county.login("net").get("/search/").text)


def test_what_is_asked_is_shown_as_text(county: County) -> None:
    assert "<script>" not in county.login("net").get("/search/?q=<script>").text.split("<main")[1]


def test_every_register_answers_closest_first_and_says_what_became_of_a_row(county: County) -> None:
    home = {"centre_id": county.centres["county"].id, "category": "switch"}
    with county.database.transaction(county.act()) as session:
        box = Equipment(name="汇聚交换机", serial="2102352ABC10K77", mac="00e0-fc99-0001", **home)
        old = Equipment(name="旧防火墙", serial="99-K77-99", **home)
        staff = Staff(centre_id=home["centre_id"], name="郭守敬", phone="13937800K77")
        session.add_all([box, old, staff])
    with county.database.transaction(county.act()) as session:
        session.get_one(Staff, staff.id).turn(gone=True)
        session.get_one(Equipment, old.id).turn(gone=True)
    net, far = county.login("net"), county.login("far")

    def found(text: str) -> str:
        return net.get("/search/", query_string={"q": text}).text

    page = found("k77")
    assert "设备台账 2 工作人员 1" in words(page)  # the way to each register
    assert words(page).index(f"{box.tag} 汇聚交换机") < words(page).index(f"{old.tag} 旧防火墙")
    assert re.search(r"旧防火墙 已停用 序列号 99-K77-99 兰考县", words(page))
    assert re.search(r"郭守敬 已停用", words(page))
    assert f'href="/r/equipment/{box.id}"' in page
    assert page.index('id="staff"') > page.index('id="equipment"')
    assert found("郭守").index("郭守敬")
    assert found("99-k77-99").index("旧防火墙")
    for text in ("交换", "hjjhj", "2352abc", "00:E0:FC:99:00:01", "00e0fc9900"):
        assert f'href="/r/equipment/{box.id}"' in found(text), text
    exact = found(f"2102352ABC10K77 {box.tag}")
    assert "设备台账 1" in words(exact)
    assert "没有找到" in far.get("/search/?q=k77").text


def test_what_takes_a_right_is_found_by_who_holds_it(county: County) -> None:
    assert "全县只读" in words(county.login("net").get("/search/?q=全县").text)
    assert "没有找到" in county.login("tech").get("/search/?q=全县").text
