"""Ten years of one centre's duty log: a day's page, an entry, a search, a month and its book.

Each is compared, in turns inside one run, with the least that could answer the same: a bare SELECT
of the rows, a bare INSERT, LIKE over every entry. What a page costs besides (login, rights, form,
template) is in the ratio; of the book only the time is told.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select

from bench.assets import founded, logged_in, stored
from bench.diary import keep
from inventory.act import EVERYTHING, Act
from inventory.centre import Centre
from inventory.chain import Head
from inventory.db import Database, open_database
from inventory.listing import Ask, ordered
from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_month import month_of_log
from inventory.log_share import LogShare
from inventory.migrations import migrate
from inventory.person import Person
from inventory.shanghai import today
from web.log_archive import Made, book
from web.queries.search import MOST, in_register

title = "the duty log of ten years, 250,000 entries; against bare SELECT, INSERT and LIKE"

WORDS = ("风扇", "电池 更换", "重启", "kzyc", "不存在的")
Work = Callable[[], object]


def run(
    rounds: int, entries: int = 250_000, years: int = 10, books: int = 1
) -> Mapping[str, float]:
    """Times of each question in ms, and its ratio to the plain one, as medians of every round."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        database = open_database(f"sqlite:///{home}/netops.db")
        migrate(database.engine)
        centre_id = founded(database)[0]
        days = keep(database, centre_id, today() - timedelta(days=1), years, entries)
        client = logged_in(database, home)
        with database.view(EVERYTHING) as session:
            centre = session.get_one(Centre, centre_id)
            who = session.scalars(select(Person).where(Person.login == "net")).one()
        told = {
            **_turns("day", rounds, _pages(client, database, days)),
            **_turns("write", rounds, _writes(database, centre, who)),
            **_turns("search", rounds, _searches(database)),
            **_turns("month", rounds, _months(database, centre, days)),
            **_books(client, database, centre, days, books),
        }
        database.close()
    return told


Pairs = Iterator[tuple[Work, Work]]


def _pages(client: FlaskClient, database: Database, days: list[date]) -> Callable[[], Pairs]:
    """The page of one day, and its rows read."""

    def pairs() -> Pairs:
        for day in days[:: max(1, len(days) // 5)]:
            yield partial(_got, client, day), partial(_rows, database, day, day)

    return pairs


def _got(client: FlaskClient, day: date) -> None:
    answer = client.get("/log/", query_string={"day": day.isoformat()})
    if answer.status_code != 200 or 'id="e-' not in answer.text:
        raise RuntimeError(f"{day}: {answer.status_code}, without its entries")


def _rows(database: Database, first: date, last: date) -> None:
    """Everything that stands on the sheets of these days, as plain rows."""
    day, share, entry = LogDay.__table__, LogShare.__table__, LogEntry.__table__
    sheets = select(day.c.id).where(day.c.day >= first, day.c.day <= last)
    with database.engine.connect() as connection:
        connection.execute(select(day).where(day.c.id.in_(sheets))).all()
        for table in (share, entry):
            connection.execute(select(table).where(table.c.day_id.in_(sheets))).all()


def _writes(database: Database, centre: Centre, who: Person) -> Callable[[], Pairs]:
    """An entry of today with its number, rules, audit row and index; the same row inserted."""
    act = Act("填写工作日志", who.id, who.name, "网络管理员", "bench", EVERYTHING)
    facts: dict[str, Any] = {
        "centre_id": centre.id,
        "section": "solved",
        "text": "风扇异响，已清灰",
    }

    def ours() -> None:
        with database.transaction(act) as session:
            session.add(LogEntry(**facts, occurred_at=datetime.now(UTC)))

    def theirs() -> None:
        row = LogEntry(**facts, occurred_at=datetime.now(UTC), author_id=who.id, author=who.name)
        row.number = f"bench-{row.id}"[-20:]
        with database.engine.begin() as connection:
            connection.execute(insert(LogEntry), stored(row))

    return lambda: iter([(ours, theirs)] * 5)


def _searches(database: Database) -> Callable[[], Pairs]:
    """Words looked for through all ten years, and the same by LIKE."""

    def ours(word: str) -> None:
        with database.view(EVERYTHING) as session:
            in_register(session, LogEntry, word)

    def like(word: str) -> None:
        with database.view(EVERYTHING) as session:
            ask = Ask(search=word, looked=True)
            session.execute(ordered(LogEntry, ask).limit(MOST)).all()

    def pairs() -> Pairs:
        for word in WORDS:
            yield partial(ours, word), partial(like, word)

    return pairs


def _months(database: Database, centre: Centre, days: list[date]) -> Callable[[], Pairs]:
    """Everything a month's page and book are made of, and its rows read."""

    def ours(first: date) -> None:
        with database.view(EVERYTHING) as session:
            month_of_log(session, centre, first)

    def pairs() -> Pairs:
        for first in sorted({day.replace(day=1) for day in days})[-4:-1]:
            last = max(day for day in days if day.replace(day=1) == first)
            yield partial(ours, first), partial(_rows, database, first, last)

    return pairs


def _books(
    client: FlaskClient, database: Database, centre: Centre, days: list[date], number: int
) -> dict[str, float]:
    """The month of the middle of it as PDF."""
    first = days[len(days) // 2].replace(day=1)
    took: list[float] = []
    with database.view(EVERYTHING) as session:
        month = month_of_log(session, centre, first)
    for _ in range(number):
        with client.application.test_request_context(), _timed(took):
            book(month, Made("试验", Head(1, "0" * 64)))
    return {"book_ms": round(median(took), 1)} if took else {}


def _turns(name: str, rounds: int, pairs: Callable[[], Pairs]) -> dict[str, float]:
    """Each pair in turns, the first round to warm up; p50 and p95 of ours and the ratio."""
    spent: list[float] = []
    shares: list[float] = []
    for number in range(rounds + 1):
        for ours, theirs in pairs():
            took: dict[Work, list[float]] = {ours: [], theirs: []}
            for work in (ours, theirs) if number % 2 else (theirs, ours):
                with _timed(took[work]):
                    work()
            if number:
                spent += took[ours]
                shares.append(took[ours][0] / took[theirs][0])
    p95 = quantiles(spent, n=20, method="inclusive")[18]
    print(f"{name:<8} {median(spent):8.1f} ms, p95 {p95:8.1f} ms", file=sys.stderr)
    return {
        f"{name}_p50_ms": round(median(spent), 1), f"{name}_p95_ms": round(p95, 1),
        f"{name}_vs_plain": round(median(shares), 4),
    }  # fmt: skip


@contextmanager
def _timed(took: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    took.append((time.perf_counter() - began) * 1000)
