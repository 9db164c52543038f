"""A dump goes back into a database made for it, so that a restored one can be compared.

Nothing that is there already is ever written to: a name that is taken is refused, and only what
carries a scratch name is dropped. How a kind of database is made, filled and counted stands in
`backups/restorers/<method>.py`. The order tells the server, `work` the scratch folder; SQLite files
are made in `work` unless the name is an absolute path.
"""

import re
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from backups.counting import Counts
from backups.gathering import NotGathered, Order
from backups.pace import Pace
from inventory.backup_source import METHODS
from inventory.keys import new_key

RESTORED = ("postgresql", "mariadb", "sqlite")
_SCRATCH = re.compile(r"netops_drill_[0-9a-z]{26}")


class Restorer(Protocol):
    """A module of `backups/restorers`; `order.database` is the database that is made."""

    def make(self, order: Order) -> None: ...

    def fill(self, order: Order, dump: Path, pace: Pace) -> None: ...

    def counted(self, order: Order, pace: Pace) -> Counts: ...

    def drop(self, order: Order) -> None: ...


def scratch_name() -> str:
    """The name of a database that is made to be dropped; never given twice."""
    return f"netops_drill_{new_key()}"


def restore_database(order: Order, dump: Path, into: str, pace: Pace) -> None:
    """Make the database `into` and fill it from a dump that `gather` made; the first error ends it
    and takes back what was made. Raises NotGathered (a taken name, a refused login, a dump that is
    not whole), Stopped."""
    restorer, order = _restorer(order), _here(order, into)
    restorer.make(order)
    try:
        restorer.fill(order, dump, pace)
    except BaseException:
        with suppress(NotGathered):  # what went wrong first is told
            restorer.drop(order)
        raise


def counted(order: Order, database: str, pace: Pace | None = None) -> Counts:
    """Each table's rows and checksum. Raises NotGathered, Stopped."""
    return _restorer(order).counted(_here(order, database), pace or Pace())


def drop(order: Order, database: str) -> None:
    """Drop a scratch database. Raises NotGathered; ValueError for any other name."""
    if not _SCRATCH.fullmatch(database):
        raise ValueError(f"not a scratch database: {database!r}")
    _restorer(order).drop(_here(order, database))


def _restorer(order: Order) -> Restorer:
    if order.method not in RESTORED:
        raise NotGathered(
            f"「{METHODS.get(order.method, order.method)}」的备份不能自动恢复成数据库；"
            "请取出文件，按该数据库的说明恢复",
            permanent=True,
        )
    return cast("Restorer", import_module(f"backups.restorers.{order.method}"))


def _here(order: Order, database: str) -> Order:
    """Restored is only what this machine reaches by itself."""
    return replace(order, database=database, reach="local", remote=None)
