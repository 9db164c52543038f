"""The measuring fleet against net-snmp's own tools: what it answers is what a device would."""

import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bench import fleet
from bench.fleet import COMMUNITY, PORTS, SHA1, SHA256, Fleet
from netops.reading import SnmpAuth
from tests.lab import need, need_programs
from tests.patience import PATIENCE

SYS_NAME = "1.3.6.1.2.1.1.5.0"
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"
IF_MAC = "1.3.6.1.2.1.2.2.1.6"
HC_IN_OCTETS = "1.3.6.1.2.1.31.1.1.1.6"
WAYS = pytest.mark.parametrize("auth", [COMMUNITY, SHA1, SHA256], ids=["v2c", "sha1", "sha256"])


@pytest.fixture(scope="module")
def running() -> Iterator[Fleet]:
    need_programs("gcc", "snmpget", "snmpgetnext", "snmpwalk", "snmpbulkwalk")
    need(Path("/usr/include/openssl/evp.h").exists(), "libssl-dev")
    with fleet.running() as found:
        yield found


def ask(
    program: str, running: Fleet, auth: SnmpAuth, *oids: str, device: str = "127.3.2.1"
) -> list[str]:
    """Output lines of one net-snmp program; on failure, its complaint."""
    options = ["-On", "-m", "", "-r0", "-t2"]
    if auth.version == "v2c":
        options += ["-v2c", "-c", auth.community]
    else:
        options += ["-v3", "-l", "authPriv", "-u", auth.user, "-a", auth.auth_protocol]
        options += ["-A", auth.auth_secret, "-x", auth.priv_protocol, "-X", auth.priv_secret]
    call = [program, *options, f"{device}:{running.port}", *oids]
    done = subprocess.run(call, check=False, capture_output=True, text=True)
    return (done.stdout or done.stderr).splitlines()


def oids_of(lines: list[str]) -> list[tuple[int, ...]]:
    found = (re.match(r"\.([\d.]+) = ", line) for line in lines)
    return [tuple(map(int, match[1].split("."))) for match in found if match]


@WAYS
def test_names_each_device_after_its_address(running: Fleet, auth: SnmpAuth) -> None:
    for device in ("127.0.0.9", "127.200.100.50"):
        (line,) = ask("snmpget", running, auth, SYS_NAME, device=device)
        assert line == f'.{SYS_NAME} = STRING: "fleet-{device.replace(".", "-")}"'


@WAYS
def test_gives_every_port_its_own_mac(running: Fleet, auth: SnmpAuth) -> None:
    lines = ask("snmpbulkwalk", running, auth, IF_MAC)
    assert lines[0] == f".{IF_MAC}.1 = Hex-STRING: 02 03 02 01 00 01 "
    assert len(set(lines)) == PORTS


@WAYS
def test_bulk_walk_in_order_finds_what_a_next_walk_finds(running: Fleet, auth: SnmpAuth) -> None:
    bulk = oids_of(ask("snmpbulkwalk", running, auth, ".1"))
    assert all(one < two for one, two in pairwise(bulk[:-1]))
    assert bulk == oids_of(ask("snmpwalk", running, auth, ".1"))
    assert sum(oid[:10] == (1, 3, 6, 1, 2, 1, 2, 2, 1, 2) for oid in bulk) == PORTS


def test_orders_by_number_not_by_byte(running: Fleet) -> None:
    """25506 takes three bytes in a datagram, and their first is less than that of 2011's two."""
    (line,) = ask("snmpgetnext", running, COMMUNITY, "1.3.6.1.4.1.25506")
    assert line == ".1.3.6.1.6.3.10.2.1.2.0 = INTEGER: 1"


def test_ends_after_the_last_row(running: Fleet) -> None:
    (line,) = ask("snmpgetnext", running, COMMUNITY, "1.3.6.1.6.3.10.2.1.3.0")
    assert "No more variables left" in line


def test_says_which_instance_is_missing(running: Fleet) -> None:
    here, gone = ask("snmpget", running, COMMUNITY, f"{IF_DESCR}.1", f"{IF_DESCR}.25")
    assert here == f'.{IF_DESCR}.1 = STRING: "GigabitEthernet0/0/1"'
    assert gone == f".{IF_DESCR}.25 = No Such Instance currently exists at this OID"


@WAYS
def test_refuses_what_does_not_fit_one_frame(running: Fleet, auth: SnmpAuth) -> None:
    oids = [f"{IF_DESCR}.{1 + n % PORTS}" for n in range(60)]
    assert any("(tooBig)" in line for line in ask("snmpget", running, auth, *oids))


def test_cuts_a_bulk_answer_at_one_frame(running: Fleet) -> None:
    asked = bytes.fromhex(
        "3026020101" "04067075626c6963" "a519" "020107" "020100" "02017f"
        "300e300c06082b06010201020200" "0500"
    )  # fmt: skip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.sendto(asked, ("127.3.2.1", running.port))
        assert 1000 < len(client.recv(4096)) <= 1400


def test_counters_advance(running: Fleet) -> None:
    first = ask("snmpget", running, COMMUNITY, f"{HC_IN_OCTETS}.{PORTS}")
    assert "Counter64" in first[0]
    assert first != ask("snmpget", running, COMMUNITY, f"{HC_IN_OCTETS}.{PORTS}")


@pytest.mark.parametrize(
    ("auth", "complaint"),
    [
        (SnmpAuth("v2c", "private"), "Timeout"),
        (replace(SHA1, user="nobody"), "Unknown user name"),
        (replace(SHA1, auth_secret="wrongpass12345"), "Authentication failure"),
        (replace(SHA1, priv_secret="wrongpass12345"), "Decryption error"),
    ],
)
def test_refuses_strangers(running: Fleet, auth: SnmpAuth, complaint: str) -> None:
    assert complaint in "\n".join(ask("snmpget", running, auth, SYS_NAME))


def test_counts_requests(running: Fleet) -> None:
    before = running.pdus()
    ask("snmpget", running, COMMUNITY, SYS_NAME)
    assert running.pdus() == before + 1
