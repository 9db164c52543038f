"""Between rows: no twins, no circles, nothing retired in use; a password is not a way up."""

from datetime import UTC, date, datetime

import pytest

from inventory.act import Act, Scope, system
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.grant import Delegation, Grant
from inventory.person import Person
from inventory.register import Rejected
from inventory.secret import Key
from inventory.shanghai import today
from tests.inventory.conftest import Tree

KEY = Key(bytes(32))


@pytest.fixture
def login(database: Database, tree: Tree) -> Credential:
    """A credential that 兰考核心 uses."""
    with database.transaction(system("登记")) as session:
        row = Credential(
            centre_id=tree.lankao.id, name="只读", kind="v2c", community=KEY.seal("public")
        )
        session.add(row)
        session.get_one(Device, tree.core.id).snmp_id = row.id
    return row


def test_what_is_in_use_cannot_be_retired(
    database: Database, tree: Tree, login: Credential
) -> None:
    with (
        pytest.raises(Rejected, match="还有设备以它为“SNMP 凭据”：兰考核心；请先改用别的"),
        database.transaction(tree.act(tree.lankao)) as session,
    ):
        session.get_one(Credential, login.id).turn(gone=True)


def test_both_together_can_be_retired_and_come_back_in_order(
    database: Database, tree: Tree, login: Credential
) -> None:
    with database.transaction(tree.act(tree.lankao)) as session:
        rows = [session.get_one(Credential, login.id), session.get_one(Device, tree.core.id)]
        for row in rows:
            row.turn(gone=True)
    with (
        pytest.raises(Rejected, match="它的SNMP 凭据“只读”已停用"),
        database.transaction(tree.act(tree.lankao)) as session,
    ):
        session.get_one(Device, tree.core.id).turn(gone=False)
    with database.transaction(tree.act(tree.lankao)) as session:
        rows = [session.get_one(Credential, login.id), session.get_one(Device, tree.core.id)]
        for row in rows:
            row.turn(gone=False)


def test_a_device_does_not_come_back_beside_its_successor(database: Database, tree: Tree) -> None:
    with database.transaction(system("更换")) as session:
        session.get_one(Device, tree.core.id).turn(gone=True)
    with database.transaction(system("更换")) as session:
        session.add(
            Device(centre_id=tree.lankao.id, name="兰考核心", address="10.41.2.1", kind="switch")
        )
    with (
        pytest.raises(Rejected, match="已有一条同样的设备：兰考核心"),
        database.transaction(system("恢复")) as session,
    ):
        session.get_one(Device, tree.core.id).turn(gone=False)


def test_credentials_of_one_unit_have_different_names(
    database: Database, tree: Tree, login: Credential
) -> None:
    twin = {"name": "只读", "kind": "v2c", "community": KEY.seal("x")}
    with (
        pytest.raises(Rejected, match="已有一条同样的设备凭据"),
        database.transaction(system("重")) as session,
    ):
        session.add(Credential(centre_id=tree.lankao.id, **twin))
    with database.transaction(system("另一单位")) as session:
        session.add(Credential(centre_id=tree.luoyang.id, **twin))


def test_a_citys_credential_stays_on_a_countys_device(database: Database, tree: Tree) -> None:
    with database.transaction(system("登记")) as session:
        city = Credential(
            centre_id=tree.kaifeng.id, name="全市", kind="v2c", community=KEY.seal("x")
        )
        session.add(city)
        session.get_one(Device, tree.core.id).snmp_id = city.id
    with database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Device, tree.core.id).note = "机柜三"
    with (
        pytest.raises(Rejected, match="SNMP 凭据"),
        database.transaction(tree.act(tree.luoyang)) as session,
    ):
        session.get_one(Device, tree.far.id).snmp_id = city.id


def test_nobody_resets_the_password_of_somebody_with_wider_rights(
    database: Database, tree: Tree
) -> None:
    with database.transaction(system("登记")) as session:
        chief = Person(centre_id=tree.lankao.id, login="chief", name="主任")
        clerk = Person(centre_id=tree.lankao.id, login="clerk", name="李四")
        session.add_all([chief, clerk])
        session.add(Grant(centre_id=tree.kaifeng.id, person_id=chief.id, role="system_admin"))
        session.add(Grant(centre_id=tree.lankao.id, person_id=clerk.id, role="technician"))
    with database.transaction(tree.act(tree.lankao)) as session:
        told = session.get_one(Person, clerk.id).welcome()
    assert told.startswith("李四（clerk）的口令：")
    with database.view(Scope(("/",))) as session:
        who = session.get_one(Person, clerk.id)
        assert (who.password_is(told.rpartition("：")[2]), who.must_change) == (True, True)
    with (
        pytest.raises(Rejected, match="须由上级管理员修改"),
        database.transaction(tree.act(tree.lankao)) as session,
    ):
        session.get_one(Person, chief.id).welcome()
    own = Act("改口令", chief.id, "主任", "system_admin", "test", Scope((tree.kaifeng.path,)))
    with database.transaction(own) as session:
        session.get_one(Person, chief.id).set_password("Abc-12345")


def test_nobody_resets_the_password_of_a_deputy_of_somebody_above(
    database: Database, tree: Tree
) -> None:
    day, now = today(), datetime.now(UTC)
    with database.transaction(system("登记")) as session:
        chief = Person(centre_id=tree.kaifeng.id, login="chief", name="主任")
        clerk = Person(centre_id=tree.lankao.id, login="clerk", name="李四")
        session.add_all([chief, clerk])
        top = {"centre_id": tree.kaifeng.id, "role": "leader", "agreed_at": now}
        session.add(Grant(person_id=chief.id, **top))
        session.flush()
        days = {"starts": day, "ends": day, "reason": "出差"}
        session.add(Delegation(giver_id=chief.id, taker_id=clerk.id, **top, **days))
    with (
        pytest.raises(Rejected, match="须由上级管理员修改"),
        database.transaction(tree.act(tree.lankao)) as session,
    ):
        session.get_one(Person, clerk.id).welcome()


def test_ones_own_password_is_changed_by_oneself_only_with_the_old_one(
    database: Database, tree: Tree
) -> None:
    with database.transaction(system("登记")) as session:
        boss = Person(centre_id=tree.lankao.id, login="boss", name="孙管")
        session.add(boss)
    own = Act("重设口令", boss.id, "孙管", "system_admin", "test", Scope((tree.lankao.path,)))
    with (
        pytest.raises(Rejected, match="我的账号"),
        database.transaction(own) as session,
    ):
        session.get_one(Person, boss.id).welcome()


def test_a_grant_does_not_end_before_it_begins(database: Database, tree: Tree) -> None:
    with database.transaction(system("登记")) as session:
        who = Person(centre_id=tree.lankao.id, login="who", name="某人")
        session.add(who)
    days = {"starts": date(2026, 2, 1), "ends": date(2026, 1, 1)}
    with (
        pytest.raises(Rejected, match="早于起始日期"),
        database.transaction(system("授权")) as session,
    ):
        session.add(Grant(centre_id=tree.lankao.id, person_id=who.id, role="leader", **days))


def test_v2c_is_an_opt_in_of_each_device(database: Database, tree: Tree, login: Credential) -> None:
    with (
        pytest.raises(Rejected, match="允许 SNMP v2c"),
        database.transaction(system("登记")) as session,
    ):
        session.add(
            Device(
                centre_id=tree.lankao.id,
                name="新",
                address="10.1.1.1",
                kind="switch",
                snmp_id=login.id,
            )
        )
