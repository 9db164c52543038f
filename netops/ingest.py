"""Polls become rows: latest state, interfaces, gauges and events in one transaction; samples to
the day file. Replaying the same batch (same slot) adds nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime

from inventory.db import Database
from inventory.state import STATES
from netops import counters, gauges, ports, states
from netops.cycle import Cycle, Seen
from netops.history import Batch, History
from netops.judge import below, judge
from netops.reading import Poll

InHours = Callable[[str, datetime], bool]


def ingest(
    database: Database,
    history: History,
    polls: Sequence[Poll],
    slot: int,
    *,
    in_hours: InHours = lambda _hours, _at: True,
) -> dict[str, int]:
    """Write one cycle's polls. `slot` is Unix seconds aligned to the cycle; `in_hours` tells
    whether a device with these service hours must be on at that moment.

    Returns how many of the polled devices are in each state.
    """
    with database.observe() as session:
        seen = states.load(session, [poll.target.device for poll in polls])
        cycle = Cycle(session, slot, seen)
        known = states.parents_first([p for p in polls if p.target.device in seen], seen)
        trusted = [poll for poll in known if _settle(cycle, poll, in_hours)]
        for poll in trusted:
            if poll.identity is not None and poll.ports is not None:
                ports.recognise(cycle, seen[poll.target.device], poll)
        session.flush()
        counters.record(cycle, [poll for poll in trusted if poll.ports])
        gauges.record(cycle, [poll for poll in known if poll.gauges])
        states.save(cycle, [poll.target.device for poll in known])
    history.write(slot, Batch(cycle.ports, cycle.gauges, cycle.visits))
    counts = dict.fromkeys(STATES, 0)
    for poll in known:
        counts[seen[poll.target.device].state] += 1
    return counts


def _settle(cycle: Cycle, poll: Poll, in_hours: InHours) -> bool:
    """Write one device's state and identity; True when its port numbers can be trusted.

    After a restart ifIndex may mean another port: wait for the names before believing it.
    """
    seen = cycle.seen[poll.target.device]
    verdict = judge(seen.state, seen.misses, poll, in_hours=in_hours(seen.device.hours, poll.at))
    parent: Seen | None = cycle.seen.get(seen.device.parent_id or "")
    if parent is not None:
        verdict = below(verdict, parent.device.name, parent.state)
    states.settle(cycle, seen, poll, verdict)
    cycle.visits.append((cycle.slot, seen.device.id, seen.state, poll.ms, seen.why))
    if poll.error is not None:
        return False
    restarted = states.note_boot(cycle, seen, poll)
    if poll.identity is not None:
        states.describe(cycle, seen, poll.identity, poll)
    return poll.identity is not None or not restarted
