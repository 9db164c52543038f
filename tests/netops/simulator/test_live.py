"""Values that live: never backwards, about the promised rate, one truth in 32 and 64 bits."""

import os
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from netops.simulator.variation import live

DAY = 86400.0
BOOT = 1_790_000_000.0
seconds = st.floats(0, 400 * DAY)
phases = st.floats(0, 1)


@given(after=seconds, later=st.floats(0, DAY), phase=phases)
def test_a_counter_never_runs_backwards(after: float, later: float, phase: float) -> None:
    first = live.counter(BOOT + after, BOOT, 12_500, phase)
    assert first >= 0
    assert live.counter(BOOT + after + later, BOOT, 12_500, phase) >= first


@given(days=st.integers(1, 300), phase=phases)
def test_whole_days_carry_the_mean_load(days: int, phase: float) -> None:
    counted = live.counter(BOOT + days * DAY, BOOT, 1_000, phase)
    assert abs(counted / (days * DAY) / 1_000 - 1) < 0.01


def test_afternoons_are_busier_than_nights() -> None:
    midnight_utc = BOOT - BOOT % DAY
    afternoon = live.volume(midnight_utc + 7 * 3600, 0.3) - live.volume(
        midnight_utc + 6 * 3600, 0.3
    )
    night = live.volume(midnight_utc + 19 * 3600, 0.3) - live.volume(midnight_utc + 18 * 3600, 0.3)
    assert afternoon > 2 * night


@given(now=seconds, phase=phases)
def test_a_sensor_stays_within_its_swing(now: float, phase: float) -> None:
    assert 30 <= live.gauge(BOOT + now, BOOT, 40, 10, phase) <= 50


def test_a_device_counts_from_its_boot(tmp_path: Path) -> None:
    def asked(tag: str, value: str) -> int:
        oid, same_tag, found = live.variate("oid", tag, value, **_context(tmp_path))
        assert (oid, same_tag) == ("oid", tag)
        return int(found)

    boot = tmp_path / "boot"
    boot.touch()
    os.utime(boot, (BOOT, BOOT))
    wide, narrow = asked("70", "counter 1e6 0.5"), asked("65", "counter 1e6 0.5")
    assert wide > 2**32 > narrow
    assert (narrow - wide) % 2**32 < 5e6  # the same counter, asked a moment later
    assert asked("67", "ticks") > 0
    boot.touch()
    assert asked("70", "counter 1e6 0.5") < 1e6 * 60
    assert asked("67", "ticks") < 6000
    assert asked("2", "seconds") < 60


def test_what_snmpsim_must_not_answer_is_refused(tmp_path: Path) -> None:
    for wrong in ({"setFlag": True}, {"exactMatch": False}):
        answer = live.variate("oid", "67", "ticks", **_context(tmp_path) | wrong)
        assert answer == ("asked", "67", "no")


def _context(folder: Path) -> dict[str, Any]:
    """What snmpsim hands over with an exact GET."""
    return {
        "setFlag": False,
        "nextFlag": False,
        "exactMatch": True,
        "origOid": "asked",
        "errorStatus": "no",
        "dataFile": str(folder / "demo-only.snmprec"),
    }
