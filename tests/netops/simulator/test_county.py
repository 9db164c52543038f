"""The demo county as its users meet it: real SNMP and SSH clients against the running process."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from netops import snmp
from netops.errors import Unreachable, Unreadable
from netops.identity import SYS_UPTIME
from netops.profile import profile_named, propose
from netops.reading import Port, SnmpAuth, Target
from netops.simulator import county
from netops.simulator.plan import Device, plan
from tests.agents import Snmpd
from tests.lab import need_programs
from tests.patience import PATIENCE, until

SYS_NAME = "1.3.6.1.2.1.1.5.0"
ROUTER, SWITCH, OTHER = "城关镇接入路由器", "城关镇接入交换机", "北寨镇接入路由器"
EVERYTHING = ("status", "names", "ports", "gauges", "identity")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[county.County]:
    """One county for all tests of this file. A start is dear, so that stopping leaves nothing
    behind is proved here."""
    running = county.start(tmp_path_factory.mktemp("demo"), PATIENCE)
    processes = _family(running.process.pid)
    try:
        yield running
    finally:
        running.stop()
    assert len(processes) >= 3
    assert not any(process.is_running() for process in processes)
    assert not (running.home / county.FACTS).exists()
    with pytest.raises(county.NotRunning):
        county.inventory_rows(running.home)


def test_every_device_answers_a_client_that_is_not_ours(demo: county.County) -> None:
    need_programs("snmpget")
    told = {
        row["name"]: Snmpd(row["snmp_port"], 0).get(_auth(row), SYS_NAME)[SYS_NAME]
        for row in county.inventory_rows(demo.home)
    }
    assert told == {name: device.tag.encode() for name, device in plan().devices.items()}


@pytest.mark.parametrize("device", plan().devices.values(), ids=lambda device: device.tag)
def test_a_device_says_what_its_profile_asks(demo: county.County, device: Device) -> None:
    profile = profile_named(device.profile)
    asked = profile.scalars(EVERYTHING), profile.columns(EVERYTHING)
    rows = snmp.read(_target(demo, device.name), *asked)
    told, ports = profile.identity(rows), profile.ports(rows)
    assert propose(told.sys_object_id, told.sys_descr).name == device.profile
    assert told.uptime is not None
    assert told.uptime > 86400
    assert len(ports) <= device.ports
    assert [port.oper_up for port in ports if port.alias.startswith("上联")] in ([], [True])
    assert profile.gauges(rows)
    assert "demo" in told.serial.lower() or not told.serial


def test_counters_run(demo: county.County) -> None:
    def received() -> int:
        return _uplink(demo, ROUTER).in_octets or 0

    first = received()
    until(lambda: received() > first + 100_000)
    rate = plan().devices[ROUTER].traffic * 125_000
    started, before = time.monotonic(), received()
    time.sleep(1)
    grown, seconds = received() - before, time.monotonic() - started
    assert 0.05 * rate < grown / seconds < 2.5 * rate


def test_a_dead_router_takes_what_lies_below_along(demo: county.County) -> None:
    demo.kill(ROUTER)
    try:
        for name in (ROUTER, SWITCH):
            with pytest.raises(Unreachable):
                _clock(demo, name, timeout=0.5)
            assert _greeting(demo, name) == b""
        assert _clock(demo, OTHER) > 0
    finally:
        demo.revive(ROUTER)
    for name in (ROUTER, SWITCH):
        assert _clock(demo, name) > 0
        assert _greeting(demo, name).startswith(b"SSH-2.0-")


def test_a_garbled_device_is_unreadable(demo: county.County) -> None:
    county.control(demo.home, "garble", SWITCH)
    try:
        with pytest.raises(Unreadable):
            _clock(demo, SWITCH)
    finally:
        demo.revive(SWITCH)
    assert _clock(demo, SWITCH) > 0


def test_a_rebooted_device_counts_from_nothing(demo: county.County) -> None:
    before = _uplink(demo, OTHER).in_octets or 0
    county.control(demo.home, "reboot", OTHER, 0.2)
    until(lambda: county.control(demo.home, "list")[OTHER] == "up")
    assert _clock(demo, OTHER) < 60 * 100
    assert (_uplink(demo, OTHER).in_octets or 0) < before / 1000


def test_control_names_what_it_does_not_know(demo: county.County) -> None:
    with pytest.raises(county.UnknownDevice, match="没有名为“城关镇”的设备"):
        county.control(demo.home, "kill", "城关镇")
    with pytest.raises(county.Refused, match="可用的命令：kill、revive"):
        county.control(demo.home, "explode", ROUTER)


def test_rows_can_be_imported_in_their_order(demo: county.County) -> None:
    units, devices = county.unit_rows(demo.home), county.inventory_rows(demo.home)
    credentials = {row["name"] for row in county.credential_rows(demo.home)}
    codes = {"410000"}
    for unit in units:
        assert unit["parent_id"] in codes
        codes.add(unit["code"])
    seen: set[str | None] = {None}
    for row in devices:
        assert row["parent_id"] in seen
        seen.add(row["name"])
        assert row["centre_id"] in codes
        assert {row["snmp_id"], row["ssh_id"] or row["snmp_id"]} <= credentials
        assert (row["address"], row["ping"], row["simulated"]) == ("127.0.0.1", False, True)
    assert len({tuple(row) for row in devices}) == 1  # the same columns in every row
    assert len(devices) == len(plan().devices)
    assert {row["kind"] for row in devices} >= {"router", "switch", "firewall", "ups", "server"}
    assert sum(row["snmp_id"] == "演示·SNMP v3" for row in devices) >= 4


def test_one_home_holds_one_county(demo: county.County) -> None:
    with pytest.raises(county.NotStarted, match="另一个演示县已在"):
        county.start(demo.home)
    assert _clock(demo, ROUTER) > 0


def test_a_start_uses_what_is_built_and_ends_with_whoever_started_it(
    demo: county.County, tmp_path: Path
) -> None:
    shutil.copytree(demo.home / "agents", tmp_path / "agents")
    built = _built(tmp_path)
    starter = _start_elsewhere(tmp_path)
    assert starter.stdout is not None
    processes = _family(int(starter.stdout.readline()))
    assert _built(tmp_path) == built
    starter.kill()  # no chance to tidy up
    starter.communicate()
    _gone, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    assert alive == []


def _start_elsewhere(home: Path) -> "subprocess.Popen[bytes]":
    """A county whose owner is another process, which prints the county's pid and waits."""
    script = (
        "import signal, sys; from pathlib import Path; from netops.simulator import county;"
        "print(county.start(Path(sys.argv[1])).process.pid, flush=True); signal.pause()"
    )
    return subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE)


