"""What two databases are compared by: for each table its rows and a checksum, never a record.

A checksum is the sum, modulo 2^64, of the first 64 bits of each row's digest, so that no order is
needed; the server reckons it, only sums leave it. SQLite has no such function: rows are hashed
here one by one and forgotten.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

COUNTS = ".counts.json"  # in a set: behind the name of the dump that was counted
_BITS = 1 << 64
# Asks statements one after the other; gives the rows of all, values as text.
Ask = Callable[[Iterable[str]], Iterator[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Count:
    """One table: its rows, its checksum (16 hex digits)."""

    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The tables of a database by name; None for one that was written to while it was dumped, of
    which nothing exact can be said."""

    tables: Mapping[str, Count | None]

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.tables.values() if one)

    @property
    def unsure(self) -> tuple[str, ...]:
        """The tables that cannot be compared."""
        return tuple(name for name, one in sorted(self.tables.items()) if one is None)

    def told(self) -> Iterator[str]:
        """What a person should know of them."""
        if self.unsure:
            yield f"{len(self.unsure)} 张表在转储期间有写入，恢复演练时只比较其余的表"

    def steady(self, later: "Counts") -> "Counts":
        """What was the same before and after: the rest was written to in between."""
        names = sorted({*self.tables, *later.tables})
        return Counts({n: _same(self.tables.get(n), later.tables.get(n)) for n in names})

    def differences(self, restored: "Counts") -> Iterator[str]:
        """How a restored database differs, one sentence a table; none when it is the same."""
        for name in sorted({*self.tables, *restored.tables}):
            if name not in restored.tables:
                yield f"表 {name} 没有恢复出来"
            elif name not in self.tables:
                yield f"表 {name} 是多出来的"
            elif told := _difference(self.tables[name], restored.tables[name]):
                yield f"表 {name} {told}"

    def dumped(self) -> str:
        """As it lies in a set."""
        told = {name: one and [one.rows, one.checksum] for name, one in self.tables.items()}
        return json.dumps({"format": 1, "tables": told}, ensure_ascii=False, sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> "Counts":
        """What `dumped` wrote. Raises ValueError."""
        try:
            told = json.loads(text)["tables"]
            return cls({name: Count(*one) if one else None for name, one in told.items()})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not counts: {error}") from None


def _same(one: Count | None, other: Count | None) -> Count | None:
    return one if one == other else None


def _difference(one: Count | None, other: Count | None) -> str:
    if one is None or other is None or one == other:
        return ""
    if one.rows != other.rows:
        return f"原有 {one.rows} 行，恢复后 {other.rows} 行"
    return f"行数相同（{one.rows}），内容校验和不同"


# -- PostgreSQL ------------------------------------------------------------------------------------
# The same text for the same value, whatever the session's or the server's settings.
POSTGRES_SETTINGS = (
    "SET datestyle = 'ISO, YMD'", "SET timezone = 'UTC'", "SET intervalstyle = 'postgres'",
    "SET bytea_output = 'hex'", "SET extra_float_digits = 1", "SET lc_monetary = 'C'",
    "SET search_path = ''", "SET row_security = off", "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
)  # fmt: skip
# Of what an extension brings along pg_dump takes no rows.
_POSTGRES_TABLES = """SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass) ORDER BY 1"""
_POSTGRES_COUNT = """SELECT {told}, count(*),
coalesce(sum(('x' || left(md5(netops_row::text), 16))::bit(64)::bigint), 0)
FROM ONLY {name} AS netops_row"""
# Large objects lie in no table of the database's own. One may have terabytes: its first megabyte
# is compared, and that it is there under its number.
_POSTGRES_LARGE = """SELECT '大对象', count(*),
sum(('x' || left(md5(oid || md5(lo_get(oid, 0, 1048576))), 16))::bit(64)::bigint)
FROM pg_catalog.pg_largeobject_metadata HAVING count(*) > 0"""


def postgres_counts(ask: Ask) -> Counts:
    """Of one database; `ask` has made POSTGRES_SETTINGS."""
    names = [name for (name,) in ask([_POSTGRES_TABLES])]
    counting = [_POSTGRES_COUNT.format(told=_text(name), name=name) for name in names]
    return _counts(ask([*counting, _POSTGRES_LARGE]))


# -- MariaDB and MySQL -----------------------------------------------------------------------------
MARIADB_SETTINGS = ("SET NAMES utf8mb4", "SET time_zone = '+00:00'")
_MARIADB_COLUMNS = """SELECT HEX(c.table_name), HEX(c.column_name) FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'
ORDER BY c.table_name, c.ordinal_position"""
# Each column's digest first: joined values could be longer than the server can return.
_MARIADB_COUNT = """SELECT '{told}', COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(MD5(CONCAT_WS(',',
{columns})), 16), 16, 10) AS UNSIGNED)), 0) FROM {name}"""


def mariadb_counts(ask: Ask) -> Counts:
    """Of one database; `ask` has made MARIADB_SETTINGS."""
    columns: dict[str, list[str]] = {}
    for table, column in ask([_MARIADB_COLUMNS]):
        columns.setdefault(_unhex(table), []).append(
            f"IFNULL(MD5({backticked(_unhex(column))}),'')"
        )
    asked = (
        _MARIADB_COUNT.format(
            told=table.encode().hex(), columns=", ".join(of), name=backticked(table)
        )
        for table, of in columns.items()
    )
    return _counts((_unhex(told), rows, total) for told, rows, total in ask(asked))


def backticked(name: str) -> str:
    """A name as MariaDB takes any name."""
    return "`" + name.replace("`", "``") + "`"


# -- SQLite ----------------------------------------------------------------------------------------
_SQLITE_TABLES = """SELECT name FROM sqlite_schema WHERE type = 'table'
AND name NOT LIKE 'sqlite^_%' ESCAPE '^' AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name"""


def sqlite_counts(place: Path, beat: Callable[[], None] = lambda: None) -> Counts:
    """Of one file, which nobody writes; `beat` is called while it is read. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{place.absolute().as_uri()}?immutable=1", uri=True)
    try:
        names = [name for (name,) in connection.execute(_SQLITE_TABLES)]
        connection.text_factory = bytes  # text that is no UTF-8 counts as well
        return Counts({name: _sqlite_count(connection, name, beat) for name in names})
    finally:
        connection.close()


def _sqlite_count(connection: sqlite3.Connection, name: str, beat: Callable[[], None]) -> Count:
    rows, total = 0, 0
    quoted = name.replace('"', '""')
    for row in connection.execute(f'SELECT * FROM "{quoted}"'):
        total += int.from_bytes(hashlib.sha256(repr(row).encode()).digest()[:8], "big")
        rows += 1
        if rows % 4096 == 0:
            beat()
    return Count(rows, _hex(total))


def _counts(told: Iterable[tuple[str, ...]]) -> Counts:
    return Counts({name: Count(int(rows), _hex(int(total))) for name, rows, total in told})


def _hex(total: int) -> str:
    return f"{total % _BITS:016x}"


def _unhex(text: str) -> str:
    return bytes.fromhex(text).decode()


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
