"""Web and worker may start at the same moment on a new home: both must find a whole database."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

SCRIPT = """
import sys
from inventory import schema
from inventory.db import open_database
from inventory.migrations import migrate
migrate(open_database(sys.argv[1]).engine)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that holds nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    server: str = request.getfixturevalue("postgres_server")
    name = f"m{uuid4().hex}"
    engine = create_engine(server + "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server + name


def test_several_may_bring_a_new_database_up_to_date_at_once(empty: str) -> None:
    command = [sys.executable, "-c", SCRIPT, empty]
    starting = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    told = [each.communicate()[1][-300:] for each in starting]
    assert [each.returncode for each in starting] == [0, 0, 0, 0], told
