"""The database itself refuses what nobody may do to the chain, whoever opens it and how."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from inventory import triggers
from inventory.act import EVERYTHING, system
from inventory.audit import head, note, verify
from inventory.db import Database, in_turn, open_database
from inventory.migrations import migrate
from tests.patience import PATIENCE

LOCK = 4_199_999  # of nobody else


@pytest.fixture
def chained(database: Database) -> Database:
    for number in range(3):
        act = system(f"事项 {number + 1}")
        with database.transaction(act) as session:
            note(session, act, "Person", "p1", None, {"n": number + 1})
    return database


@pytest.fixture
def outside(chained: Database) -> Iterator[Connection]:
    """A connection as another program makes it: none of our settings."""
    engine = create_engine(chained.engine.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


COPIED = """INSERT INTO audit SELECT {seq}, at, actor, actor_name, role, origin, reason, act,
 centre_id, thing, thing_id, change, before, after, {prev}, row_hash, sm3
 FROM audit WHERE seq = 3"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET act = 'x' WHERE seq = 2",
        "UPDATE audit SET seq = 9 WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        COPIED.format(seq=4, prev="prev_hash"),
        COPIED.format(seq=5, prev="row_hash"),
        COPIED.format(seq=0, prev="prev_hash"),
        COPIED.format(seq=3, prev="prev_hash") + " ON CONFLICT (seq) DO UPDATE SET act = 'x'",
    ],
    ids=["update", "renumber", "delete", "empty", "wrong-hash", "gap", "before-all", "upsert"],
)
def test_the_database_refuses(chained: Database, outside: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match="audit: "):
        outside.execute(text(statement))
    outside.rollback()
    with chained.view(EVERYTHING) as session:
        assert (head(session)[0], verify(session)) == (3, None)


def test_postgresql_refuses_truncate_and_a_session_that_calls_itself_a_replica(
    chained: Database, outside: Connection
) -> None:
    if outside.dialect.name != "postgresql":
        return  # SQLite has neither: an unqualified DELETE is its TRUNCATE, refused above
    with pytest.raises(DBAPIError, match="audit: "):
        outside.execute(text("TRUNCATE audit"))
    outside.rollback()
    outside.execute(text("SET session_replication_role = replica"))
    with pytest.raises(DBAPIError, match="audit: "):
        outside.execute(text("DELETE FROM audit"))


COLUMNS = """at, actor, actor_name, role, origin, reason, act, centre_id, thing, thing_id, change,
 before, after"""


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT OR REPLACE INTO audit SELECT 2, {COLUMNS}, prev_hash, row_hash, sm3 FROM audit"
        " WHERE seq = 3",
        f"INSERT OR REPLACE INTO audit (rowid, seq, {COLUMNS}, prev_hash, row_hash, sm3)"
        f" SELECT 2, 4, {COLUMNS}, row_hash, row_hash, sm3 FROM audit WHERE seq = 3",
        f"INSERT OR IGNORE INTO audit SELECT 9, {COLUMNS}, row_hash, row_hash, sm3 FROM audit"
        " WHERE seq = 3",
        "UPDATE OR REPLACE audit SET seq = 1 WHERE seq = 2",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 1",
    ],
    ids=["replace", "replace-by-rowid", "ignore", "update-or-replace", "replace-itself"],
)
def test_sqlite_refuses_replacing_without_recursive_triggers(
    sqlite_database: Database, statement: str
) -> None:
    """Another program's connection has them off: then REPLACE deletes without a DELETE trigger."""
    for number in range(3):
        act = system(f"事项 {number + 1}")
        with sqlite_database.transaction(act) as session:
            note(session, act, "Person", "p1", None, {"n": number + 1})
    path = str(sqlite_database.engine.url.database)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        with pytest.raises(sqlite3.IntegrityError, match="audit: "):
            raw.execute(statement)
    with sqlite_database.view(EVERYTHING) as session:
        assert (head(session)[0], verify(session)) == (3, None)


def gone(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return triggers.missing(connection)


def test_a_new_database_has_all_of_them(database: Database) -> None:
    assert gone(database) == []
    with database.engine.begin() as connection:
        triggers.drop(connection)
    assert {"audit_link", "audit_kept_update", "audit_kept_delete"} <= set(gone(database))


def disarm(connection: Connection) -> None:
    on = " ON audit" if connection.dialect.name == "postgresql" else ""
    connection.execute(text(f"DROP TRIGGER audit_kept_delete{on}"))


def hollow(connection: Connection) -> None:
    """A trigger of the same name that stops nothing."""
    if connection.dialect.name == "postgresql":
        body = "CREATE OR REPLACE FUNCTION audit_kept_delete() RETURNS trigger"
        connection.execute(text(f"{body} LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'"))
        return
    disarm(connection)
    made = "CREATE TRIGGER audit_kept_delete BEFORE DELETE ON audit FOR EACH ROW"
    connection.execute(text(f"{made} BEGIN SELECT 1; END"))


def switch_off(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_kept_delete"))
    else:
        disarm(connection)


@pytest.mark.parametrize("tamper", [disarm, hollow, switch_off])
def test_a_trigger_taken_away_hollowed_out_or_switched_off_is_named(
    database: Database, tamper: Callable[[Connection], None]
) -> None:
    with database.engine.begin() as connection:
        tamper(connection)
    assert gone(database) == ["audit_kept_delete"]
    migrate(database.engine)
    assert gone(database) == ["audit_kept_delete"], "a start hides no tampering"
    with database.engine.begin() as connection:
        triggers.install(connection)
    assert gone(database) == []


def test_a_database_of_the_first_release_gets_them_with_the_migration(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/old.db")
    migrate(database.engine, "0001")
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM sqlite_master WHERE type='trigger'"))
        assert found.scalar() == 0, "rules of today's classes may not fit an earlier schema"
    migrate(database.engine)
    assert gone(database) == []
    database.close()


def test_two_transactions_at_once_make_one_chain(chained: Database) -> None:
    """The second waits for the first: neither meets the trigger's refusal."""

    def work(number: int) -> None:
        act = system(f"同时 {number}")
        with chained.transaction(act) as session:
            for step in range(5):
                note(session, act, "Person", "p1", None, {"step": step})
                session.flush()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(8)))
    with chained.view(EVERYTHING) as session:
        assert (head(session)[0], verify(session)) == (43, None)


def test_an_act_takes_the_chain_before_any_other_lock(chained: Database) -> None:
    """One that holds another lock and comes to the chain, one that holds the chain and comes to
    the other lock: on PostgreSQL each would wait for the other until one of them is killed."""
    holding, chaining = Event(), Event()
    act = system("同时")

    def lock_first() -> None:
        with chained.transaction(act) as session:
            in_turn(session, LOCK)
            holding.set()
            chaining.wait(1)  # in vain: the other one waits for its turn at the very beginning
            note(session, act, "Person", "p1", None, {})

    def chain_first() -> None:
        holding.wait(PATIENCE)
        with chained.transaction(act) as session:
            note(session, act, "Person", "p2", None, {})
            session.flush()
            chaining.set()
            in_turn(session, LOCK)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(lock_first), threads.submit(chain_first)]:
            done.result(PATIENCE)
    with chained.view(EVERYTHING) as session:
        assert (head(session)[0], verify(session)) == (5, None)
