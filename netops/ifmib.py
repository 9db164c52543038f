"""The interface tables: IF-MIB (RFC 2863), from raw columns to `Port` values. The hot path."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from netops.cells import EMPTY, Rows, mac, text
from netops.reading import Port, Value

T = TypeVar("T")

DESCR = "1.3.6.1.2.1.2.2.1.2"
TYPE = "1.3.6.1.2.1.2.2.1.3"
SPEED = "1.3.6.1.2.1.2.2.1.5"
MAC = "1.3.6.1.2.1.2.2.1.6"
ADMIN = "1.3.6.1.2.1.2.2.1.7"
OPER = "1.3.6.1.2.1.2.2.1.8"
IN_OCTETS = "1.3.6.1.2.1.2.2.1.10"
IN_DISCARDS = "1.3.6.1.2.1.2.2.1.13"
IN_ERRORS = "1.3.6.1.2.1.2.2.1.14"
OUT_OCTETS = "1.3.6.1.2.1.2.2.1.16"
OUT_DISCARDS = "1.3.6.1.2.1.2.2.1.19"
OUT_ERRORS = "1.3.6.1.2.1.2.2.1.20"
NAME = "1.3.6.1.2.1.31.1.1.1.1"
HC_IN_OCTETS = "1.3.6.1.2.1.31.1.1.1.6"
HC_OUT_OCTETS = "1.3.6.1.2.1.31.1.1.1.10"
HIGH_SPEED = "1.3.6.1.2.1.31.1.1.1.15"
ALIAS = "1.3.6.1.2.1.31.1.1.1.18"

NAMES = (DESCR, NAME, ALIAS, TYPE, MAC, HIGH_SPEED, SPEED)
_STATE = (OPER, ADMIN)
_WIDE = (HC_IN_OCTETS, HC_OUT_OCTETS)
_NARROW = (IN_OCTETS, OUT_OCTETS)
_FAULTS = (IN_ERRORS, OUT_ERRORS, IN_DISCARDS, OUT_DISCARDS)

# Which columns change fast, by what the profile says its devices count with. "both" costs two
# more columns a sweep: for profiles whose devices differ, so that no device goes uncounted.
MOVING: Mapping[str, tuple[str, ...]] = {
    "64": (*_STATE, *_WIDE, *_FAULTS),
    "32": (*_STATE, *_NARROW, *_FAULTS),
    "both": (*_STATE, *_WIDE, *_NARROW, *_FAULTS),
}
_ALL = (*NAMES, *MOVING["both"])

_32_BITS = 4_294_967_295

_ETHERNET = frozenset((10, 100, 1_000, 10_000, 25_000, 40_000, 100_000))  # Mbit/s

# testing(3) and unknown(4) are neither; dormant, notPresent and lowerLayerDown carry no traffic.
_UP: Mapping[Value, bool] = {1: True, 2: False, 5: False, 6: False, 7: False}


def ports(rows: Rows) -> tuple[Port, ...]:
    """Every interface named by any of the columns present, in ifIndex order.

    Absent columns give the defaults of `Port`, so one function reads a visit for names,
    one for counters, and one for both.
    """
    keys = _indexes(rows)
    descr = _cells(rows, keys, DESCR, text, "")
    own = _cells(rows, keys, NAME, text, "")
    names = [name or long or f"if{key}" for name, long, key in zip(own, descr, keys, strict=True)]
    columns = (
        names,
        descr,
        _cells(rows, keys, ALIAS, text, ""),
        _cells(rows, keys, TYPE, _whole, 0),
        _cells(rows, keys, MAC, mac, ""),
        _speeds(rows, keys),
        _cells(rows, keys, ADMIN, _UP.get, None),
        _cells(rows, keys, OPER, _UP.get, None),
        *_octets(rows, keys),
        *(_cells(rows, keys, column, _counter, None) for column in _FAULTS),
    )
    return tuple(map(Port, map(int, keys), *columns))


def _indexes(rows: Rows) -> list[str]:
    found = set[str]().union(*(rows.get(column, EMPTY) for column in _ALL))
    return sorted((key for key in found if key.isdecimal() and len(key) <= 10), key=int)


def _cells(
    rows: Rows, keys: Sequence[str], column: str, decode: Callable[[Value], T], default: T
) -> Sequence[T]:
    cells = rows.get(column)
    if cells is None:
        return [default] * len(keys)
    return [decode(cells[key]) if key in cells else default for key in keys]


def _counter(value: Value) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _whole(value: Value) -> int:
    return _counter(value) or 0


def _octets(
    rows: Rows, keys: Sequence[str]
) -> tuple[Sequence[bool], Sequence[int | None], Sequence[int | None]]:
    """Wide, received, sent. A port that lacks 64-bit octets is given its 32-bit ones."""
    received, sent = (_cells(rows, keys, column, _counter, None) for column in _WIDE)
    if IN_OCTETS not in rows and OUT_OCTETS not in rows:
        return [True] * len(keys), received, sent
    less_in, less_out = (_cells(rows, keys, column, _counter, None) for column in _NARROW)
    # Some agents (Topsec) answer the 32-bit columns with 64-bit counters.
    roomy = any(value is not None and value > _32_BITS for value in (*less_in, *less_out))
    wide = [
        high != (None, None) or low == (None, None)
        for high, low in zip(
            zip(received, sent, strict=True), zip(less_in, less_out, strict=True), strict=True
        )
    ]
    return (
        [is_wide or roomy for is_wide in wide],
        _pick(wide, received, less_in),
        _pick(wide, sent, less_out),
    )


def _pick(
    wide: Sequence[bool], high: Sequence[int | None], low: Sequence[int | None]
) -> Sequence[int | None]:
    return [h if is_wide else lo for is_wide, h, lo in zip(wide, high, low, strict=True)]


def _speeds(rows: Rows, keys: Sequence[str]) -> Sequence[int]:
    bits = _cells(rows, keys, SPEED, _whole, 0)
    megabits = _cells(rows, keys, HIGH_SPEED, _whole, 0)
    return [_speed(slow, fast) for slow, fast in zip(bits, megabits, strict=True)]


def _speed(bits: int, megabits: int) -> int:
    """ifSpeed is a 32-bit gauge: at its ceiling only ifHighSpeed (Mbit/s) tells the truth.

    Agents without ifHighSpeed have been seen to put Mbit/s into ifSpeed (Topsec).
    """
    if megabits * 1_000_000 >= _32_BITS or bits in (0, _32_BITS):
        return megabits * 1_000_000
    return bits * 1_000_000 if bits in _ETHERNET else bits
