"""How fast, whether, how far: without waiting for any of it."""

import pytest

from backups.pace import Pace, Stopped


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_limit_is_kept_and_idle_time_is_not_made_up_for() -> None:
    clock, told = Clock(), list[int]()
    pace = Pace(1000, tell=told.append, clock=clock, sleep=clock.sleep)
    for _ in range(20):
        pace.spend(500)
    assert clock.now == pytest.approx(1010)
    assert told == sorted(told)
    assert len(told) == 11  # at once, then each second
    clock.now += 3600
    pace.spend(2000)
    assert clock.now == pytest.approx(1010 + 3600 + 2)


def test_whoever_waits_for_the_line_still_hears_that_it_is_to_stop() -> None:
    clock, asked = Clock(), list[float]()

    def stop() -> bool:
        asked.append(clock.now)
        return len(asked) > 3

    pace = Pace(10, stop, clock=clock, sleep=clock.sleep)
    with pytest.raises(Stopped):
        pace.spend(1_000_000)
    assert asked == pytest.approx([1000, 1001, 1002, 1003])
    assert pace.done == 1_000_000
    free = Pace(clock=clock, sleep=clock.sleep)
    free.spend(1 << 40)
    assert clock.now == pytest.approx(1003)
