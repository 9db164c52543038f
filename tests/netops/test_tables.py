"""Reading neighbour tables from agents, healthy and not, and from real command lines.

The rows of a walk that broke off are kept, but never pass for all there are.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from netops import table_mib, tables
from netops.errors import DeviceError, Garbled, Unreachable, Unreadable
from netops.reading import SnmpAuth, SshAuth, Target
from netops.sighted import ArpRow, FdbRow
from netops.simulator.cli import Cli, Host
from netops.simulator.cli_server import serving as command_line
from netops.snmp import Session
from netops.snmp_wire import Cells
from tests import ber_agent, lab_lan
from tests.agents import COMMUNITY
from tests.ber_agent import BerAgent, Oid, Request, integer, octets, oid, serving
from tests.lab import need_programs
from tests.lab_nodes import laboratory
from tests.patience import ANSWER, until

MAC = "28:6e:d4:00:00:01"
PASSWORD, ENABLE = "S3cret-simulated", "3nable-simulated"


class Anybody:
    """Host keys are another test's matter."""

    def expected(self, host: str, port: int) -> str | None:
        return None

    def learn(self, host: str, port: int, key: str) -> None:
        return


def neighbours(count: int) -> dict[Oid, bytes]:
    """ipNetToMediaTable with so many rows, and something behind it."""
    found = {oid("1.3.6.1.2.1.4.34.1.1.0"): integer(1)}
    for n in range(count):
        place = (7, 10, n >> 16, n >> 8 & 255, n & 255)
        found[(*oid(table_mib.MEDIA_MAC), *place)] = octets(b"\x28\x6e\xd4" + n.to_bytes(3))
        found[(*oid(table_mib.MEDIA_TYPE), *place)] = integer(3)
    return found


def bridge(ports: Mapping[int, int], macs: Mapping[int, int], vlan: int = 0) -> dict[Oid, bytes]:
    """A forwarding table: bridge port → ifIndex, last octet of a MAC → bridge port."""
    found = {(*oid(table_mib.BASE_PORT), port): integer(index) for port, index in ports.items()}
    columns = (table_mib.VLAN_PORT, table_mib.VLAN_STATUS) if vlan else (
        table_mib.FLAT_PORT, table_mib.FLAT_STATUS)  # fmt: skip
    for last, port in macs.items():
        place = (*((vlan,) if vlan else ()), 0x28, 0x6E, 0xD4, 0, 0, last)
        found[(*oid(columns[0]), *place)] = integer(port)
        found[(*oid(columns[1]), *place)] = integer(3)
    return found


def test_more_rows_than_a_port_table_may_have_are_complete() -> None:
    found: Cells = {}
    told = {path: value for path, value in neighbours(61_000).items()
            if path[:10] == oid(table_mib.MEDIA_MAC)}  # fmt: skip
    with serving(BerAgent(told, room=4000)) as agent:
        session = Session(agent.target(max_repetitions=100))
        session.walked(table_mib.MEDIA_MAC, found, tables.MOST)
    assert len(found) == 61_000
    assert len(table_mib.arp_rows({table_mib.MEDIA_MAC: found})) == 61_000


def test_a_column_that_does_not_end_is_cut_off_and_kept() -> None:
    found: Cells = {}
    with serving(BerAgent(neighbours(300))) as agent, pytest.raises(Unreadable, match="超过"):
        Session(agent.target()).walked(table_mib.MEDIA_MAC, found, 200)
    assert len(found) > 200


def _broken(how: str) -> ber_agent.Answer:
    """Honest up to the row 10.0.0.99 of the MAC column; then an error, silence, or a circle."""
    edge = (*oid(table_mib.MEDIA_MAC), 7, 10, 0, 0, 99)
    start = oid(table_mib.MEDIA_MAC)

    def answer(agent: BerAgent, request: Request) -> bytes | None:
        if not (start <= request.oids[0] < oid(table_mib.MEDIA_TYPE)) or request.oids[0] < edge:
            return agent.honest(request)
        if how == "error":
            return request.reply(b"", ber_agent.GEN_ERR)
        again = replace(request, oids=(start,))
        return agent.honest(again) if how == "circle" else None

    return answer


