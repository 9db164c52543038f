"""How fast a long piece of work goes on, whether it goes on, and how far it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_BEAT = 1.0  # seconds between two questions whether to stop: they may ask a database


class Stopped(Exception):
    """Somebody asked to stop: what was begun is taken back whole."""


def _never() -> bool:
    return False


def _nobody(_done: int) -> None:
    """Nobody wants to be told."""


@dataclass(slots=True)
class Pace:
    """One piece of work. `limit` in bytes a second (0 for none), `stop` asks whether to stop,
    `tell` is told the bytes done so far, both at most once a second. `clock` (monotonic seconds)
    and `sleep` are arguments so that time need not pass in tests."""

    limit: int = 0
    stop: Callable[[], bool] = _never
    tell: Callable[[int], None] = _nobody
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    done: int = field(default=0, init=False)
    _free_at: float = field(default=0.0, init=False)  # when what was spent is worked off
    _next: float = field(default=0.0, init=False)  # when the next beat is due

    def spend(self, size: int) -> None:
        """These bytes were moved: wait for as long as the limit wants. Time that nothing moved is
        not made up for, so that a line is never flooded. Raises Stopped."""
        self.done += size
        now = self.clock()
        self._beat(now)
        if self.limit:
            self._free_at = max(self._free_at, now) + size / self.limit
            while (left := self._free_at - self.clock()) > 0:
                self.sleep(min(left, _BEAT))
                self._beat(self.clock())

    def _beat(self, now: float) -> None:
        if now < self._next:
            return
        self._next = now + _BEAT
        self.tell(self.done)
        if self.stop():
            raise Stopped
