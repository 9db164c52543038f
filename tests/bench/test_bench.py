"""`python -m bench` ends with ratios a program can read; how large they are is never asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import measure
from bench.__main__ import benches, table
from bench.measure import Cost
from tests.lab import need, need_programs

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> list[str]:
    call = [sys.executable, "-m", "bench", *arguments]
    done = subprocess.run(call, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_lists_its_benches() -> None:
    assert any(line.strip().startswith("poll ") for line in bench("--help"))


def test_poll_ends_with_its_ratios() -> None:
    need_programs("gcc", "snmpget", "snmpbulkwalk")
    need(Path("/usr/include/openssl/evp.h").exists(), "libssl-dev")
    found = json.loads(bench("poll", "--devices", "5", "--rounds", "1")[-1])
    peers = {f"cpu_vs_{peer}" for peer in ("pysnmp", "snmpbulkwalk", "gufo")}
    by_version = {f"{name}_{version}" for name in peers for version in ("v2c", "v3")}
    assert set(found) == peers | by_version | {"poll_vs_gufo_v2c", "poll_vs_gufo_v3"}
    assert all(ratio > 0 for ratio in found.values())


def test_a_ratio_is_the_median_of_those_of_each_round() -> None:
    rounds = [
        {"ours": Cost(units=10, cpu=ours, wall=1, counted=0), "peer": Cost(1, peer, 1, 0)}
        for ours, peer in ((10, 1), (20, 1), (90, 1))
    ]
    assert measure.ratio(rounds, "ours", "peer") == 2


def test_clients_take_turns_in_both_orders() -> None:
    went: list[str] = []

    def client(name: str) -> Cost:
        went.append(name)
        return Cost(1, 1, 1, 0)

    measure.take_turns({"a": lambda: client("a"), "b": lambda: client("b")}, 3)
    assert "".join(went) == "abbaab"


def test_only_the_work_is_counted() -> None:
    cost = measure.spend(f"{__name__}:busy_then_idle", None)
    assert (cost.units, cost.counted) == (3, 0)
    assert cost.cpu < 0.1


def busy_then_idle(_: object) -> measure.Work:
    sum(range(20_000_000))
    return lambda: 3


def test_a_failing_client_is_named() -> None:
    with pytest.raises(RuntimeError, match=":broken failed"):
        measure.spend(f"{__name__}:broken", None)


def broken(_: object) -> measure.Work:
    raise ValueError


def test_the_table_names_every_ratio() -> None:
    page = table({"poll": {"cpu_vs_gufo": 1.5}}, benches())
    assert f"## poll: {benches()['poll'].title}" in page
    assert "| cpu_vs_gufo | 1.5 |" in page
