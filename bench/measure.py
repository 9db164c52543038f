"""What a piece of work costs in a process of its own, and how two such costs compare.

Only ratios of clients that took turns inside one run mean anything: absolute times differ from
machine to machine, and from one minute to the next on a busy one.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pkgutil import resolve_name
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median

Work = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Cost:
    """What `units` pieces of work took: CPU seconds (user and system, of the client and of the
    programs it started), wall seconds, and what the caller's counter counted meanwhile."""

    units: int
    cpu: float
    wall: float
    counted: int

    @property
    def each(self) -> float:
        """CPU seconds for one unit."""
        return self.cpu / self.units


def spend(client: str, job: object, counter: Callable[[], int] = lambda: 0) -> Cost:
    """The cost of the work that `client` ("package.module:function") prepares, in a fresh process.

    Only that process imports the client. Imports and preparation are not counted: a poller
    starts once and polls for months. The work returns how many units it did. RuntimeError when
    it fails; its traceback is on stderr.
    """
    context = get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=_child, args=(there, client, job))
    child.start()
    there.close()
    try:
        here.recv()
        before = counter()
        here.send("go")
        units, cpu, wall = here.recv()
        return Cost(units, cpu, wall, counter() - before)
    except EOFError:
        raise RuntimeError(f"{client} failed") from None
    finally:
        here.close()
        child.join()


def _child(pipe: Connection, client: str, job: object) -> None:
    prepare: Callable[[object], Work] = resolve_name(client)
    work = prepare(job)
    pipe.send("ready")
    pipe.recv()
    cpu, wall = _cpu(), time.perf_counter()
    units = work()
    pipe.send((units, _cpu() - cpu, time.perf_counter() - wall))


def _cpu() -> float:
    used = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


Round = Mapping[str, Cost]


def take_turns(clients: Mapping[str, Callable[[], Cost]], rounds: int) -> list[Round]:
    """Every client once a round; every other round backwards, so that a machine growing slower
    favours nobody."""
    names = list(clients)
    orders = [names if number % 2 == 0 else names[::-1] for number in range(rounds)]
    return [{name: clients[name]() for name in order} for order in orders]


def ratio(rounds: Sequence[Round], ours: str, peer: str) -> float:
    """CPU for one unit of ours to the peer's: the median of the ratios of each round."""
    return round(median(costs[ours].each / costs[peer].each for costs in rounds), 4)


def wall_ratio(rounds: Sequence[Round], ours: str, peer: str) -> float:
    """Wall time of all of ours to the peer's, in the same way."""
    return round(median(costs[ours].wall / costs[peer].wall for costs in rounds), 4)


def middle(rounds: Sequence[Round], client: str, what: Callable[[Cost], float]) -> float:
    """The median over the rounds of one client's figure for one unit."""
    return median(what(costs[client]) / costs[client].units for costs in rounds)


def line(rounds: Sequence[Round], client: str) -> str:
    """One client in words: medians over the rounds, per unit."""
    costs = [costs[client] for costs in rounds]
    cpu = median(cost.each for cost in costs) * 1000
    wall = median(cost.wall / cost.units for cost in costs) * 1000
    counted = median(cost.counted / cost.units for cost in costs)
    return f"{client:<22} {cpu:9.3f} {wall:9.3f} {counted:6.1f} {costs[0].units:6d}"


HEADINGS = f"{'per device':<22} {'CPU ms':>9} {'wall ms':>9} {'PDUs':>6} {'units':>6}"


def noise(rounds: Sequence[Round]) -> str:
    """A sentence on how far to trust the figures."""
    one, five, _ = os.getloadavg()
    return (
        f"medians of {len(rounds)} rounds, clients taking turns; load average {one:.1f} (1 min), "
        f"{five:.1f} (5 min) on {os.cpu_count()} CPUs"
    )
