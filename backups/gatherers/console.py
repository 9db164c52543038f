"""The console itself: its database, the vault of configurations, their histories, what was
attached, and the published heads of the audit trail.

Its keys never go along: whoever finds a set must not find what opens it. Traffic samples, uploads
on their way and the backup sets themselves do not either. `Order.paths` is the home; `database` an
SQLite file's absolute path, else the PostgreSQL database that the rest of the order tells.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from backups.dump_items import dumped_items, item, items_below, sqlite_items
from backups.dumping import secret_file
from backups.gatherers.postgresql import dump_here
from backups.gatherers.postgresql import reach as reach_database
from backups.gathering import Gathered, Item, NotGathered, Order
from backups.pace import Pace
from backups.postgres_server import connected
from backups.sqlite_copy import of_sqlite
from inventory.witness import FILE as HEADS

_FOLDERS = ("vault", "configs", "attachments")
_NEVER = re.compile(r"\.key$|\.lock$|^drafts$|^tmp_|\.part$")  # keys, and what is half written
# A reference is read before the objects it names: later ones do no harm, missing ones would.
_AFTER = ("objects",)
_TOKENS = "SELECT secret FROM {}vault_key"
_README = """运维值守台自身的备份（第142条）

database/    值守台的数据库：netops.db 是 SQLite 文件；netops.dump 用 pg_restore 恢复
vault/       设备配置的密文
configs/     设备配置的历史（git）
attachments/ 附件
{heads}  已公布的审计链链头

须与本备份分开保管、不在其中的两个密钥文件：
  secret.key   解开数据库中的口令和配置密文必须有它；与本备份配套的密钥编号：{keys}
  session.key  登录会话的签名密钥；丢失后自动新建，所有人须重新登录
没有 secret.key，本备份中的加密内容无法解开。流量采样（history/）和备份集（sets/）不在其中。

恢复：把各目录放回数据目录（NETOPS_HOME），数据库文件放为 netops.db（或用 pg_restore 恢复到新建的
PostgreSQL 库并设置 DATABASE_URL），把 secret.key 放回数据目录，再执行 netops up。
"""


@contextmanager
def gather(order: Order, pace: Pace) -> Iterator[Gathered]:
    """All of it; the database first. Raises NotGathered, Stopped, here and while it is read."""
    home = Path(order.paths[0])
    if Path(order.database).is_absolute():
        yield Gathered(_with_sqlite(order, home, pace), f"SQLite {sqlite3.sqlite_version}")
        return
    place = order.work / "netops.dump"
    version, server, counts = dump_here(order, place, pace)
    with dumped_items(place, counts, "database/netops.dump") as items:
        further = _beside(order, home, _keys_postgresql(order))
        yield Gathered(chain(items, further), f"pg_dump {version}", f"PostgreSQL {server}")


def reach(order: Order, pace: Pace) -> str:
    """Its own database answers. Raises NotGathered, Stopped."""
    if not Path(order.database).is_absolute():
        return reach_database(order, pace)
    of_sqlite(Path(order.database))
    return "值守台自己的数据库能打开，不需要登录"


def _with_sqlite(order: Order, home: Path, pace: Pace) -> Iterator[Item]:
    source = Path(order.database)
    yield from sqlite_items(source, "database/netops.db", order.work, pace)
    yield from _beside(order, home, _keys_sqlite(source))


def _beside(order: Order, home: Path, keys: str) -> Iterator[Item]:
    with secret_file(order.work, _README.format(heads=HEADS, keys=keys or "（无）")) as readme:
        yield item(readme, "说明.txt")
    if (home / HEADS).is_file():
        yield item(home / HEADS, HEADS)
    for name in _FOLDERS:
        if (home / name).is_dir():
            yield from items_below(home / name, name, _AFTER, _NEVER)


def _keys_sqlite(source: Path) -> str:
    try:
        connection = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)
        try:
            return _named(str(token) for (token,) in connection.execute(_TOKENS.format("")))
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise NotGathered(f"值守台的数据库读不出来：{error}") from None


def _keys_postgresql(order: Order) -> str:
    with connected(order, order.database) as connection:
        told = connection.execute(_TOKENS.format("public.").encode())
        return _named(str(token) for (token,) in told)


def _named(tokens: Iterator[str]) -> str:
    """The ids of the keys that sealed these tokens: "v2.<id>.…"."""
    return "、".join(sorted({token.split(".")[1] for token in tokens if token.startswith("v2.")}))
