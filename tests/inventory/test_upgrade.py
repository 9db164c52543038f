"""A home of the first release, brought up to date: nobody loses a right, nobody is locked out."""

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, column, insert, select, table

from inventory import audit, triggers
from inventory.act import EVERYTHING, system
from inventory.backup_source import BackupSource
from inventory.db import Database
from inventory.founding import reopen
from inventory.grant import standing
from inventory.migrations import alembic_config, migrate
from inventory.person import Person
from tests.inventory.conftest import Tree
from tests.inventory.test_credential import kept

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
ROW = {"revision": 1, "search": "", "sort_key": ""}


def to_first_release(database: Database, kind: str, role: str) -> None:
    """The database as the first release left it: one centre, one person with one role."""
    config = alembic_config()
    with database.engine.begin() as connection:
        triggers.drop(connection)
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        for name, facts in (
            ("home_fact", {"name": "kind", "value": kind}),
            ("centre", ROW | {"id": "C", "code": "410225", "name": "兰考县信息中心",
                              "tier": "county", "path": "/C/"}),
            ("person", ROW | {"id": "P", "centre_id": "C", "login": "admin", "name": "张三",
                              "password_hash": "", "must_change": False}),
            ("grant", ROW | {"id": "G", "centre_id": "C", "person_id": "P", "role": role}),
        ):  # fmt: skip
            told = table(name, *map(column, facts))
            connection.execute(insert(told).values(**facts))


@pytest.mark.parametrize(
    ("kind", "role", "after"),
    [
        ("real", "system_admin", ("founder", "system_admin")),
        ("real", "network_admin", ("network_admin",)),
        ("demo", "system_admin", ("system_admin",)),
    ],
)
def test_who_had_a_role_still_has_it(
    database: Database, kind: str, role: str, after: tuple[str, ...]
) -> None:
    to_first_release(database, kind, role)
    migrate(database.engine)
    reopen(database)
    with database.view(EVERYTHING) as session:
        assert standing(session, session.get_one(Person, "P")).roles == after
        assert audit.verify(session) is None
    with database.engine.connect() as connection:
        assert triggers.missing(connection) == []


def test_a_home_without_backups_gets_them_and_keeps_every_row(
    database: Database, tree: Tree
) -> None:
    kept(database, tree)
    config = alembic_config()
    with database.engine.begin() as connection:
        triggers.drop(connection)
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
        held = _rows(connection)
    assert not [name for name in held if name.startswith("backup_")]
    assert held["credential"] and len(held["centre"]) == 4 and len(held["device"]) == 2
    migrate(database.engine)
    reopen(database)
    with database.engine.connect() as connection:
        now = _rows(connection)
        assert triggers.missing(connection) == []
    del held["alembic_version"]
    assert [name for name in held if now[name] != held[name]] == []
    with database.transaction(system("试验")) as session:
        session.add(
            BackupSource(
                centre_id=tree.lankao.id, name="资料", kind="documents", method="files", paths="/a"
            )
        )
    with database.view(EVERYTHING) as session:
        assert audit.verify(session) is None


def _rows(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as it lies there."""
    known = MetaData()
    known.reflect(connection)
    return {
        name: sorted((tuple(row) for row in connection.execute(select(one))), key=repr)
        for name, one in known.tables.items()
    }
