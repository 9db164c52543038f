"""The engine's index on `Findable`: FTS5 on SQLite, GIN over a tsvector on PostgreSQL.

Both are of a kind that Alembic does not know. They come off while the schema moves and are built
anew at its head, which also finds the rows that an older release had not told the index.
FTS5 is an external content table kept by triggers (https://sqlite.org/fts5.html, 4.4.3).
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DatabaseError

from inventory.db import Database
from inventory.findable import line, write
from inventory.register import Register, registers
from inventory.triggers import trigger

_FTS = "findable_fts"
_GIN = "ix_findable_grams"
_BATCH = 2000

_ADD = f"INSERT INTO {_FTS} (rowid, grams) VALUES (NEW.n, NEW.grams);"
_DROP = f"INSERT INTO {_FTS} ({_FTS}, rowid, grams) VALUES ('delete', OLD.n, OLD.grams);"
trigger("findable_added", "findable", event="INSERT", moment="AFTER", sqlite=_ADD)
trigger("findable_gone", "findable", event="DELETE", moment="AFTER", sqlite=_DROP)
trigger("findable_moved", "findable", event="UPDATE", moment="AFTER", sqlite=f"{_DROP} {_ADD}")


def mapped(_thing: Any, name: str | None, kind: str, _reflected: bool, _same: Any) -> bool:
    """Alembic's `include_object`: everything but what is made here."""
    return not (kind in ("table", "index") and (name or "").startswith((_FTS, _GIN)))


def drop(connection: Connection) -> None:
    """Take the index away, before the schema moves."""
    name = f"TABLE IF EXISTS {_FTS}" if _sqlite(connection) else f"INDEX IF EXISTS {_GIN}"
    connection.exec_driver_sql(f"DROP {name}")


def install(connection: Connection) -> None:
    """Build the index from what the registers hold, where the schema has come so far."""
    if not inspect(connection).has_table("findable"):
        return
    for cls in _standing(connection):
        _mended(connection, cls)
    if _sqlite(connection):
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {_FTS} USING fts5(grams, content='findable', content_rowid='n',"
            " detail='none', columnsize=0, prefix='2', tokenize='ascii')"
        )
        _anew(connection)
    else:
        connection.exec_driver_sql(f"CREATE INDEX {_GIN} ON findable USING gin (grams)")


def mend(connection: Connection) -> int:
    """Compare the index with every row of every register and repair it; how many rows it had
    wrong. Undo the transaction, and it was a look."""
    torn = _sqlite(connection) and _torn(connection)
    if torn:
        _anew(connection)
    return torn + sum(_mended(connection, cls) for cls in _standing(connection))


def checked(database: Database, *, repair: bool) -> int:
    """How many rows the index has wrong, put right if `repair`; nobody else writes meanwhile."""
    engine = database.engine.execution_options(sqlite_begin="IMMEDIATE")
    with engine.connect() as connection:
        found = mend(connection)
        if repair:
            connection.commit()
    return found


def _sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _torn(connection: Connection) -> bool:
    try:
        connection.exec_driver_sql(
            f"INSERT INTO {_FTS} ({_FTS}, rank) VALUES ('integrity-check', 1)"
        )
    except DatabaseError:
        return True
    return False


def _anew(connection: Connection) -> None:
    connection.exec_driver_sql(f"INSERT INTO {_FTS} ({_FTS}) VALUES ('rebuild')")


def _standing(connection: Connection) -> Iterator[type[Register]]:
    there = set(inspect(connection).get_table_names())
    return (cls for cls in registers().values() if cls.__tablename__ in there)


def _mended(connection: Connection, cls: type[Register]) -> int:
    table: Any = cls.__table__
    found, last = 0, ""
    while part := connection.execute(
        select(table.c.id, table.c.search).where(table.c.id > last).order_by(table.c.id)
        .limit(_BATCH)
    ).all():  # fmt: skip
        found += write(connection, [line(table.name, *row) for row in part])
        last = part[-1].id
    stray = text(
        f'DELETE FROM findable WHERE book = :book AND row_id NOT IN (SELECT id FROM "{table.name}")'
    )
    return found + connection.execute(stray, {"book": table.name}).rowcount
