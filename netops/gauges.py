"""Gauges of many devices at once: latest values, samples, and the headline figures of a list."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from sqlalchemy import bindparam, select, update

from inventory.batches import batches
from inventory.state import Gauge
from netops import fit
from netops.cycle import Cycle, Seen
from netops.reading import Gauge as Told
from netops.reading import Poll

_HEADLINES = ("cpu", "memory", "temperature")  # what a list of devices shows, the worst of each
_KEPT = update(Gauge).where(Gauge.__table__.c.id == bindparam("of"))
_SAVE = _KEPT.values(value=bindparam("value"), at=bindparam("at"))
_KNOWN = select(Gauge.device_id, Gauge.metric, Gauge.slot, Gauge.id)
_ROOM = 80  # of Gauge.slot
Place = tuple[str, str, str]  # device, metric, slot


def record(cycle: Cycle, polls: Sequence[Poll]) -> None:
    """Write the gauges of these polls; one not known yet gets its row and its number."""
    for batch in batches(polls):
        known = _known(cycle, [poll.target.device for poll in batch])
        _add_new(cycle, batch, known)
        rows: list[dict[str, Any]] = []
        for poll in batch:
            rows += _keep(cycle, poll, known)
        if rows:
            cycle.session.connection().execute(_SAVE, rows)


def _fitting(poll: Poll) -> Iterator[Told]:
    """Only what is a number, under a name that fits its column."""
    return (
        replace(told, slot=fit.text(told.slot, _ROOM)) for told in poll.gauges
        if isfinite(told.value)
    )  # fmt: skip


def _known(cycle: Cycle, devices: list[str]) -> dict[Place, int]:
    rows = cycle.session.execute(_KNOWN.where(Gauge.device_id.in_(devices)))
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def _add_new(cycle: Cycle, polls: Sequence[Poll], known: dict[Place, int]) -> None:
    fresh: dict[Place, Gauge] = {}
    for poll in polls:
        seen = cycle.seen[poll.target.device]
        for told in _fitting(poll):
            place = (seen.device.id, told.metric, told.slot)
            if place not in known:
                fresh[place] = _row(seen, told, poll)
    cycle.session.add_all(fresh.values())
    cycle.session.flush()  # their numbers key their samples
    known |= {place: row.id for place, row in fresh.items()}


def _row(seen: Seen, told: Told, poll: Poll) -> Gauge:
    return Gauge(
        device_id=seen.device.id, centre_id=seen.device.centre_id, metric=told.metric,
        slot=told.slot, unit=told.unit, value=told.value, at=poll.at,
    )  # fmt: skip


def _keep(cycle: Cycle, poll: Poll, known: dict[Place, int]) -> list[dict[str, Any]]:
    seen, rows = cycle.seen[poll.target.device], []
    worst: dict[str, float] = {}
    for told in _fitting(poll):
        number = known[seen.device.id, told.metric, told.slot]
        rows.append({"of": number, "value": told.value, "at": poll.at})
        cycle.gauges.append((cycle.slot, number, told.value))
        worst[told.metric] = max(told.value, worst.get(told.metric, told.value))
    for name in _HEADLINES:
        setattr(seen, name, worst.get(name))
    return rows
