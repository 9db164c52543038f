"""PostgreSQL by pg_restore. Owners and rights are left out: their roles belong to another server,
and what is compared is the content."""

from pathlib import Path

from psycopg import sql

from backups.counting import Counts, postgres_counts
from backups.dump_faults import dump_failed
from backups.dumping import installed, secret_file
from backups.feeding import fed
from backups.gathering import Order
from backups.pace import Pace
from backups.postgres_server import PACKAGE, Asking, connected, conninfo, secret

_LOBBY = "postgres"  # the database every server has, to log in to
_WORDS = ("--exit-on-error", "--no-owner", "--no-privileges", "--no-password")


def make(order: Order) -> None:
    """A new empty database. Raises NotGathered where the name is taken."""
    _do(order, sql.SQL("CREATE DATABASE {} TEMPLATE template0"))


def fill(order: Order, dump: Path, pace: Pace) -> None:
    """Everything of the dump, or NotGathered."""
    place = installed("pg_restore", PACKAGE)
    with secret_file(order.work, secret(order)) as passfile:
        known = conninfo(order, order.database, passfile=str(passfile))
        status, words = fed([place, *_WORDS, f"--dbname={known}"], dump, pace)
    if status:
        raise dump_failed(order, place, status, words)


def counted(order: Order, pace: Pace) -> Counts:
    """As the dump was counted."""
    with connected(order, order.database) as connection:
        return postgres_counts(Asking(connection, pace))


def drop(order: Order) -> None:
    """Gone, whoever is connected to it."""
    _do(order, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"))


def _do(order: Order, statement: sql.SQL) -> None:
    with connected(order, _LOBBY, autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(order.database)))
