"""Counters to rates: pure arithmetic, and honest about what cannot be told."""

from collections.abc import Sequence

_WRAP32 = 2**32
LONGEST_GAP = 3 * 3600  # seconds; an average over more hides what happened


def rate(before: int | None, now: int | None, seconds: float, *, wide: bool = True) -> float | None:
    """Units per second between two readings of one counter (RFC 2863 §3.1.6).

    None when it cannot be told: a first reading, a gap too long, or a counter that went backwards
    (the device restarted). A 32-bit counter that went backwards is taken to have wrapped once.
    """
    return rates((before,), (now,), seconds, wide=wide)[0]


def rates(
    before: Sequence[int | None], now: Sequence[int | None], seconds: float, *, wide: bool = True
) -> list[float | None]:
    """`rate` of each counter of one reading; one call a port, for this is the hot path."""
    told: list[float | None] = []
    sane = 0 < seconds <= LONGEST_GAP
    for old, new in zip(before, now, strict=True):
        if old is None or new is None or not sane:
            told.append(None)
            continue
        grown = new - old if new >= old or wide else new - old + _WRAP32
        told.append(grown / seconds if grown >= 0 else None)
    return told
