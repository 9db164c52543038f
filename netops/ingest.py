"""Polls become rows: latest state, interfaces, gauges and events in one transaction; samples to
the day file. Replaying the same batch (same slot) adds nothing."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime

from inventory.db import Database, in_turn
from inventory.state import STATES
from netops import counters, gauges, ports, states
from netops.cycle import Cycle, Seen
from netops.history import Batch, History
from netops.judge import below, judge
from netops.reading import Poll

_TURN = 4_100_002  # two sweeps at once would each make a new device's rows
_log = logging.getLogger(__name__)
InHours = Callable[[str, datetime], bool]


def ingest(
    database: Database,
    history: History,
    polls: Sequence[Poll],
    slot: int,
    *,
    in_hours: InHours = lambda _hours, _at: True,
    lost: Callable[[str], None] = lambda _cause: None,
) -> dict[str, int]:
    """Write one cycle's polls. `slot` is Unix seconds aligned to the cycle; `in_hours` tells
    whether a device with these service hours must be on at that moment. `lost` is told when the
    samples could not be stored: the state stands without them.

    Returns how many of the polled devices are in each state.
    """
    with database.observe() as session:
        in_turn(session, _TURN)
        seen = states.load(session, [poll.target.device for poll in polls])
        cycle = Cycle(session, slot, seen)
        known = states.parents_first([poll for poll in polls if _wanted(poll, seen)], seen)
        for poll in known:
            _settle(cycle, poll, in_hours)
        session.flush()
        named = [p for p in known if p.ports and seen[p.target.device].identity_at is not None]
        counters.record(cycle, named)
        gauges.record(cycle, [poll for poll in known if poll.gauges])
        states.save(cycle, [poll.target.device for poll in known])
    try:
        history.write(slot, Batch(cycle.ports, cycle.gauges, cycle.visits))
    except (sqlite3.Error, OSError) as error:
        _log.error("samples of slot %s are lost: %s", slot, error)
        lost(str(error))
    counts = dict.fromkeys(STATES, 0)
    for poll in known:
        counts[seen[poll.target.device].state] += 1
    return counts


def _wanted(poll: Poll, seen: dict[str, Seen]) -> bool:
    """Not what was removed, paused or retired while it was being asked."""
    found = seen.get(poll.target.device)
    return found is not None and found.device.watched


def _settle(cycle: Cycle, poll: Poll, in_hours: InHours) -> None:
    """Write one device's state, identity and port names.

    A slow sweep may come in after a quick one that began later: its word on the state is old.
    """
    seen = cycle.seen[poll.target.device]
    if seen.last_poll_at is not None and poll.at < seen.last_poll_at:
        _describe(cycle, seen, poll)
        return
    verdict = judge(seen.state, seen.misses, poll, in_hours=in_hours(seen.device.hours, poll.at))
    parent = states.parent(seen, cycle.seen) if verdict.state == "down" else None
    if parent is not None:
        verdict = below(verdict, parent.device.name, parent.state)
    states.note_boot(cycle, seen, poll)
    states.settle(cycle, seen, poll, verdict)
    cycle.visits.append((cycle.slot, seen.device.id, seen.state, poll.ms, seen.why))
    _describe(cycle, seen, poll)


def _describe(cycle: Cycle, seen: Seen, poll: Poll) -> None:
    if poll.error is None and poll.identity is not None:
        states.describe(cycle, seen, poll.identity)
        ports.recognise(cycle, seen, poll)
