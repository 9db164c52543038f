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


def test_audit_ends_with_its_figures() -> None:
    found = json.loads(bench("audit", "--rows", "200", "--changes", "5", "--rounds", "1")[-1])
    ratios = {"vs_plain_sha256", "write_vs_unaudited", "bulk_write_vs_unaudited"}
    assert set(found) == ratios | {"rows_per_s"}
    assert all(figure > 0 for figure in found.values())


def test_registers_ends_with_its_figures() -> None:
    words = ("--rows", "200", "--imported", "20", "--rounds", "1")
    found = json.loads(bench("registers", *words)[-1])
    times = {f"{what}_p{n}_{kind}" for what in ("list", "search") for n in (50, 95)
             for kind in ("ms", "cpu_ms")}  # fmt: skip
    others = {"search_vs_like", "import_rows_per_s", "import_vs_executemany"}
    assert set(found) == times | others
    assert all(figure > 0 for figure in found.values())


def test_binding_ends_with_its_figures() -> None:
    words = ("--bindings", "300", "--sightings", "1200", "--days", "30", "--rounds", "1")
    found = json.loads(bench("binding", *words)[-1])
    judged = {"reconcile_s", "per_sighting_full_vs_quarter", "reconcile_mb", "load_s", "devices_s",
              "judge_s", "judge_first_s", "rss_mb"}  # fmt: skip
    asked = {"find_p50_ms", "find_p95_ms", "find_worst_ms", "find_vs_bare_join", "keep_new_ms",
             "keep_again_ms", "find_cpu_p50_ms"}  # fmt: skip
    assert set(found) == judged | asked
    assert all(figure >= 0 for figure in found.values())


def test_log_ends_with_its_figures() -> None:
    words = ("--entries", "300", "--years", "1", "--books", "0", "--rounds", "1")
    found = json.loads(bench("log", *words)[-1])
    asked = ("day", "write", "search", "month")
    kinds = ("p50_ms", "p95_ms", "vs_plain")
    assert set(found) == {f"{one}_{kind}" for one in asked for kind in kinds}
    assert all(figure > 0 for figure in found.values())


def test_config_ends_with_its_figures_and_loses_nothing() -> None:
    words = ("--devices", "2", "--sessions", "2", "--lines", "40", "--rounds", "1")
    found = json.loads(bench("config", *words)[-1])
    figures = {"cpu_vs_netmiko", "wall_vs_netmiko", "per_minute", "cpu_ms"}
    assert {*figures, "lost", "lost_by_netmiko"} <= set(found)
    assert all(found[name] > 0 for name in figures)
    assert found["lost"] == 0


def test_history_ends_with_its_figures() -> None:
    words = ("--keeps", "3", "--devices", "2", "--days", "3", "--rounds", "1")
    found = json.loads(bench("history", *words)[-1])
    costs = {"keep_ms", "keep_ms_95", "unchanged_ms", "keep_vs_plain_git"}
    grown = {"loose_kb_per_change", "packed_kb_per_change", "packed_mb", "packed_vs_texts"}
    assert set(found) == costs | grown
    assert all(figure > 0 for figure in found.values())


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


def test_backup_ends_with_its_figures() -> None:
    need_programs("tar", "zstd", "restic")
    found = json.loads(bench("backup", "--megabytes", "3", "--files", "0", "--rounds", "1")[-1])
    ratios = {f"{check}{kind}vs_{peer}" for check in ("", "verify_") for kind in ("", "cpu_")
              for peer in ("tar_zstd_sha256", "restic")}  # fmt: skip
    assert set(found) == ratios | {"write_mb_s", "verify_mb_s", "memory_mib", "memory_flat"}
    assert all(figure >= 0 for figure in found.values())
