"""Changing the console's own key: every sealed value of every table, and at no moment a database
that cannot be read, whenever the power goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, select, text, update
from sqlalchemy.orm import Session

from inventory import audit
from inventory.act import Act
from inventory.columns import Secret
from inventory.db import Base, Database
from inventory.home import home_fact
from inventory.keyfile import add_key, drop_old_key, one_hand, read_keys
from inventory.secret import Key, Sealed

ADDED, SEALED, DROPPED = "新密钥已加入密钥文件", "全部密文已改用新密钥", "旧密钥已从密钥文件删除"


@dataclass(frozen=True, slots=True)
class SealedValue:
    """One secret where it stands: table, primary key of its row, column, ciphertext."""

    table: Table
    row: tuple[Any, ...]
    column: Column[Any]
    sealed: Sealed


def sealed_tables() -> Iterator[tuple[Table, list[Column[Any]]]]:
    """Every table that keeps secrets with its columns, told by their type: a new register needs
    no entry in any list."""
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, Secret)]
        if columns:
            yield table, columns


def sealed_values(session: Session) -> Iterator[SealedValue]:
    """Every secret of the database, in all centres."""
    for table, columns in sealed_tables():
        keys = list(table.primary_key.columns)
        for row in session.connection().execute(select(*keys, *columns)).all():
            told = zip(columns, row[len(keys) :], strict=True)
            for column, sealed in told:
                if sealed is not None:
                    yield SealedValue(table, tuple(row[: len(keys)]), column, sealed)


def rotate(database: Database, path: Path, act: Act) -> Iterator[str]:
    """Change the key in `path` step by step; tells each step (ADDED, SEALED, DROPPED) when it is
    done. What a killed rotation left is taken up where it stood.

    Old and new key stand in the file until nothing is sealed by the old one any more. Raises
    SecretError when some value cannot be opened (nothing is changed then), OSError.
    """
    with one_hand(path):
        key = Key(read_keys(path))
        with database.view(act.scope) as session:
            for value in sealed_values(session):  # or it would be lost with the old key
                key.open(value.sealed)
        add_key(path)
        yield ADDED
        key = Key(read_keys(path))  # both keys, also after the old one has left the file
        while _reseal(database, key, act):
            pass  # again, for whoever sealed before the file changed and stored afterwards
        yield SEALED
        drop_old_key(path)
        _reseal(database, key, act, done=True)
        yield DROPPED


def _reseal(database: Database, key: Key, act: Act, *, done: bool = False) -> int:
    """Put what other keys sealed under the newest one, in one audited transaction.

    The statements go round the session's rules on purpose: the secrets stay what they are, so no
    row gets a new revision; one audit row tells of all of them.
    """
    with database.transaction(act) as session:
        for table, _columns in sealed_tables():
            _alone(session, table)
        values = [v for v in sealed_values(session) if key.sealed_by(v.sealed) != key.id]
        for value in values:
            ids = zip(value.table.primary_key.columns, value.row, strict=True)
            here = update(value.table).where(*(own == told for own, told in ids))
            fresh = key.seal(key.open(value.sealed))
            session.connection().execute(here.values({value.column: fresh}))
        if values or done:
            told = {"key": key.id, "values": len(values), "done": done}
            audit.note(session, act, "Key", key.id, home_fact(session, "centre") or None, told)
    return len(values)


def _alone(session: Session, table: Table) -> None:
    """Wait for whoever is writing secrets, and let nobody begin: SQLite has one writer anyway."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        named = connection.dialect.identifier_preparer.format_table(table)
        connection.execute(text(f"LOCK TABLE {named} IN SHARE ROW EXCLUSIVE MODE"))
