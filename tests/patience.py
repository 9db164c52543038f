"""How long a test waits for what must come: on any machine, however slow or busy.

Time is never what a test claims. Who waits, waits until it is so; the bounds here only end a wait
for what never comes. On a loaded machine a test takes longer and fails no sooner.
"""

import time
from collections.abc import Callable

PATIENCE = 300.0  # seconds: for a process, a peer, or a row that somebody else writes
PAGE = 120_000  # milliseconds: for what a browser shows; the console behind it is already there
ANSWER = 10.0  # seconds: the timeout given to our own client where its peer does answer
GAVE_UP = 60.0  # seconds: whoever hangs takes longer, and no load makes so much of a short wait
WHOLE = 4 * PATIENCE  # seconds of one test; longer is a hang


def until(
    so: Callable[[], object],
    told: str | Callable[[], object] = "waited in vain",
    pause: float = 0.05,
) -> None:
    """Return once it is `so`, asked every `pause` seconds; what was `told` explains the failure."""
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end, told if isinstance(told, str) else told()
        time.sleep(pause)
