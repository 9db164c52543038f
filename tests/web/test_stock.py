"""Spares through the pages: in, out, counted; refused with the cause; listed, exported, found."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.equipment import Equipment
from inventory.part import Part
from inventory.repair import Repair
from inventory.room import Room
from inventory.stock_movement import StockMovement
from tests.web.county import County


@pytest.fixture
def store(county: County) -> dict[str, str]:
    place = {"centre_id": county.centres["county"].id}
    with county.database.transaction(system("建库")) as session:
        rows = {
            "fan": Part(name="风扇", model="FAN-60", minimum=2, **place),
            "disk": Part(name="硬盘", model="4T", serialised=True, **place),
            "far": Part(name="远方的风扇", centre_id=county.centres["other"].id),
            "store": Room(name="备件库", kind="store", **place),
            "hall": Room(name="机房", kind="machine", **place),
            "server": Equipment(name="服务器", category="server", opening="in_use", **place),
        }
        session.add_all(rows.values())
    return {name: row.id for name, row in rows.items()}


def test_a_part_through_the_pages(county: County, store: dict[str, str]) -> None:
    tech = county.login("tech")
    disk = {"part_id": store["disk"], "quantity": "1", "batch": "S-7"}
    done = tech.post("/stock/do/receive", disk | {"to_room_id": store["store"], "cost": "800"})
    assert done.status_code == 302 and done.location.endswith(f"/r/parts/{store['disk']}")
    again = tech.post("/stock/do/receive", disk | {"to_room_id": store["hall"]})
    assert again.status_code == 422 and "已经在账上" in again.text and "S-7" in again.text
    empty = tech.post("/stock/do/use", {"part_id": store["fan"], "quantity": "x"})
    assert empty.status_code == 422 and "必须填写" in empty.text
    fit = disk | {"from_room_id": store["store"], "equipment_id": store["server"]}
    done = tech.post("/stock/do/use", fit | {"back": "equipment"})
    assert done.location.endswith(f"/r/equipment/{store['server']}")
    refused = tech.post("/stock/do/use", fit)
    assert refused.status_code == 422 and "只有 0 个" in refused.text
    fans = {"part_id": store["fan"], "to_room_id": store["store"], "quantity": "3"}
    assert tech.post("/stock/do/receive", fans).status_code == 302
    assert tech.post("/stock/do/count", fans).status_code == 422  # no reason
    same = tech.post("/stock/do/count", fans | {"reason": "盘点"})
    assert same.status_code == 422 and "账实相符" in same.text
    assert (
        tech.post("/stock/do/count", fans | {"quantity": "0", "reason": "盘点"}).status_code == 302
    )
    lines = county.rows(select(StockMovement).order_by(StockMovement.number))
    assert [(one.kind, one.quantity) for one in lines] == [
        ("receive", 1), ("use", 1), ("receive", 3), ("count", 3)
    ]  # fmt: skip
    page = tech.get("/stock").text
    assert page.index("风扇") < page.index("硬盘") and "已用完" in page
    assert (
        "硬盘" not in tech.get("/stock?tab=low").text and "风扇" not in tech.get("/stock?q=yp").text
    )
    assert "S-7" in tech.get(f"/r/parts/{store['disk']}").text
    assert "停用" not in tech.get(f"/r/stock-movements/{lines[0].id}").text


def test_parts_used_on_a_repair(county: County, store: dict[str, str]) -> None:
    tech = county.login("tech")
    fans = {"part_id": store["fan"], "to_room_id": store["store"], "quantity": "3"}
    assert tech.post("/stock/do/receive", fans).status_code == 302
    with county.database.transaction(system("报修")) as session:
        repair = Repair(
            centre_id=county.centres["county"].id, equipment_id=store["server"], fault="风扇响",
            reporter="王技", reported_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(repair)
    page = f"/r/repairs/{repair.id}"
    form = tech.get(f"/stock/do/use?repair={repair.id}&equipment_id={store['server']}").text
    assert repair.number in form and "服务器" in form
    used = {"part_id": store["fan"], "from_room_id": store["store"], "quantity": "2",
            "equipment_id": store["server"], "repair": repair.id}  # fmt: skip
    done = tech.post("/stock/do/use", used)
    assert done.location.endswith(page)
    assert "没有用到备件" not in tech.get(page).text and "领用装机" in tech.get(page).text
    (line,) = county.rows(select(StockMovement).where(StockMovement.kind == "use"))
    assert (line.paper_class, line.paper_id, line.paper_no) == ("Repair", repair.id, repair.number)
    assert repair.number in tech.get(f"/r/equipment/{store['server']}").text
    assert tech.post("/stock/do/use", used | {"repair": "nothing"}).status_code == 404


def test_who_may_and_what_leaves(county: County, store: dict[str, str]) -> None:
    assert county.login("audit").get("/stock/do/receive").status_code == 403
    assert "风扇" in county.login("audit").get("/stock").text
    assert "远方" not in county.login("tech").get("/stock").text
    fan = {"part_id": store["far"], "to_room_id": store["store"], "quantity": "3"}
    assert county.login("tech").post("/stock/do/receive", fan).status_code == 422
    data = county.login("audit").get("/stock/export.xlsx").data
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    rows = [row[:3] for row in sheet.iter_rows(values_only=True)]
    assert ("风扇", "FAN-60", "个") in rows and ("硬盘", "4T", "个") in rows
    kept = county.login("tech").post(
        "/r/stock-movements/acts", {"act": "retire", "id": _line(county, store)}
    )
    assert kept.status_code == 302
    assert county.rows(select(StockMovement))[0].retired_at is None


def _line(county: County, store: dict[str, str]) -> str:
    fans = {"part_id": store["fan"], "to_room_id": store["store"], "quantity": "3"}
    assert county.login("tech").post("/stock/do/receive", fans).status_code == 302
    return str(county.rows(select(StockMovement))[0].id)
