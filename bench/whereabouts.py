"""Who had an address then, asked over years of sightings; and what it takes to keep a walk."""

import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from bench.assets import founded
from bench.sighted_years import Years, ip_of, mac_of, plant
from inventory.act import EVERYTHING, Scope
from inventory.centre import Centre
from inventory.db import Database, open_database
from inventory.device import Device
from inventory.migrations import migrate
from inventory.sighting import ArpSighting, FdbSighting
from inventory.whereabouts import who_had
from netops.sighted import ArpRow, TableRead
from netops.sighting_keeping import keep_arp

_ASKED = 40  # questions in a round
_BARE = """SELECT a.mac, f.device_id, f.interface_id FROM arp_sighting a
LEFT JOIN fdb_sighting f ON f.mac = a.mac AND f.since <= ? AND (f.until IS NULL OR f.until >= ?)
WHERE a.ip = ? AND a.since <= ? AND (a.until IS NULL OR a.until >= ?)"""
_RAW = "%Y-%m-%d %H:%M:%S.%f"


def over_years(rounds: int, hosts: int, days: int) -> Mapping[str, float]:
    """Everything asked and kept over so many days of so many hosts, in a database of its own."""
    last = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder)}/netops.db")
        migrate(database.engine)
        centre_id = founded(database)[0]
        told = _found(database, centre_id, last, rounds, hosts, days)
        with database.view(EVERYTHING) as session:
            gateway = session.scalars(select(Device.id).where(Device.name == "网关0")).one()
        told |= _kept(database, gateway, last, hosts)
        database.close()
    return told


def _found(
    database: Database, centre_id: str, last: datetime, rounds: int, hosts: int, days: int
) -> dict[str, float]:
    """Milliseconds of one question with its scope, names, ports and holder, and its ratio to the
    bare join of the two tables; the hosts asked for have an interval a day."""
    began = time.perf_counter()
    years = plant(database, centre_id, last, hosts, days, nightly=200)
    with database.view(EVERYTHING) as session:
        scope = Scope((session.get_one(Centre, centre_id).path,))
        rows = [session.scalar(select(func.max(cls.id))) or 0 for cls in (ArpSighting, FdbSighting)]
    took = time.perf_counter() - began
    print(f"planted {rows[0]} + {rows[1]} rows in {took:.0f} s", file=sys.stderr)
    ours: list[float] = []
    busy: list[float] = []
    shares: list[float] = []
    for number, (host, at) in enumerate(_questions(years, _ASKED * (rounds + 1))):
        times: dict[str, list[float]] = {"ours": [], "bare": [], "busy": []}
        for name in ("ours", "bare") if number % 2 else ("bare", "ours"):
            with _timed(times[name], times["busy"] if name == "ours" else None):
                _ask(database, scope, host, at) if name == "ours" else _bare(database, host, at)
        if number >= _ASKED:  # the first round warms up
            ours += times["ours"]
            busy += times["busy"]
            shares.append(times["ours"][0] / times["bare"][0])
    p95 = quantiles(ours, n=20, method="inclusive")[18]
    print(f"find     {median(ours):8.1f} ms, p95 {p95:8.1f} ms, worst {max(ours):.1f} ms",
          file=sys.stderr)  # fmt: skip
    return {
        "find_p50_ms": round(median(ours), 2), "find_p95_ms": round(p95, 2),
        "find_cpu_p50_ms": round(median(busy), 2),
        "find_worst_ms": round(max(ours), 2), "find_vs_bare_join": round(median(shares), 2),
    }  # fmt: skip


def _kept(database: Database, gateway: str, last: datetime, rows: int) -> dict[str, float]:
    """Seconds for a walk of so many ARP rows that are all new, and for the same told again."""
    told = tuple(ArpRow(ip_of(host), mac_of(host)) for host in range(rows))
    times: list[float] = []
    for turn in range(2):
        with _timed(times), database.observe() as session:
            device = session.get_one(Device, gateway)
            at = last + timedelta(days=2, minutes=5 * turn)
            keep_arp(session, device, TableRead("arp", told, complete=True), at)
    print(f"keep     {times[0]:8.0f} ms new, {times[1]:.0f} ms again", file=sys.stderr)
    return {"keep_new_ms": round(times[0]), "keep_again_ms": round(times[1])}


def _questions(years: Years, number: int) -> Iterator[tuple[int, datetime]]:
    """Hosts of every night, at any hour of any day."""
    chance = random.Random("found")
    span = (years.last - years.first) / timedelta(seconds=1)
    for _ in range(number):
        yield chance.choice(years.nightly), years.first + timedelta(seconds=chance.random() * span)


def _ask(database: Database, scope: Scope, host: int, at: datetime) -> None:
    with database.view(scope) as session:
        held = who_had(session, ip_of(host), at)
    if any(one.holder is None or one.mac != mac_of(host) for one in held) or not held:
        raise RuntimeError(f"{ip_of(host)} at {at}: {held}")


def _bare(database: Database, host: int, at: datetime) -> None:
    moment = at.strftime(_RAW)
    with database.engine.connect() as connection:
        asked = (moment, moment, ip_of(host), moment, moment)
        connection.exec_driver_sql(_BARE, asked).all()


@contextmanager
def _timed(took: list[float], busy: list[float] | None = None) -> Iterator[None]:
    """Milliseconds that passed, and what of them was work: the rest is waiting for others."""
    began, worked = time.perf_counter(), time.process_time()
    yield
    took.append((time.perf_counter() - began) * 1000)
    if busy is not None:
        busy.append((time.process_time() - worked) * 1000)
