"""MariaDB and MySQL by the mariadb client, which in binary mode knows no commands of its own: a
dump can make it run statements, and nothing else."""

from pathlib import Path

from backups.counting import Counts, backticked, mariadb_counts
from backups.dump_faults import dump_failed
from backups.dumping import installed, secret_file
from backups.feeding import fed
from backups.gathering import Order
from backups.mariadb_server import PACKAGE, asking, options
from backups.pace import Pace


def make(order: Order) -> None:
    """A new empty database. Raises NotGathered where the name is taken."""
    _do(order, f"CREATE DATABASE {backticked(order.database)} CHARACTER SET utf8mb4")


def fill(order: Order, dump: Path, pace: Pace) -> None:
    """Everything of the dump, or NotGathered at its first error."""
    place = installed("mariadb", PACKAGE)
    with secret_file(order.work, options(order)) as file:
        words = [place, f"--defaults-file={file}", "--batch", "--binary-mode"]
        status, told = fed([*words, f"--database={order.database}"], dump, pace)
    if status:
        raise dump_failed(order, place, status, told)


def counted(order: Order, pace: Pace) -> Counts:
    """As the dumped one was counted."""
    return mariadb_counts(asking(order, order.database, pace))


def drop(order: Order) -> None:
    """Gone; gone already is well, too."""
    _do(order, f"DROP DATABASE IF EXISTS {backticked(order.database)}")


def _do(order: Order, statement: str) -> None:
    for _ in asking(order, "", Pace())([statement]):
        pass
