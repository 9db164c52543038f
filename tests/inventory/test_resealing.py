"""The key is changed under a living database, and whoever is killed on the way loses nothing."""

import os
import signal
import stat
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from inventory import audit, resealing
from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database
from inventory.keyfile import add_key, drop_old_key, one_hand
from inventory.resealing import ADDED, DROPPED, SEALED, rotate, sealed_values
from inventory.secret import Key, Sealed, SecretError
from tests.inventory.conftest import Tree
from tests.patience import PATIENCE

ACT = system("更换加密密钥", "cli")
_STEPS = """
import os, signal, sys
from pathlib import Path
from inventory import schema
from inventory.act import system
from inventory.db import open_database
from inventory.resealing import rotate
print("ready", flush=True)
database = open_database(os.environ["URL"])
for number, step in enumerate(rotate(database, Path(os.environ["KEY"]), system("x")), 1):
    print(step, flush=True)
    if number == int(os.environ["STOP"]):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


def kept(database: Database, tree: Tree, key: Key, number: int = 1) -> None:
    """So many logins, each with a password and an enable password told from its number."""
    with database.transaction(tree.act(tree.lankao)) as session:
        for n in range(number):
            sealed = {"password": key.seal(f"login {n}"), "enable": key.seal(f"enable {n}")}
            facts = {"centre_id": tree.lankao.id, "kind": "ssh", "user": "ops"}
            session.add(Credential(name=f"登录 {n}", **facts, **sealed))


def readable(database: Database, key: Key) -> bool:
    """Every value opens, and says what it said."""
    with database.view(EVERYTHING) as session:
        rows = session.scalars(select(Credential)).all()
    told = [(row.name, row.password, row.enable) for row in rows]
    return bool(told) and all(
        key.open(password) == f"login {name.split()[1]}"
        and key.open(enable) == f"enable {name.split()[1]}"
        for name, password, enable in told
        if password and enable
    )


def steps(database: Database, key_file: Path, stop: int = 0) -> subprocess.Popen[str]:
    url = database.engine.url.render_as_string(hide_password=False)
    env = {**os.environ, "URL": url, "KEY": str(key_file), "STOP": str(stop)}
    command = [sys.executable, "-c", _STEPS]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)


def test_a_key_is_changed_under_running_processes(
    database: Database, tree: Tree, key_file: Path
) -> None:
    running = Key.load(key_file)
    kept(database, tree, running, 3)
    first, tokens = running.id, {}
    for step in rotate(database, key_file, ACT):
        tokens[step] = running.seal("written meanwhile")
        assert readable(database, running)
        assert readable(database, Key.load(key_file))
        assert all(running.open(token) == "written meanwhile" for token in tokens.values())
    assert list(tokens) == [ADDED, SEALED, DROPPED]
    now = Key.load(key_file)
    assert len(now.ids) == 1
    assert first not in now.ids
    assert running.id == now.id
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    with database.view(EVERYTHING) as session:
        assert {now.sealed_by(value.sealed) for value in sealed_values(session)} == {now.id}
        told = session.scalars(select(AuditRow).where(AuditRow.thing == "Key")).all()
        assert audit.verify(session) is None
    assert [row.thing_id for row in told] == [now.id, now.id]
    assert '"values":6' in told[0].after


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_killed_after_a_step_everything_is_readable_and_the_next_run_ends_it(
    database: Database, tree: Tree, key_file: Path, stop: int
) -> None:
    kept(database, tree, Key.load(key_file), 3)
    before = Key.load(key_file).ids
    with steps(database, key_file, stop) as process:
        assert process.wait(PATIENCE) == -signal.SIGKILL
    assert readable(database, Key.load(key_file))
    two = Key.load(key_file).ids
    assert len(two) == (1 if stop == 3 else 2)
    if stop < 3:
        list(rotate(database, key_file, ACT))
        assert Key.load(key_file).ids == two[:1]  # no third key: the begun change is ended
    assert readable(database, Key.load(key_file))
    assert before[0] not in Key.load(key_file).ids


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_killed_at_any_moment_everything_is_readable(
    sqlite_database: Database, key_file: Path, delay: float
) -> None:
    tree = centre_of(sqlite_database)
    key = Key.load(key_file)
    with sqlite_database.transaction(ACT) as session:
        for n in range(300):
            sealed = {"password": key.seal(f"login {n}"), "enable": key.seal(f"enable {n}")}
            facts = {"centre_id": tree, "kind": "ssh", "user": "ops"}
            session.add(Credential(name=f"登录 {n}", **facts, **sealed))
    with steps(sqlite_database, key_file) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.kill()
    assert readable(sqlite_database, Key.load(key_file))
    list(rotate(sqlite_database, key_file, ACT))
    assert readable(sqlite_database, Key.load(key_file))
    names = {path.name for path in key_file.parent.glob("secret.key*")}
    assert names == {"secret.key", "secret.key.lock"}


def centre_of(database: Database) -> str:
    with database.transaction(ACT) as session:
        row = Centre(code="410225", name="兰考县", tier="county")
        session.add(row)
    return row.id


def test_what_does_not_open_stops_the_change_before_it_begins(
    database: Database, tree: Tree, key_file: Path
) -> None:
    key = Key.load(key_file)
    kept(database, tree, key)
    with database.transaction(tree.act(tree.lankao)) as session:
        session.scalars(select(Credential)).one().enable = Key(bytes(32)).seal("lost")
    with pytest.raises(SecretError, match="不是一套"):
        list(rotate(database, key_file, ACT))
    assert Key.load(key_file).ids == key.ids


def test_two_hands_do_not_change_one_key(sqlite_database: Database, key_file: Path) -> None:
    Key.load(key_file)
    with one_hand(key_file), pytest.raises(SecretError, match="另一个命令"):
        next(rotate(sqlite_database, key_file, ACT))


def test_a_missing_key_is_told_and_not_made_anew(sqlite_database: Database, key_file: Path) -> None:
    with pytest.raises(SecretError, match="读不出来"):
        next(rotate(sqlite_database, key_file, ACT))
    assert not key_file.exists()


def test_tokens_of_the_first_version_open_and_are_sealed_anew(
    database: Database, tree: Tree, key_file: Path
) -> None:
    """Sealed before tokens named their key: v1., no header authenticated."""
    key = Key.load(key_file)
    nonce = os.urandom(12)
    blob = nonce + AESGCM(key_file.read_bytes()).encrypt(nonce, b"login 0", None)
    old = Sealed("v1." + urlsafe_b64encode(blob).decode())
    assert key.open(old) == "login 0"
    with database.transaction(tree.act(tree.lankao)) as session:
        facts = {"centre_id": tree.lankao.id, "kind": "ssh", "user": "ops"}
        session.add(Credential(name="登录 0", password=old, enable=key.seal("enable 0"), **facts))
    list(rotate(database, key_file, ACT))
    assert readable(database, Key.load(key_file))


def test_a_process_that_was_not_told_reads_the_file_again(key_file: Path) -> None:
    one, other = Key.load(key_file), Key.load(key_file)
    add_key(key_file)
    sealed = one.seal("x")
    assert other.open(sealed) == "x"
    drop_old_key(key_file)
    assert one.seal("y").token.split(".")[1] == other.seal("z").token.split(".")[1]
    assert one.open(other.seal("z")) == "z"


def test_the_key_a_token_names_cannot_be_changed(key_file: Path) -> None:
    key = Key.load(key_file)
    add_key(key_file)
    token = key.seal("x").token
    other = Key.load(key_file).ids[1]
    with pytest.raises(SecretError):
        key.open(Sealed(token.replace(key.id, other)))


def test_a_lost_file_does_not_stop_who_has_read_it(key_file: Path) -> None:
    key = Key.load(key_file)
    key_file.unlink()
    assert key.open(key.seal("x")) == "x"


def test_every_table_with_secrets_is_found() -> None:
    """By the type of the column; these are the ones of today."""
    found = {table.name: [c.name for c in columns] for table, columns in resealing.sealed_tables()}
    assert found["credential"] == [
        "community", "auth_secret", "priv_secret", "password", "enable"
    ]  # fmt: skip
    assert "rotation" in found
