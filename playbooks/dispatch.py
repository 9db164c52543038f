"""Who does the work: a pool of threads on this machine. The only place where threads are made.

Everything else offers functions for one target; a dead device costs its own thread its own
time-out and nobody else's.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from itertools import islice
from threading import Event, Thread
from typing import TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")


class Pool:
    """`workers` threads for the sweeps' visits, as many for what may wait, and a few for jobs.

    A job waits for its visits: on the same threads, enough jobs would wait for each other. And
    4,096 dead addresses on the sweeps' threads would stand in line before the next minute.
    `sessions` threads are for long talks with a command line: a change that was heard of is to be
    saved within the minute, whatever else is searched for meanwhile.
    """

    def __init__(self, workers: int, jobs: int = 4, sessions: int = 12) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="visit")
        self._aside = ThreadPoolExecutor(workers, thread_name_prefix="aside")
        self._jobs = ThreadPoolExecutor(jobs, thread_name_prefix="job")
        self._sessions = ThreadPoolExecutor(sessions, thread_name_prefix="session")
        self._some = max(1, sessions * 2 // 3)
        self._open: set[Future[object]] = set()
        self._beside: list[Thread] = []
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

    def aside_within(
        self,
        work: Callable[[Thing], Result],
        things: Iterable[Thing],
        *,
        seconds: float,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Result | None]:
        """`aside`, with one None among them when so many seconds are over and some are late: what
        is done with the others need not wait for those."""
        waiting = {self._aside.submit(work, thing) for thing in things}
        late = set(waiting)
        try:
            for future in as_completed(waiting, timeout=seconds):
                late.discard(future)
                yield from self._ended(future, waiting, stop)
        except TimeoutError:
            yield None
        for future in as_completed(late):
            yield from self._ended(future, waiting, stop)

    def _over(
        self,
        threads: ThreadPoolExecutor,
        work: Callable[[Thing], Result],
        things: Iterable[Thing],
        stop: Callable[[], bool],
    ) -> Iterator[Result]:
        waiting = {threads.submit(work, thing) for thing in things}
        for future in as_completed(waiting):
            yield from self._ended(future, waiting, stop)

    def _ended(
        self,
        future: "Future[Result]",
        waiting: Iterable["Future[Result]"],
        stop: Callable[[], bool],
    ) -> Iterator[Result]:
        if future.cancelled():
            return
        yield future.result()
        if stop() or self.stopping.is_set():
            for other in waiting:
                other.cancel()

    def in_sessions(
        self,
        work: Callable[[Thing], Result],
        things: Iterable[Thing],
        *,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Result]:
        """`each`, on the threads for long talks, and only some of them at a time: what is heard of
        meanwhile need not wait for two thousand others."""
        left = iter(things)
        waiting = {self._sessions.submit(work, thing) for thing in islice(left, self._some)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done if not future.cancelled())
            if stop() or self.stopping.is_set():
                waiting = {future for future in waiting if not future.cancel()}
            else:
                more = islice(left, len(done))
                waiting |= {self._sessions.submit(work, thing) for thing in more}

    def session(self, work: Callable[[], object]) -> "Future[object]":
        """Begin one long talk that ends by itself; see `sessions`."""
        future = self._sessions.submit(work)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future

    @property
    def sessions(self) -> int:
        """How many that `session` began have not ended."""
        return len(self._open)

    def start(self, work: Callable[[], Result]) -> "Future[Result]":
        """Begin one job beside the others."""
        return self._jobs.submit(work)

    def beside(self, name: str, work: Callable[[], object]) -> None:
        """A thread of its own for what lasts as long as the worker; `work` ends with `stopping`."""
        thread = Thread(target=work, name=name, daemon=True)
        self._beside.append(thread)
        thread.start()

    def close(self) -> None:
        """Let what is running finish; drop the rest."""
        self.stopping.set()
        for thread in self._beside:
            thread.join()
        self._jobs.shutdown(wait=True, cancel_futures=True)
        for threads in (self._sessions, self._aside, self._threads):
            threads.shutdown(wait=True, cancel_futures=True)
