"""Counters of many devices at once: link changes, latest values, rates, samples. The hot path.

One query brings every known port of a batch of devices with its counters of the last reading; one
statement writes them back.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from inventory.batches import batches
from inventory.interface import Interface, InterfaceLatest
from netops import links
from netops.cycle import Cycle
from netops.reading import Poll, Port
from netops.traffic import rates

_HIGHEST = 2**63  # 23 years at 100 Gbit/s: a counter beyond it is a broken agent's
COUNTERS = (
    "in_octets", "out_octets", "in_errors", "out_errors", "in_discards", "out_discards",
)  # fmt: skip
_LATEST = ("interface_id", "at", *COUNTERS, "in_bps", "out_bps", "errors_ps", "discards_ps")
_UPSERT = (
    f"INSERT INTO interface_latest ({', '.join(_LATEST)}) VALUES ({', '.join('?' * 12)}) "
    "ON CONFLICT (interface_id) DO UPDATE SET "
    + ", ".join(f"{name}=excluded.{name}" for name in _LATEST[1:])
)
_KNOWN = (
    select(
        Interface.device_id, Interface.if_index, Interface.id, Interface.oper_up,
        Interface.admin_up, InterfaceLatest.at, *(getattr(InterfaceLatest, n) for n in COUNTERS),
    )
    .outerjoin(InterfaceLatest, InterfaceLatest.interface_id == Interface.id)
    .where(Interface.gone_at.is_(None))
)  # fmt: skip
_UNTOLD = (None, None, None, None)
Row = tuple[Any, ...]  # of _KNOWN, from if_index on


def record(cycle: Cycle, polls: Sequence[Poll]) -> None:
    """Write the counters of these polls; ports we do not know yet are left alone."""
    for batch in batches(polls):
        known = _known(cycle, [poll.target.device for poll in batch])
        rows: list[tuple[Any, ...]] = []
        for poll in batch:
            rows += _count(cycle, poll, known[poll.target.device])
        cycle.bulk(_UPSERT, rows)


def _known(cycle: Cycle, devices: list[str]) -> dict[str, dict[int, Row]]:
    found: dict[str, dict[int, Row]] = defaultdict(dict)
    for device, *row in cycle.session.execute(_KNOWN.where(Interface.device_id.in_(devices))):
        found[device][row[0]] = tuple(row)
    return found


def _count(cycle: Cycle, poll: Poll, known: dict[int, Row]) -> list[tuple[Any, ...]]:
    """The latest rows of one device; its samples and link changes go to the cycle."""
    seen, at, rows = cycle.seen[poll.target.device], poll.at.timestamp(), []
    booted = seen.booted_at.timestamp() if seen.booted_at else 0.0
    changes: list[links.Change] = []
    for port in poll.ports or ():
        before = known.get(port.index)
        if before is None:
            continue
        if port.oper_up is not None and before[2:4] != (port.oper_up, port.admin_up):
            changes.append((before[1], before[2], port))
        if port.in_octets is None:
            continue
        now = _plausible(port)
        same = before[4] is not None and before[4] >= booted  # a restart lies between: no rate
        told = _rates(before, at, now, port.wide) if same else _UNTOLD
        rows.append((before[1], at, *now, *told))
        cycle.ports.append((cycle.slot, before[1], *now))
    if changes:
        links.keep(cycle, poll, changes)
    if rows:
        seen.counters_at = poll.at
    return rows


def _plausible(port: Port) -> tuple[int | None, ...]:
    """The six counters; what no real port can have counted is absent."""
    told = (
        port.in_octets, port.out_octets, port.in_errors, port.out_errors, port.in_discards,
        port.out_discards,
    )  # fmt: skip
    if None not in told and min(told) >= 0 and max(told) < _HIGHEST:  # type: ignore[type-var,operator]
        return told  # nearly always, and this is the hot path
    return tuple(None if n is None or not 0 <= n < _HIGHEST else n for n in told)


def _rates(before: Row, at: float, now: tuple[int | None, ...], wide: bool) -> tuple[Any, ...]:
    """in bit/s, out bit/s, errors/s, discards/s; both directions of errors summed."""
    got, sent, *rest = rates(before[5:], now, at - before[4], wide=wide)
    return (
        None if got is None else got * 8,
        None if sent is None else sent * 8,
        _sum(rest[0], rest[1]),
        _sum(rest[2], rest[3]),
    )


def _sum(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other
