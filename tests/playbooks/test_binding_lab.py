"""Addresses taken, found, held and given back, for real: bridges, a router, an owner and somebody
who wants to be them, in namespaces; the console works from a desk in the same network."""

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.address_finding import AddressFinding
from inventory.binding import Binding
from inventory.change import Change
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.prefix import Prefix
from inventory.stepping import moving
from netops.binding_text import Unwritable, enforced
from netops.enforced import Entry
from netops.profile import profile_named
from netops.remotes import DeviceKeys
from netops.sighted import TableRead
from netops.tables import leases
from netops.targets import targets
from playbooks import procedure_duty
from playbooks.binding_plan import BindingPlan, plan_for, propose_for
from playbooks.binding_task import Task
from playbooks.dispatch import Pool
from playbooks.nft_table import as_it_was, script
from playbooks.sighting import look
from playbooks.sweeps import sweep
from tests.agents import COMMUNITY
from tests.lab import need_programs
from tests.lab_frames import FRAMES, OTHER, OWN, OWNED, SERVER, SPOOF, passing
from tests.lab_lan import agent, host, pinged, plug, said, switch
from tests.lab_nodes import PASSWORD, USER, Node, laboratory, sshd
from tests.patience import until
from tests.playbooks.operating import Desk, desk

Answer = TypeVar("Answer")

MINUTE = 45.0  # a run takes some seconds of it, on a busy machine some more

GATEWAY = "10.20.1.1"
OWNER, SPOOFER = Entry(OWNED, OWN, "p2"), Entry(OTHER, SPOOF, "p3")


@dataclass(frozen=True)
class Lan:
    """r1 ─ sw1 ─ sw2: console and server at sw1, owner and spoofer at ports p2 and p3 of sw2."""

    r1: Node
    sw1: Node
    sw2: Node
    console: Node
    server: Node
    owner: Node
    spoofer: Node
    guest: Node

    def load(self, text: str) -> None:
        """Have sw2's nft take a text, as its console would."""
        self.sw2.run("nft", "-f", "-", text=text)

    def held(self) -> str:
        return self.sw2.run("nft", "-s", "list", "ruleset")

    def pretend(self, address: str, mac: str) -> None:
        """The spoofer's card with another address."""
        card = self.spoofer
        card.run("ip", "link", "set", "eth0", "down")
        card.run("ip", "address", "flush", "dev", "eth0")
        card.run("ip", "link", "set", "eth0", "address", mac)
        card.up("eth0", f"{address}/24")


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    need_programs("nft", "bridge", "arping", "ping", "snmpd")
    folder = tmp_path_factory.mktemp("lan")
    with laboratory(folder / "lab") as lab:
        sw1, sw2 = switch(lab, "sw1", "10.20.1.11/24"), switch(lab, "sw2", "10.20.1.12/24")
        plug(lab, sw1, "p4", sw2, "p1")
        r1 = host(lab, "r1", sw1, "p1", "10.20.1.1/24", "00:1b:21:00:01:01")
        machines = [
            host(lab, name, where, port, f"{address}/24", mac)
            for name, where, port, address, mac in (
                ("console", sw1, "p2", "10.20.1.9", "00:1b:21:00:01:09"),
                ("server", sw1, "p3", SERVER, "00:1b:21:00:01:15"),
                ("owner", sw2, "p2", OWNED, OWN),
                ("spoofer", sw2, "p3", OTHER, SPOOF),
            )
        ]
        machines.append(host(lab, "guest", sw1, "p5", "", "00:1b:21:00:01:70"))
        for node in (r1, sw1, sw2, machines[1]):
            _own_etc(node)
            sshd(node)
        for node in (r1, sw1, sw2):
            agent(node, bridge=node is not r1)
        yield Lan(r1, sw1, sw2, *machines)


def _own_etc(node: Node) -> None:
    """A node shares the machine's files; what servers keep is its own."""
    node.run("cp", "-a", "/etc", str(node.folder / "etc"))
    node.run("mount", "--bind", str(node.folder / "etc"), "/etc")
    (node.folder / "etc/nftables.conf").write_text("flush ruleset\n")
    node.run("mount", "-t", "tmpfs", "tmpfs", "/var/lib")
    node.run("mkdir", "/var/lib/misc", "/var/lib/kea")


