"""Reading the running configurations of many devices, several sessions at a time.

The console reads what it reads whole or not at all (end marker, errors, prompts in the text);
the peers are netmiko as its documentation uses it, which also is below the console's reading, and
RANCID's login script where Debian's package is installed, for the devices it can talk to. The
devices are simulated in a process of their own, whose CPU is not in the figures, but which takes
its share of the machine, so that wall times are those of client and devices together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter

from bench import boxes, measure
from bench.boxes import Boxes
from bench.measure import Cost, Round
from bench.peers import rancid

title = "reading configurations over SSH, per device"
CONSOLE = "bench.config_console:client"
NETMIKO = "bench.peers.netmiko:client"
RANCID = "bench.peers.rancid:client"


def run(rounds: int, devices: int = 8, sessions: int = 50, lines: int = 250) -> Mapping[str, float]:
    """`cpu_vs_…` and `wall_vs_…` each peer; `per_minute` and `cpu_ms` are the console's own;
    `lost` are devices not read, or not as they are, in all rounds together."""
    with boxes.running(devices, sessions, lines) as served:
        clients = dict(_clients(served))
        costs = measure.take_turns(clients, rounds)
    print(f"{title}; {devices} devices, {sessions} sessions at a time, {lines} routes in each")
    print(measure.HEADINGS)
    for client in clients:
        print(measure.line(costs, client))
    print(measure.noise(costs))
    return _against(costs, "console", "netmiko") | _rancid(costs) | {
        "per_minute": round(60 / measure.middle(costs, "console", attrgetter("wall")), 1),
        "cpu_ms": round(1000 * measure.middle(costs, "console", attrgetter("cpu")), 2),
        "lost": float(_lost(costs, "console", devices)),
        "lost_by_netmiko": float(_lost(costs, "netmiko", devices)),
    }  # fmt: skip


def _clients(served: Boxes) -> Mapping[str, Callable[[], Cost]]:
    work = {"console": (CONSOLE, served), "netmiko": (NETMIKO, served)}
    some = replace(served, each=tuple(b for b in served.each if b.profile in rancid.SPEAKS))
    if rancid.present() and some.each:
        work |= {"console, IOS-like": (CONSOLE, some), "rancid, IOS-like": (RANCID, some)}
    return {name: partial(measure.spend, place, job) for name, (place, job) in work.items()}


def _against(costs: Sequence[Round], ours: str, peer: str) -> dict[str, float]:
    name = peer.partition(",")[0]
    return {
        f"cpu_vs_{name}": measure.ratio(costs, ours, peer),
        f"wall_vs_{name}": measure.wall_ratio(costs, ours, peer),
    }


def _rancid(costs: Sequence[Round]) -> dict[str, float]:
    if "rancid, IOS-like" in costs[0]:
        return _against(costs, "console, IOS-like", "rancid, IOS-like")
    print("rancid is not installed: not measured")
    return {}


def _lost(rounds: Sequence[Round], client: str, devices: int) -> int:
    return sum(devices - costs[client].units for costs in rounds)
