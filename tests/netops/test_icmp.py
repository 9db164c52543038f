"""Ping: real ICMP on loopback."""

import json
import subprocess
import sys

import pytest

from netops import icmp
from tests.lab import need, need_programs
from tests.patience import ANSWER, GAVE_UP, PATIENCE


@pytest.fixture(autouse=True)
def _right_to_ping() -> None:
    need(icmp.available(), "the right to send ICMP")


def test_a_thousand_hosts_answer_in_one_sweep() -> None:
    addresses = [f"127.2.{number >> 8}.{number & 255}" for number in range(1000)]
    answers = icmp.ping(addresses, timeout=ANSWER)
    assert list(answers) == addresses
    assert [address for address, ms in answers.items() if ms is None or ms <= 0] == []


# A network of its own, where everybody but the near end of a cable is dead: nobody answers ARP.
CABLE = (
    "ip link set lo up && ip link add near type veth peer name far && ip link set near up && "
    "ip link set far up && ip addr add 10.9.0.1/16 dev near && exec "
)
SWEEP = """
import json, time
from netops import icmp
dead = [f"10.9.1.{number}" for number in range(1, 201)]
began = time.monotonic()
answers = icmp.ping(["10.9.0.1", *dead], timeout=0.3, tries=2)
print(json.dumps([time.monotonic() - began, answers]))
"""


def test_the_dead_wait_together_and_hold_nobody_up() -> None:
    need_programs("unshare", "ip")
    command = ["unshare", "-rn", "sh", "-c", f'{CABLE} "$0" -c "$1"', sys.executable, SWEEP]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    took, answers = json.loads(done.stdout)
    assert 0.6 <= took < GAVE_UP, "one after another they would cost two minutes"
    assert [address for address, ms in answers.items() if ms is not None] == ["10.9.0.1"]
    assert len(answers) == 201


def test_ipv6_is_pinged_too() -> None:
    assert (icmp.ping(["::1"])["::1"] or 0) > 0


@pytest.mark.parametrize("address", ["switch-7", "10.0.0.300", ""])
def test_what_is_no_address_does_not_answer(address: str) -> None:
    answers = icmp.ping([address, "127.0.0.1"], timeout=ANSWER)
    assert (answers[address], answers["127.0.0.1"] is None) == (None, False)


def test_nobody_to_ping() -> None:
    assert icmp.ping([]) == {}