def test_only_what_is_bound_at_its_port_passes(lan: Lan) -> None:
    assert passing(lan.server, lan.spoofer) == set(FRAMES)
    lan.load("table inet others { set kept { type inet_service; elements = { 5 }; }; }")
    text = script([OWNER, SPOOFER], ["p2", "p3"])
    passes = {name for name, (_frame, passes) in FRAMES.items() if passes}
    lan.load(text)
    assert passing(lan.server, lan.spoofer) == passes
    assert lan.held().count("table inet others") == 1
    there = enforced(profile_named("linux_bridge"), lan.held())
    assert {one[:3] for one in there.entries} == {OWNER[:3], SPOOFER[:3]}
    assert there.checks == {"p2": "ip arp", "p3": "ip arp"}
    before = lan.held()
    lan.load(f"flush ruleset\n{before}")  # as it is kept, and restored
    assert passing(lan.server, lan.spoofer) == passes
    lan.load(script([OWNER, SPOOFER], ["p2"]))
    assert passing(lan.server, lan.spoofer) == set(FRAMES)
    lan.load(as_it_was(before))
    assert lan.held() == before
    with pytest.raises(Unwritable):
        script([OWNER._replace(port='p2" accept; #')], [])
    with pytest.raises(Unwritable):
        script([], ['p1" accept; iifname "p2'])
    lan.load(f"{script([], [])}delete table inet others")
    assert not lan.held().strip()
    for node in (lan.sw1, lan.sw2):  # who has never been there shall not be seen there
        node.run("ip", "link", "set", "br0", "type", "bridge", "fdb_flush")


@dataclass
class Town:
    """The county of this network: what its console does is done from the node `console`."""

    lan: Lan
    desk: Desk
    pool: Pool
    ids: dict[str, str]

    def inside(self, work: Callable[[], Answer]) -> Answer:
        """Threads that begin in a network stay there, so the pool's do, too."""
        return self.lan.console.within(work)

    def cycle(self) -> None:
        """The next cycle of the sightings, with the judgement at its end; they are short here."""
        site = replace(self.desk.site, sighting_seconds=1)

        def walked() -> bool:
            return self.inside(lambda: look(site, self.pool, datetime.now(UTC))) is not None

        until(walked, "no cycle")

    def planned(self, name: str) -> BindingPlan:
        def look() -> BindingPlan:
            with self.desk.site.database.view(EVERYTHING) as session:
                return plan_for(session, self.ids[name])

        return self.inside(look)

    def propose(self, name: str) -> str:
        """The change of that plan, with its own plan made."""
        who, site = self.desk.operator, self.desk.site
        with site.database.transaction(who.act("绑定", "test")) as session:
            device = session.get_one(Device, self.ids[name])
            change = propose_for(session, site.key, device, who, "地址被占用", 1)
        assert self.inside(self.desk.work) == [""]
        return change.id

    @contextmanager
    def served(self, profile: str, serve: Callable[[Node], None]) -> Iterator[str]:
        """A DHCP server on the node `server` for the time being; its id."""
        with self.desk.site.database.transaction(system("登记")) as session:
            gateway = session.get_one(Device, self.ids["r1"])
            row = Device(
                name="dhcp", centre_id=gateway.centre_id, address=SERVER, kind="server",
                profile=profile, ping=False, timeout=2, ssh_id=gateway.ssh_id,
            )  # fmt: skip
            session.add(row)
        serve(self.lan.server)
        try:
            yield row.id
        finally:
            said(self.lan.server, "kill $(pidof dnsmasq kea-dhcp4)")

    def leases(self, device: str) -> TableRead:
        """What a DHCP server has lent, as the sightings read it."""
        site = self.desk.site
        with site.database.view(EVERYTHING) as session:
            ((target,), _refused) = targets(session, site.key, [device])
        return self.inside(lambda: leases(target, DeviceKeys(site.database, device)))

    def findings(self, *states: str) -> list[AddressFinding]:
        query = select(AddressFinding).where(AddressFinding.state.in_(states or ("open",)))
        with self.desk.site.database.view(EVERYTHING) as session:
            return list(session.scalars(query.order_by(AddressFinding.first_at)))


