"""Telephones, outlets, access to the network, building projects: the rules beside the fields."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.register import Rejected
from inventory.registers.extension import Extension
from inventory.registers.outlet import Outlet, Panel
from inventory.registers.voice import TestCall, VoiceNumber
from inventory.shanghai import today
from tests.inventory.conftest import Tree


def put(database: Database, *rows: Any) -> None:
    with database.transaction(system("登记")) as session:
        session.add_all(rows)


def test_a_number_knows_its_last_test_call(database: Database, tree: Tree) -> None:
    home = {"centre_id": tree.lankao.id}
    number = VoiceNumber(number="8371001", reason="省中心编号", **home)
    put(database, number)
    now = datetime.now(UTC)
    calls = [(now - timedelta(days=40), "dead"), (now, "good"), (now - timedelta(days=50), "poor")]
    for at, result in calls:
        put(database, TestCall(number_id=number.id, called_at=at, other="8371002",
                               result=result, **home))  # fmt: skip
    with database.view(EVERYTHING) as session:
        found = session.scalars(select(VoiceNumber)).one()
        assert (found.result, found.late) == ("good", "")
        found.tested_on = today() - timedelta(days=40)
        assert found.late == "一个月内没有试通记录"
    with pytest.raises(Rejected, match="还没有到这个时间"):
        put(database, TestCall(number_id=number.id, called_at=now + timedelta(hours=1),
                               other="1", result="good", **home))  # fmt: skip


def test_no_change_without_its_own_reason(database: Database, tree: Tree) -> None:
    one = Extension(number="8001", reason="新增办公室", centre_id=tree.lankao.id)
    put(database, one)
    with (
        pytest.raises(Rejected, match="呼叫等级有变更，请写明这次变更的原因"),
        database.transaction(system("改")) as session,
    ):
        session.get_one(Extension, one.id).rank = "long"
    with database.transaction(system("改")) as session:
        row = session.get_one(Extension, one.id)
        row.rank, row.reason = "long", "郑局长同意开通长途"
        row.note = "不影响接线的备注不必写原因"


def test_one_port_of_a_panel_leads_to_one_outlet(database: Database, tree: Tree) -> None:
    home = {"centre_id": tree.lankao.id, "reason": "机房改造"}
    panel = Panel(name="A1", centre_id=tree.lankao.id)
    put(database, panel, Outlet(name="101-1", panel_id=panel.id, panel_port=1, **home))
    with pytest.raises(IntegrityError):
        put(database, Outlet(name="101-2", panel_id=panel.id, panel_port=1, **home))
    put(database, Outlet(name="101-2", panel_id=panel.id, panel_port=2, **home))
