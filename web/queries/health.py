"""How the console itself is: its database, its samples, its audit chain."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.audit import Broken, head, verify
from inventory.db import Database

MOST_VERIFIED = 50_000  # audit rows looked at for one click: a few seconds
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Engine:
    """The database; `ms` is the median of a few smallest possible questions."""

    name: str
    version: str
    ms: float


@dataclass(frozen=True, slots=True)
class Samples:
    """The day files of the sample store: how many, from when, bytes."""

    days: int
    oldest: date | None
    size: int


@dataclass(frozen=True, slots=True)
class Chain:
    """What a look at the audit chain found: rows `first` to `last`; `broken` is the first thing
    wrong among them, or None."""

    first: int
    last: int
    broken: Broken | None


def engine(database: Database) -> Engine:
    """Which database it is, its version, and how long (ms) it takes to answer."""
    with database.engine.connect() as connection:
        times = []
        for _ in range(_TRIES):
            began = time.perf_counter()
            connection.execute(select(1))
            times.append(time.perf_counter() - began)
    dialect = database.engine.dialect
    version = ".".join(map(str, dialect.server_version_info or ()))
    return Engine(dialect.name, version, sorted(times)[_TRIES // 2] * 1000)


def samples(folder: Path) -> Samples:
    """What lies in the folder of `netops.history`; nothing when it is not there yet."""
    files = sorted(folder.glob("????????.db"))
    oldest = datetime.strptime(files[0].stem, "%Y%m%d").date() if files else None  # noqa: DTZ007
    size = sum(each.stat().st_size for each in folder.glob("????????.db*"))
    return Samples(len(files), oldest, size)


def look_at_chain(session: Session) -> Chain:
    """Verify the newest 50,000 rows. `session` must see everything."""
    last, _hash = head(session)
    after = max(0, last - MOST_VERIFIED)
    return Chain(after + 1 if last else 0, last, verify(session, after))