@pytest.fixture
def town(lan: Lan, founded_database: Database, tmp_path: Path) -> Iterator[Town]:
    with desk(founded_database, tmp_path, MINUTE) as here:
        ids = _registered(here, lan)
        told = Town(lan, here, Pool(4), ids)
        try:
            slot = int(datetime.now(UTC).timestamp())
            told.inside(lambda: sweep(here.site, told.pool, "identity", slot))
            yield told
        finally:
            told.pool.close()
            lan.pretend(OTHER, SPOOF)
            lan.load(script([], []))
            for node in (lan.sw1, lan.sw2):
                node.run("ip", "link", "set", "br0", "type", "bridge", "fdb_flush")


def _registered(here: Desk, lan: Lan) -> dict[str, str]:
    """The gateway, both switches, the range, and who holds which address."""
    key, centre = here.site.key, here.centre.id
    with here.site.database.transaction(system("登记")) as session:
        ways = {
            kind: Credential(centre_id=centre, name=kind, kind=kind, **facts)
            for kind, facts in (
                ("v2c", {"community": key.seal(COMMUNITY.community)}),
                ("ssh", {"user": USER, "password": key.seal(PASSWORD)}),
            )
        }
        session.add_all(ways.values())
        session.flush()
        devices = {
            name: Device(
                name=name, centre_id=centre, address=address, kind=kind, profile=profile,
                ping=False, timeout=2, snmp_id=ways["v2c"].id, ssh_id=ways["ssh"].id,
                v2c=True,
            )
            for name, address, kind, profile in (
                ("r1", GATEWAY, "router", "linux_nft"),
                ("sw1", "10.20.1.11", "switch", "linux_bridge"),
                ("sw2", "10.20.1.12", "switch", "linux_bridge"),
            )
        }  # fmt: skip
        session.add_all(devices.values())
        session.flush()
        prefix = Prefix(
            centre_id=centre, cidr="10.20.1.0/24", name="办公网", gateway=GATEWAY, mode="enforce",
            gateway_device_id=devices["r1"].id, reason="全部登记",
        )  # fmt: skip
        session.add(prefix)
        session.flush()
        held = [
            Binding(
                centre_id=centre, prefix_id=prefix.id, ip=ip, mac=mac, holder=holder, port=port,
                device_id=devices[where].id, state="active", since=datetime.now(UTC),
            )
            for ip, mac, holder, where, port in (
                (OWNED, OWN, "王主任", "sw2", "p2"), (OTHER, SPOOF, "张三", "sw2", "p3"),
                (SERVER, "00:1b:21:00:01:15", "服务器", "sw1", "p3"),
                ("10.20.1.9", "00:1b:21:00:01:09", "值守台", "sw1", "p2"),
            )
        ]  # fmt: skip
        with moving(session, *held):
            session.add_all(held)
    return {name: row.id for name, row in devices.items()}


def _taken(lan: Lan) -> None:
    """The spoofer takes the owner's address, and the gateway believes it."""
    lan.pretend(OWNED, SPOOF)
    said(lan.spoofer, f"arping -U -c 2 -w 2 -I eth0 {OWNED}; ping -n -c 1 -W 1 {GATEWAY}")
    until(lambda: _told(lan, SPOOF), "the gateway does not believe it", pause=0.5)


def _told(lan: Lan, mac: str) -> bool:
    """Does the gateway's agent tell this card for the owner's address?"""
    index = lan.r1.run("cat", "/sys/class/net/eth0/ifindex").strip()
    oid = f"1.3.6.1.2.1.4.22.1.2.{index}.{OWNED}"
    line = f"snmpget -v2c -c {COMMUNITY.community} -Oqvx {GATEWAY} {oid}"
    return mac.replace(":", " ").upper() in said(lan.console, line)


