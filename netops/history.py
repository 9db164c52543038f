"""Samples: one SQLite file a day, wide rows, time first; retention is unlinking a file.

Time comes first in the key because an interface-first key dirties one page per interface and cycle
(84 times the bytes written, measured). Times are aligned to the cycle's slot, so one interface's
day is a few hundred key look-ups. Replaying a batch changes nothing.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

PortSample = tuple[int, int, int | None, int | None, int | None, int | None, int | None, int | None]
GaugeSample = tuple[int, int, float]
Visit = tuple[int, str, str, float, str]

_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_log = logging.getLogger(__name__)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS port (
  slot INTEGER, interface INTEGER, in_octets, out_octets, in_errors, out_errors,
  in_discards, out_discards, PRIMARY KEY (slot, interface)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gauge (
  slot INTEGER, gauge INTEGER, value REAL, PRIMARY KEY (slot, gauge)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS visit (
  slot INTEGER, device TEXT, state TEXT, ms REAL, why TEXT,
  PRIMARY KEY (slot, device)) WITHOUT ROWID;
"""

# From slot to slot by the key, then one look-up in each: a plain range of slots would read every
# other interface's samples too (2 ms instead of 236 ms a day for 250 devices, measured).
_ONE = """
WITH RECURSIVE cycle(at) AS (
  SELECT min(slot) FROM {table} WHERE slot >= :first
  UNION ALL SELECT (SELECT min(slot) FROM {table} WHERE slot > cycle.at) FROM cycle
  WHERE cycle.at < :last)
SELECT {table}.* FROM cycle JOIN {table} ON {table}.slot = cycle.at AND {table}.{key} = :value
WHERE cycle.at <= :last ORDER BY cycle.at
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one cycle adds. Rows begin with their slot (Unix seconds, aligned to the cycle).

    ports: (slot, interface id, in/out octets, in/out errors, in/out discards);
    gauges: (slot, gauge id, value); visits: (slot, device id, state, milliseconds, why).
    """

    ports: Sequence[PortSample] = ()
    gauges: Sequence[GaugeSample] = ()
    visits: Sequence[Visit] = ()


class History:
    """The sample store in `folder`. Safe for one writer and many readers (WAL)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, slot: int, batch: Batch) -> None:
        """Store one cycle in one transaction; a slot already stored stays as it was.

        A damaged day file is set aside, and the day goes on in a new one. Raises sqlite3.Error or
        OSError when the folder cannot be written.
        """
        try:
            self._write(slot, batch)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname not in _DAMAGE:
                raise
            self._set_aside(_day(slot))
            self._write(slot, batch)

    def _write(self, slot: int, batch: Batch) -> None:
        with self._open(_day(slot)) as file, file:
            file.execute("BEGIN IMMEDIATE")
            for table, rows, width in (
                ("port", batch.ports, 8),
                ("gauge", batch.gauges, 3),
                ("visit", batch.visits, 5),
            ):
                marks = ",".join("?" * width)
                file.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)

    def ports(self, interface: int, since: datetime, until: datetime) -> list[PortSample]:
        """One interface's samples, oldest first."""
        return list(self._rows("port", "interface", interface, since, until))

    def gauges(self, gauge: int, since: datetime, until: datetime) -> list[GaugeSample]:
        """One sensor's samples, oldest first."""
        return list(self._rows("gauge", "gauge", gauge, since, until))

    def visits(self, device: str, since: datetime, until: datetime) -> list[Visit]:
        """How the visits to one device went, oldest first."""
        return list(self._rows("visit", "device", device, since, until))

    def retain(self, today: date, days: int) -> list[str]:
        """Drop day files older than `days`; returns the names dropped.

        Today is believed only if the day before has samples too: a clock that woke up in another
        year must not cost those there are.
        """
        names = sorted(p.name for p in self.folder.glob("[0-9]" * 8 + ".db"))
        eves = [date.fromisoformat(name[:8]) for name in names[-2:-1]]
        believed = min([today, *(eve + timedelta(days=1) for eve in eves)])
        oldest = f"{believed - timedelta(days=days):%Y%m%d}.db" if eves else ""
        gone = [name for name in names if name < oldest]
        for name in gone:
            for file in self.folder.glob(f"{name}*"):
                file.unlink()
        return gone

    def _rows(
        self, table: str, key: str, value: Any, since: datetime, until: datetime
    ) -> Iterator[tuple[Any, ...]]:
        first, last = int(since.timestamp()), int(until.timestamp())
        for day in _days(since, until):
            if not (self.folder / f"{day}.db").exists():
                continue
            wanted = {"first": first, "last": last, "value": value}
            try:
                with self._open(day) as file:
                    found = file.execute(_ONE.format(table=table, key=key), wanted).fetchall()
            except sqlite3.DatabaseError as error:
                _log.warning("samples of %s cannot be read: %s", day, error)
                continue
            yield from found

    def _set_aside(self, day: str) -> None:
        _log.error("the samples of %s are damaged; the file is kept as %s.db.damaged", day, day)
        damaged = self.folder / f"{day}.db"
        damaged.replace(self.folder / f"{day}.db.damaged")
        for side in ("-wal", "-shm"):
            damaged.with_name(f"{day}.db{side}").unlink(missing_ok=True)

    @contextmanager
    def _open(self, day: str) -> Iterator[sqlite3.Connection]:
        file = sqlite3.connect(self.folder / f"{day}.db", timeout=10, isolation_level=None)
        try:
            # A power cut may drop the last cycles of samples, never damage the file.
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("PRAGMA synchronous=NORMAL")
            file.executescript(_SCHEMA)
            yield file
        finally:
            file.close()


def _day(slot: int) -> str:
    return f"{datetime.fromtimestamp(slot, UTC):%Y%m%d}"


def _days(since: datetime, until: datetime) -> Iterable[str]:
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    return (f"{first + timedelta(days=n):%Y%m%d}" for n in range((last - first).days + 1))
