"""Keys made before the row is written: the audit chain names the row in the same flush."""

import secrets
import threading
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_MILLISECOND, _NEAR, _STEP = 80, 1000 << 80, 64  # in bits; a number: one second; in bits


class _Numbers:
    """128 bits, each number above the one before it; several threads may ask."""

    def __init__(self) -> None:
        self._last, self._turn = 0, threading.Lock()

    def next(self) -> int:
        with self._turn:
            number = time.time_ns() // 1_000_000 << _MILLISECOND | secrets.randbits(_MILLISECOND)
            if 0 <= self._last - number < _NEAR:
                number = self._last + 1 + secrets.randbits(_STEP)
            self._last = number
            return number


_NUMBERS = _Numbers()


def new_key() -> str:
    """26 characters, sortable by creation: 48 bits of milliseconds, 80 random bits (ULID).

    Within a process every key is above the one before it, also within a millisecond and when the
    clock is set back by less than a second: what one act writes keeps the order it was written in.
    The step is random, so a fork that shares our last key does not make the same next one.
    """
    number = _NUMBERS.next()
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def made_at(key: str) -> datetime:
    """When a key was made, to the millisecond."""
    milliseconds = 0
    for letter in key[:10]:
        milliseconds = milliseconds << 5 | _ALPHABET.index(letter)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
