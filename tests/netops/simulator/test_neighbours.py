"""The demo county's neighbour tables tell one consistent picture: each machine at one port."""

from pathlib import Path

import pytest

from netops import table_mib
from netops.profile import profile_named
from netops.simulator import county, recordings, stage
from netops.simulator.plan import plan

TABLES = (*table_mib.ARP, *table_mib.VLANS, *table_mib.FLAT, table_mib.HUAWEI_PORT)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stage")


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, recordings.Cells]:
    """What each device's agent would answer."""
    root = stage.staged(home, plan())
    return {
        name: recordings.parsed(stage.file(root, device, plan()).read_bytes().decode("latin-1"))
        for name, device in plan().devices.items()
    }


def test_each_machine_is_learned_at_its_port_and_answered_for_by_its_gateway(
    told: dict[str, recordings.Cells],
) -> None:
    for host in county.hosts():
        gateway = plan().network(host.ip).gateway
        arp = table_mib.arp_rows(recordings.rows(told[gateway], TABLES))
        answered = {row.mac for row in arp if row.ip == host.ip}
        profile = profile_named(plan().devices[host.device].profile)
        cells = recordings.rows(told[host.device], TABLES)
        fdb = (*table_mib.by_vlan(cells), *table_mib.huawei(cells), *table_mib.flat(cells))
        ports = profile.ports(recordings.rows(told[host.device], profile.columns(["names"])))
        names = {port.index: port.name for port in ports}
        learned = {names[row.index] for row in fdb if row.mac == host.mac}
        assert (host.mac in answered, learned) == (
            (False, set()) if host.role == "off" else (True, {host.port})
        ), host


def test_a_box_with_a_table_for_each_vlan_has_each_behind_a_community_of_its_own(
    home: Path, told: dict[str, recordings.Cells]
) -> None:
    assert told
    (folder,) = home.glob("agents/*/YSX-OFF-1F")
    cells = recordings.parsed((folder / "demo-only@10.snmprec").read_bytes().decode("latin-1"))
    macs = {row.mac for row in table_mib.flat(recordings.rows(cells, TABLES), 10)}
    office = {host.mac for host in county.hosts() if host.device == "办公楼一层接入交换机"
              and host.role != "off"}  # fmt: skip
    assert office < macs
    assert len(macs - office) == 1  # the gateway


def test_the_stories_the_demo_tells() -> None:
    hosts = county.hosts()
    roles = [host.role for host in hosts]
    assert {role: roles.count(role) for role in ("taken", "unknown", "moved", "off")} == {
        "taken": 1, "unknown": 1, "moved": 1, "off": 1,
    }  # fmt: skip
    booked = [host.booked for host in hosts if host.booked]
    assert len({ip for ip, _, _ in booked}) == len({place[1:] for place in booked}) == len(booked)
    assert len({host.mac for host in hosts}) == len(hosts) > 30
    taken = next(host for host in hosts if host.role == "taken")
    assert taken.ip in {host.ip for host in hosts if host.role == "off"}
    networks = {network.cidr for network in county.networks()}
    assert {plan().network(host.ip).cidr for host in hosts} == networks
