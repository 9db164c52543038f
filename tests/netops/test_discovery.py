"""Ranges as people write them, and probing a real agent."""

import pytest

from netops.discovery import LARGEST, Way, addresses, probe
from netops.reading import SnmpAuth
from tests import agents
from tests.peers import free_port


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.1.1.5", ["10.1.1.5"]),
        ("10.1.1.0/30", ["10.1.1.1", "10.1.1.2"]),
        ("10.1.1.7/30", ["10.1.1.5", "10.1.1.6"]),
        ("10.1.1.4/32", ["10.1.1.4"]),
        ("10.1.1.8-10.1.1.10", ["10.1.1.8", "10.1.1.9", "10.1.1.10"]),
        ("10.1.1.254-10.1.2.1", ["10.1.1.254", "10.1.1.255", "10.1.2.0", "10.1.2.1"]),
        ("10.1.1.8-10", ["10.1.1.8", "10.1.1.9", "10.1.1.10"]),
        ("10.1.1.1，10.1.1.2 10.1.1.1", ["10.1.1.1", "10.1.1.2"]),
        ("2001:db8::1-2001:db8::3", ["2001:db8::1", "2001:db8::2", "2001:db8::3"]),
    ],
)
def test_ranges(text: str, found: list[str]) -> None:
    assert addresses(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "10.1.1",
        "10.1.1.300",
        "10.1.1.9-10.1.1.8",
        "10.0.0.0/8",
        "::/0",
        "a-b",
        "10.1.1.1-",
    ],
)
def test_what_is_no_range_is_refused_with_the_cause(text: str) -> None:
    with pytest.raises(ValueError, match=r"[范地]"):
        addresses(text)


def test_the_largest_search() -> None:
    assert len(addresses("10.0.0.0/20")) == LARGEST - 2
    with pytest.raises(ValueError, match=str(LARGEST)):
        addresses("10.0.0.0/20 10.9.0.0/24")


def test_a_real_agent_is_found_by_the_right_credential(agent: agents.Snmpd) -> None:
    wrong = Way("wrong", SnmpAuth("v2c", community="nobody"), agent.port)
    right = Way("right", agents.STRONG, agent.port)
    found = probe("127.0.0.1", [wrong, right], ping=False)
    assert found is not None
    assert (found.credential, found.port, found.profile) == ("right", agent.port, "linux_server")
    assert found.sys_name == agents.NAME
    assert found.sys_object_id.startswith("1.3.6.1.4.1.8072")


def test_a_refused_credential_is_told_not_hidden(agent: agents.Snmpd) -> None:
    bad = SnmpAuth("v3", "", "sha256aes256", "SHA-256", "not-the-secret", "AES-256", "neither-this")
    found = probe("127.0.0.1", [Way("bad", bad, agent.port)], ping=False)
    assert found is not None
    assert found.credential == ""
    assert found.why != ""
    assert "not-the-secret" not in found.why


def test_nobody_there_is_nothing() -> None:
    assert probe("127.0.0.1", [Way("x", agents.COMMUNITY, free_port())], ping=False) is None


def test_one_that_only_pings_is_still_told() -> None:
    found = probe("127.0.0.1", [])
    assert found is not None
    assert (found.credential, found.address) == ("", "127.0.0.1")
    assert "ping" in found.why
