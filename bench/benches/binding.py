"""A province's addresses held against its register: 50,000 bindings, 200,000 sightings.

`reconcile` is the judging alone, on one core, in a process of its own, at a quarter of the size and
in full: linear when `per_sighting_full_vs_quarter` is about one. `load` reads the same from SQLite,
`devices` holds as many entries of 200 switches against the register, `judge` is a whole cycle in
which nothing is new. `find` asks who had an address at a moment of
three years, `keep` is one walk of so many rows (see `bench.whereabouts`).
"""

import resource
import time
import tracemalloc
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.orm import Session

from bench import measure, neighbours
from bench.measure import Work
from bench.whereabouts import over_years
from inventory.act import EVERYTHING
from inventory.db import open_database
from inventory.migrations import migrate
from inventory.secret import Key
from netops.history import History
from netops.reconcile import reconcile
from playbooks.drift import judge
from playbooks.drift_devices import unlike
from playbooks.drift_loading import load
from playbooks.site import Site

title = "50,000 bindings × 200,000 sightings judged; who had an address, over three years"


def run(
    rounds: int, bindings: int = 50_000, sightings: int = 200_000, days: int = 1096
) -> Mapping[str, float]:
    """Seconds of one core, and MiB at most; milliseconds of what is asked and kept over `days`."""
    return {
        **_reconciled(rounds, bindings, sightings), **_judged(rounds, bindings, sightings),
        **over_years(rounds, bindings, days),
    }  # fmt: skip


def judging(job: Any) -> Work:
    """Reconcile once; for `measure.spend`."""
    bindings, sightings = job
    book, seen = neighbours.book(bindings), neighbours.seen(bindings, sightings)
    expected = -(-bindings // neighbours.ODD)

    def work() -> int:
        found = reconcile(book, seen)
        if len(found) != expected:
            raise RuntimeError(f"{len(found)} violations instead of {expected}")
        return len(seen.answers) + len(seen.places)

    return work


def _reconciled(rounds: int, bindings: int, sightings: int) -> dict[str, float]:
    sizes = {"quarter": (bindings // 4, sightings // 4), "full": (bindings, sightings)}
    clients = {
        name: partial(measure.spend, "bench.benches.binding:judging", size)
        for name, size in sizes.items()
    }
    costs = measure.take_turns(clients, rounds)
    print(f"{title}\n{measure.noise(costs)}")
    whole = median(one["full"].cpu for one in costs)
    return {
        "reconcile_s": round(whole, 3),
        "per_sighting_full_vs_quarter": measure.ratio(costs, "full", "quarter"),
        "reconcile_mb": round(_memory(sizes["full"]), 1),
    }


def _memory(size: tuple[int, int]) -> float:
    """What reconciling takes beside its input, at most, in MiB."""
    work = judging(size)
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def _judged(rounds: int, bindings: int, sightings: int) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        database = open_database(f"sqlite:///{home}/netops.db")
        migrate(database.engine)
        centre = neighbours.keep(database, bindings, sightings)
        site = Site(
            database, History(home / "history"), Key.load(home / "secret.key"), home, centre
        )
        first = _timed(partial(judge, site, neighbours.BEGAN))
        again = [_timed(partial(judge, site, neighbours.BEGAN)) for _ in range(rounds)]
        with database.view(EVERYTHING) as session:
            read = [_timed(partial(load, session, neighbours.BEGAN)) for _ in range(rounds)]
            held = [_timed(partial(_unlike, session)) for _ in range(rounds)]
        database.close()
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "load_s": round(median(read), 3), "devices_s": round(median(held), 3),
        "judge_s": round(median(again), 3),
        "judge_first_s": round(first, 3), "rss_mb": round(rss, 1),
    }  # fmt: skip


def _unlike(session: Session) -> int:
    return sum(1 for _ in unlike(session))


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
