"""No way round: scope on every read, audit on every change, on both databases."""

import json

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory.act import EVERYTHING, Scope, system
from inventory.audit import AuditRow, verify
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.guard import OutOfScope, Refused
from inventory.register import Rejected
from inventory.state import DeviceState
from tests.inventory.conftest import Tree


def names(database: Database, scope: Scope, cls: type = Device) -> list[str]:
    with database.view(scope) as session:
        return sorted(session.scalars(select(cls.name)))


def test_a_county_sees_its_own_and_nothing_else(database: Database, tree: Tree) -> None:
    assert names(database, Scope((tree.lankao.path,))) == ["兰考核心"]
    assert names(database, Scope((tree.kaifeng.path,)), Centre) == ["兰考县", "开封市"]
    assert names(database, Scope((tree.lankao.path, tree.luoyang.path))) == ["兰考核心", "洛阳核心"]
    assert names(database, Scope(())) == []
    assert names(database, EVERYTHING) == ["兰考核心", "洛阳核心"]


def test_a_row_outside_cannot_be_fetched_by_its_key(database: Database, tree: Tree) -> None:
    with database.view(Scope((tree.lankao.path,))) as session:
        assert session.get(Device, tree.far.id) is None
        assert session.get(Device, tree.core.id) is not None
        assert session.query(Device).count() == 1


def test_two_scopes_in_turn_do_not_share_a_cached_statement(database: Database, tree: Tree) -> None:
    for _ in range(3):
        assert names(database, Scope((tree.lankao.path,))) == ["兰考核心"]
        assert names(database, Scope((tree.luoyang.path,))) == ["洛阳核心"]


def test_audit_rows_are_scoped_too(database: Database, tree: Tree) -> None:
    with database.view(Scope((tree.lankao.path,))) as session:
        things = {(row.thing, row.thing_id) for row in session.scalars(select(AuditRow))}
    assert things == {("Centre", tree.lankao.id), ("Device", tree.core.id)}


def test_writing_outside_the_scope_is_refused_and_leaves_nothing(
    database: Database, tree: Tree
) -> None:
    with pytest.raises(OutOfScope), database.transaction(tree.act(tree.lankao)) as session:
        session.add(
            Device(centre_id=tree.luoyang.id, name="越权", address="10.1.1.1", kind="switch")
        )
    with pytest.raises(OutOfScope), database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Device, tree.core.id).centre_id = tree.luoyang.id
    assert names(database, EVERYTHING) == ["兰考核心", "洛阳核心"]
    with database.view(EVERYTHING) as session:
        assert verify(session) is None


def test_every_change_has_its_audit_row_in_the_same_transaction(
    database: Database, tree: Tree
) -> None:
    act = tree.act(tree.lankao, "改名")
    with database.transaction(act) as session:
        session.get_one(Device, tree.core.id).name = "兰考县核心交换机"
    with database.view(EVERYTHING) as session:
        row = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
        assert row is not None
        assert (row.act, row.actor_name, row.origin, row.thing_id, row.change) == (
            "改名", "张三", "test", tree.core.id, "update",
        )  # fmt: skip
        assert json.loads(row.before) == {"name": "兰考核心"}
        assert json.loads(row.after) == {"name": "兰考县核心交换机"}
        assert row.centre_id == tree.lankao.id


def test_a_failed_act_leaves_neither_row_nor_audit(database: Database, tree: Tree) -> None:
    with database.view(EVERYTHING) as session:
        before = session.query(AuditRow).count()
    with pytest.raises(RuntimeError), database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Device, tree.core.id).name = "半途"
        session.flush()
        raise RuntimeError
    with database.view(EVERYTHING) as session:
        assert session.query(AuditRow).count() == before
        assert session.get_one(Device, tree.core.id).name == "兰考核心"


def test_an_unchanged_row_writes_no_audit(database: Database, tree: Tree) -> None:
    with database.transaction(tree.act(tree.lankao)) as session:
        device = session.get_one(Device, tree.core.id)
        device.name = str(device.name)
    with database.view(EVERYTHING) as session:
        assert session.query(AuditRow).count() == 6


@pytest.mark.parametrize(
    "statement",
    [
        update(Device).values(name="x"),
        delete(Device),
        insert(Device).values(name="x"),
        update(AuditRow).values(act="x"),
        delete(AuditRow),
        text("UPDATE device SET name = 'x'"),
    ],
    ids=["update", "delete", "insert", "audit-update", "audit-delete", "raw"],
)
def test_bulk_and_raw_statements_are_refused(
    database: Database, tree: Tree, statement: object
) -> None:
    with pytest.raises(Refused), database.transaction(tree.act(tree.province)) as session:
        session.execute(statement)  # type: ignore[call-overload]


