"""A founded site whose one device is a real net-snmp agent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.secret import Key
from playbooks.dispatch import Pool
from playbooks.site import Site, open_site
from tests import agents
from tests.lab import need_programs
from tests.peers import free_port


@pytest.fixture(scope="session")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[agents.Snmpd]:
    need_programs("snmpd", "snmpget", "snmpbulkwalk")
    with agents.snmpd(tmp_path_factory.mktemp("snmpd")) as running:
        yield running


@dataclass(frozen=True)
class County:
    """A site and the ids of its devices: one real, one on a port nobody answers."""

    site: Site
    pool: Pool
    agent: agents.Snmpd
    real: str
    silent: str


@pytest.fixture
def county(founded_database: Database, tmp_path: Path, agent: agents.Snmpd) -> Iterator[County]:
    key_file = tmp_path / "secret.key"
    key = Key.load(key_file)
    with founded_database.transaction(system("登记")) as session:
        centre = session.scalars(select(Centre).where(Centre.code == "410225")).one()
        way = Credential(
            centre_id=centre.id, name="v3", kind="v3", user=agents.STRONG.user,
            auth_protocol=agents.STRONG.auth_protocol, auth_secret=key.seal(agents.SECRET),
            priv_protocol=agents.STRONG.priv_protocol, priv_secret=key.seal(agents.CIPHER),
        )  # fmt: skip
        session.add(way)
        session.flush()
        facts = {"centre_id": centre.id, "address": "127.0.0.1", "kind": "server", "ping": False}
        real = Device(name="服务器", profile="linux_server", snmp_id=way.id, **facts)
        silent = Device(name="断线", snmp_id=way.id, timeout=0.3, retries=0, **facts)
        real.snmp_port, silent.snmp_port = agent.port, free_port()
        session.add_all([real, silent])
    pool = Pool(8)
    yield County(open_site(founded_database, tmp_path, key_file), pool, agent, real.id, silent.id)
    pool.close()
