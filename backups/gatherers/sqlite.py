"""SQLite files, each as it was at one moment, whoever writes to it meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import sqlite_version

from backups.dump_items import sqlite_items
from backups.gathering import Gathered, Item, NotGathered, Order
from backups.gathering_local import outermost
from backups.pace import Pace
from backups.sqlite_copy import of_sqlite


@contextmanager
def gather(order: Order, pace: Pace) -> Iterator[Gathered]:
    """Each file, named by its whole path, and its counts. One at a time lies in the work folder.
    Raises NotGathered, Stopped, here and while the items are read."""
    _here(order)
    warnings = []
    if order.reach == "mount":
        warnings.append("SQLite 在网络共享上的锁不一定可靠；最好在库所在的服务器上备份")
    yield Gathered(_items(order, pace), f"SQLite {sqlite_version}", "", warnings)


def reach(order: Order, _pace: Pace) -> str:
    """Each file is there, can be read and is one of SQLite's. Raises NotGathered."""
    _here(order)
    paths = outermost(order.paths)
    for path in paths:
        of_sqlite(Path(path))
    return f"{len(paths)} 个库文件都能打开，确是 SQLite 文件"


def _here(order: Order) -> None:
    if order.reach not in ("local", "mount"):
        raise NotGathered(
            "SQLite 库只能从本机路径或挂载的共享备份；在别的服务器上的，请用「备份命令」"
            "（如 sqlite3 的 .backup，见《备份命令约定》）",
            permanent=True,
        )


def _items(order: Order, pace: Pace) -> Iterator[Item]:
    for path in outermost(order.paths):
        yield from sqlite_items(Path(path), path.strip("/"), order.work, pace)
