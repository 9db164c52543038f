"""Set the stage: write the files snmpsim reads, once for as long as nothing they come from changes.

A county's folder is named after a digest of the plan, the profiles and the code that trims and
overlays, so a second start finds it ready, with snmpsim's index of it; what is outdated goes.
"""

import os
import shutil
import time
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from netops import ifmib
from netops.profile import profile_named
from netops.simulator import neighbours, overlay, plan, recordings
from netops.simulator.plan import Device, Plan

DAY = 86400
INDEX = "index"  # snmpsim's own, of all the files
OLD = 1_000_000_000  # before any index: snmpsim rebuilds one that is not newer than its data


def staged(home: Path, county: Plan) -> Path:
    """The folder below `home` that holds a folder per device, named by its `tag`."""
    root = home / "agents" / _digest(county)
    if not root.exists():
        half = root.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        for device in county.devices.values():
            _write(half, device, county)
        (half / INDEX).mkdir()
        half.rename(root)
    for other in root.parent.iterdir():
        if other != root:
            shutil.rmtree(other)
    return root


def file(root: Path, device: Device, county: Plan) -> Path:
    """The recording snmpsim answers for a device from. Its name is the community; "self" is the
    default context, which SNMPv3 clients ask."""
    return root / device.tag / f"{county.snmp(device).community or 'self'}.snmprec"


def boot(root: Path, device: Device) -> Path:
    """The file whose modification time is the moment the device was switched on."""
    return root / device.tag / "boot"


def _digest(county: Plan) -> str:
    parts = sha256(plan.FILE.read_bytes())
    for source in (recordings, overlay, neighbours):
        parts.update(Path(str(source.__file__)).read_bytes())
    parts.update(version("snmpsim-data").encode())
    for name in sorted({device.profile for device in county.devices.values()}):
        parts.update(repr((recordings.wanted(profile_named(name)), _metrics(name))).encode())
    return parts.hexdigest()[:16]


def _metrics(name: str) -> list[str]:
    return [repr(way) for ways in profile_named(name).metrics for way in ways]


def _write(root: Path, device: Device, county: Plan) -> None:
    (root / device.tag).mkdir(parents=True)
    cells = file(root, device, county)
    for name, told in _cells(device, county).items():
        part = cells.with_stem(f"{cells.stem}{name}")
        part.write_bytes(recordings.text(told).encode("latin-1"))
        os.utime(part, (OLD, OLD))
    boot(root, device).touch()
    age = (2 + 200 * overlay.chance("age", device.tag)) * DAY
    os.utime(boot(root, device), (time.time() - age,) * 2)


def _cells(device: Device, county: Plan) -> dict[str, recordings.Cells]:
    """What it tells its community, and what "@vlan" behind that, where there is such a thing."""
    profile = profile_named(device.profile)
    recorded = _recorded(device.recording, recordings.wanted(profile))
    ports = recordings.ports(recorded, device.ports)
    cells = recordings.thin(recordings.trim(recorded, ports), profile)
    place = device, county, profile, profile.ports(recordings.rows(cells, ifmib.NAMES)), ports
    cells = overlay.overlay(cells, device, county, profile, ports) | neighbours.cells(*place)
    more = {f"@{vlan}": told for vlan, told in neighbours.instances(*place).items()}
    return {"": cells, **more}


@cache
def _recorded(recording: str, wanted: tuple[str, ...]) -> recordings.Cells:
    return recordings.read(recording, wanted)
