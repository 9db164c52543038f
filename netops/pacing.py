"""How much one sender may say: a token bucket for each address."""

import time
from collections.abc import Callable

KNOWN = (2000.0, 200.0)  # at once, and per second after that: a switch with everything logged
STRANGER = (20.0, 1.0)  # enough to be counted and named
_ADDRESSES = 10_000


class Pace:
    """Bounded whoever sends: addresses that have been quiet are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def admits(self, address: str, *, known: bool) -> bool:
        """Take one token of this address, if it has one."""
        most, rate = KNOWN if known else STRANGER
        now = self._clock()
        left, at = self._buckets.pop(address, (most, now))
        left = min(most, left + (now - at) * rate)
        admitted = left >= 1
        self._buckets[address] = (left - 1 if admitted else left), now
        if len(self._buckets) > _ADDRESSES:
            del self._buckets[next(iter(self._buckets))]
        return admitted
