"""Credentials: when their secrets are due, what is weak about them, how a change is staged."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from inventory import rotation, usage
from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.credential import Credential, today
from inventory.credential_state import CredentialState
from inventory.db import Database
from inventory.policy import Policy
from inventory.register import Rejected
from inventory.rotation import Rotation
from inventory.secret import Key
from inventory.shanghai import SHANGHAI
from inventory.strength import weakness
from inventory.usage import SecretUse
from tests.inventory.conftest import Tree

KEY = Key(bytes(range(32)))
OLD, NEW = "Old-mxKv#83tq", "New-wzRj#59hd"


def kept(database: Database, tree: Tree, **facts: object) -> str:
    """A login of the county; its id."""
    given = {"name": "核心登录", "kind": "ssh", "user": "ops", "password": KEY.seal(OLD)}
    with database.transaction(tree.act(tree.lankao)) as session:
        row = Credential(**{"centre_id": tree.lankao.id, **given, **facts})
        session.add(row)
    return row.id


def one(database: Database, key: str) -> tuple[Credential, CredentialState]:
    with database.view(EVERYTHING) as session:
        return session.get_one(Credential, key), session.get_one(CredentialState, key)


def test_a_secret_is_due_when_the_policy_says(database: Database, tree: Tree) -> None:
    row, state = one(database, kept(database, tree))
    assert state.due_on == today() + timedelta(days=90)
    assert row.set_at is not None
    assert datetime.now(UTC) - row.set_at < timedelta(minutes=1)


def test_its_own_period_goes_before_the_policy(database: Database, tree: Tree) -> None:
    _row, state = one(database, kept(database, tree, days=30))
    assert state.due_on == today() + timedelta(days=30)


def test_the_time_begins_again_with_a_new_secret_only(database: Database, tree: Tree) -> None:
    key = kept(database, tree)
    long_ago = datetime(2026, 1, 31, 20, tzinfo=UTC)  # already February in China
    with database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Credential, key).set_at = long_ago
    with database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Credential, key).note = "改个备注"
    row, state = one(database, key)
    assert row.set_at == long_ago
    assert state.due_on == date(2026, 2, 1) + timedelta(days=90)
    with database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Credential, key).password = KEY.seal(NEW)
    _row, state = one(database, key)
    assert state.due_on == datetime.now(SHANGHAI).date() + timedelta(days=90)


def test_what_is_overdue_or_weak_is_shown_with_a_warning(database: Database, tree: Tree) -> None:
    key = kept(database, tree)
    with database.transaction(tree.act(tree.lankao)) as session:
        row = session.get_one(Credential, key)
        row.set_at = datetime(2026, 1, 1, tzinfo=UTC)
        row.weigh(session, {"password": "ops"})
    with database.view(EVERYTHING) as session:
        told = session.get_one(Credential, key).unsafe
    assert "登录口令与用户名相同" in told
    assert any("2026-04-01" in text and "逾期" in text for text in told)
    with database.transaction(tree.act(tree.lankao)) as session:
        row = session.get_one(Credential, key)
        row.password = KEY.seal(NEW)
        row.weigh(session, {"password": NEW})
    with database.view(EVERYTHING) as session:
        assert session.get_one(Credential, key).unsafe == ()


@pytest.mark.parametrize(
    ("name", "text", "weak"),
    [
        ("community", "public", True),
        ("community", "LanKao", False),
        ("password", "Admin@123", True),
        ("password", "short#1A", True),
        ("password", "alllowercaseletters", True),
        ("password", NEW, False),
        ("auth_secret", "ops", True),
    ],
)
def test_weak_is_what_article_118_forbids_and_what_everybody_knows(
    name: str, text: str, weak: bool
) -> None:
    cause = found_weak(name, text)
    assert bool(cause) is weak
    assert text not in cause


def found_weak(name: str, text: str) -> str:
    return weakness(name, text, Policy(centre_id=""), "ops")


def test_a_weak_secret_is_never_quoted() -> None:
    assert "qwer" not in found_weak("password", "Qwertyuiop#12")


def staged(database: Database, tree: Tree, key: str) -> str:
    with database.transaction(tree.act(tree.lankao)) as session:
        row = session.get_one(Credential, key)
        return rotation.stage(session, row, {"password": KEY.seal(NEW)}, "例行更换").id


def test_staged_secrets_wait_and_are_used_once_enabled(database: Database, tree: Tree) -> None:
    key = kept(database, tree)
    change = staged(database, tree, key)
    row, _state = one(database, key)
    assert row.password is not None
    assert KEY.open(row.password) == OLD
    with database.transaction(tree.act(tree.lankao)) as session:
        rotation.enable(session, session.get_one(Rotation, change), "1 台可用")
    row, _state = one(database, key)
    assert row.password is not None
    assert KEY.open(row.password) == NEW
    with database.view(EVERYTHING) as session:
        done = session.get_one(Rotation, change)
        texts = [a.before + a.after for a in session.query(AuditRow)]
    assert (done.state, done.password, done.hand) == ("enabled", None, "张三")
    assert not any(OLD in text or NEW in text or "v2." in text for text in texts)


def test_dropped_secrets_leave_the_old_ones_in_use(database: Database, tree: Tree) -> None:
    key = kept(database, tree)
    change = staged(database, tree, key)
    with database.transaction(tree.act(tree.lankao)) as session:
        rotation.drop(session.get_one(Rotation, change), "")
    row, _state = one(database, key)
    assert row.password is not None
    assert KEY.open(row.password) == OLD
    with pytest.raises(Rejected, match="已经结束"), database.transaction(system("x")) as session:
        rotation.enable(session, session.get_one(Rotation, change), "")


def test_one_change_at_a_time(database: Database, tree: Tree) -> None:
    key = kept(database, tree)
    staged(database, tree, key)
    with pytest.raises(Rejected, match="没有结束"):
        staged(database, tree, key)
    facts = {"centre_id": tree.lankao.id, "credential_id": key, "hand": "x"}
    with pytest.raises(IntegrityError), database.transaction(system("x")) as session:
        session.add(Rotation(started_at=datetime.now(UTC), password=KEY.seal(NEW), **facts))


def test_a_change_takes_only_what_the_kind_has(database: Database, tree: Tree) -> None:
    key = kept(database, tree)
    for new in ({}, {"community": KEY.seal(NEW)}):
        with pytest.raises(Rejected), database.transaction(system("x")) as session:
            rotation.stage(session, session.get_one(Credential, key), new)


def test_uses_add_up_by_day_and_purpose(database: Database, tree: Tree) -> None:
    key = kept(database, tree)
    night = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)  # a minute before midnight in China
    for at, number in ((night, 3), (night + timedelta(minutes=2), 4), (night, 5)):
        with database.observe() as session:
            usage.count(session, "poll", {key: number, "gone": 1}, at)
    with database.view(EVERYTHING) as session:
        found = {row.day: row.count for row in session.query(SecretUse)}
        assert session.get_one(CredentialState, key).used_at == night
    assert found == {date(2026, 11, 21): 8, date(2026, 11, 22): 4}


def test_opening_by_hand_leaves_one_audit_row(database: Database, tree: Tree) -> None:
    key, act = kept(database, tree), tree.act(tree.lankao, "SNMP 遍历")
    with database.transaction(act) as session:
        usage.opened_by_hand(session, act, [key], tree.lankao.id, device="核心", oid="1.3")
    with database.view(EVERYTHING) as session:
        rows = session.query(AuditRow).where(AuditRow.thing_id == key).all()
    last = max(rows, key=lambda row: row.seq)
    assert (last.change, last.act) == ("event", "SNMP 遍历")
    assert "核心" in last.after
