"""Secrets at rest, and the columns that refuse what is not canonical."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.register import Rejected
from inventory.secret import Key, Sealed, SecretError
from inventory.state import DeviceState
from tests.inventory.conftest import Tree

KEY = Key(bytes(range(32)))


@given(st.text())
def test_what_is_sealed_opens_again_and_never_shows(text: str) -> None:
    sealed = KEY.seal(text)
    assert KEY.open(sealed) == text
    assert str(sealed) == "••••••"
    assert sealed.token not in repr(sealed)
    assert KEY.seal(text).token != sealed.token


@pytest.mark.parametrize("token", ["", "v1.", "v1.AAAA", "nonsense", "v1.!!!"])
def test_a_damaged_token_is_told(token: str) -> None:
    with pytest.raises(SecretError, match="密钥"):
        KEY.open(Sealed(token))


def test_another_key_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="不是一套"):
        Key.load(tmp_path / "other.key").open(KEY.seal("x"))


def test_the_key_file_is_private_and_lasting(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret.key"
    sealed = Key.load(path).seal("口令")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Key.load(path).open(sealed) == "口令"
    assert [p.name for p in path.parent.iterdir()] == ["secret.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with ThreadPoolExecutor(1) as pool:
        first, second = pool.map(Key.load, [path, path])
    assert second.open(first.seal("x")) == "x"


def test_a_short_key_file_refuses_to_work(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(b"short")
    with pytest.raises(SecretError, match=r"secret\.key"):
        Key.load(path)


def credential(tree: Tree, **facts: object) -> Credential:
    given = {"centre_id": tree.lankao.id, "name": "只读", "kind": "v2c"}
    return Credential(**{**given, **facts})


def test_plain_text_cannot_be_stored_by_mistake(database: Database, tree: Tree) -> None:
    with pytest.raises(StatementError), database.transaction(tree.act(tree.lankao)) as session:
        session.add(credential(tree, community="public"))


def test_the_database_and_the_audit_never_hold_the_secret(database: Database, tree: Tree) -> None:
    with database.transaction(tree.act(tree.lankao)) as session:
        row = credential(tree, community=KEY.seal("county-secret"))
        session.add(row)
    with database.view(EVERYTHING) as session:
        stored = session.get_one(Credential, row.id).community
        assert stored is not None
        assert KEY.open(stored) == "county-secret"
        texts = [a.before + a.after for a in session.query(AuditRow)]
    assert not any("county-secret" in text or stored.token in text for text in texts)
    assert any("（保密）" in text for text in texts)
    with database.engine.connect() as connection:
        raw = connection.exec_driver_sql("SELECT community FROM credential").scalar()
    assert "county-secret" not in str(raw)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "v2c"}, "community"),
        ({"kind": "v3"}, "user"),
        ({"kind": "ssh", "user": "ops"}, "password"),
        ({"kind": "v3", "user": "ops", "auth_protocol": "SHA"}, "auth_secret"),
        ({"kind": "v3", "user": "ops", "priv_protocol": "AES"}, "auth_protocol"),
    ],
)
def test_a_credential_must_be_whole(
    database: Database, tree: Tree, facts: dict[str, str], field: str
) -> None:
    with pytest.raises(Rejected) as refused, database.transaction(system("x")) as session:
        session.add(credential(tree, **facts))
    assert field in [error.field for error in refused.value.errors]


def test_a_naive_time_is_refused_and_an_aware_one_comes_back_in_utc(
    database: Database, tree: Tree
) -> None:
    shanghai = datetime(2026, 11, 21, 8, tzinfo=timezone(timedelta(hours=8)))
    with database.observe() as session:
        session.add(DeviceState(device_id=tree.core.id, centre_id=tree.lankao.id, since=shanghai))
    with database.view(EVERYTHING) as session:
        since = session.get_one(DeviceState, tree.core.id).since
    assert since == shanghai
    assert since is not None
    assert since.tzinfo == UTC
    with pytest.raises(StatementError), database.observe() as session:
        session.get_one(DeviceState, tree.core.id).since = datetime(2026, 11, 21)  # noqa: DTZ001


def test_addresses_have_one_form(database: Database, tree: Tree) -> None:
    with database.transaction(system("x")) as session:
        session.get_one(Device, tree.core.id).address = "2001:DB8::0001"
    with database.view(EVERYTHING) as session:
        assert session.get_one(Device, tree.core.id).address == "2001:db8::1"