@pytest.mark.parametrize(
    ("how", "error", "bulk"),
    [
        ("error", Garbled, True), ("error", Garbled, False), ("silence", Unreachable, False),
        ("circle", Unreadable, True), ("circle", Unreadable, False),
    ],
)  # fmt: skip
def test_a_walk_that_broke_off_is_not_complete(
    how: str, error: type[DeviceError], bulk: bool
) -> None:
    patience = {"timeout": 1.0, "retries": 2} if how == "silence" else {}
    with serving(BerAgent(neighbours(200), answer=_broken(how))) as agent:
        read = tables.arp(agent.target(max_repetitions=10, bulk=bulk, **patience))
    assert not read.complete
    assert isinstance(read.why, error)
    assert 90 <= len(read.rows) < 200


@pytest.mark.parametrize("bulk", [True, False])
def test_a_table_at_the_end_of_all_an_agent_has_is_complete(bulk: bool) -> None:
    told = neighbours(50)
    told.pop(oid("1.3.6.1.2.1.4.34.1.1.0"))
    with serving(BerAgent(told)) as agent:
        read = tables.arp(agent.target(bulk=bulk))
    assert (len(read.rows), read.complete, read.why) == (50, True, None)


def test_nothing_at_all_is_no_empty_table() -> None:
    with serving(BerAgent({oid("1.3.6.1.2.1.1.3.0"): ber_agent.ticks(1)})) as agent:
        for read in (tables.arp(agent.target()), tables.fdb(agent.target())):
            assert (read.rows, read.complete) == ((), False)
            assert isinstance(read.why, Unreadable)


def test_bridge_ports_are_translated_and_never_taken_for_interfaces() -> None:
    with serving(BerAgent(bridge({1: 10101, 3: 10103}, {1: 1, 2: 3, 3: 9}, vlan=20))) as agent:
        read = tables.fdb(agent.target())
    assert read.complete
    assert set(read.rows) == {
        FdbRow("28:6e:d4:00:00:01", 10101, vlan=20), FdbRow("28:6e:d4:00:00:02", 10103, vlan=20),
    }  # fmt: skip
    with serving(BerAgent(bridge({}, {1: 1, 2: 3}))) as agent:
        read = tables.fdb(agent.target())
    assert (read.rows, read.complete) == ((), False)
    assert read.why is not None
    assert "dot1dBasePortIfIndex" in read.why.reason


def test_cisco_keeps_a_table_for_each_vlan_behind_a_community_of_its_own() -> None:
    state = oid("1.3.6.1.4.1.9.9.46.1.3.1.1.2.1")
    kind = oid("1.3.6.1.4.1.9.9.46.1.3.1.1.3.1")
    told = {(*state, vlan): integer(1) for vlan in (1, 20, 30, 1002)} | {(*state, 40): integer(2)}
    told |= {(*kind, vlan): integer(1) for vlan in (1, 20, 30, 40)} | {(*kind, 1002): integer(2)}
    instances = {
        b"public": BerAgent(told),
        b"public@1": BerAgent(bridge({1: 10101}, {1: 1})),
        b"public@20": BerAgent(bridge({2: 10102}, {2: 2, 3: 2})),
        b"public@30": BerAgent(bridge({3: 10103}, {})),
    }
    asked: set[bytes] = set()

    def answer(_agent: BerAgent, request: Request) -> bytes | None:
        asked.add(request.community)
        return instances[request.community].honest(request)

    with serving(BerAgent({}, answer=answer)) as agent:
        target = replace(agent.target(), profile="cisco_ios")
        read = tables.fdb(target)
    for each in instances.values():
        each.close()
    assert asked == set(instances)
    assert read.complete
    assert set(read.rows) == {
        FdbRow("28:6e:d4:00:00:01", 10101, vlan=1),
        FdbRow("28:6e:d4:00:00:02", 10102, vlan=20),
        FdbRow("28:6e:d4:00:00:03", 10102, vlan=20),
    }


