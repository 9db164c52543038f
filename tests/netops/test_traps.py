"""Notifications of a real net-snmp, in every security of the standard and of the vendors."""

import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from netops.reading import SnmpAuth
from netops.traps import Trapped, Traps
from netops.usm_header import engine_and_user
from tests.agents import COMMUNITY, STRONG, USERS, _options
from tests.lab import need_programs

CHANGED, DESTINATION = "1.3.6.1.4.1.9.9.43.2.0.1", "1.3.6.1.4.1.9.9.43.1.1.6.1.5.81"
USER = "1.3.6.1.4.1.9.9.43.1.1.6.1.8.81"
SAID = ("", CHANGED, DESTINATION, "i", "3", USER, "s", "张三")
HERE = "127.0.0.1"
ENGINE = ("-e", "0x8000000001020304")


@pytest.fixture(scope="module")
def traps() -> Traps:
    need_programs("snmptrap", "snmpinform")
    return Traps("home", {HERE: (COMMUNITY, *USERS)})


@contextmanager
def door() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((HERE, 0))
        one.settimeout(0.1)
        yield one


def sent(traps: Traps, program: str, *words: str, said: Sequence[str] = SAID) -> Trapped | None:
    """What is understood of what net-snmp sends, answers given until the program is content."""
    with door() as one:
        call = [program, *words, f"{HERE}:{one.getsockname()[1]}", *said]
        process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found: Trapped | None = None
        while True:
            running = process.poll() is None
            try:
                octets, place = one.recvfrom(65535)
            except TimeoutError:
                if running:
                    continue
                break
            told = traps.read(octets, HERE, lambda answer, to=place: one.sendto(answer, to))
            found = told or found
        confirmed = program == "snmpinform" and process.returncode == 0
        assert found is None or found.confirmed == confirmed
        return found


def facts(found: Trapped | None) -> Mapping[str, str]:
    assert found is not None
    assert found.oid == CHANGED
    return {oid: value for oid, value in found.values.items() if oid in (DESTINATION, USER)}


@pytest.mark.parametrize("way", [COMMUNITY, *USERS], ids=lambda way: way.user or "v2c")
def test_a_trap_is_read_with_its_senders_secret(traps: Traps, way: SnmpAuth) -> None:
    engine = ENGINE if way.version == "v3" else ()
    found = sent(traps, "snmptrap", *_options(way), *engine)
    assert facts(found) == {DESTINATION: "3", USER: "张三"}


@pytest.mark.parametrize("way", [COMMUNITY, STRONG], ids=["v2c", "v3"])
def test_an_inform_is_answered(traps: Traps, way: SnmpAuth) -> None:
    found = sent(traps, "snmpinform", *_options(way))
    assert facts(found) == {DESTINATION: "3", USER: "张三"}
    assert found is not None
    assert found.confirmed


def test_what_is_not_signed_as_agreed_is_not_believed(traps: Traps) -> None:
    user = ("-v3", "-u", STRONG.user)
    other = ("-v3", "-u", "stranger", "-l", "noAuthNoPriv", *ENGINE)
    wrong = ("-a", "SHA-256", "-A", "not-the-secret", "-l", "authNoPriv", *ENGINE)
    unciphered = ("-a", "SHA-256", "-A", STRONG.auth_secret, "-l", "authNoPriv", *ENGINE)
    for words in (
        ("-v2c", "-c", "wrong"), other, (*user, *wrong), (*user, *unciphered),
        (*user, "-l", "noAuthNoPriv", *ENGINE),
    ):  # fmt: skip
        assert sent(traps, "snmptrap", *words) is None, words


def test_the_community_of_an_old_trap_is_not_told(traps: Traps) -> None:
    said = ("1.3.6.1.4.1.2011.6.10.2", "10.1.1.1", "6", "1", "55")
    found = sent(traps, "snmptrap", "-v1", "-c", COMMUNITY.community, said=said)
    assert found is not None
    assert found.oid == "1.3.6.1.4.1.2011.6.10.2.0.1"
    assert COMMUNITY.community not in found.values.values()


def test_nonsense_is_no_notification(traps: Traps) -> None:
    def answered(octets: bytes) -> None:
        raise AssertionError(octets)

    for octets in (b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"x" * 3000, bytes(range(256))):
        assert traps.read(octets, HERE, answered) is None
        assert engine_and_user(octets) == (b"", "")
