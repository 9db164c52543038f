"""An SQLite file that is written to, copied as it was at one moment (SQLite's online backup API),
and read through before it counts as a copy."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backups.gathering import NotGathered
from backups.pace import Pace, Stopped
from inventory.os_words import cause_of

_HEADER = b"SQLite format 3\0"
_PAGES = 256  # copied at a time: what writes meanwhile waits no longer than that
_BUSY = 60.0  # seconds to wait for whoever holds the file
_STEPS = 100_000  # of SQLite's machine between two looks whether to stop
_PATIENT = 5  # times it begins anew for a writer's sake; then writers wait


def copy_sqlite(source: Path, place: Path, pace: Pace) -> None:
    """Copy `source` to `place`, new or empty. Raises NotGathered, Stopped, OSError."""
    of_sqlite(source)
    place.touch(mode=0o600)
    try:
        with _opened(source, "ro") as reading, _opened(place, "rw") as writing:
            _Copying(reading, pace).into(writing)
        sound(place, pace)
    except sqlite3.Error as error:
        raise _told(source, error) from None


def sound(place: Path, pace: Pace) -> None:
    """Read every page of a file nobody writes. Raises NotGathered when SQLite finds it damaged,
    sqlite3.Error when it cannot even be read, Stopped."""
    with _opened(place, "ro", "&immutable=1") as connection, _stopping(connection, pace):
        [(told,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
    if told != "ok":
        raise NotGathered("SQLite 库的完整性检查不通过；请先修复原库（或从上一份备份恢复）", True)


class _Copying:
    """One copying. In WAL mode a reader hinders nobody and sees one moment: it stays that reader
    all the time. In the older mode each commit of a writer lets the copy begin anew; after some
    times of that the writers have to wait until it is done."""

    def __init__(self, reading: sqlite3.Connection, pace: Pace) -> None:
        self.reading, self.pace = reading, pace
        self.left, self.begun = 0, 0
        [(self.page,)] = reading.execute("PRAGMA page_size").fetchall()
        [(mode,)] = reading.execute("PRAGMA journal_mode").fetchall()
        if mode == "wal":
            self._hold()

    def into(self, writing: sqlite3.Connection) -> None:
        self.reading.backup(writing, pages=_PAGES, progress=self._step, sleep=0.01)

    def _step(self, _status: int, remaining: int, total: int) -> None:
        if remaining >= self.left > 0:
            self.begun += 1
            if self.begun == _PATIENT:
                self._hold()
        moved = min(_PAGES, total - remaining)
        self.left = remaining
        self.pace.spend(moved * self.page)

    def _hold(self) -> None:
        if not self.reading.in_transaction:
            self.reading.execute("BEGIN")
            self.reading.execute("SELECT count(*) FROM sqlite_schema").fetchall()


@contextmanager
def _opened(place: Path, mode: str, further: str = "") -> Iterator[sqlite3.Connection]:
    address = f"{place.absolute().as_uri()}?mode={mode}{further}"
    connection = sqlite3.connect(address, uri=True, timeout=_BUSY, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _stopping(connection: sqlite3.Connection, pace: Pace) -> Iterator[None]:
    """Break off what it is asked when somebody wants to stop."""
    stopped: list[Stopped] = []

    def look() -> int:
        try:
            pace.spend(0)
        except Stopped as asked:
            stopped.append(asked)
        return len(stopped)

    connection.set_progress_handler(look, _STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        if stopped:
            raise stopped[0] from None
        raise


def of_sqlite(source: Path) -> None:
    """Is it a file of SQLite's, and ours to read? Raises NotGathered."""
    try:
        with source.open("rb") as file:
            header = file.read(len(_HEADER))
    except OSError as error:
        raise NotGathered(f"读不到 {source}：{cause_of(error)}；请核对路径和读权限", True) from None
    if header != _HEADER:
        raise NotGathered(
            f"{source} 不是 SQLite 数据库；请核对路径，普通文件请用「目录和文件」", True
        )


def _told(source: Path, error: sqlite3.Error) -> NotGathered:
    if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
        return NotGathered("值守台的磁盘已满，转储没有完成，不完整的文件已删除；请先清理磁盘再重做")
    if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return NotGathered(f"{source} 一直被别的程序占用；请换一个空闲时段，稍后会再试")
    if error.sqlite_errorcode in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return NotGathered(f"{source} 已损坏，不能复制；请先修复原库（或从上一份备份恢复）", True)
    return NotGathered(f"{source} 没有复制成：{error}；请核对文件和所在目录的权限，稍后会再试")
