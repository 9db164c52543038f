"""What a dump becomes in a set: its own file and the counts a restored copy is compared with."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from backups.counting import COUNTS, Counts, sqlite_counts
from backups.dumping import secret_file, whole
from backups.gathering import Item, NotGathered, Order, moment
from backups.pace import Pace
from backups.sqlite_copy import copy_sqlite
from inventory.backup_source import REACHES
from inventory.keys import new_key

_NOTHING = re.compile(r"(?!)")
_ODD = re.compile(r"[^\w.-]+")


def by_program(order: Order) -> None:
    """A database's program runs here or over SSH. Raises NotGathered for any other way."""
    if order.reach not in ("local", "ssh"):
        told = REACHES.get(order.reach, order.reach)
        raise NotGathered(f"数据库不能经「{told}」转储；请把途径改为「本机路径」或「SSH」", True)
    if order.reach == "ssh" and order.remote is None:
        raise NotGathered("没有选服务器，不能经 SSH 转储；请在来源中选服务器和它的登录凭据", True)


def file_name(database: str, ending: str) -> str:
    """A plain file name that tells the database."""
    return (_ODD.sub("_", Path(database).name).strip("._")[:100] or "database") + ending


@contextmanager
def dumped_items(dump: Path, counts: Counts, path: str = "") -> Iterator[Iterator[Item]]:
    """Both files as items, the dump first; neither is left in the work folder afterwards."""
    path = path or dump.name
    try:
        with secret_file(dump.parent, counts.dumped()) as told:
            yield iter((item(dump, path), item(told, path + COUNTS)))
    finally:
        dump.unlink(missing_ok=True)


def sqlite_items(source: Path, path: str, work: Path, pace: Pace) -> Iterator[Item]:
    """A copy of one SQLite file and its counts; both are gone once they were read. Raises
    NotGathered, Stopped."""
    place = work / new_key()
    with whole(place) as part:
        copy_sqlite(source, part, pace)
    counts = sqlite_counts(place, lambda: pace.spend(0))
    with dumped_items(place, counts, path) as items:
        yield from items


def item(place: Path, path: str = "") -> Item:
    """A file of this machine as it goes into a set."""
    seen = place.stat()
    return Item(
        path or place.name, seen.st_size, moment(seen.st_mtime),
        lambda: place.open("rb"), mode=seen.st_mode & 0o777,
    )  # fmt: skip


def items_below(
    folder: Path, under: str = "", last: Sequence[str] = (), never: re.Pattern[str] = _NOTHING
) -> Iterator[Item]:
    """Every file of a folder, sorted, as `under`/…; whatever is called as one of `last` comes after
    its neighbours, what matches `never` is left out, and so is what is gone when it is reached."""
    for entry in sorted(folder.iterdir(), key=lambda one: (one.name in last, one.name)):
        path = f"{under}/{entry.name}" if under else entry.name
        if entry.is_symlink() or never.search(entry.name):
            continue
        with suppress(FileNotFoundError):
            if entry.is_dir():
                yield from items_below(entry, path, last, never)
            elif entry.is_file():
                yield item(entry, path)
