"""Counters to rates: pure arithmetic, and honest about what cannot be told."""

from collections.abc import Sequence

_WRAP32 = 2**32
LONGEST_GAP = 3 * 3600  # seconds; an average over more hides what happened


def rate(before: int | None, now: int | None, seconds: float, *, wide: bool = True) -> float | None:
    """Units per second between two readings of one counter (RFC 2863 §3.1.6).

    None when it cannot be told: a first reading, a gap too long, or a counter that went backwards
    (the device restarted). A 32-bit counter that went backwards is taken to have wrapped once.
    """
    if before is None or now is None or not 0 < seconds <= LONGEST_GAP:
        return None
    grown = now - before
    if grown < 0 and not wide:
        grown += _WRAP32
    return grown / seconds if grown >= 0 else None


def rates(
    before: Sequence[int | None], now: Sequence[int | None], seconds: float, *, wide: bool = True
) -> list[float | None]:
    """`rate` of each counter of one reading."""
    return [rate(old, new, seconds, wide=wide) for old, new in zip(before, now, strict=True)]


def utilisation(bps: float | None, speed: int) -> float | None:
    """Share of the line in use, 0–100; None when the speed is unknown."""
    return None if bps is None or speed <= 0 else min(100.0, bps / speed * 100)