@contextmanager
def answers(node: Node, address: str) -> Iterator[list[int]]:
    """How many requests a node sent during the block, ten a second, and how many were answered."""
    line = ["nsenter", "-t", str(node.pid), "-n", "ping", "-n", "-i", "0.1", "-W", "1", address]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    counted: list[int] = []
    try:
        yield counted
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    found = re.search(r"(\d+) packets transmitted, (\d+) received", said)
    assert found is not None, said
    counted += [int(found[1]), int(found[2])]


def _plan(town: Town, device: str, procedure: str, task: Task) -> str:
    params = task.params()
    return town.inside(lambda: town.desk.plan(town.ids[device], procedure, **params))


def test_half_a_push_is_taken_back_and_a_whole_one_costs_the_owner_no_packet(town: Town) -> None:
    lan, here, before = town.lan, town.desk, town.lan.held()
    for node in (lan.owner, lan.spoofer):
        assert pinged(node, GATEWAY) == 2
    town.cycle()
    change = town.propose("sw2")
    with _unwilling(lan.sw2, 'iifname "p3" jump'):
        assert town.inside(lambda: here.run(change)) == "undone"
    row = here.change(change)
    assert ("No space left" in row.trouble, "已下发" in row.log) == (True, True), row.log
    assert lan.held() == before
    change = town.propose("sw2")
    told = here.change(change)
    assert f'"p2" . {OWN} . {OWNED},' in told.diff
    assert '"p2" jump netops_guard' in told.plan
    with answers(lan.owner, GATEWAY) as counted:
        assert town.inside(lambda: here.run(change)) == "waiting", here.change(change).log
        assert pinged(lan.spoofer, GATEWAY) == 2
        for mac in (SPOOF, OWN):
            lan.pretend(OWNED, mac)
            said(lan.spoofer, f"arping -U -c 2 -w 2 -I eth0 {OWNED}")
            assert pinged(lan.spoofer, GATEWAY) == pinged(lan.spoofer, SERVER) == 0
            assert pinged(lan.server, OWNED) == 2
    assert counted[0] - counted[1] <= 1, counted  # the one on its way when it ended
    here.step(change, "undo")
    assert town.inside(here.work) == [""]
    assert (here.change(change).state, lan.held()) == ("undone", before), here.change(change).log
    until(lambda: pinged(lan.spoofer, GATEWAY) == 2, "the port is still checked")


def test_who_takes_an_address_is_found_at_once_and_held_to_their_own(town: Town) -> None:
    """From the first look to the last: found, planned, approved, pushed, kept, over."""
    lan, here = town.lan, town.desk
    for node in (lan.owner, lan.spoofer, lan.server):
        assert pinged(node, GATEWAY) == 2
    town.cycle()
    assert [(one.kind, one.evidence) for one in town.findings()] == []
    _taken(lan)
    town.cycle()
    (found,) = town.findings()
    assert (found.kind, found.ip, found.mac) == ("taken", OWNED, SPOOF)
    assert (found.device_id, found.port) == (town.ids["sw2"], "p3"), found.evidence
    assert "王主任" in found.evidence
    plan = town.planned("sw2")
    assert {one.entry[:3] for one in plan.add} == {OWNER[:3], SPOOFER[:3]}, plan
    assert (plan.ports, plan.gateways) == (("p2", "p3"), (GATEWAY,)), plan.refused
    refused = {one.object: one.why for one in town.planned("sw1").refused}
    assert "值守台自己" in refused["p2"]
    change = town.propose("sw2")
    assert town.inside(lambda: here.run(change)) == "waiting", here.change(change).log
    assert pinged(lan.spoofer, GATEWAY) == pinged(lan.spoofer, SERVER) == 0
    until(lambda: pinged(lan.owner, GATEWAY) == 2, "the gateway does not find the owner")
    here.step(change, "confirm")
    assert town.inside(here.work) == [""]
    assert here.change(change).state == "done", here.change(change).log
    assert '"p3" jump netops_guard' in lan.sw2.run("cat", "/etc/nftables.conf")
    assert town.planned("sw2").empty
    until(lambda: not _told(lan, SPOOF), "the gateway still believes it", pause=0.5)
    town.cycle()
    (found,) = town.findings("gone")
    assert found.kind == "taken"


