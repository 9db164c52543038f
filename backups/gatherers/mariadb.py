"""MariaDB and MySQL by mariadb-dump in one transaction, read to its last line before it counts.

Two sessions cannot share a snapshot there without stopping every writer. So tables are counted
before and after the dump: what was equal both times is what was dumped, and what was written to in
between is left uncompared (a drill compares it between two restored copies).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from backups.counting import Ask, Counts, mariadb_counts
from backups.dump_items import by_program, dumped_items, file_name
from backups.gathering import Gathered, NotGathered, Order
from backups.mariadb_server import asking, tool, version_of
from backups.pace import Pace

TRAILER = b"-- Dump completed"
_TAIL = 1 << 12  # bytes: newer programs write more lines behind the trailer
_TABLE = re.compile(rb"^-- Table structure for table `(.*)`$")
_LINE = 1 << 16  # bytes looked at together; a line of rows may be far longer
_WORDS = (
    "--single-transaction", "--quick", "--routines", "--triggers", "--events", "--hex-blob",
    "--skip-lock-tables",
)  # fmt: skip
_ENGINES = """SELECT HEX(table_name), COALESCE(engine, '') FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name"""


@contextmanager
def gather(order: Order, pace: Pace) -> Iterator[Gathered]:
    """The dump and its counts as two files. Raises NotGathered, Stopped."""
    by_program(order)
    ask = asking(order, order.database, pace)
    [(server,)] = ask(["SELECT VERSION()"])
    engines = {bytes.fromhex(name).decode(): engine for name, engine in ask([_ENGINES])}
    version = version_of(order, pace)
    place = order.work / file_name(order.database, ".sql")
    counts = _dumped(order, ask, place, engines, pace)
    warnings = [*_unsafe(engines), *_older(version, server), *counts.told()]
    with dumped_items(place, counts) as items:
        yield Gathered(items, version[:120], server, warnings)


def reach(order: Order, pace: Pace) -> str:
    """Log in to the database as the dump would. Raises NotGathered, Stopped."""
    by_program(order)
    ask = asking(order, order.database, pace)
    [(server,)] = ask(["SELECT VERSION()"])
    tables = sum(1 for _table in ask([_ENGINES]))
    version = version_of(order, pace)[:120]
    return f"登录成功，看得到 {tables} 张表；服务器 {server}，{version}"


def _dumped(order: Order, ask: Ask, place: Path, engines: dict[str, str], pace: Pace) -> Counts:
    before = mariadb_counts(ask)
    check = partial(complete, tables=set(engines), pace=pace)
    tool(order, "mariadb-dump", *_WORDS, "--", order.database).into(place, pace, check)
    return before.steady(mariadb_counts(ask))


def complete(dump: Path, tables: set[str], pace: Pace) -> None:
    """Read a dump to its last byte: every table must be in it, its last lines must say that it is
    whole. Raises NotGathered, Stopped."""
    found: set[str] = set()
    tail, begins = b"", True
    with dump.open("rb") as file:
        while line := file.readline(_LINE):
            if begins and (told := _TABLE.match(line)):
                found.add(told[1].decode(errors="replace").replace("``", "`"))
            begins, tail = line.endswith(b"\n"), (tail + line)[-_TAIL:]
            pace.spend(0)
    if TRAILER not in tail:
        raise NotGathered("转储不完整：末尾没有完成标记（Dump completed）；已丢弃，稍后会再试")
    if missing := sorted(tables - found):
        raise NotGathered(f"转储中缺少 {len(missing)} 张表，如 {missing[0]}；已丢弃，稍后会再试")


def _unsafe(engines: dict[str, str]) -> Iterator[str]:
    """Only InnoDB keeps a snapshot: other tables are dumped as they are at that moment."""
    loose = [name for name, engine in engines.items() if engine.lower() != "innodb"]
    if loose:
        kinds = "、".join(sorted({engines[name] for name in loose}))
        yield (
            f"{len(loose)} 张表不是 InnoDB（{kinds}），如 {loose[0]}：转储期间若有写入，"
            "与其他表可能不一致；建议改为 InnoDB，或在无人使用时备份"
        )


def _older(version: str, server: str) -> Iterator[str]:
    tool_is, server_is = _numbers(version.partition("Distrib")[2] or version), _numbers(server)
    if tool_is < server_is and "mariadb" in server.lower():
        yield f"mariadb-dump（{tool_is[0]}.{tool_is[1]}）比服务器（{server[:40]}）旧，建议升级"


def _numbers(text: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)
