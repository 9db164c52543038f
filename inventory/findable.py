"""The index that searching stands on: which rows may hold a word, told without reading them all.

One table for all registers holds each row's windows (`inventory.grams`), written in the flush that
writes the row. On it stands the engine's own index (`inventory.indexing`). An answer is a few ids,
looked at again in the register itself, by its own condition and within the scope.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, String, Text, UniqueConstraint, inspect, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.db import Base, Recorded
from inventory.grams import asked, book, windows
from inventory.register import Register
from inventory.text import fold

MOST = 5000  # rows worth fetching one by one; more of them are found sooner by walking the list


class Findable(Base):
    """The windows of one row of one register. Derived, and never shown: only ids leave it."""

    __tablename__ = "findable"

    n: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[str] = mapped_column(String(26))
    book: Mapped[str] = mapped_column(String(60))  # the register's table
    grams: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))

    __table_args__ = (UniqueConstraint("row_id", "book"),)


def keep(session: Session, written: Iterable[tuple[Recorded, str]]) -> None:
    """Follow the rows of one flush ("insert", "update" or "delete"), in the same transaction."""
    rows = [(row, change) for row, change in written if isinstance(row, Register)]
    told = [
        line(row.__tablename__, row.id, row.search) for row, change in rows if _says(row, change)
    ]
    gone = [{"row_id": row.id, "book": row.__tablename__} for row, how in rows if how == "delete"]
    if told:
        write(session.connection(), told)
    if gone:
        drop = text("DELETE FROM findable WHERE row_id = :row_id AND book = :book")
        session.connection().execute(drop, gone)


def _says(row: Register, change: str) -> bool:
    """Whether the flush lets the row say something else than before."""
    changed = change == "update" and inspect(row).attrs.search.history.has_changes()
    return change == "insert" or changed


def line(table: str, row_id: str, search: str) -> dict[str, str]:
    """What the index keeps of one row."""
    return {"row_id": row_id, "book": table, "grams": " ".join((book(table), *windows(search)))}


def write(connection: Connection, lines: list[dict[str, str]]) -> int:
    """Write these lines; how many were missing or said something else."""
    vector = "array_to_tsvector(string_to_array(:grams, ' '))"
    value = vector if connection.dialect.name == "postgresql" else ":grams"
    statement = (
        f"INSERT INTO findable (row_id, book, grams) VALUES (:row_id, :book, {value})"
        " ON CONFLICT (row_id, book) DO UPDATE SET grams = excluded.grams"
        " WHERE findable.grams <> excluded.grams"
    )
    return connection.execute(text(statement), lines).rowcount


def candidates(
    session: Session, cls: type[Register], question: str, most: int = MOST
) -> tuple[str, ...] | None:
    """Ids of the rows of a register, of any centre, that may hold every word of a question.

    None when the index is no help: no word of two letters, or more than `most` such rows.
    """
    wanted = asked(fold(question))
    if not wanted:
        return None
    connection = session.connection()
    statement, match = _QUESTIONS[connection.dialect.name], _MATCHES[connection.dialect.name]
    values = {"match": match(book(cls.__tablename__), wanted), "most": most + 1}
    found = connection.execute(text(statement), values).scalars().all()
    return tuple(found) if len(found) <= most else None


def _fts(home: str, wanted: list[str]) -> str:
    return " AND ".join((f'"{home}"', *(f'"{w}"{" *" if len(w) == 2 else ""}' for w in wanted)))


def _tsquery(home: str, wanted: list[str]) -> str:
    return " & ".join((f"'{home}'", *(f"'{w}'{':*' if len(w) == 2 else ''}" for w in wanted)))


_MATCHES = {"sqlite": _fts, "postgresql": _tsquery}
_QUESTIONS = {
    "sqlite": "SELECT row_id FROM findable_fts CROSS JOIN findable"
    " ON findable.n = findable_fts.rowid WHERE findable_fts MATCH :match LIMIT :most",
    "postgresql": "SELECT row_id FROM findable WHERE grams @@ CAST(:match AS tsquery) LIMIT :most",
}
