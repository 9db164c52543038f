"""The day files: aligned slots, replay, midnight, retention, and a kill in the middle."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from netops.history import Batch, History

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
SLOT = int(MIDNIGHT.timestamp())


def sample(slot: int, interface: int = 1, octets: int = 5) -> tuple[int, int, *tuple[int, ...]]:
    return (slot, interface, octets, octets, 0, 0, 0, 0)


def test_a_graph_over_midnight_reads_both_day_files(tmp_path: Path) -> None:
    history = History(tmp_path)
    for slot in (SLOT - 300, SLOT):
        history.write(slot, Batch(ports=[sample(slot), sample(slot, 2)]))  # type: ignore[list-item]
    assert sorted(p.name for p in tmp_path.glob("*.db")) == ["20261120.db", "20261121.db"]
    rows = history.ports(1, MIDNIGHT - timedelta(hours=1), MIDNIGHT + timedelta(hours=1))
    assert [row[:2] for row in rows] == [(SLOT - 300, 1), (SLOT, 1)]
    assert history.ports(1, MIDNIGHT, MIDNIGHT)[0][0] == SLOT


def test_a_slot_stored_once_stays_as_it_was(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.write(SLOT, Batch(ports=[sample(SLOT, octets=5)]))  # type: ignore[list-item]
    history.write(SLOT, Batch(ports=[sample(SLOT, octets=9)]))  # type: ignore[list-item]
    assert history.ports(1, MIDNIGHT, MIDNIGHT) == [sample(SLOT, octets=5)]


def test_gauges_and_visits(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.write(SLOT, Batch(gauges=[(SLOT, 7, 31.5)], visits=[(SLOT, "d", "down", 2.0, "断")]))
    assert history.gauges(7, MIDNIGHT, MIDNIGHT) == [(SLOT, 7, 31.5)]
    assert history.visits("d", MIDNIGHT, MIDNIGHT) == [(SLOT, "d", "down", 2.0, "断")]
    assert history.visits("e", MIDNIGHT, MIDNIGHT) == []


def test_retention_unlinks_whole_days(tmp_path: Path) -> None:
    history = History(tmp_path)
    for days in (0, 1, 34, 36, 40):
        slot = SLOT - days * 86400
        history.write(slot, Batch(gauges=[(slot, 1, 1.0)]))
    gone = history.retain(date(2026, 11, 21), 35)
    assert gone == ["20261012.db", "20261016.db"]
    assert not list(tmp_path.glob("20261012*"))


def test_kill_9_in_the_middle_leaves_whole_cycles(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from netops.history import Batch, History\n"
        f"history = History(Path({str(tmp_path)!r}))\n"
        "for n in range(100000):\n"
        f"    slot = {SLOT} + n\n"
        "    history.write(slot, Batch(ports=[(slot, i, n, n, 0, 0, 0, 0) for i in range(200)]))\n"
        "    print(n, flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    for _ in range(20):
        told = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.stdout.close()
    writer.wait()
    told = int(rest[-1]) if rest else told
    history = History(tmp_path)
    until = MIDNIGHT + timedelta(days=1) - timedelta(seconds=1)
    counts = {i: len(history.ports(i, MIDNIGHT, until)) for i in (0, 99, 199)}
    assert len(set(counts.values())) == 1, "a cycle was stored in part"
    assert counts[0] >= told + 1, "a cycle that was acknowledged is missing"


def test_one_interface_of_many_within_its_range(tmp_path: Path) -> None:
    """Also when it is missing from some cycles, and when the range begins between two."""
    history = History(tmp_path)
    for cycle in range(6):
        slot = SLOT + cycle * 300
        others = [sample(slot, n) for n in (1, 3, 9)]
        mine = [sample(slot, 2)] if cycle != 3 else []
        history.write(slot, Batch(ports=[*others, *mine]))  # type: ignore[list-item]
    since, until = MIDNIGHT + timedelta(seconds=1), MIDNIGHT + timedelta(seconds=1499)
    assert [row[0] - SLOT for row in history.ports(2, since, until)] == [300, 600, 1200]
    assert history.ports(4, since, until) == []
