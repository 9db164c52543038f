"""A private PostgreSQL cluster for the tests: own data folder, own port, gone afterwards."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import OperationalError

from inventory.db import open_database
from inventory.migrations import migrate
from tests.patience import PATIENCE
from tests.peers import BOUND, free_port

_BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
# What is lost when the machine falls over is lost anyway.
_HASTY = (
    "-c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    " -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off"
)
# What a schema is made of: the newest transaction in these tells whether it was changed. Triggers
# are put out and on again while a database is emptied, so of them it is what they are.
_SHAPE = [
    f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {name})"
    for name in ("pg_class", "pg_attribute", "pg_constraint", "pg_index", "pg_proc")
]
_SHAPE.append(
    "(SELECT md5(string_agg((oid, tgfoid, tgenabled)::text, '' ORDER BY oid)) FROM pg_trigger)"
)
_USED = """SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r'
    AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    AND pg_relation_size(oid) > 0"""
_ALWAYS = """SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
    WHERE tgenabled = 'A'"""  # rows that can only be added
_ANEW = """SELECT setval(oid::regclass, 1, false) FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"""


@dataclass
class Lender:
    """Migrated empty databases of a cluster; `url` is its prefix.

    To copy the template takes longer than most tests: a database is emptied and lent again, unless
    a test has changed more than its rows.
    """

    url: str
    _free: list[str] = field(default_factory=list)
    _shape: Any = None

    def prepare(self) -> None:
        """The migrated empty template."""
        self._do("CREATE DATABASE template_netops")
        database = open_database(self.url + "template_netops")
        migrate(database.engine)
        database.close()
        with self._connected("template_netops") as connection:
            self._shape = _shape(connection)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The address of an empty database, nobody else's while the block runs."""
        name = self._free.pop() if self._free else self._made()
        yield self.url + name
        if self._emptied(name):
            self._free.append(name)
        else:
            self._do(f"DROP DATABASE {name}")

    def _made(self) -> str:
        name = f"t{uuid4().hex}"
        self._do(f"CREATE DATABASE {name} TEMPLATE template_netops STRATEGY FILE_COPY")
        return name

    def _emptied(self, name: str) -> bool:
        with self._connected(name) as connection:
            if _shape(connection) != self._shape:
                return False
            used = connection.exec_driver_sql(_USED).scalars().all()
            if used:
                kept = [row for row in connection.exec_driver_sql(_ALWAYS) if row[0] in used]
                connection.exec_driver_sql("; ".join(_emptying(used, kept)))
                connection.exec_driver_sql(f"VACUUM {', '.join(used)}")  # rows lie as in a new one
            connection.exec_driver_sql(_ANEW)
        return True

    def _do(self, statement: str) -> None:
        with self._connected("postgres") as connection:
            connection.exec_driver_sql(statement)

    @contextmanager
    def _connected(self, name: str) -> Iterator[Connection]:
        engine = create_engine(self.url + name, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            yield connection


def _shape(connection: Connection) -> Any:
    """What tells whether two databases have the same schema."""
    return tuple(connection.exec_driver_sql(f"SELECT {', '.join(_SHAPE)}").one())


def _emptying(tables: Sequence[str], kept: Sequence[Any]) -> Iterator[str]:
    """Statements that empty these tables; `kept` are the (table, trigger) that would refuse."""
    yield "BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL session_replication_role = replica"
    yield from (f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in kept)
    yield from (f"DELETE FROM {table}" for table in tables)
    yield from (f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in kept)
    yield "COMMIT"


def binaries() -> Path | None:
    """Where Debian keeps initdb and postgres, None when they are not installed."""
    return _BIN[-1] if _BIN else None


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster; yields a URL prefix to which a database name is appended."""
    folder = binaries()
    assert folder is not None
    with tempfile.TemporaryDirectory(prefix="netops-pg-") as home:
        Path(home).chmod(0o777)  # the server refuses to run as root and becomes nobody
        data = Path(home) / "data"
        line = [folder / "initdb", "-D", data, "-U", "netops", "-A", "trust", "--no-sync"]
        subprocess.run(_as_nobody(*line), check=True, stdout=subprocess.DEVNULL, cwd="/")
        port = free_port()
        line = [folder / "postgres", "-D", data, "-p", port, "-k", home, *_HASTY.split()]
        with (Path(home) / "log").open("wb") as log:
            server = subprocess.Popen(_as_nobody(*line), stdout=log, stderr=log, cwd="/")
        try:
            url = f"postgresql+psycopg://netops@127.0.0.1:{port}/"
            _until_answering(server, url + "postgres")
            yield url
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nobody needs these rows again
            server.wait(PATIENCE)


def _until_answering(server: subprocess.Popen[bytes], url: str) -> None:
    engine, end = create_engine(url, poolclass=NullPool), time.monotonic() + PATIENCE
    while True:
        try:
            return engine.connect().close()
        except OperationalError:
            if server.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _as_nobody(*command: object) -> list[str]:
    """The command line; the server refuses to be root. It ends with us (see `peers.BOUND`)."""
    root = ("--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
    return [BOUND[0], *(root if os.geteuid() == 0 else ()), *BOUND[1:], *map(str, command)]
