"""What SQLAlchemy makes of a statement is kept for the whole run.

It keeps it for one engine, and every test has a database, and so an engine, of its own: to make the
same SQL of the same statements again would take longer than many a test. Every setting of a
dialect that shapes its SQL is the same in all databases of one kind here.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache, immutabledict


def keep_compiled(number: int = 4000) -> None:
    """Let all engines of this process share `number` statements, and so all dialects of a kind
    count as one."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__ = _same_kind  # type: ignore[method-assign,assignment]
        dialect.__hash__ = _of_kind  # type: ignore[method-assign,assignment]
    shared: LRUCache[Any, Any] = LRUCache(number)
    Engine._execution_options = immutabledict({"compiled_cache": shared})


def _same_kind(ours: object, theirs: object) -> bool:
    return type(ours) is type(theirs)


def _of_kind(dialect: object) -> int:
    return hash(type(dialect))
