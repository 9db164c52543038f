"""The console's own side of `bench backup`, each piece of work in a process of its own."""

import resource
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from backups.gathering import Order, gather
from backups.pace import Pace
from backups.set_format import print_of
from backups.set_manifest import SetFacts
from backups.set_reading import verify
from backups.set_writing import write_set
from bench.measure import Work
from bench.peers.place import Place

KEY = bytes(range(32))


def writing(job: object) -> Work:
    """Prepares a set written whole, as a source of files is."""
    assert isinstance(job, Place)
    shutil.rmtree(_set(job), ignore_errors=True)
    return lambda: write(job)


def verifying(job: object) -> Work:
    """Prepares a full decode of the set written before."""
    assert isinstance(job, Place)

    def work() -> int:
        verify(_set(job), KEY, Pace())
        return 1

    return work


def write(job: Place) -> int:
    """One set of everything; how many."""
    facts = SetFacts(
        "S1", "SJ-2026-0001", "s", "档案", "c", "兰考县", "documents", "files", "2026-11",
        datetime.now(UTC),
    )  # fmt: skip
    order = Order(
        "s", "档案", "documents", "files", "local", work=job.scratch, paths=(str(job.source),)
    )
    pace = Pace()
    with gather(order, pace) as gathered:
        write_set(_set(job), facts, KEY, print_of(KEY), gathered.items, pace)
    return 1


def _set(place: Place) -> Path:
    return place.scratch / "sets" / "c" / "s" / "S1"


def main(source: str, scratch: str) -> None:
    """Print the most memory (MiB) that writing and verifying took, imports included."""
    place = Place(Path(source), Path(scratch))
    shutil.rmtree(_set(place), ignore_errors=True)
    write(place)
    verifying(place)()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
