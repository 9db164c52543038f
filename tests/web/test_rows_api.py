"""Rows of any register by the API: written and changed by its own rules, taken a step further."""

import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.equipment import Equipment
from inventory.handover import Handover
from inventory.room import Room
from inventory.staff import Staff
from tests.web.caller import V1, Caller
from tests.web.county import PASSWORD, County


@pytest.fixture
def tech(county: County) -> Caller:
    return Caller(county, "tech")


def test_a_row_is_written_and_changed_by_the_rules_of_its_register(
    county: County, tech: Caller
) -> None:
    there = "/registers/equipment"
    wrong = tech.post(there, {"name": "打印机", "category": "nothing", "cost": "贵", "weight": 3})
    assert wrong.status_code == 422
    assert {one["field"] for one in wrong.json["errors"]} >= {"centre_id", "cost", "weight"}
    assert not county.rows(select(Equipment))
    made = tech.post(there, {"name": "打印机", "category": "打印机", "centre_id": "410225"})
    assert made.status_code == 201 and made.json["values"]["state"] == "备用"
    one = made.headers["Location"].removeprefix(V1)
    assert tech.get(one).json["values"]["tag"].endswith("-DY-0001")
    change = {"revision": made.json["revision"], "model": "M1"}
    assert tech.patch(one, change).json["values"]["model"] == "M1"
    assert tech.patch(one, change).status_code == 409
    assert tech.patch(one, {"model": "M2"}).status_code == 422
    moved = tech.patch(one, {"revision": made.json["revision"] + 1, "state": "lost"})
    assert moved.status_code == 422  # no state but by its papers
    assert county.rows(select(Equipment.state)) == ["stock"]


def test_who_may_not_write_by_pages_may_not_by_programs(county: County, tech: Caller) -> None:
    room = {"name": "库房", "centre_id": "410225"}
    assert Caller(county, "audit").post("/registers/rooms", room).status_code == 403
    assert Caller(county, "far").post("/registers/rooms", room).status_code in (403, 422)
    assert tech.post("/registers/nothing", room).status_code == 404
    assert Caller(county, "boss").post("/registers/people", {"login": "x"}).status_code == 403
    assert not county.rows(select(Room))


def test_a_step_by_program_and_what_wants_a_hand(county: County, tech: Caller) -> None:
    with county.database.transaction(system("人")) as session:
        session.add(Staff(centre_id=county.centres["county"].id, name="周保管"))
    asked = {"kind": "issue", "purpose": "领用", "centre_id": "410225", "taker_id": "周保管"}
    made = tech.post("/registers/handovers", asked)
    assert made.status_code == 201, made.json
    one = f"/registers/handovers/{made.json['id']}"
    offered = {step["name"]: step for step in tech.get(one).json["steps"]}
    signed = next(step["name"] for step in offered.values() if step["proof"])
    with_token = county.app.test_client().post(
        f"{V1}{one}/steps/{signed}", json={"password": PASSWORD}, headers=county.token("tech")
    )
    assert with_token.status_code == 403  # a program's token signs nothing
    wrong = tech.post(f"{one}/steps/{signed}", {"password": "nonsense"})
    assert [error["field"] for error in wrong.json["errors"]] == ["password"]
    assert tech.post(f"{one}/steps/nothing", {}).status_code == 404
    assert tech.post(f"{one}/steps/cancel", {"nonsense": "x"}).status_code == 422
    assert county.one(Handover, made.json["id"]).state == "draft"
    done = tech.post(f"{one}/steps/cancel", {})
    assert (done.status_code, done.json["values"]["state"]) == (200, "已取消")
    assert tech.post(f"{one}/steps/cancel", {}).status_code == 422
