"""Facts from the command line: once a day, blanks only, one try, and the host key remembered."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.credential import Credential
from inventory.device import Device
from inventory.hostkey import HostKey
from inventory.state import DeviceState
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from playbooks import logins
from playbooks.sweeps import sweep
from tests.playbooks.conftest import County

PASSWORD = "S3cret-simulated"


@pytest.fixture
def switch(county: County, tmp_path: Path) -> Iterator[Cli]:
    """The county's real agent gets a simulated command line beside its SNMP."""
    cli = Cli(name="CORE", dialect="huawei_vrp", password=PASSWORD, serial="SN4201")
    with serving([cli], keys=tmp_path / "keys"):
        with county.site.database.transaction(system("加登录")) as session:
            device = session.get_one(Device, county.real)
            way = Credential(
                centre_id=device.centre_id, name="ssh", kind="ssh", user=cli.user,
                password=county.site.key.seal(PASSWORD),
            )  # fmt: skip
            session.add(way)
            session.flush()
            device.ssh_id, device.ssh_port, device.profile = way.id, cli.port, "huawei_vrp"
        sweep(county.site, county.pool, "status", 1)
        yield cli


def state(county: County) -> DeviceState:
    with county.site.database.view(EVERYTHING) as session:
        return session.get_one(DeviceState, county.real)


def keys(county: County) -> list[HostKey]:
    with county.site.database.view(EVERYTHING) as session:
        return list(session.scalars(select(HostKey).where(HostKey.retired_at.is_(None))))


def test_the_command_line_fills_what_snmp_left_open(county: County, switch: Cli) -> None:
    assert logins.due(county.site, datetime.now(UTC)) == [county.real]
    logins.ask(county.site, county.pool, [county.real])
    row = state(county)
    assert (row.serial, row.ssh_why) == ("SN4201", "")
    assert row.version != ""
    assert switch.logins == 1
    assert logins.due(county.site, datetime.now(UTC)) == []
    assert logins.due(county.site, datetime.now(UTC) + timedelta(days=2)) == [county.real]


def test_what_snmp_said_stands(county: County, switch: Cli) -> None:
    with county.site.database.observe() as session:
        session.get_one(DeviceState, county.real).serial = "BY-SNMP"
    logins.ask(county.site, county.pool, [county.real])
    assert state(county).serial == "BY-SNMP"


def test_the_first_key_is_kept_and_audited_another_one_is_refused(
    county: County, switch: Cli, tmp_path: Path
) -> None:
    logins.ask(county.site, county.pool, [county.real])
    first = keys(county)
    assert [key.device_id for key in first] == [county.real]
    with county.site.database.view(EVERYTHING) as session:
        acts = session.scalars(select(AuditRow.act).where(AuditRow.thing == "HostKey")).all()
    assert acts == ["首次登录，记下主机密钥"]
    impostor = Cli(name="CORE", dialect="huawei_vrp", password=PASSWORD)
    with serving([impostor], keys=tmp_path / "other-keys"):
        with county.site.database.transaction(system("换端口")) as session:
            session.get_one(Device, county.real).ssh_port = impostor.port
        logins.ask(county.site, county.pool, [county.real])
    assert "主机密钥变了" in state(county).ssh_why
    assert first[0].fingerprint in state(county).ssh_why
    assert impostor.logins == impostor.refused == 0
    assert [key.id for key in keys(county)] == [first[0].id]


def test_a_wrong_password_is_tried_once_and_told(county: County, switch: Cli) -> None:
    with county.site.database.transaction(system("改口令")) as session:
        way = session.scalars(select(Credential).where(Credential.kind == "ssh")).one()
        way.password = county.site.key.seal("wrong")
    logins.ask(county.site, county.pool, [county.real])
    assert (switch.refused, switch.logins) == (1, 0)
    assert state(county).ssh_why != ""
    assert "wrong" not in state(county).ssh_why
    assert keys(county) == []
    assert logins.due(county.site, datetime.now(UTC)) == []
