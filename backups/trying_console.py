"""The console's own backup is tried whole: its database moves to the present schema in a home of
its own, its triggers are there and its audit chain holds from the first row to the last."""

from dataclasses import replace
from pathlib import Path

from backups.counting import sqlite_counts
from backups.pace import Pace
from backups.trying import Tried, Unlike, try_files
from inventory import triggers
from inventory.act import EVERYTHING
from inventory.chain import Head, head, verify
from inventory.db import Database, open_database
from inventory.migrations import migrate
from inventory.witness import published

_DATABASE = "netops.db"


def try_console(folder: Path, key: bytes, home: Path, pace: Pace) -> Tried:
    """Everything is taken out into `home` and read again, then its database is opened there as a
    new console would. Raises Unlike, Damaged, NotKept, Stopped."""
    tried = try_files(folder, key, home, pace)
    places = sorted(home.rglob(_DATABASE))
    if not places:
        raise Unlike(f"备份里没有值守台的数据库 {_DATABASE}；PostgreSQL 上的值守台请另按数据库演练")
    counts = sqlite_counts(places[0], lambda: pace.spend(0))
    database = open_database(f"sqlite:///{places[0]}")
    try:
        rows = _sound(database, published(home), pace)
    finally:
        database.close()
    return replace(
        tried, tables=len(counts.tables), rows=counts.rows,
        compared=f"{tried.compared}；数据库已升级到现在的版本，审计链 {rows} 行核对无误",
    )  # fmt: skip


def _sound(database: Database, heads: list[Head], pace: Pace) -> int:
    """The number of rows of its audit chain, which hold, also against the `heads` published up to
    then: later ones were read after the database. Raises Unlike."""
    migrate(database.engine)
    with database.view(EVERYTHING) as session:
        gone = triggers.missing(session.connection())
        if gone:
            raise Unlike(f"恢复出来的数据库缺少 {len(gone)} 个触发器")
        rows, _hash = head(session)
        known = [one for one in heads if one.seq <= rows]
        broken = verify(session, witnesses=known, watch=lambda _seq: pace.spend(0))
        if broken is not None:
            raise Unlike(f"恢复出来的审计链不符：{broken}")
        return rows
