"""net-snmp's command line: snmpget for the scalars, snmpbulkwalk for each column."""

import subprocess
from collections.abc import Sequence

from bench.measure import Work
from bench.visits import MAX_REPETITIONS, WARM_UP, Visits, complete
from netops.reading import SnmpAuth


def client(visits: Visits) -> Work:
    """Prepare the work, which returns how many devices it read in full."""
    who = _options(visits.auth)

    def visit(address: str) -> int:
        where = f"{address}:{visits.port}"
        get = ["snmpget", *who, where, *visits.scalars]
        walk = ["snmpbulkwalk", *who, f"-Cr{MAX_REPETITIONS}", where]
        calls = [get, *([*walk, column] for column in visits.columns)]
        lines = [line for call in calls for line in _output(call).splitlines()]
        return sum("No Such" not in line for line in lines)

    visit(WARM_UP)
    return lambda: complete(visits, map(visit, visits.addresses))


def _options(auth: SnmpAuth) -> list[str]:
    common = ["-Onq", "-m", ""]
    if auth.version == "v2c":
        return [*common, "-v2c", "-c", auth.community]
    return [
        *common, "-v3", "-u", auth.user, "-l", "authPriv", "-a", auth.auth_protocol,
        "-A", auth.auth_secret, "-x", auth.priv_protocol, "-X", auth.priv_secret,
    ]  # fmt: skip


def _output(call: Sequence[str]) -> str:
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout
