"""SQLite: the copy is the database. It is copied once more and read through."""

import sqlite3
from pathlib import Path

from backups.counting import Counts, sqlite_counts
from backups.gathering import NotGathered, Order
from backups.pace import Pace
from backups.sqlite_copy import copy_sqlite
from inventory.os_words import cause_of


def make(order: Order) -> None:
    """An empty file of that name. Raises NotGathered where there is one already."""
    place = _place(order)
    try:
        place.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise NotGathered(f"已有文件 {place.name}；恢复从不覆盖，请换一个名称", True) from None
    except OSError as error:
        raise NotGathered(f"不能在 {place.parent} 写文件：{cause_of(error)}", True) from None


def fill(order: Order, dump: Path, pace: Pace) -> None:
    """Everything of the copy, or NotGathered."""
    copy_sqlite(dump, _place(order), pace)


def counted(order: Order, pace: Pace) -> Counts:
    """As the copy was counted."""
    try:
        return sqlite_counts(_place(order), lambda: pace.spend(0))
    except sqlite3.Error as error:
        raise NotGathered(f"{_place(order).name} 读不出来：{error}", True) from None


def drop(order: Order) -> None:
    """Gone; gone already is well, too."""
    _place(order).unlink(missing_ok=True)


def _place(order: Order) -> Path:
    return order.work / order.database
