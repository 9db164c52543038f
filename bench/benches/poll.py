"""One counter poll of 24-port switches over SNMPv2c and SNMPv3 (SHA-256, AES-128).

The console polls, decodes, judges the state and stores the samples; the peers only read the same
cells. Figures are CPU of the client per device; the fleet's own CPU is not in them.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bench import console, fleet, measure
from bench.fleet import COMMUNITY, PORTS, SHA256, Fleet
from bench.measure import Cost
from bench.visits import Visits
from netops.identity import CLOCKS
from netops.profile import profile_named
from netops.reading import SnmpAuth

title = "counter poll of a 24-port switch, CPU per device"

# Where each client is, and how many times fewer devices it is given: the slow ones would take
# all day, and their cost per device does not depend on how many there are.
CLIENTS: Mapping[str, tuple[str, int]] = {
    "console": ("bench.console:poll_and_store", 1),
    "console, poll only": ("bench.console:poll_only", 1),
    "gufo": ("bench.peers.gufo:client", 1),
    "pysnmp": ("bench.peers.pysnmp:client", 20),
    "snmpbulkwalk": ("bench.peers.snmpbulkwalk:client", 50),
}
PEERS = ("pysnmp", "snmpbulkwalk", "gufo")
WAYS = (COMMUNITY, SHA256)


def run(rounds: int, devices: int = 400) -> Mapping[str, float]:
    """Our CPU per device to each peer's, as `cpu_vs_PEER_v2c` and `_v3`; the plain `cpu_vs_PEER`
    is v2c. `poll_vs_gufo_…` leaves out our state and storage."""
    with fleet.running() as switches:
        costs = measure.take_turns(dict(_clients(switches, devices)), rounds)
    print(f"{title}; console = poll, decode, state, latest values, samples stored")
    print(measure.HEADINGS)
    for client in costs[0]:
        print(measure.line(costs, client))
    print(measure.noise(costs))
    found: dict[str, float] = {}
    for version in (auth.version for auth in WAYS):
        for peer in PEERS:
            ours, theirs = f"console {version}", f"{peer} {version}"
            found[f"cpu_vs_{peer}_{version}"] = measure.ratio(costs, ours, theirs)
        found[f"poll_vs_gufo_{version}"] = measure.ratio(
            costs, f"console, poll only {version}", f"gufo {version}"
        )
    return {f"cpu_vs_{peer}": found[f"cpu_vs_{peer}_v2c"] for peer in PEERS} | found


def _clients(switches: Fleet, devices: int) -> Iterator[tuple[str, Callable[[], Cost]]]:
    for auth in WAYS:
        for name, (client, fewer) in CLIENTS.items():
            visits = _visits(switches, auth, max(2, devices // fewer))
            yield f"{name} {auth.version}", partial(measure.spend, client, visits, switches.pdus)


def _visits(switches: Fleet, auth: SnmpAuth, devices: int) -> Visits:
    profile = profile_named(console.PROFILE)
    ports, gauges = profile.columns(("ports",)), profile.columns(("gauges",))
    return Visits(
        addresses=fleet.addresses(devices),
        port=switches.port,
        auth=auth,
        scalars=CLOCKS,
        port_columns=ports,
        other_columns=gauges,
        indexes=tuple(str(port) for port in range(1, PORTS + 1)),
        cells=len(CLOCKS) + len(ports) * PORTS + console.GAUGES,
    )
