"""A backup set written and verified whole, against tar, zstd and sha256sum in a pipe, and restic.

The same files for everybody, half of them text that packs well, half of them noise that does not.
Ours are encrypted, with SHA-256 of each file, SHA-256 and SM3 of each part; the pipe encrypts
nothing. Everybody keeps the result on disk and waits until it is there. Ratios with `vs_` in front
are of throughput (above 1 we are faster), with `cpu_vs_` of CPU time (below 1 we are cheaper).
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from operator import attrgetter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import measure
from bench.measure import Round
from bench.peers import restic
from bench.peers.place import Place

title = "backup sets written and verified, against tar|zstd|sha256sum and restic"

_MIB = 1 << 20
_OURS = "console"
_CLIENTS = {
    _OURS: "bench.backup_sets", "tar_zstd_sha256": "bench.peers.tar_zstd",
    "restic": "bench.peers.restic",
}  # fmt: skip
_FOLDER = 1000  # files


def run(rounds: int, megabytes: int = 2048, files: int = 20_000) -> Mapping[str, float]:
    """Throughput in MB (or files) a second; `memory_mib` the most one process took, `memory_flat`
    that over what a tenth of the set took; `small_…` of many files of some hundred bytes, unless
    there are to be none."""
    print(f"{title}; {megabytes} MiB, then {files} small files")
    with _made(_large, max(1, megabytes // 10)) as tenth:
        little = _memory(tenth)
    with _made(_large, megabytes) as large:
        size = sum(path.stat().st_size for path in large.source.iterdir()) / 1_000_000
        told = _compared(large, rounds, size, "{}_mb_s") | {"memory_mib": _memory(large)}
    told["memory_flat"] = round(told["memory_mib"] / little, 3)
    if not files:
        return told
    with _made(_small, files) as many:
        found = _compared(many, rounds, files, "{}_files_s") | {"memory_mib": _memory(many)}
    return told | {f"small_{name}": figure for name, figure in found.items()}


def _compared(place: Place, rounds: int, amount: float, rate: str) -> dict[str, float]:
    """Everybody writes, then everybody verifies, in turns; `amount` of what `rate` counts."""
    told: dict[str, float] = {}
    for what, name, prefix in (("writing", "write", ""), ("verifying", "verify", "verify_")):
        clients = {
            client: partial(measure.spend, f"{module}:{what}", place)
            for client, module in _CLIENTS.items()
            if client != "restic" or restic.present()
        }
        costs = measure.take_turns(clients, rounds)
        print(what, *(_line(costs, client) for client in clients), sep="\n  ")
        told |= {f"{prefix}{name}": ratio for name, ratio in _ratios(costs)}
        told[rate.format(name)] = round(amount / measure.middle(costs, _OURS, attrgetter("wall")))
    print(measure.noise(costs))
    return told


def _ratios(costs: Sequence[Round]) -> Iterator[tuple[str, float]]:
    for peer in costs[0]:
        if peer != _OURS:
            yield f"vs_{peer}", round(1 / measure.wall_ratio(costs, _OURS, peer), 3)
            yield f"cpu_vs_{peer}", measure.ratio(costs, _OURS, peer)


def _line(costs: Sequence[Round], client: str) -> str:
    wall, cpu = (median(getattr(one[client], what) for one in costs) for what in ("wall", "cpu"))
    return f"{client:<16} wall {wall:8.2f} s, CPU {cpu:8.2f} s"


def _memory(place: Place) -> float:
    """Of a process that writes and verifies."""
    words = [sys.executable, "-m", "bench.backup_sets", str(place.source), str(place.scratch)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return round(float(done.stdout), 1)


@contextmanager
def _made(make: Callable[[Path, int], None], amount: int) -> Iterator[Place]:
    """Generated files, and room to work in; gone afterwards."""
    with TemporaryDirectory() as folder:
        place = Place(Path(folder) / "source", Path(folder) / "scratch")
        place.source.mkdir()
        place.scratch.mkdir()
        make(place.source, amount)
        os.sync()  # or whoever comes first waits for the files to be on disk
        yield place


def _large(folder: Path, megabytes: int) -> None:
    """Files of 32 MiB at most, every other one of noise."""
    source = random.Random(8)
    words = [bytes(source.choices(range(97, 123), k=source.randint(3, 9))) for _ in range(3000)]
    left, number = megabytes, 0
    while left > 0:
        with (folder / f"file-{number:04d}").open("wb") as file:
            for _ in range(min(left, 32)):
                text = b" ".join(source.choices(words, k=160_000))
                file.write(text[:_MIB] if number % 2 == 0 else source.randbytes(_MIB))
        left, number = left - 32, number + 1


def _small(folder: Path, files: int) -> None:
    """So many lines of a log each in a file of its own, a thousand in a folder."""
    for number in range(files):
        below = folder / f"{number // _FOLDER:04d}"
        if number % _FOLDER == 0:
            below.mkdir()
        line = f"2026-11-22 10:{number % 60:02d} deny tcp 10.41.{number % 250}.7 {number}\n"
        (below / f"防火墙-{number:07d}.log").write_text(line * (number % 9 + 1), "utf-8")
