"""The console's own machine, compared with what the kernel says."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netops import host


def meminfo() -> dict[str, int]:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}


def since_boot() -> float:
    return float(Path("/proc/uptime").read_text().split()[0])


def test_the_facts_are_those_of_the_kernel(tmp_path: Path) -> None:
    began = datetime.now(UTC), since_boot()
    facts = host.facts(tmp_path)
    ended = datetime.now(UTC), since_boot()
    volume = os.statvfs(tmp_path)
    assert facts.memory_total == meminfo()["MemTotal"]
    assert facts.disk_total == volume.f_blocks * volume.f_frsize
    assert facts.cpus == os.cpu_count()
    assert began[1] - 2 <= facts.uptime <= ended[1] + 2, "the kernel tells whole seconds"
    assert 0 <= facts.cpu_percent <= 100
    assert 0 < facts.memory_percent < 100
    assert 0 <= facts.disk_free < facts.disk_total
    assert began[0] <= facts.at <= ended[0]
    assert [min(facts.load) >= 0, len(facts.load)] == [True, 3]


def test_the_console_is_this_process_and_what_it_started(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = {process.pid: process for process in host.facts(tmp_path).processes}
        assert found.keys() >= {os.getpid(), child.pid}
        assert found[child.pid].command == f"{sys.executable} -c input()"
        assert found[os.getpid()].rss > 1_000_000
        assert found[os.getpid()].cpu > 0
        assert found[child.pid].started >= found[os.getpid()].started
        only = host.facts(tmp_path, root=child.pid, interval=0.01).processes
        assert [process.pid for process in only] == [child.pid]
        child.communicate(b"\n")


def test_a_family_that_has_ended_is_empty(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert host.facts(tmp_path, root=child.pid, interval=0.01).processes == ()


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        host.facts(tmp_path / "missing")
