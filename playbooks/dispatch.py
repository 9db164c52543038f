"""Who does the work: a pool of threads on this machine. The only place where threads are made.

Everything else offers functions for one target; a dead device costs its own thread its own
time-out and nobody else's.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from threading import Event
from typing import TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")


class Pool:
    """`workers` threads for the sweeps' visits, as many for what may wait, and a few for jobs.

    A job waits for its visits: on the same threads, enough jobs would wait for each other. And
    4,096 dead addresses on the sweeps' threads would stand in line before the next minute.
    """

    def __init__(self, workers: int, jobs: int = 4) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="visit")
        self._aside = ThreadPoolExecutor(workers, thread_name_prefix="aside")
        self._jobs = ThreadPoolExecutor(jobs, thread_name_prefix="job")
        self.stopping = Event()

    def each(
        self,
        work: Callable[[Thing], Result],
        things: Iterable[Thing],
        *,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Result]:
        """Results as they come, in no order. Once `stop()` is true, the rest is dropped."""
        return self._over(self._threads, work, things, stop)

    def aside(
        self,
        work: Callable[[Thing], Result],
        things: Iterable[Thing],
        *,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Result]:
        """`each`, without holding up the sweeps: for searches and logins."""
        return self._over(self._aside, work, things, stop)

    def _over(
        self,
        threads: ThreadPoolExecutor,
        work: Callable[[Thing], Result],
        things: Iterable[Thing],
        stop: Callable[[], bool],
    ) -> Iterator[Result]:
        waiting = {threads.submit(work, thing) for thing in things}
        for future in as_completed(waiting):
            if future.cancelled():
                continue
            yield future.result()
            if stop() or self.stopping.is_set():
                for other in waiting:
                    other.cancel()

    def start(self, work: Callable[[], Result]) -> "Future[Result]":
        """Begin one job beside the others."""
        return self._jobs.submit(work)

    def close(self) -> None:
        """Let what is running finish; drop the rest."""
        self.stopping.set()
        self._jobs.shutdown(wait=True, cancel_futures=True)
        for threads in (self._aside, self._threads):
            threads.shutdown(wait=True, cancel_futures=True)