def _settled(town: Town, change: str) -> Change:
    """As the worker's clock does, later: look, ask, work, until the change has come to its end."""
    here = town.desk

    def over() -> bool:
        procedure_duty.look(here.site, datetime.now(UTC) + timedelta(minutes=2))
        town.inside(here.work)
        return here.change(change).state not in ("running", "waiting")

    until(over, lambda: here.change(change).log)
    return here.change(change)


def test_a_console_that_cuts_itself_off_is_let_in_again_by_the_device(town: Town) -> None:
    """A binding of its own port is refused before anything is sent; a rule somebody types is
    undone by the switch itself."""
    lan, hasty = town.lan, replace(town.desk, minute=10.0)
    before = lan.sw1.run("nft", "-s", "list", "ruleset")
    town.cycle()
    task = Task(add=(Entry("10.20.1.9", "00:1b:21:00:01:09", "p2"),), ports=("p2",))
    bound = _plan(town, "sw1", "bind", task)
    hasty.approve(bound)
    hasty.step(bound, "run")
    assert "值守台自己接在这个端口上" in town.inside(hasty.work)[0]
    assert hasty.change(bound).state == "approved"
    lines = """add table bridge cut
add chain bridge cut first { type filter hook prerouting priority -300; policy accept; }
add rule bridge cut first iifname "p2" drop"""
    change = town.inside(lambda: hasty.plan(town.ids["sw1"], "change", lines=lines))
    assert town.inside(lambda: hasty.run(change)) != "done"
    until(lambda: lan.sw1.run("nft", "-s", "list", "ruleset") == before, "it was not taken back")
    row = _settled(town, change)
    assert (row.state, "定时撤销已经执行" in row.log) == ("undone", True), row.log
    assert pinged(lan.console, "10.20.1.11") == 2


@contextmanager
def _unwilling(switched: Node, word: str) -> Iterator[None]:
    """For the time being nft refuses any file with these words, as a full table would."""
    kept, place = switched.folder / "nft", "/usr/sbin/nft"
    if not kept.exists():
        switched.run("cp", place, str(kept))
    line = f"""case "$*" in *-f*) for last; do :; done; grep -q '{word}' "$last" &&
    {{ echo "Error: Could not process rule: No space left on device" >&2; exit 1; }};; esac
    """
    (switched.folder / "unwilling").write_text(f'#!/bin/sh\n{line}exec {kept} "$@"\n')
    (switched.folder / "unwilling").chmod(0o755)
    switched.run("mount", "--bind", str(switched.folder / "unwilling"), place)
    try:
        yield
    finally:
        switched.run("umount", place)


def test_a_port_is_isolated_and_released(town: Town) -> None:
    lan, here = town.lan, town.desk
    for procedure, answered in (("isolate", 0), ("release", 2)):
        change = town.inside(lambda: here.plan(town.ids["sw2"], procedure, port="p3"))  # noqa: B023
        assert town.inside(lambda: here.run(change)) == "waiting", here.change(change).log  # noqa: B023
        assert pinged(lan.spoofer, GATEWAY) == answered
        assert pinged(lan.owner, GATEWAY) == 2
        here.step(change, "confirm")
        assert town.inside(here.work) == [""]
        row = here.change(change)
        assert row.state == "done", row.log
        assert "p3" in next(iter(row.drafts())).text


def test_a_gateway_answers_only_who_is_registered(town: Town) -> None:
    """Where nothing else is there: the forger gets no answer from outside, but keeps the others."""
    lan, here = town.lan, town.desk
    plan = town.planned("r1")
    assert {one.entry.ip for one in plan.add} == {OWNED, OTHER, SERVER, "10.20.1.9"}, plan
    change = town.propose("r1")
    lan.pretend(OWNED, SPOOF)
    assert town.inside(lambda: here.run(change)) == "waiting", here.change(change).log
    assert _permanent(lan.r1) == {one.entry.ip: one.entry.mac for one in plan.add}
    said(lan.spoofer, f"arping -U -c 2 -w 2 -I eth0 {OWNED}")
    assert pinged(lan.spoofer, GATEWAY) == 0
    assert pinged(lan.spoofer, SERVER) == 2
    until(lambda: pinged(lan.owner, GATEWAY) == 2, "the gateway does not find the owner")
    assert town.planned("r1").empty
    here.step(change, "undo")
    assert town.inside(here.work) == [""]
    assert (here.change(change).state, _permanent(lan.r1)) == ("undone", {}), here.change(
        change
    ).log


