"""A local network in the lab: bridges as access switches, a router, hosts, agents of each.

sw2 = switch(lab, "sw2", "10.20.1.12/24")
owner = host(lab, "owner", sw2, "p2", "10.20.1.101/24", "52:54:00:00:01:65")
agent(sw2, bridge=True)
with heard(owner, "10.20.1.1") as answers: ...
assert answers.lost == 0
"""

import sys
from pathlib import Path

from tests.agents import COMMUNITY
from tests.lab_nodes import Lab, Node

BRIDGE = "br0"
_MIB = Path(__file__).with_name("bridge_mib.py")
_QUIET = ("net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
# A neighbour that does not answer is looked for again after seconds, not after a minute.
_HASTY = (
    "net.ipv4.neigh.eth0.base_reachable_time_ms=1000",
    "net.ipv4.neigh.eth0.delay_first_probe_time=1",
)
_AGENT = """agentaddress udp:161
rocommunity {community}
sysName {name}
{more}
"""


def switch(lab: Lab, name: str, address: str) -> Node:
    """A bridge without ports yet, that people log in to at `address`."""
    node = quiet(lab, name)
    node.run("ip", "link", "add", BRIDGE, "type", "bridge", "stp_state", "0", "forward_delay", "0")
    node.up(BRIDGE, address)
    return node


def quiet(lab: Lab, name: str) -> Node:
    """A node that says nothing by itself: what is learned is what a test let be said."""
    node = lab.node(name)
    node.run("sysctl", "-qw", *_QUIET)
    return node


def plug(lab: Lab, switched: Node, port: str, other: Node, other_port: str) -> None:
    """A cable into a port of a bridge; the other end may be a bridge's, too."""
    lab.cable(switched, port, other, other_port)
    for node, name in ((switched, port), (other, other_port)):
        if "br0" in node.run("ls", "/sys/class/net").split():
            node.run("ip", "link", "set", name, "master", BRIDGE)
        node.up(name)


def host(lab: Lab, name: str, switched: Node, port: str, address: str, mac: str) -> Node:
    """A machine with one card, at a port of a bridge."""
    node = quiet(lab, name)
    plug(lab, switched, port, node, "eth0")
    node.run("ip", "link", "set", "eth0", "address", mac)
    node.run("sysctl", "-qw", *_HASTY)
    if address:
        node.run("ip", "address", "add", address, "dev", "eth0")
    return node


def agent(node: Node, *, bridge: bool = False) -> None:
    """net-snmp on a node, with the forwarding table of its bridge."""
    told = f"pass_persist .1.3.6.1.2.1.17 {sys.executable} {_MIB} {BRIDGE}" if bridge else ""
    conf = node.folder / "snmpd.conf"
    conf.write_text(_AGENT.format(community=COMMUNITY.community, name=node.name, more=told))
    node.start(
        "env", f"SNMP_PERSISTENT_DIR={node.folder}", "MIBS=", "/usr/sbin/snmpd", "-f", "-C",
        "-c", str(conf), "-Lf", str(node.folder / "snmpd.log"), "-p", "/run/snmpd.pid",
        "-I", "-smux,mteTrigger,mteTriggerConf",
    )  # fmt: skip


def pinged(node: Node, address: str, times: int = 2) -> int:
    """How many of so many requests were answered."""
    told = said(node, f"ping -n -c {times} -i 0.2 -W 1 {address}")
    return told.count("bytes from")


def said(node: Node, line: str) -> str:
    """What a command line of the node's shell writes, whether it likes it or not."""
    return node.run("sh", "-c", f"{line}; true")
