"""Equipment by pages: into service and out, swapped, filled from discovery, differences settled."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.deployment import Deployment
from inventory.difference_note import DifferenceNote
from inventory.equipment import Equipment
from inventory.notice import Notice
from inventory.room import Room
from inventory.shanghai import today
from inventory.staff import Staff
from tests.web.county import IDENTITY, County


def thing(county: County, **facts: Any) -> str:
    plain = {"centre_id": county.centres["county"].id, "name": "交换机", "category": "switch"}
    with county.database.transaction(system("建账")) as session:
        row = Equipment(**(plain | facts))
        session.add(row)
    return row.id


def test_a_device_is_booked_from_what_it_tells(county: County) -> None:
    county.ingest(county.poll("core", identity=IDENTITY))
    with county.database.transaction(system("房间")) as session:
        session.add(Room(centre_id=county.centres["county"].id, name="机房"))
    tech = county.login("tech")
    page = tech.get("/equipment/differences/").text
    assert "2102359305" in page and "监测对象没有台账设备" in page
    done = tech.post("/equipment/differences/book", {"id": county.ids["core"]})
    assert done.status_code == 302
    (made,) = county.rows(select(Equipment))
    assert (made.name, made.category, made.state) == ("兰考核心交换机", "switch", "in_use")
    assert (made.serial, made.model) == ("2102359305", "S5720-28P")
    device = tech.get(f"/devices/{county.ids['core']}/").text
    assert made.tag in device and "按自报信息建账" not in device
    assert county.ids["core"] not in tech.get("/equipment/differences/?kind=unbooked").text


def test_a_swap_keeps_the_device_and_asks_for_the_handover(county: County) -> None:
    old, new = (thing(county, opening="in_use", serial=word) for word in ("A1", "B2"))
    tech, core = county.login("tech"), county.ids["core"]
    assert tech.post(f"/equipment/{old}/deploy", {"device": core}).status_code == 302
    page = tech.get(f"/r/equipment/{old}").text
    assert "兰考核心交换机" in page and "更换设备" in page
    assert tech.post(f"/equipment/{old}/swap", {"thing": new}).status_code == 302
    told = {row.equipment_id: row.until for row in county.rows(select(Deployment))}
    assert told[new] is None and told[old] is not None
    assert not [one for one in county.rows(select(Notice)) if "没有设备投用" in one.title]
    tech.post(f"/equipment/{new}/withdraw")
    assert not county.rows(select(Deployment).where(Deployment.until.is_(None)))
    stock = thing(county)
    refused = tech.post(f"/equipment/{stock}/deploy", {"device": core})
    assert "请先办理领用交接" in tech.get(refused.location).text
    assert county.login("audit").post(f"/equipment/{new}/withdraw").status_code == 403


def test_differences_are_corrected_or_explained(county: County) -> None:
    county.ingest(county.poll("core", identity=IDENTITY))
    box = thing(county, opening="in_use", serial="OTHER", model="s5720 28P")
    thing(county, serial="dup-1"), thing(county, serial="DUP-1")
    tech = county.login("tech")
    tech.post(f"/equipment/for/{county.ids['core']}", {"thing": box})
    page = tech.get("/equipment/differences/?kind=serial").text
    key = re.search(r'value="(serial:[^"]+)"', page)
    assert key and "OTHER" in page and "IDENTITY" not in page
    assert "DUP-1" in tech.get("/equipment/differences/?kind=duplicate").text
    asked = {"key": key[1], "reason": "", "until": str(today() + timedelta(days=30))}
    assert tech.post("/equipment/differences/note", asked).status_code == 422
    late = asked | {"reason": "等厂家换铭牌", "until": str(today() + timedelta(days=800))}
    assert tech.post("/equipment/differences/note", late).status_code == 422
    done = tech.post("/equipment/differences/note", asked | {"reason": "等厂家换铭牌"})
    assert done.status_code == 302 and len(county.rows(select(DifferenceNote))) == 1
    assert "OTHER" not in tech.get("/equipment/differences/?kind=serial").text
    assert "等厂家换铭牌" in tech.get("/equipment/differences/?kind=noted").text
    assert tech.post("/equipment/differences/adopt", {"key": key[1]}).status_code == 302
    assert county.one(Equipment, box).serial == "2102359305"
    assert (
        county.login("far").post("/equipment/differences/adopt", {"key": key[1]}).status_code == 422
    )


@pytest.mark.parametrize("state", ["in_use", "stock"])
def test_the_list_counts_each_state_and_shows_it_in_words(county: County, state: str) -> None:
    with county.database.transaction(system("人")) as session:
        keeper = Staff(centre_id=county.centres["county"].id, name="周保管")
        session.add(keeper)
    one = thing(county, opening=state, keeper_id=keeper.id, serial="S-77")
    thing(county, opening="idle", name="旧打印机", category="printer")
    page = county.login("chief").get("/r/equipment", query_string={"state": state}).text
    for word in ("备用", "在用", "闲置", "维修", "待报废", "已批准报废", "已报废上交", "遗失"):
        assert word in page
    assert "周保管" in page and "S-77" in page and "旧打印机" not in page
    shown = county.login("chief").get(f"/r/equipment/{one}").text
    assert "经历" in shown and "建账" in shown and "周保管" in shown


def test_the_month_adds_up_on_the_screen_on_paper_and_in_the_sheet(county: County) -> None:
    thing(county, opening="in_use")
    thing(county, opening="idle", name="=1+1", category="printer")
    chief, month = county.login("chief"), f"{today():%Y-%m}"
    page = chief.get("/equipment/month/").text
    assert "在册" in page and "保管人未签字" in page and "=1+1" in page
    assert f"/r/equipment?centre_id={county.centres['county'].id}&amp;state=idle" in page
    assert all(
        chief.get(f"/equipment/month/?month={odd}").status_code == 200
        for odd in ("0001-01", "9999-12", "x")
    )
    before = chief.get("/equipment/month/?month=2020-01").text
    assert "这个月没有变动" in before and "state=idle" not in before
    paper = chief.get(f"/equipment/month/paper.pdf?month={month}")
    assert paper.data.startswith(b"%PDF") and paper.status_code == 200
    book = openpyxl.load_workbook(BytesIO(chief.get("/equipment/month/month.xlsx").data))
    assert list(book["数量"].values)[1:] == [
        ("交换机", "在用", 0, 1, 0, 1), ("打印机", "闲置", 0, 1, 0, 1),
    ]  # fmt: skip
    assert book["变动"]["C3"].data_type == "s" and "审计链" in book["审计链"]["A1"].value
    assert county.login("far").get("/equipment/month/").text.count("=1+1") == 0
    assert county.login("leader").get("/equipment/month/month.xlsx").status_code == 200


def test_a_serial_that_is_there_already_is_told_at_entry(county: County) -> None:
    """Nothing is refused: the page of the new thing says so, and so does the next empty form."""
    net, home = county.login("net"), county.centres["county"].id
    plain = {"name": "交换机", "category": "switch", "centre_id": home, "opening": "stock"}
    first = net.post("/r/equipment/new", plain | {"tag": "LK-1", "serial": "SN0001"})
    assert "请核对是不是同一台" not in unescape(net.get(first.location).text)
    second = net.post("/r/equipment/new", plain | {"tag": "LK-2", "serial": "sn0001"})
    assert "sn0001 与 LK-1 相同，请核对是不是同一台" in unescape(net.get(second.location).text)
    more = plain | {"tag": "LK-3", "serial": "SN0001", "again": "1"}
    again = net.post("/r/equipment/new", more)
    assert "SN0001 与 LK-1、LK-2 相同，请核对是不是同一台" in unescape(net.get(again.location).text)
    wrong = net.post("/r/equipment/new", plain | {"tag": "lk-1"})
    assert (wrong.status_code, "只差大小写或全半角" in unescape(wrong.text)) == (422, True)
