"""SNMP reading against a real net-snmp agent, compared with net-snmp's own tools."""

import gc
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from netops import snmp
from netops.cells import Rows
from netops.errors import AuthRejected, CommandRejected, DeviceError, Unreachable
from netops.reading import SnmpAuth, Target, Value
from netops.snmp_wire import CLOCK
from tests import agents
from tests.agents import Snmpd
from tests.patience import GAVE_UP
from tests.peers import free_port

SYSTEM = tuple(f"1.3.6.1.2.1.1.{n}.0" for n in (1, 2, 4, 5, 6, 7))
IF_TABLE = "1.3.6.1.2.1.2.2.1"
STEADY = tuple(f"{IF_TABLE}.{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8))
NAMES = "1.3.6.1.2.1.31.1.1.1.1"
OCTETS = ("1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10")

everyone = pytest.mark.parametrize("auth", (agents.COMMUNITY, *agents.USERS), ids=lambda a: a.user)


def flat(rows: Rows) -> dict[str, Value]:
    return {f"{column}.{i}": value for column, cells in rows.items() for i, value in cells.items()}


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def failure(target: Target) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        snmp.read(target, SYSTEM, STEADY)
    return caught.value


@everyone
def test_identity_and_interfaces_equal_net_snmps_own_reading(agent: Snmpd, auth: SnmpAuth) -> None:
    rows = flat(snmp.read(agent.target(auth), SYSTEM, (*STEADY, NAMES)))
    rows.pop(CLOCK)
    told = agent.get(auth, *SYSTEM)
    for column in (*STEADY, NAMES):
        told |= agent.walk(auth, column)
    assert rows == told


@everyone
def test_known_indexes_read_the_same_as_a_walk(agent: Snmpd, auth: SnmpAuth) -> None:
    target, columns = agent.target(auth), (*STEADY, NAMES)
    walked = snmp.read(target, (), columns)
    packed = snmp.read(target, (), columns, indexes=tuple(walked[NAMES]))
    assert {column: packed[column] for column in columns} == {c: walked[c] for c in columns}


@pytest.mark.parametrize("auth", [agents.COMMUNITY, agents.STRONG], ids=["v2c", "v3"])
def test_counters_lie_between_two_readings_of_net_snmp(agent: Snmpd, auth: SnmpAuth) -> None:
    before = {oid: value for column in OCTETS for oid, value in agent.walk(auth, column).items()}
    ours = flat(snmp.read(agent.target(auth), (), OCTETS))
    ours.pop(CLOCK)
    after = {oid: value for column in OCTETS for oid, value in agent.walk(auth, column).items()}
    assert before.keys() == ours.keys() == after.keys()
    assert [oid for oid in ours if not before[oid] <= ours[oid] <= after[oid]] == []  # type: ignore[operator]


def test_what_the_agent_lacks_is_absent(agent: Snmpd) -> None:
    rows = snmp.read(agent.target(), ("1.3.6.1.2.1.1.99.0",), ("1.3.6.1.2.1.2.2.1.99", NAMES))
    assert rows.keys() == {"1.3.6.1.2.1.1.3", NAMES}
    known = snmp.read(agent.target(), (), ("1.3.6.1.2.1.2.2.1.99",), indexes=("1", "2"))
    assert known.keys() == {"1.3.6.1.2.1.1.3"}
    gone = snmp.read(agent.target(), (), STEADY, indexes=("7001", "7002", "7003"))
    assert gone.keys() == {"1.3.6.1.2.1.1.3"}


def test_without_getbulk_the_same_rows_come_by_getnext(agent: Snmpd) -> None:
    bulk = snmp.read(agent.target(), (), STEADY)
    single = snmp.read(replace(agent.target(), bulk=False), (), STEADY)
    assert [single[column] for column in STEADY] == [bulk[column] for column in STEADY]


def test_a_walk_on_demand_is_everything_below_the_root(agent: Snmpd) -> None:
    found = snmp.walk(agent.target(), ".1.3.6.1.2.1.2.2")
    told = agent.walk(agents.COMMUNITY, "1.3.6.1.2.1.2.2")
    assert [oid for oid, _ in found.rows] == list(told)
    assert not found.cut


def test_a_walk_on_demand_stops_at_its_limit(agent: Snmpd) -> None:
    found = snmp.walk(agent.target(), "1.3.6.1.2.1", limit=30)
    assert (len(found.rows), found.cut) == (30, True)


def test_a_walk_of_one_instance_gives_its_value(agent: Snmpd) -> None:
    root = "1.3.6.1.2.1.1.5.0"
    assert snmp.walk(agent.target(), root) == snmp.Walk(((root, agents.NAME.encode()),), cut=False)


def test_a_root_that_is_no_oid_is_declined(agent: Snmpd) -> None:
    with pytest.raises(CommandRejected, match="「ifTable」不是 OID"):
        snmp.walk(agent.target(), "ifTable")


# -- refusals ----------------------------------------------------------------------------------


REFUSED = {
    "no such user": (replace(agents.STRONG, user="ghost"), "没有 SNMPv3 用户「ghost」"),
    "wrong auth secret": (replace(agents.STRONG, auth_secret="wrong-secret"), "认证口令或认证算法"),
    "wrong auth protocol": (replace(agents.STRONG, auth_protocol="SHA-512"), "（SHA-512）不对"),
    "wrong priv secret": (replace(agents.STRONG, priv_secret="wrong-secret"), "加密口令或加密算法"),
    "wrong priv protocol": (replace(agents.STRONG, priv_protocol="AES"), "加密算法（AES）不对"),
    "level too low": (
        replace(agents.STRONG, priv_protocol="", priv_secret=""),
        "安全级别「只认证、不加密」不够",
    ),
    "level too high": (
        replace(agents.USERS[-2], priv_protocol="AES", priv_secret=agents.CIPHER),
        "不支持对用户「sha256only」使用「认证并加密」",
    ),
    "unknown protocol": (replace(agents.STRONG, auth_protocol="SHA-3"), "认证算法「SHA-3」不支持"),
    "unknown cipher": (replace(agents.STRONG, priv_protocol="RC4"), "加密算法「RC4」不支持"),
    "no secret": (replace(agents.STRONG, auth_secret=""), "没有填写认证口令"),
    "no cipher secret": (replace(agents.STRONG, priv_secret=""), "没有填写加密口令"),
    "privacy without authentication": (
        replace(agents.STRONG, auth_protocol="", auth_secret=""),
        "选择了加密却没有选择认证",
    ),
}


@pytest.mark.parametrize(("auth", "reason"), REFUSED.values(), ids=list(REFUSED))
def test_a_refused_credential_is_named(agent: Snmpd, auth: SnmpAuth, reason: str) -> None:
    error = failure(replace(agent.target(auth), timeout=2))  # net-snmp says nothing to some
    assert type(error) is AuthRejected
    assert error.permanent
    assert reason in error.reason
    secrets = (agents.SECRET, agents.CIPHER, "wrong-secret")
    assert [s for s in secrets if s in error.reason + error.detail + repr(auth)] == []


def test_a_device_without_credential_is_refused_by_name() -> None:
    error = failure(Target("bare", "127.0.0.1", "generic"))
    assert (type(error), error.reason) == (
        AuthRejected,
        "这台设备没有登记 SNMP 凭据，请在设备资料中选择一个。",
    )


# -- silence -----------------------------------------------------------------------------------


def test_a_wrong_community_is_silence_and_says_so(agent: Snmpd) -> None:
    error = failure(
        replace(agent.target(SnmpAuth("v2c", community="wrong-community")), timeout=0.3)
    )
    assert type(error) is Unreachable
    assert "共同体（community）写错" in error.reason
    assert "wrong-community" not in error.reason + error.detail


def test_a_closed_port_is_told_from_silence() -> None:
    port = free_port()
    for auth in (agents.COMMUNITY, agents.STRONG):
        error = failure(Target("closed", "127.0.0.1", "generic", auth, port))
        assert type(error) is Unreachable
        assert f"127.0.0.1（UDP {port} 端口）" in error.reason
        assert "主机在线，但这个端口上没有 SNMP 服务" in error.reason


@pytest.mark.parametrize("auth", [agents.COMMUNITY, agents.STRONG], ids=["v2c", "v3"])
def test_a_silent_port_costs_its_own_timeout_and_no_more(auth: SnmpAuth) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        target = Target("silent", "127.0.0.1", "generic", auth, port, timeout=0.2, retries=2)
        began = time.monotonic()
        error = failure(target)
        took = time.monotonic() - began
    assert type(error) is Unreachable
    assert "没有应答（共问 3 次，每次等 0.2 秒）" in error.reason
    assert 0.6 <= took < GAVE_UP


@pytest.mark.parametrize("address", ["10.0.0.300", "switch-7", ""])
def test_an_address_that_is_none_is_named(address: str) -> None:
    error = failure(Target("odd", address, "generic", agents.COMMUNITY))
    assert "这不是一个有效的 IP 地址" in error.reason


def test_a_visit_leaves_no_socket_open(agent: Snmpd) -> None:
    gc.collect()  # sockets that the errors of earlier tests still hold would go meanwhile
    before = open_files()
    for _ in range(20):
        snmp.read(agent.target(agents.STRONG), SYSTEM, ())
    assert open_files() == before
