"""The SSH side of the demo county: the same boxes that answer SNMP, with a command line."""

import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from netops import cells, ifmib
from netops.profile import profile_named
from netops.simulator import cli_server, neighbours, overlay, recordings, stage
from netops.simulator.cli import Cli
from netops.simulator.plan import Device, Plan
from netops.simulator.power import Mood
from netops.simulator.wires import LOOPBACK


class Shell:
    """One device's command line. While the device is dead its port stays taken, but refuses."""

    def __init__(self, cli: Cli, keys: Path) -> None:
        self.cli = cli
        self._server = cli_server.Device(cli, keys, LOOPBACK)
        self._place: socket.socket | None = None

    async def open(self) -> None:
        """Listen, at first on any free port, later always on the same."""
        if self._place is not None:
            self._place.close()
        self._place = None
        await self._server.open()

    async def close(self) -> None:
        """Refuse and cut off everybody; keep the port from being given to another program."""
        await self._server.close()
        self._place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # taken in the same instant: `open` will say so
            self._place.bind((LOOPBACK, self.cli.port))

    async def follow(self, mood: Mood) -> None:
        """Be open exactly while the device is not dead."""
        dead = self._place is not None
        if mood == "dead" and not dead:
            await self.close()
        elif mood != "dead" and dead:
            await self.open()


def shell(device: Device, county: Plan, root: Path, keys: Path, syslog: int = 0) -> Shell:
    """The command line of one device, telling the same as its SNMP agent: ports, serial number,
    version, time of boot. `syslog` is the port that hears what it says, 0 for none."""
    found = recordings.parsed(stage.file(root, device, county).read_bytes().decode("latin-1"))
    profile = profile_named(device.profile)
    rows = recordings.rows(found, recordings.wanted(profile))
    told, login = profile.identity(rows), county.login()
    cli = Cli(
        name=device.tag,
        dialect=device.cli,
        user=login.user,
        password=login.password,
        enable=login.enable,
        model=told.model,
        version=told.version,
        serial=told.serial,
        ports=_ports(rows),
        hosts=neighbours.heard(found, county, profile),
        legacy=device.weak,
        telnet=device.telnet,
        syslog=syslog,
        address=f"192.0.2.{list(county.devices).index(device.name) + 2}/24",  # RFC 5737
        mac=bytes.fromhex(overlay.mac(device, 0)).hex(":"),
        started=datetime.fromtimestamp(stage.boot(root, device).stat().st_mtime, UTC),
    )
    return Shell(cli, keys)


def _ports(rows: cells.Rows) -> list[str]:
    types = rows.get(ifmib.TYPE, {})
    return [
        cells.text(name)
        for index, name in rows.get(ifmib.DESCR, {}).items()
        if str(types.get(index)) in recordings.WIRED
    ]
