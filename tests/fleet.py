"""A small county to poll: a core, a branch below it, an office printer; and polls made by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime

from inventory.act import system
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from netops.errors import DeviceError
from netops.reading import Gauge, Identity, Poll, Port, Target

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # Friday 12:00 in Asia/Shanghai
SLOT = int(NOON.timestamp())


@dataclass(frozen=True)
class Fleet:
    """The ids of the three devices and of their centre."""

    centre: str
    core: str
    branch: str
    printer: str


def found_fleet(database: Database) -> Fleet:
    with database.transaction(system("建")) as session:
        centre = Centre(code="410225", name="兰考县信息中心", tier="county")
        session.add(centre)
        core = Device(centre_id=centre.id, name="核心", address="10.41.2.1", kind="switch")
        session.add(core)
        session.flush()
        branch = Device(
            centre_id=centre.id, name="城关镇", address="10.41.2.9", kind="router",
            parent_id=core.id,
        )  # fmt: skip
        printer = Device(
            centre_id=centre.id, name="打印机", address="10.41.2.70", kind="other", hours="office"
        )
        session.add_all([branch, printer])
    return Fleet(centre.id, core.id, branch.id, printer.id)


def poll(
    device: str,
    at: datetime = NOON,
    error: DeviceError | None = None,
    *,
    answered: tuple[str, ...] = (),
    uptime: float | None = None,
    ports: tuple[Port, ...] | None = None,
    gauges: tuple[Gauge, ...] = (),
    named: bool = False,
) -> Poll:
    """One visit to a device that started a day before noon, unless `uptime` says otherwise;
    `named` makes it one that read the identity and the port names."""
    target = Target(device, "10.41.2.1", "generic")
    identity = (
        Identity(sys_name="SW", vendor="华为", model="S5720", serial="21023") if named else None
    )
    return Poll(
        target, at, 3.5, error, answered or (() if error else ("snmp",)),
        None if error else uptime or 86400 + (at - NOON).total_seconds(), identity, ports, gauges,
    )  # fmt: skip


def port(index: int, name: str, octets: int | None = 0, *, up: bool = True, **told: object) -> Port:
    """A port whose six counters all stand at `octets`."""
    counters = dict.fromkeys(
        ("in_octets", "out_octets", "in_errors", "out_errors", "in_discards", "out_discards"),
        octets,
    )
    return Port(index, name, admin_up=True, oper_up=up, **{**counters, **told})  # type: ignore[arg-type]