def test_an_audit_row_cannot_be_changed_or_deleted(database: Database, tree: Tree) -> None:
    with pytest.raises(Refused), database.transaction(system("改审计")) as session:
        session.scalars(select(AuditRow)).first().act = "x"  # type: ignore[union-attr]
        session.flush()
    with pytest.raises(Refused), database.transaction(system("删审计")) as session:
        session.delete(session.scalars(select(AuditRow)).first())
        session.flush()


def test_a_view_cannot_write(database: Database, tree: Tree) -> None:
    with database.view(EVERYTHING) as session, pytest.raises(Refused):
        session.get_one(Device, tree.core.id).name = "x"
        session.flush()


def test_observing_writes_state_but_no_decision_and_no_audit(
    database: Database, tree: Tree
) -> None:
    with database.observe() as session:
        session.add(DeviceState(device_id=tree.core.id, centre_id=tree.lankao.id, state="up"))
    with database.view(Scope((tree.lankao.path,))) as session:
        assert session.get_one(DeviceState, tree.core.id).state == "up"
        assert session.query(AuditRow).where(AuditRow.thing == "DeviceState").count() == 0
    with database.view(Scope((tree.luoyang.path,))) as session:
        assert session.get(DeviceState, tree.core.id) is None
    with pytest.raises(Refused), database.observe() as session:
        session.get_one(Device, tree.core.id).name = "x"


def test_of_two_people_editing_one_row_the_second_is_told(database: Database, tree: Tree) -> None:
    with database.view(EVERYTHING) as session:
        old = session.get_one(Device, tree.core.id)
        session.expunge(old)
    with database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Device, tree.core.id).name = "先改"
    old.note = "后改"
    with pytest.raises(StaleDataError), database.transaction(tree.act(tree.lankao)) as session:
        session.add(old)


def test_moving_a_unit_moves_what_is_below_and_audits_each(database: Database, tree: Tree) -> None:
    with database.transaction(tree.act(tree.province)) as session:
        session.get_one(Centre, tree.kaifeng.id).parent_id = tree.luoyang.id
    with database.view(Scope((tree.luoyang.path,))) as session:
        assert session.query(Centre).count() == 3
        lankao = session.get_one(Centre, tree.lankao.id)
        assert lankao.path == f"{tree.luoyang.path}{tree.kaifeng.id}/{tree.lankao.id}/"
        moved = select(AuditRow.thing_id).where(AuditRow.act == "试验")
        assert sorted(session.scalars(moved)) == sorted([tree.kaifeng.id, tree.lankao.id])
        assert verify_all(database)


def verify_all(database: Database) -> bool:
    with database.view(EVERYTHING) as session:
        return verify(session) is None


def test_a_unit_cannot_hang_below_itself(database: Database, tree: Tree) -> None:
    with pytest.raises(Rejected, match="下级"), database.transaction(system("绕圈")) as session:
        session.get_one(Centre, tree.kaifeng.id).parent_id = tree.lankao.id


def test_parents_of_devices_cannot_form_a_circle(database: Database, tree: Tree) -> None:
    with database.transaction(system("加")) as session:
        below = Device(
            centre_id=tree.lankao.id, name="接入", address="10.41.2.2", kind="switch",
            parent_id=tree.core.id,
        )  # fmt: skip
        session.add(below)
    with pytest.raises(Rejected, match="一圈"), database.transaction(system("绕")) as session:
        session.get_one(Device, tree.core.id).parent_id = below.id


def test_two_living_devices_of_a_unit_cannot_share_a_name(database: Database, tree: Tree) -> None:
    twin = {"centre_id": tree.lankao.id, "name": "兰考核心", "address": "10.9.9.9", "kind": "other"}
    with pytest.raises(Rejected, match="兰考核心"), database.transaction(system("重")) as session:
        session.add(Device(**twin))
    table = Device.__table__
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        row = connection.execute(select(table)).first()
        assert row is not None
        connection.execute(insert(table).values({**row._mapping, "id": "another"}))


def test_a_simulated_device_cannot_enter_a_real_centre(database: Database, tree: Tree) -> None:
    with pytest.raises(Rejected, match="演示县"), database.transaction(system("混入")) as session:
        session.get_one(Device, tree.core.id).simulated = True
