"""Real agents for the tests of what touches devices."""

from collections.abc import Iterator

import pytest

from tests import agents
from tests.lab import need_programs


@pytest.fixture(scope="session")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[agents.Snmpd]:
    """One net-snmp agent for the whole run."""
    need_programs("snmpd", "snmpget", "snmpbulkwalk")
    with agents.snmpd(tmp_path_factory.mktemp("snmpd")) as running:
        yield running
