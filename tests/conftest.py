"""Fixtures every test may use: a migrated database on both engines, and a small centre tree."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from inventory.db import Database, open_database
from inventory.migrations import migrate
from inventory.schema import metadata  # noqa: F401  (maps every table)
from tests import postgres
from tests.lab import need


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated empty SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "netops.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL cluster holding a migrated template database."""
    need(postgres.binaries() is not None, "postgresql-15")
    with postgres.cluster() as url:
        _execute(url + "postgres", "CREATE DATABASE template_netops")
        database = open_database(url + "template_netops")
        migrate(database.engine)
        database.close()
        yield url


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite only, for tests of what sits above the data layer."""
    path = tmp_path / "netops.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same test on both engines: the data layer may not know which one it stands on."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    server = request.getfixturevalue("postgres_server")
    name = f"t{uuid4().hex}"
    _execute(server + "postgres", f"CREATE DATABASE {name} TEMPLATE template_netops")
    database = open_database(server + name)
    yield database
    database.close()
    _execute(server + "postgres", f"DROP DATABASE {name}")


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
