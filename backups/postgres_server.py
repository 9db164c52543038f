"""A PostgreSQL server as its programs and psycopg are told of it: where, who, and the password in
a file of its own (PGPASSFILE's form), never among the words of a command line."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from backups.counting import POSTGRES_SETTINGS
from backups.dump_faults import place_of, plain, said
from backups.dumping import Tool, program
from backups.gathering import NotGathered, Order
from backups.pace import Pace

PACKAGE = "postgresql-client"
_CONNECT = 15  # seconds to reach it
_DEAD = 60  # seconds without any answer of its machine until the connection counts as lost
_HOME = "127.0.0.1"  # of the machine that the tool runs on
Connection = psycopg.Connection[tuple[object, ...]]


def conninfo(order: Order, database: str, **further: str) -> str:
    """A connection string; every value is quoted, so a database cannot be called `host=…`."""
    return make_conninfo(
        host=order.host or _HOME, port=order.port or 5432, user=order.user or None,
        dbname=database, application_name="netops", client_encoding="UTF8",
        connect_timeout=_CONNECT, tcp_user_timeout=_DEAD * 1000, keepalives_idle=_DEAD,
        **further,
    )  # fmt: skip


def secret(order: Order) -> str:
    """The line of a password file (PostgreSQL manual, "The Password File")."""
    quoted = order.password.replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:*:{quoted}\n" if order.password else ""


def version_of(order: Order, name: str, pace: Pace) -> str:
    """What a program says of itself, such as "pg_dump (PostgreSQL) 15.2"."""
    place = program(order, name, PACKAGE)
    return Tool(order, lambda _: [place, "--version"]).told(pace).strip()


def tool(order: Order, name: str, *words: str, given: str = "") -> Tool:
    """pg_dump, psql … on the order's own database; asks nobody for a password."""
    place = program(order, name, PACKAGE)

    def line(passfile: str) -> list[str]:
        known = conninfo(order, order.database, passfile=passfile)
        return [place, "--no-password", *words, f"--dbname={known}"]

    return Tool(order, line, secret(order), given.encode())


@contextmanager
def connected(order: Order, database: str, autocommit: bool = False) -> Iterator[Connection]:
    """Logged in from here, once; set up for counting. Raises NotGathered, in the block, too."""
    try:
        known = conninfo(order, database, gssencmode="disable")
        with psycopg.connect(known, password=order.password or None, autocommit=True) as connection:
            for setting in POSTGRES_SETTINGS:
                connection.execute(setting)
            connection.autocommit = autocommit
            yield connection
    except psycopg.Error as error:
        words = str(error)
        raise said(order, words) or NotGathered(
            f"{place_of(order)} 报告错误：{plain(order, words)}"
        ) from None


class Asking:
    """Statements one by one, looking in between whether to stop."""

    def __init__(self, connection: Connection, pace: Pace) -> None:
        self.connection, self.pace = connection, pace

    def __call__(self, statements: Iterable[str]) -> Iterator[tuple[str, ...]]:
        for statement in statements:
            self.pace.spend(0)
            for row in self.connection.execute(statement.encode()):
                yield tuple(map(str, row))


def asked_there(order: Order, statements: Iterable[str], pace: Pace) -> Iterator[tuple[str, ...]]:
    """The same through psql on the machine of the source, all statements at once."""
    script = ";\n".join((*POSTGRES_SETTINGS, *statements)) + ";\n"
    words = ("-XAtq", "--field-separator=\t", "--set=ON_ERROR_STOP=1", "--file=-")
    for line in tool(order, "psql", *words, given=script).told(pace).splitlines():
        yield tuple(line.split("\t"))
