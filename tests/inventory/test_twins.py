"""Tags that a scanner cannot tell apart are one; a serial that is there already is told of."""

from collections.abc import Callable

import pytest

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.exchange import apply, plan
from inventory.person import Person
from inventory.register import Rejected
from inventory.sheet import Sheet, SheetRow
from tests.inventory.conftest import Tree

Make = Callable[..., Equipment]


@pytest.fixture
def make(database: Database, tree: Tree) -> Make:
    def one(**facts: str) -> Equipment:
        with database.transaction(system("建账")) as session:
            plain = {"centre_id": tree.lankao.id, "name": "交换机", "category": "switch"}
            session.add(thing := Equipment(**(plain | facts)))
        return thing

    return one


def sheet(*cells: tuple[str, str]) -> Sheet:
    heads = ["编号", "品名", "类别", "序列号", "所属单位"]
    rows = [SheetRow(n, dict(zip(heads, (tag, "交换机", "交换机", serial, "410225"), strict=True)))
            for n, (tag, serial) in enumerate(cells, 2)]  # fmt: skip
    return Sheet(heads, rows)


@pytest.mark.parametrize("tag", ["lk-sw-7", "LK-SW-7 ", "ＬＫ－ＳＷ－７", "Lk-ſw-7"])
def test_a_tag_that_differs_in_capitals_or_width_only_is_refused(make: Make, tag: str) -> None:
    make(tag="LK-Sw-7")
    with pytest.raises(Rejected, match="台账里有“LK-Sw-7”，只差大小写或全半角"):
        make(tag=tag)


def test_a_slip_that_was_taken_back_gives_its_tag_free(database: Database, make: Make) -> None:
    slip = make(tag="lk-sw-7")
    with database.transaction(system("停用")) as session:
        session.get_one(Equipment, slip.id).turn(gone=True)
    right = make(tag="LK-SW-7")
    with database.transaction(system("改")) as session:
        session.get_one(Equipment, right.id).note = "仍可修改"
    with (
        pytest.raises(Rejected, match="只差大小写"),
        database.transaction(system("改")) as session,
    ):
        session.get_one(Equipment, make().id).tag = "Lk-sw-7"


def test_a_tag_that_was_given_up_in_the_same_act_is_free(database: Database, make: Make) -> None:
    first, gone, last = make(tag="LK-SW-7"), make(tag="LK-SW-8"), make(tag="LK-SW-9")
    with database.transaction(system("改")) as session:
        session.get_one(Equipment, first.id).tag = "LK-SW-17"
        session.flush()
        session.get_one(Equipment, gone.id).turn(gone=True)
        session.flush()
        for tag in ("lk-sw-7", "lk-sw-8", "lk-sw-9"):
            session.get_one(Equipment, last.id).tag = tag
            session.flush()
    with (
        pytest.raises(Rejected, match="台账里有“LK-SW-17”"),
        database.transaction(system("改")) as session,
    ):
        session.get_one(Equipment, last.id).tag = "LK-SW-7"
        session.flush()
        session.get_one(Equipment, last.id).tag = "lk-sw-17"


def test_a_sheet_is_looked_at_among_its_own_rows_and_against_the_book(
    database: Database, make: Make
) -> None:
    make(tag="LK-1", serial="SN0001")
    told = sheet(("lk-1", "A"), ("LK-2", "B"), ("lk-2", "C"), ("LK-3", "sn0001"), ("LK-4", "B"))
    with database.view(EVERYTHING) as session:
        found = plan(session, Equipment, told)
    assert [(one.number, one.label) for one in found.errors] == [(2, "编号"), (4, "编号")]
    hints = {one.number: one.cause for one in found.hints}
    assert hints == {
        5: "sn0001 与 LK-1 相同，请核对是不是同一台", 6: "B 与 LK-2 相同，请核对是不是同一台",
    }  # fmt: skip
    with pytest.raises(Rejected, match="只差大小写"), database.transaction(system("导")) as session:
        apply(session, Equipment, sheet(("LK-5", ""), ("lk-5", "")))


def test_a_serial_is_doubted_while_another_living_thing_bears_it(
    database: Database, make: Make
) -> None:
    first, second = make(serial="SN0001"), make(serial="sn0001")
    with database.view(EVERYTHING) as session:
        both = [session.get_one(Equipment, one.id) for one in (first, second)]
        told = [error.cause for one in both for _row, error in Equipment.doubts(session, [one])]
    assert told == [
        f"SN0001 与 {second.tag} 相同，请核对是不是同一台",
        f"sn0001 与 {first.tag} 相同，请核对是不是同一台",
    ]
    with database.transaction(system("停用")) as session:
        session.get_one(Equipment, second.id).turn(gone=True)
    with database.view(EVERYTHING) as session:
        assert list(Equipment.doubts(session, [session.get_one(Equipment, first.id)])) == []


@pytest.mark.parametrize("login", ["TECH", "Tech", "ｔｅｃｈ"])
def test_no_two_logins_read_alike(database: Database, tree: Tree, login: str) -> None:
    """In the trail, and to whoever grants rights, they would be one person; also below each other
    in one sheet, and when the other one left long ago."""
    with database.transaction(system("建人员")) as session:
        session.add(gone := Person(centre_id=tree.kaifeng.id, login="tech", name="王技"))
        session.add(other := Person(centre_id=tree.lankao.id, login="tech2", name="赵技"))
    with database.transaction(system("离职")) as session:
        session.get_one(Person, gone.id).turn(gone=True)
    with (
        pytest.raises(Rejected, match="已有登录名 tech，只差大小写"),
        database.transaction(tree.act(tree.lankao)) as session,
    ):
        session.add(Person(centre_id=tree.lankao.id, login=login, name="冒名"))
    with (
        pytest.raises(Rejected, match="只差大小写"),
        database.transaction(system("两人")) as session,
    ):
        for name in ("wang", "WANG"):
            session.add(Person(centre_id=tree.lankao.id, login=name, name="王"))
    with database.transaction(system("改")) as session:
        session.get_one(Person, other.id).login = "Tech2"