def _built(home: Path) -> dict[str, int]:
    """Every file snmpsim reads, by path, and the index it made of it, with its age."""
    files = (home / "agents").rglob("*")
    return {str(file): file.stat().st_mtime_ns for file in files if file.is_file()}


def _family(pid: int) -> list[psutil.Process]:
    """A process and all it started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _row(demo: county.County, name: str) -> dict[str, Any]:
    return next(row for row in county.inventory_rows(demo.home) if row["name"] == name)


def _auth(row: dict[str, Any]) -> SnmpAuth:
    return plan().snmp(plan().devices[row["name"]])


def _target(demo: county.County, name: str, timeout: float = 5) -> Target:
    row = _row(demo, name)
    return Target(
        name, row["address"], row["profile"], _auth(row), row["snmp_port"],
        ping=row["ping"], timeout=timeout, retries=1,
    )  # fmt: skip


def _clock(demo: county.County, name: str, timeout: float = 5) -> int:
    rows = snmp.read(_target(demo, name, timeout), (f"{SYS_UPTIME}.0",), ())
    ticks = rows[SYS_UPTIME]["0"]
    assert isinstance(ticks, int)
    return ticks


def _uplink(demo: county.County, name: str) -> Port:
    profile = profile_named(plan().devices[name].profile)
    rows = snmp.read(_target(demo, name), (), profile.columns(("names", "ports")))
    return next(port for port in profile.ports(rows) if port.alias.startswith("上联"))


def _greeting(demo: county.County, name: str) -> bytes:
    """The first line of its SSH server, b"" when the port refuses."""
    try:
        with socket.create_connection(
            ("127.0.0.1", _row(demo, name)["ssh_port"]), PATIENCE
        ) as line:
            return line.makefile("rb").readline()
    except ConnectionRefusedError:
        return b""
