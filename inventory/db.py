"""The database: one engine, three ways in, and no fourth.

`view` reads within a scope, `transaction` changes Recorded rows (scoped, audited, all or nothing),
`observe` writes Observed rows (latest state; never audited, else polling would flood the chain).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    ForeignKey,
    MetaData,
    String,
    create_engine,
    event,
    func,
    select,
)  # fmt: skip
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column

from inventory.act import EVERYTHING, Act, Scope
from inventory.columns import ip_key
from inventory.keys import new_key

_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# Each of more than a hundred registers is asked in a dozen ways: fewer, and the SQL of a page that
# was just looked at is made anew.
_STATEMENTS = 2000


def points_to(column: str) -> ForeignKey:
    """A foreign key checked at commit: rows of one act may be written in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)


def classes() -> list[type[Any]]:
    """Every mapped class, by name. The mappers are a set: its order is another in each process."""
    return sorted((m.class_ for m in Base.registry.mappers), key=lambda cls: cls.__name__)


class Scoped:
    """Belongs to one centre; invisible to whoever has no grant above it."""

    centre_id: Mapped[str] = mapped_column(
        String(26), points_to("centre.id"), nullable=False, index=True
    )


class Recorded:
    """Decided by a person or a procedure: audited, revisioned, written only by `transaction`."""

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key, sort_order=-1)

    @declared_attr
    def revision(cls) -> Mapped[int]:
        """Counts changes; when two people edit one row, the second is told, not obeyed."""
        return mapped_column(nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.revision}


class Observed:
    """Told by a device: the latest word wins, history lives in the sample store."""


class RecordSession(Session):
    """A session that knows why it was opened; the rules hang on it in `inventory.guard`."""


class Database:
    """An open database. `url` is sqlite:///… or postgresql+psycopg://…"""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(sqlite_begin="IMMEDIATE")

    @contextmanager
    def view(self, scope: Scope) -> Iterator[Session]:
        """Read only, within `scope`."""
        info = {"mode": "view", "scope": scope}
        with RecordSession(self.engine, info=info, autoflush=False) as session:
            yield session

    @contextmanager
    def transaction(self, act: Act) -> Iterator[Session]:
        """Change Recorded rows: everything commits with its audit rows, or nothing does."""
        info = {"mode": "transaction", "scope": act.scope, "act": act}
        with (
            RecordSession(self._writing, info=info, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def observe(self) -> Iterator[Session]:
        """Write Observed rows: one transaction, no audit, no Recorded row."""
        info = {"mode": "observe", "scope": EVERYTHING}
        with (
            RecordSession(self._writing, info=info, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def close(self) -> None:
        self.engine.dispose()


def in_turn(session: Session, key: int) -> None:
    """Until this transaction ends, whoever else asks for `key` waits. SQLite has one writer
    anyway; PostgreSQL lets them overlap, each blind to what the other is about to insert."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def open_database(url: str) -> Database:
    """Open without touching the schema (see `inventory.migrations.migrate`)."""
    # A failed statement is logged with its parameters otherwise: hashes, names, telephone numbers.
    ping = not url.startswith("sqlite")
    engine = create_engine(
        url, pool_pre_ping=ping, hide_parameters=True, query_cache_size=_STATEMENTS
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    return Database(engine)


def _sqlite_connect(raw: Any, _record: Any) -> None:
    """WAL for readers beside one writer; FULL because a register must survive a power cut;
    recursive_triggers because INSERT OR REPLACE walks past append-only triggers without it."""
    raw.isolation_level = None  # SQLAlchemy's begin event decides, not the driver
    for pragma in (
        "busy_timeout=120000",  # first: turning to WAL may wait, too; 50,000 rows come in at once
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
    ):
        raw.execute(f"PRAGMA {pragma}")
    raw.create_function("ip_order", 1, ip_key, deterministic=True)


def _sqlite_begin(connection: Connection) -> None:
    """Writers take the lock at once: a later upgrade from reader to writer could deadlock."""
    how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {how}")
