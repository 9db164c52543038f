"""Big registers: a list of 50,000 assets, a search over 200,000 rows, an import.

Pages are asked of the real application, login, rights, scope and template included; a page that
does not hold what was asked for ends the bench. The search is compared with the same question
answered by LIKE over every row, the import with a plain executemany of the same rows.
"""

import random
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from sqlalchemy import insert

from bench.assets import REGISTERS, facts, fill, founded, logged_in, plain
from inventory import triggers
from inventory.act import EVERYTHING, system
from inventory.db import Database, open_database
from inventory.equipment import Equipment
from inventory.exchange import apply
from inventory.listing import Ask, ordered
from inventory.migrations import migrate
from inventory.sheet import read
from web.queries.search import MOST, in_register

title = "lists of 50,000 assets, search over 200,000 rows, import; against LIKE and executemany"

LISTS = {
    "first page": "?", "in the middle": "?page=500", "the last page": "?page=1000",
    "sorted by serial": "?sort=serial", "sorted by model, falling": "?sort=-model",
    "one state": "?state=idle", "one unit": "?centre_id={unit}",
    "found by tag": "?q=410225-jh-012345", "found by two characters": "?q=防火",
    "found by initials": "?q=hmzfhq", "found by address": "?q=10.0.48.57",
    "found nearly everywhere": "?q=机房", "one character": "?q=谷",
}  # fmt: skip
_LATER = 1_000_000  # numbers of the rows that are imported
WORDS = (
    "410225-JH-012345", "2102352ABC10K0033333", "00e0-fc00-c350", "10.0.195.80", "11.0.48.57",
    "防火", "机房", "王建国777", "gyzhxjhj", "李红霞", "交换机配件 4242", "ry-031", "13900012345",
    "不存在的", "zzz", "laserjet",
)  # fmt: skip


def run(rounds: int, rows: int = 50_000, imported: int = 2_000) -> Mapping[str, float]:
    """Server times in ms, and what of them was our own work (`cpu`: the rest is waiting for a busy
    machine); `search_vs_like` and `import_vs_executemany` are ratios."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        database = open_database(f"sqlite:///{home}/netops.db")
        migrate(database.engine)
        homes = founded(database)
        fill(database, rows, homes)
        client = logged_in(database, home)
        lists = _asked(client, _lists(homes[1]), rounds)
        searches = _asked(client, {w: ("/search/", {"q": w}) for w in WORDS}, rounds)
        told = {
            **_spread("list", lists), **_spread("search", searches),
            "search_vs_like": _against_like(database, rounds),
            **_imports(database, homes, imported),
        }  # fmt: skip
        database.close()
    return told


def _lists(unit: str) -> dict[str, tuple[str, dict[str, str]]]:
    asked = {}
    for name, query in LISTS.items():
        _, _, pairs = query.partition("?")
        told = dict(part.split("=", 1) for part in pairs.split("&") if part)
        asked[name] = ("/r/equipment", {key: v.format(unit=unit) for key, v in told.items()})
    return asked


Pages = Mapping[str, tuple[str, Mapping[str, str]]]


Times = Mapping[str, list[tuple[float, float]]]


def _asked(client: FlaskClient, pages: Pages, rounds: int) -> Times:
    """Milliseconds (passed, of CPU) of each page in each round but the first, which warms up."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
    for number in range(rounds + 1):
        for name, (url, query) in pages.items():
            began = time.perf_counter(), time.process_time()
            answer = client.get(url, query_string=query)
            took = time.perf_counter() - began[0], time.process_time() - began[1]
            if answer.status_code != 200:
                raise RuntimeError(f"{name}: {answer.status_code}")
            if number:
                spent[name].append((took[0] * 1000, took[1] * 1000))
    for name, each in spent.items():
        wall, cpu = (median(times) for times in zip(*each, strict=True))
        print(f"{name:<28} {wall:8.1f} ms, {cpu:8.1f} ms of CPU", file=sys.stderr)
    return spent


def _spread(name: str, spent: Times) -> dict[str, float]:
    every = [one for each in spent.values() for one in each]
    told = {}
    for at, kind in enumerate(("ms", "cpu_ms")):
        times = [one[at] for one in every]
        told[f"{name}_p50_{kind}"] = round(median(times), 1)
        told[f"{name}_p95_{kind}"] = round(quantiles(times, n=20, method="inclusive")[18], 1)
    return told


def _against_like(database: Database, rounds: int) -> float:
    """The question alone, in every register of the bench: our time to that of LIKE."""

    def ours(word: str) -> None:
        with database.view(EVERYTHING) as session:
            for cls in REGISTERS:
                in_register(session, cls, word)

    def like(word: str) -> None:
        with database.view(EVERYTHING) as session:
            for cls in REGISTERS:
                ask = Ask(search=word, looked=True)
                session.execute(ordered(cls, ask).limit(MOST)).all()

    turns = [(word, n) for n in range(rounds) for word in WORDS]
    shares = []
    for word, n in turns:
        order = (ours, like) if n % 2 else (like, ours)
        took = {each: _seconds(each, word) for each in order}
        shares.append(took[ours] / took[like])
    return round(median(shares), 4)


def _seconds(work: Callable[[str], None], word: str) -> float:
    began = time.perf_counter()
    work(word)
    return time.perf_counter() - began


def _imports(database: Database, homes: list[str], number: int) -> dict[str, float]:
    """New rows of equipment: rules, pinyin, audit, events and index against nothing of it."""
    sheet = read(_csv(number), "equipment.csv")
    began = time.perf_counter()
    with database.transaction(system("导入设备")) as session:
        agreed = apply(session, Equipment, sheet)
    ours = time.perf_counter() - began
    if len(agreed.new) != number:
        raise RuntimeError(f"{len(agreed.new)} of {number} rows were imported")
    batch = list(plain(Equipment, number, homes, _LATER * 2))
    with database.engine.begin() as connection:
        triggers.drop(connection)
    began = time.perf_counter()
    with database.engine.begin() as connection:
        connection.execute(insert(Equipment), batch)
    theirs = time.perf_counter() - began
    return {
        "import_rows_per_s": round(number / ours),
        "import_vs_executemany": round(ours / theirs, 1),
    }


def _csv(number: int) -> bytes:
    """A sheet of things nobody has registered yet."""
    chance = random.Random(number)
    rows = [facts(Equipment, n, chance) for n in range(_LATER, _LATER + number)]
    names = [name for name in rows[0] if name != "state"]
    lines = [",".join((*names, "centre_id")), *(_line(row, names) for row in rows)]
    return "\n".join(lines).encode()


def _line(row: Mapping[str, str], names: list[str]) -> str:
    return ",".join((*(row[name] for name in names), "410225"))
