"""PostgreSQL by its own pg_dump, in the custom format, read back whole before it counts as dumped.

Here, rows are counted in the very snapshot that is dumped (pg_export_snapshot), so that a restored
copy can be compared although the database is written to. Over SSH no session outlives its answer:
there tables are counted before and after, and what was written to in between is left uncompared.
Roles and tablespaces belong to the server, not to the database: they are not in the dump.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from backups.counting import Counts, postgres_counts
from backups.dump_items import by_program, dumped_items, file_name
from backups.dumping import installed
from backups.feeding import fed
from backups.gathering import Gathered, NotGathered, Order
from backups.pace import Pace
from backups.postgres_server import PACKAGE, Asking, asked_there, connected, tool, version_of

_LOCKS = "--lock-wait-timeout=120s"
_LOOK = (
    "SHOW server_version",
    """SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%'
AND n.nspname <> 'information_schema'
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))""",
)
_VERSION = re.compile(r"(\d+)\S*")


@contextmanager
def gather(order: Order, pace: Pace) -> Iterator[Gathered]:
    """The dump and its counts as two files. Raises NotGathered, Stopped."""
    by_program(order)
    installed("pg_restore", PACKAGE)
    place = order.work / file_name(order.database, ".dump")
    told = _there(order, place, pace) if order.reach == "ssh" else dump_here(order, place, pace)
    version, server, counts = told
    with dumped_items(place, counts) as items:
        yield Gathered(items, f"pg_dump {version}", f"PostgreSQL {server}", list(counts.told()))


def reach(order: Order, pace: Pace) -> str:
    """Log in as the dump would; what it may not read would only show while it runs. Raises
    NotGathered, Stopped."""
    by_program(order)
    installed("pg_restore", PACKAGE)
    if order.reach == "ssh":
        told = list(asked_there(order, _LOOK, pace))
    else:
        with connected(order, order.database) as connection:
            told = list(Asking(connection, pace)(_LOOK))
    (server,), (forbidden,) = told
    if int(forbidden):
        raise NotGathered(
            f"登录成功，但有 {forbidden} 张表不准这个账号读取，转储会失败：请给它只读权限"
            "（GRANT pg_read_all_data，或逐个 GRANT SELECT）",
            permanent=True,
        )
    version = _new_enough(order, server, pace)
    return f"登录成功，每张表都准读取；PostgreSQL {server}，pg_dump {version}"


def dump_here(order: Order, place: Path, pace: Pace) -> tuple[str, str, Counts]:
    """Dump by the pg_dump of this machine: its version, the server's, and what was counted in the
    snapshot that was dumped. Raises NotGathered, Stopped."""
    with connected(order, order.database) as connection:
        ask = Asking(connection, pace)
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        [(snapshot, server)] = ask(
            ["SELECT pg_export_snapshot(), current_setting('server_version')"]
        )
        version = _new_enough(order, server, pace)
        _dump(order, place, pace, f"--snapshot={snapshot}")
        return version, server, postgres_counts(ask)


def _there(order: Order, place: Path, pace: Pace) -> tuple[str, str, Counts]:
    def ask(statements: Iterable[str]) -> Iterator[tuple[str, ...]]:
        return asked_there(order, statements, pace)

    [(server,)] = ask(["SHOW server_version"])
    version = _new_enough(order, server, pace)
    before = postgres_counts(ask)
    _dump(order, place, pace)
    return version, server, before.steady(postgres_counts(ask))


def _dump(order: Order, place: Path, pace: Pace, *further: str) -> None:
    words = ("--format=custom", _LOCKS, *further)
    tool(order, "pg_dump", *words).into(place, pace, partial(readable, pace=pace))


def _new_enough(order: Order, server: str, pace: Pace) -> str:
    """The version of pg_dump: an older one than the server does not know all it must dump."""
    told = version_of(order, "pg_dump", pace)
    found, asked = _VERSION.search(told), _VERSION.match(server)
    if not found or not asked:
        raise NotGathered(f"看不懂 pg_dump 或服务器的版本：{told[:60]} / {server[:60]}", True)
    if int(found[1]) < int(asked[1]):
        raise NotGathered(
            f"服务器是 PostgreSQL {asked[1]}，pg_dump 是 {found[1]}，旧工具不能转储新服务器；"
            f"请安装 postgresql-client-{asked[1]} 后重做",
            permanent=True,
        )
    return found[0]


def readable(dump: Path, pace: Pace) -> None:
    """Read a dump to its last byte, unpacking everything. A listing (`pg_restore -l`) would do for
    a person and is no check: it ends well with half of a dump. Raises NotGathered, Stopped."""
    words = [installed("pg_restore", PACKAGE), f"--file={os.devnull}"]
    if fed(words, dump, pace)[0]:
        raise NotGathered("转储不完整或已损坏：pg_restore 不能从头读到尾；已丢弃，稍后会再试")
