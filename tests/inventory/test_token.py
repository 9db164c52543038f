"""API tokens: never more than the owner has, hashed, revoked for good."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from inventory import token
from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.db import Database
from inventory.person import Person
from inventory.register import Rejected
from inventory.role import MAY, RIGHTS, Held, Standing, can
from inventory.token import LENDABLE, ApiToken, Loan
from tests.inventory.conftest import Tree

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
SOON = TODAY + timedelta(days=30)


@pytest.fixture
def owner(database: Database, tree: Tree) -> Standing:
    """A network administrator of 开封 and everything below it."""
    with database.transaction(system("建人")) as session:
        session.add(wang := Person(centre_id=tree.kaifeng.id, login="wang", name="王建国"))
    held = (Held("network_admin", tree.kaifeng.path),)
    return Standing(wang.id, wang.name, wang.login, wang.centre_id, "", False, held)


def made(database: Database, owner: Standing, loan: Loan) -> token.Made:
    with database.transaction(system("建令牌")) as session:
        return token.make(session, owner, loan, TODAY)


def wrong(database: Database, owner: Standing, loan: Loan) -> dict[str, str]:
    with pytest.raises(Rejected) as caught:
        made(database, owner, loan)
    return {error.field: error.cause for error in caught.value.errors}


def test_a_token_is_found_by_its_text_only(database: Database, tree: Tree, owner: Standing) -> None:
    done = made(database, owner, Loan("大屏", ["view"], tree.lankao.id, SOON))
    assert done.text.startswith("netops_") and done.text not in repr(done)
    with database.view(EVERYTHING) as session:
        found = token.find(session, done.text, TODAY)
        assert found is not None and found.id == done.row.id
        assert (found.rights, found.told) == ("view", "查看监测和台账")
        assert token.find(session, found.token_hash, TODAY) is None
        assert token.find(session, done.text + "x", TODAY) is None
        told = " ".join(row.before + row.after for row in session.scalars(select(AuditRow)))
    assert done.text not in told and found.token_hash not in told


def test_a_token_ends_with_its_day(database: Database, tree: Tree, owner: Standing) -> None:
    done = made(database, owner, Loan("大屏", ["view"], tree.lankao.id, SOON))
    with database.view(EVERYTHING) as session:
        assert token.find(session, done.text, SOON) is not None
        assert token.find(session, done.text, SOON + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("change", "field", "cause"),
    [
        ({"name": "  "}, "name", "请写明给什么程序用"),
        ({"rights": []}, "told", "请至少选一项；审批、签字和账号管理不能交给程序"),
        ({"rights": ["view", "approve"]}, "told", "请至少选一项；审批、签字和账号管理不能交给程序"),
        ({"rights": ["accounts"]}, "told", "请至少选一项；审批、签字和账号管理不能交给程序"),
        ({"rights": ["nonsense"]}, "told", "请至少选一项；审批、签字和账号管理不能交给程序"),
        ({"centre_id": "x"}, "centre_id", "请选择单位"),
        ({"expires": None}, "expires", "请填今天起 365 天以内的日期"),
        ({"expires": TODAY - timedelta(days=1)}, "expires", "请填今天起 365 天以内的日期"),
        ({"expires": TODAY + timedelta(days=366)}, "expires", "请填今天起 365 天以内的日期"),
    ],
)
def test_what_cannot_be_lent(
    database: Database, tree: Tree, owner: Standing, change: dict[str, Any], field: str, cause: str
) -> None:  # fmt: skip
    loan = replace(Loan("大屏", ["view"], tree.lankao.id, SOON), **change)
    assert wrong(database, owner, loan) == {field: cause}


def test_nobody_lends_what_is_not_theirs(database: Database, tree: Tree, owner: Standing) -> None:
    technician = replace(owner, held=(Held("technician", tree.kaifeng.path),))
    loan = Loan("大屏", ["view", "operate"], tree.lankao.id, SOON)
    assert "操作设备" in wrong(database, technician, loan)["told"]
    beyond = Loan("大屏", ["view"], tree.luoyang.id, SOON)
    assert "查看监测和台账" in wrong(database, owner, beyond)["told"]


def test_a_revoked_token_stays_revoked(database: Database, tree: Tree, owner: Standing) -> None:
    done = made(database, owner, Loan("大屏", ["view"], tree.lankao.id, SOON))
    with database.transaction(system("吊销")) as session:
        session.get_one(ApiToken, done.row.id).turn(gone=True)
    with database.view(EVERYTHING) as session:
        assert token.find(session, done.text, TODAY) is None
    with (
        pytest.raises(Rejected, match="已吊销的令牌不能恢复"),
        database.transaction(system("恢复")) as session,
    ):
        session.get_one(ApiToken, done.row.id).turn(gone=False)


def test_use_is_noted_and_a_new_address_told(
    database: Database, tree: Tree, owner: Standing
) -> None:
    done = made(database, owner, Loan("大屏", ["view"], tree.lankao.id, SOON))
    with database.observe() as session:
        assert token.use(session, done.row.id, "10.1.1.1", NOW)
        assert not token.use(session, done.row.id, "10.1.1.1", NOW)
    with database.observe() as session:
        assert token.just_used(session, done.row.id, "10.1.1.1", NOW + timedelta(seconds=59))
        assert not token.just_used(session, done.row.id, "10.1.1.2", NOW)
        assert not token.just_used(session, done.row.id, "10.1.1.1", NOW + timedelta(seconds=61))
        assert token.use(session, done.row.id, "10.1.1.2", NOW)
    with database.view(EVERYTHING) as session:
        [(row, used)] = token.of_person(session, owner.id)
        assert (row.id, used and used.address) == (done.row.id, "10.1.1.2")


PATHS = st.sampled_from(["/", "/41/", "/41/02/", "/41/02/25/", "/41/03/"])
HELD = st.lists(st.builds(Held, st.sampled_from(sorted(MAY)), PATHS), max_size=4).map(tuple)
LENT = st.lists(st.sampled_from(LENDABLE)).map(" ".join)


@given(HELD, LENT, PATHS, PATHS, st.sampled_from(sorted(RIGHTS)))
def test_a_program_may_only_what_its_owner_may(
    held: tuple[Held, ...], rights: str, path: str, place: str, right: str
) -> None:
    owner = Standing("1", "王", "wang", "1", "", False, held)
    program = token.lent(owner, rights, path)
    wanted = can(owner, right, place) and right in rights.split() and place.startswith(path)
    assert can(program, right, place) == wanted
    assert all(owner.reach(right).covers(p) for p in program.reach(right).paths)
