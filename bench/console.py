"""The console's own path through one counter sweep, as a client beside the peers."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import inventory.schema  # noqa: F401  (maps every table)
from bench.measure import Work
from bench.visits import WARM_UP, Visits
from inventory.act import system
from inventory.centre import Centre
from inventory.db import Database, open_database
from inventory.device import Device
from inventory.migrations import migrate
from netops.history import History
from netops.ingest import ingest
from netops.poller import Part, poll
from netops.reading import Poll, Target

PROFILE = "huawei_vrp"
FIRST: tuple[Part, ...] = ("identity", "ports", "gauges")
COUNTERS: tuple[Part, ...] = ("status", "ports", "gauges")
GAUGES = 3  # CPU, memory, temperature
CYCLE = 300  # seconds between two counter sweeps


def poll_only(visits: Visits) -> Work:
    """Poll and decode: what the console adds to the client library below it."""
    targets = [_target(visits, address, address) for address in visits.addresses]
    _complete(visits, [poll(_target(visits, WARM_UP, WARM_UP), COUNTERS, indexes=visits.indexes)])
    return lambda: len(_sweep(visits, targets))


def poll_and_store(visits: Visits) -> Work:
    """Poll, decode, judge the state, keep the latest values and rates, store the samples.

    The devices have been described before, as all have but new ones.
    """
    scratch = TemporaryDirectory(prefix="bench-")
    database = open_database(f"sqlite:///{scratch.name}/netops.db")
    migrate(database.engine)
    history = History(Path(scratch.name) / "history")
    targets = [_target(visits, *known) for known in _devices(database, visits.addresses)]
    slot = int(time.time()) // CYCLE * CYCLE
    ingest(database, history, [poll(target, FIRST) for target in targets], slot - CYCLE)

    def work() -> int:
        ingest(database, history, _sweep(visits, targets), slot)
        scratch.cleanup()
        return len(targets)

    return work


def _target(visits: Visits, device: str, address: str) -> Target:
    return Target(device, address, PROFILE, visits.auth, visits.port)


def _devices(database: Database, addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Register a device for each address; yields (device id, address)."""
    with database.transaction(system("bench")) as session:
        centre = Centre(code="410225", name="bench", tier="county")
        session.add(centre)
        session.flush()
        for address in addresses:
            device = Device(
                centre_id=centre.id, name=address, address=address, kind="switch", profile=PROFILE
            )
            session.add(device)
            session.flush()
            yield device.id, address


def _sweep(visits: Visits, targets: Sequence[Target]) -> list[Poll]:
    polls = [poll(target, COUNTERS, indexes=visits.indexes) for target in targets]
    return _complete(visits, polls)


def _complete(visits: Visits, polls: list[Poll]) -> list[Poll]:
    for each in polls:
        ports = each.ports or ()
        counted = sum(port.in_octets is not None for port in ports)
        if (
            each.error
            or each.partial
            or (counted, len(each.gauges)) != (len(visits.indexes), GAUGES)
        ):
            raise RuntimeError(f"{each.target.address} was not read in full") from each.error
    return polls