def test_the_command_line_tells_what_snmp_does_not(tmp_path: Path) -> None:
    """A context, which SNMPv3 would need, cannot be sent: the log-in tells all VLANs."""
    hosts = [Host("10.1.1.5", MAC, "GigabitEthernet1/0/2", 20)]
    device = Cli(name="SW1", dialect="cisco_ios", password=PASSWORD, enable=ENABLE, hosts=hosts)
    with command_line([device], keys=tmp_path):
        target = Target(
            "d", "127.0.0.1", "cisco_ios", ssh=SshAuth(device.user, PASSWORD, ENABLE),
            ssh_port=device.port, timeout=ANSWER,
        )  # fmt: skip
        assert not tables.fdb(target).complete  # without host keys nobody logs in
        read = tables.fdb(target, Anybody())
        assert (read.rows, read.complete) == ((FdbRow(MAC, 0, "Gi1/0/2", 20),), True)
        read = tables.arp(target, Anybody())
        assert ArpRow("10.1.1.5", MAC, 0, "Vlan20") in read.rows
        assert read.complete
        both = replace(target, snmp=SnmpAuth("v3", user="nobody"), snmp_port=9)
        assert not tables.fdb(replace(both, ssh=None)).complete
        assert tables.fdb(both, Anybody()).complete


def test_a_real_agent_tells_the_kernels_neighbours(tmp_path: Path) -> None:
    """net-snmp, both tables, IPv6 too; and a bridge's own forwarding table beside it."""
    need_programs("snmpd", "ip", "bridge")
    with laboratory(tmp_path) as lab:
        node = lab_lan.switch(lab, "sw1", "10.20.1.12/24")
        lab_lan.plug(lab, node, "p1", lab_lan.quiet(lab, "pc"), "eth0")
        node.run("sysctl", "-qw", "net.ipv6.conf.br0.disable_ipv6=0")
        node.run("bridge", "fdb", "add", MAC, "dev", "p1", "master", "static")
        for line in (
            f"replace 10.20.1.5 lladdr {MAC} nud permanent", "replace 10.20.1.6 nud failed",
            "replace 10.20.1.7 lladdr 28:6e:d4:00:00:07 nud stale",
            "replace fe80::5 lladdr 28:6e:d4:00:00:05 nud permanent",
        ):  # fmt: skip
            node.run("ip", "neigh", *line.split(), "dev", lab_lan.BRIDGE)
        index = json.loads(node.run("ip", "-j", "link", "show", lab_lan.BRIDGE))[0]["ifindex"]
        port = json.loads(node.run("ip", "-j", "link", "show", "p1"))[0]["ifindex"]
        lab_lan.agent(node, bridge=True)
        target = Target("d", "127.0.0.1", "linux_bridge", COMMUNITY, timeout=ANSWER)
        until(lambda: node.within(lambda: tables.arp(target)).complete)
        until(lambda: node.within(lambda: tables.fdb(target)).complete)
        arp, fdb = node.within(lambda: (tables.arp(target), tables.fdb(target)))
    found = {row.ip: row for row in arp.rows if isinstance(row, ArpRow)}
    assert set(found) == {"10.20.1.5", "10.20.1.7", "fe80::5"}
    assert found["10.20.1.5"] == ArpRow("10.20.1.5", MAC, index, static=True)
    assert found["fe80::5"][:3] == ("fe80::5", "28:6e:d4:00:00:05", index)
    assert not found["10.20.1.7"].static
    assert [row for row in fdb.rows if row.mac == MAC] == [FdbRow(MAC, port, vlan=1, static=True)]