def _permanent(router: Node) -> dict[str, str]:
    told = json.loads(router.run("ip", "-j", "neigh", "show", "nud", "permanent"))
    return {one["dst"]: one["lladdr"] for one in told}


_KEA = """{ "Dhcp4": {
  "interfaces-config": { "interfaces": ["eth0"] },
  "lease-database": { "type": "memfile", "name": "/var/lib/kea/kea-leases4.csv" },
  "subnet4": [ { "subnet": "10.20.1.0/24",
    "pools": [ { "pool": "10.20.1.150 - 10.20.1.160", "client-class": "KNOWN" } ],
    "reservations": <?include "/etc/kea/netops-reservations.json"?>
  } ]
} }
"""
_DNSMASQ = """port=0
interface=eth0
bind-interfaces
dhcp-range=10.20.1.150,10.20.1.160,1h
dhcp-hostsfile=/etc/netops-dhcp.hosts
dhcp-ignore=tag:!known
"""


def _dnsmasq(server: Node) -> None:
    (server.folder / "etc/dnsmasq.conf").write_text(_DNSMASQ)
    server.start("/usr/sbin/dnsmasq", "--keep-in-foreground", "--user=root")


def _kea(server: Node) -> None:
    folder = server.folder / "etc/kea"
    (folder / "kea-dhcp4.conf").write_text(_KEA)
    (folder / "netops-reservations.json").write_text("[ ]\n")
    told = ("KEA_LOCKFILE_DIR=none", "KEA_PIDFILE_DIR=/run", "KEA_LOGGER_DESTINATION=stdout")
    server.start("env", *told, "/usr/sbin/kea-dhcp4", "-c", "/etc/kea/kea-dhcp4.conf")


@pytest.mark.parametrize(("profile", "serve"), [("linux_dnsmasq", _dnsmasq), ("linux_kea", _kea)])
def test_an_address_is_lent_to_its_card_alone(
    town: Town, profile: str, serve: Callable[[Node], None]
) -> None:
    lan, here, mac = town.lan, town.desk, "00:1b:21:00:01:70"
    need_programs("dnsmasq", "kea-dhcp4", "udhcpc")
    with town.served(profile, serve) as device:
        assert _asked_for(lan.guest) == ""
        task = Task(add=(Entry("10.20.1.112", mac), Entry("10.20.1.113", SPOOF)))
        _given(town, task)
        change = town.inside(lambda: here.plan(device, "bind", **task.params()))
        assert town.inside(lambda: here.run(change)) == "waiting", here.change(change).log
        until(lambda: _asked_for(lan.guest) == "10.20.1.112", "nothing is lent", pause=0.5)
        read = town.leases(device)
        assert read.complete
        assert ("10.20.1.112", mac) in {row[:2] for row in read.rows}
        here.step(change, "undo")
        assert town.inside(here.work) == [""]
        assert here.change(change).state == "undone", here.change(change).log
        until(lambda: _asked_for(lan.guest) == "", "it is still lent", pause=0.5)


def _given(town: Town, task: Task) -> None:
    """The register gives these addresses to these cards."""
    with town.desk.site.database.transaction(system("登记")) as session:
        prefix = session.scalars(select(Prefix)).one()
        held = [
            Binding(
                centre_id=prefix.centre_id, prefix_id=prefix.id, ip=one.ip, mac=one.mac,
                holder="来宾", state="active", since=datetime.now(UTC),
            )
            for one in task.add
        ]  # fmt: skip
        with moving(session, *held):
            session.add_all(held)


def _asked_for(guest: Node) -> str:
    """The address a machine is lent now, "" for none."""
    told = said(guest, "udhcpc -f -n -q -t 2 -T 1 -i eth0 -s /bin/true 2>&1")
    found = re.search(r"lease of (\S+) obtained", told)
    return found[1] if found else ""
