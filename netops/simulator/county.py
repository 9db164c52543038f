"""The demo county from outside: start it, ask what it consists of, switch its devices, stop it.

`start` returns when every device answers. The county lives in one child process and its snmpsim;
both end with whoever started them, because each holds a pipe that closes with its parent.
"""

import json
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from netops.profile import profile_named
from netops.reading import Identity
from netops.simulator import recordings
from netops.simulator.control import NotRunning, Refused, control
from netops.simulator.plan import Device, Host, Network, Plan, plan
from netops.simulator.power import UnknownDevice
from netops.simulator.stage import file, staged

__all__ = [
    "County", "NotRunning", "NotStarted", "Refused", "UnknownDevice", "control", "credential_rows",
    "facts", "hosts", "identities", "inventory_rows", "networks", "start", "unit_rows",
]  # fmt: skip

FACTS = "county.json"
LOG = "simulator.log"


class NotStarted(RuntimeError):
    """The demo county did not come up; the message names the log."""


@dataclass
class County:
    """A running demo county. As a context manager it stops at the end of the block."""

    home: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def stop(self, patience: float = 10) -> None:
        """Stop what `start` started, by its process, and wait until it is gone."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()  # snmpsim sees its own pipe close and ends, too
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def kill(self, name: str) -> None:
        """Take the power from one device; what lies below it is cut off as well."""
        control(self.home, "kill", name)

    def revive(self, name: str) -> None:
        """Give the power back."""
        control(self.home, "revive", name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def start(home: Path, patience: float = 120, *, syslog: int = 0) -> County:
    """Start the demo county in `home` (made if need be); `NotStarted` says why it cannot be. Its
    devices send syslog to that port of this machine, unless it is 0."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOG).open("ab") as log:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "netops.simulator", "--home", str(home.resolve()),
                "--syslog", str(syslog),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            start_new_session=True,  # Ctrl-C is for the console, which then stops the county
        )  # fmt: skip
    county = County(home, process)
    if not _ready(process, patience):
        county.stop(1)
        raise NotStarted(f"演示县没有启动成功；原因见 {home / LOG} 的末尾：{_last_line(home)}")
    return county


def _ready(process: subprocess.Popen[bytes], patience: float) -> bool:
    """Wait for the child's word, which comes when every device answers."""
    assert process.stdout is not None
    deadline = time.monotonic() + patience
    while (rest := deadline - time.monotonic()) > 0:
        if select.select([process.stdout], [], [], rest)[0]:
            return process.stdout.readline() == b"ready\n"
    return False


def _last_line(home: Path) -> str:
    lines = (home / LOG).read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def unit_rows(home: Path) -> list[dict[str, Any]]:
    """The county's units as rows for the register of centres, each after its superior."""
    return _facts(home, "units")


def credential_rows(home: Path) -> list[dict[str, Any]]:
    """The county's credentials (for demonstration only) as rows for their register."""
    return _facts(home, "credentials")


def inventory_rows(home: Path) -> list[dict[str, Any]]:
    """The devices as rows for the register of devices, each after its parent. References are
    natural keys: a centre's code, a parent's or a credential's name."""
    return _facts(home, "devices")


def networks() -> tuple[Network, ...]:
    """The county's ranges of addresses, for the register of ranges."""
    return plan().networks


def hosts() -> tuple[Host, ...]:
    """The machines at the county's ports: what the network shows of them, and what the register
    should say (`booked`). One uses another one's address, one has moved, one is unknown."""
    return plan().hosts


def identities(home: Path) -> dict[str, Identity]:
    """What each device of the county that runs in `home` tells of itself, by name."""
    root, county = staged(home, plan()), plan()
    return {name: _told(root, device, county) for name, device in county.devices.items()}


def _told(root: Path, device: Device, county: Plan) -> Identity:
    profile, part = profile_named(device.profile), ("identity",)
    cells = recordings.parsed(file(root, device, county).read_bytes().decode("latin-1"))
    return profile.identity(recordings.rows(cells, profile.columns(part)))


def _facts(home: Path, part: str) -> list[dict[str, Any]]:
    try:
        found = json.loads((home / FACTS).read_text("utf-8"))
    except FileNotFoundError as error:
        raise NotRunning(f"演示县没有在 {home} 运行；请先启动它（make run）。") from error
    return list(found[part])


def facts(county: Plan, ports: Mapping[str, tuple[int, int | None]]) -> dict[str, Any]:
    """What `county.json` says. `ports` gives each device's SNMP port, and SSH port or None."""
    centre = next(unit["code"] for unit in county.units if unit["tier"] == "county")
    return {
        "label": "模拟数据：演示县，仅供演示",
        "units": [_unit(unit) for unit in county.units],
        "credentials": [{**row, "centre_id": centre} for row in county.credentials],
        "devices": [_row(device, county, ports[name]) for name, device in county.devices.items()],
    }


def _unit(unit: Mapping[str, Any]) -> dict[str, Any]:
    return {"parent_id" if key == "parent" else key: value for key, value in unit.items()}


def _row(device: Device, county: Plan, ports: tuple[int, int | None]) -> dict[str, Any]:
    """Loopback ports, so never judged by ICMP: the console's own host would always answer."""
    snmp_port, ssh_port = ports
    return {
        "name": device.name,
        "address": "127.0.0.1",
        "kind": device.kind,
        "profile": device.profile,
        "centre_id": device.unit,
        "parent_id": device.parent or None,
        "hours": device.hours,
        "location": device.place or None,
        "snmp_id": county.credential(device.snmp)["name"],
        "snmp_port": snmp_port,
        "timeout": 5.0,  # the whole county is answered by two processes on the console's cores
        "ssh_id": county.credential("ssh")["name"] if ssh_port else None,
        "ssh_port": ssh_port or 22,
        "v2c": county.credential(device.snmp)["kind"] == "v2c",
        "telnet": device.telnet,
        "weak": device.weak,
        "ping": False,
        "simulated": True,
        "note": f"模拟设备；应答取自录音 {device.recording}",
    }
