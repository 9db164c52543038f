"""What a login is asked for, and what becomes of what SNMP had told."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from netops import tables
from netops.errors import DeviceError, Garbled, Unreachable, Unreadable, WayBarred
from netops.reading import SnmpAuth, SshAuth, Target
from netops.sighted import FdbRow, TableRead
from netops.simulator.cli import Cli, Host
from netops.simulator.cli_server import serving
from playbooks.sighting_visit import Errand, Walked, by_login, wanting
from playbooks.site import open_site
from tests.patience import ANSWER

NOW = datetime.now(UTC)
FIRST = FdbRow("28:6e:d4:00:00:01", 10101, vlan=1)
MAC = "28:6e:d4:00:00:02"
PASSWORD, ENABLE = "S3cret-simulated", "3nable-simulated"
LOGIN = SshAuth("netops", PASSWORD, ENABLE)


def target(profile: str = "cisco_ios") -> Target:
    return Target("d", "127.0.0.1", profile, ssh=LOGIN, timeout=ANSWER)


def walked(device: str, why: DeviceError | None, *rows: FdbRow) -> Walked:
    return Walked(device, NOW, {"fdb": TableRead("fdb", rows, complete=why is None, why=why)})


@pytest.mark.parametrize(
    ("why", "rows", "asked"),
    [
        (None, (FIRST,), False),
        (Garbled("读到一半"), (FIRST,), False),
        (Unreadable("没有这张表"), (), True),
        (Unreachable("没有应答"), (), False),
        (WayBarred("只能读到 VLAN 1"), (FIRST,), True),
    ],
    ids=["whole", "broken off", "nothing", "silent", "one VLAN of many"],
)
def test_a_login_is_asked_for_what_snmp_cannot_tell(
    why: DeviceError | None, rows: tuple[FdbRow, ...], *, asked: bool
) -> None:
    errand, told = Errand(target(), ("fdb",)), walked("d", why, *rows)
    assert wanting(errand, told) == (("fdb",) if asked else ())
    assert wanting(replace(errand, login=False), told) == ()


def test_without_contexts_snmpv3_says_so_and_the_login_brings_every_vlan(
    founded_database: Database, tmp_path: Path
) -> None:
    barred = tables.fdb(replace(target(), ssh=None, snmp=SnmpAuth("v3", user="who"), snmp_port=9))
    assert isinstance(barred.why, WayBarred)
    assert "context" in barred.why.reason
    site = open_site(founded_database, tmp_path, tmp_path / "secret.key")
    with founded_database.transaction(system("登记")) as session:
        centre = session.scalars(select(Centre.id).limit(1)).one()
        row = Device(name="SW1", centre_id=centre, address="127.0.0.1", kind="switch", ping=False)
        session.add(row)
    told = walked(row.id, barred.why, FIRST)
    hosts = [Host("10.1.1.5", MAC, "GigabitEthernet1/0/2", 20)]
    cli = Cli(name="SW1", dialect="cisco_ios", password=PASSWORD, enable=ENABLE, hosts=hosts)
    with serving([cli], keys=tmp_path / "keys"):
        way = replace(target(), device=row.id, ssh=replace(LOGIN, user=cli.user), ssh_port=cli.port)
        errand = Errand(way, ("fdb",))
        read = by_login(site, errand, told, lambda: NOW).reads["fdb"]
        assert (read.complete, read.rows) == (True, (FdbRow(MAC, 0, "Gi1/0/2", 20),))
        wrong = replace(errand, target=replace(way, ssh=replace(LOGIN, password="wrong")))
        left = by_login(site, wrong, told, lambda: NOW)
    assert left.refused
    read = left.reads["fdb"]
    assert (read.complete, read.rows) == (False, (FIRST,))  # what was known is not lost
    assert read.why is not None
    assert "context" not in read.why.reason
