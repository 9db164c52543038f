"""Whole visits: real net-snmp, misbehaving agents, and devices that are only pinged."""

import pickle
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netops import icmp, ifmib, poller
from netops.errors import AuthRejected, DeviceError, Unreachable, Unreadable
from netops.judge import judge
from netops.reading import Poll, SnmpAuth, Target
from netops.snmp_wire import CLOCK
from tests import agents, ber_agent
from tests.agents import Snmpd
from tests.ber_agent import BerAgent, Request, oid, serving
from tests.lab import need
from tests.peers import free_port

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
EVERYTHING: tuple[poller.Part, ...] = ("status", "identity", "ports", "gauges")
CPU = "1.3.6.1.2.1.25.3.3.1.2"
ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"


def visit(target: Target, *parts: poller.Part, indexes: tuple[str, ...] | None = None) -> Poll:
    return poller.poll(target, parts, indexes=indexes, now=lambda: AT)


def fault(poll: Poll) -> DeviceError:
    assert poll.error is not None
    return poll.error


def switch(ports: int = 4, uptime: int = 360_000) -> dict[ber_agent.Oid, bytes]:
    """What the generic profile asks of a small switch; names say which row is which."""
    table = {
        oid(CLOCK): ber_agent.ticks(uptime),
        oid("1.3.6.1.2.1.1.1.0"): ber_agent.octets("测试交换机".encode()),
        oid("1.3.6.1.2.1.1.5.0"): ber_agent.octets(b"SW1"),
        (*oid(CPU), 1): ber_agent.integer(37),
    }
    for row in range(1, ports + 1):
        table[*oid(ifmib.NAME), row] = ber_agent.octets(b"GE0/%d" % row)
        table[*oid(ifmib.OPER), row] = ber_agent.integer(1)
        table[*oid(ifmib.ADMIN), row] = ber_agent.integer(1)
        table[*oid(ifmib.HC_IN_OCTETS), row] = ber_agent.counter64(2**40 + row)
        table[*oid(ifmib.HC_OUT_OCTETS), row] = ber_agent.counter64(2**41 + row)
    return table


# -- a real agent --------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", [agents.COMMUNITY, agents.STRONG], ids=["v2c", "v3"])
def test_a_full_visit_tells_what_net_snmp_tells(agent: Snmpd, auth: SnmpAuth) -> None:
    poll = visit(agent.target(auth), *EVERYTHING)
    assert (poll.error, poll.answered, poll.partial, poll.at) == (None, ("snmp",), (), AT)
    assert poll.identity is not None
    assert (poll.identity.sys_name, poll.identity.sys_location) == (agents.NAME, agents.PLACE)
    names = agent.walk(auth, ifmib.NAME)
    status = agent.walk(auth, ifmib.OPER)
    assert [(port.index, port.name.encode(), port.oper_up) for port in poll.ports or ()] == [
        (int(oid.rpartition(".")[2]), name, {1: True, 2: False}.get(int(state)))
        for (oid, name), state in zip(names.items(), status.values(), strict=True)
    ]
    assert poll.uptime is not None
    assert 0 <= poll.uptime < 600
    assert 0 < poll.ms < 5000


def test_the_minutes_status_is_one_request(agent: Snmpd) -> None:
    poll = visit(agent.target(), "status")
    assert (poll.error, poll.answered, poll.identity, poll.ports) == (None, ("snmp",), None, None)
    with serving(BerAgent(switch())) as small:
        visit(small.target(), "status")
    assert len(small.asked) == 1


def test_counters_of_known_ports_need_no_walk() -> None:
    with serving(BerAgent(switch(24))) as agent:
        full = visit(agent.target(), "identity", "ports")
        asked = len(agent.asked)
        known = tuple(str(port.index) for port in full.ports or ())
        again = visit(agent.target(), "status", "ports", indexes=known)
    assert [port.in_octets for port in again.ports or ()] == [2**40 + n for n in range(1, 25)]
    assert {request.kind for request in agent.asked[asked:]} == {ber_agent.GET}
    assert len(agent.asked) - asked <= 9  # generic: 32- and 64-bit counters, 240 cells and a clock


def test_a_known_port_that_is_gone_is_left_out() -> None:
    with serving(BerAgent(switch(3))) as agent:
        poll = visit(agent.target(), "ports", indexes=("1", "2", "9"))
    assert [port.index for port in poll.ports or ()] == [1, 2]


def test_names_come_with_the_identity_only() -> None:
    with serving(BerAgent(switch(2))) as agent:
        assert [p.name for p in visit(agent.target(), "ports").ports or ()] == ["if1", "if2"]
        full = visit(agent.target(), "ports", "identity", indexes=("1",))
    assert [p.name for p in full.ports or ()] == ["GE0/1", "GE0/2"]


def test_an_uptime_beyond_the_497_days_of_sys_uptime() -> None:
    seconds = 2**32 // 100 + 3600
    table = switch(0) | {oid(ENGINE_TIME): ber_agent.integer(seconds)}
    with serving(BerAgent(table)) as agent:
        assert visit(agent.target(), "status").uptime == seconds


# -- parts that fail -----------------------------------------------------------------------------


def deaf_below(root: str) -> ber_agent.Answer:
    start = oid(root)

    def answer(agent: BerAgent, request: Request) -> bytes | None:
        asked_here = any(path[: len(start)] == start for path in request.oids)
        return None if asked_here else agent.honest(request)

    return answer


def test_one_silent_table_leaves_the_rest_of_the_visit() -> None:
    with serving(BerAgent(switch(), answer=deaf_below("1.3.6.1.2.1.31"))) as agent:
        poll = visit(agent.target(timeout=3), *EVERYTHING)
    assert (poll.error, poll.answered, poll.partial) == (None, ("snmp",), ("ports",))
    assert [type(fault) for fault in poll.faults] == [Unreachable]
    assert poll.identity is not None
    assert (poll.identity.sys_name, poll.identity.sys_descr) == ("SW1", "测试交换机")
    assert [(gauge.metric, gauge.value) for gauge in poll.gauges] == [("cpu", 37)]
    assert poll.ports is None
    assert judge("up", 0, poll).why.startswith("端口数据没有取到：127.0.0.1（UDP ")


def test_a_table_in_circles_is_named_with_its_reason() -> None:
    def looping(agent: BerAgent, request: Request) -> bytes:
        if request.kind != ber_agent.GET and request.oids[0][:10] == oid(ifmib.OPER):
            return agent.honest(replace(request, oids=(oid(ifmib.OPER),)))
        return agent.honest(request)

    with serving(BerAgent(switch(40), answer=looping)) as agent:
        poll = visit(agent.target(max_repetitions=5), "ports", "gauges")
    assert (poll.error, poll.partial) == (None, ("ports",))
    assert "反复返回同样的行" in poll.faults[0].reason
    assert poll.gauges != ()


def test_a_device_that_dies_during_the_visit_costs_a_few_timeouts_only() -> None:
    def dying(agent: BerAgent, request: Request) -> bytes | None:
        return agent.honest(request) if len(agent.asked) < 3 else None

    with serving(BerAgent(switch(), answer=dying)) as agent:
        poll = visit(agent.target(timeout=2), *EVERYTHING)
    assert (poll.answered, poll.partial) == (("snmp",), ("identity", "ports", "gauges"))
    assert len(agent.asked) <= 6, "two that were answered, and a few that were not"


# -- devices that fail ---------------------------------------------------------------------------


def test_every_failure_of_a_device_is_a_value(agent: Snmpd) -> None:
    closed = Target("closed", "127.0.0.1", "generic", agents.COMMUNITY, free_port())
    targets = {
        "closed port": replace(closed, ping=False),
        "wrong user": agent.target(replace(agents.STRONG, user="ghost")),
        "wrong community": replace(agent.target(SnmpAuth("v2c", "nope")), timeout=0.1),
        "no address": Target("odd", "switch-7", "generic", agents.COMMUNITY),
    }
    polls = {name: visit(target, *EVERYTHING) for name, target in targets.items()}
    assert {name: type(poll.error) for name, poll in polls.items()} == {
        "closed port": Unreachable,
        "wrong user": AuthRejected,
        "wrong community": Unreachable,
        "no address": Unreachable,
    }
    assert {poll.answered for poll in polls.values()} == {()}
    assert {poll.ports for poll in polls.values()} == {None}


def test_garbage_is_a_value() -> None:
    with serving(BerAgent(switch(), answer=lambda _agent, _request: b"SSH-2.0-x\r\n")) as agent:
        poll = visit(agent.target(), *EVERYTHING)
    assert type(fault(poll)) is Unreadable


def test_an_unknown_profile_is_told_although_the_device_answers(agent: Snmpd) -> None:
    poll = visit(agent.target(profile="huawei_vpr"), "status")
    assert poll.answered == ("snmp",)
    assert "没有名为「huawei_vpr」的厂商档案" in fault(poll).reason


def test_failures_kept_for_long_keep_no_socket_open() -> None:
    def open_files() -> int:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    target = Target("closed", "127.0.0.1", "generic", agents.STRONG, free_port(), ping=False)
    before = open_files()
    polls = [visit(target, "status") for _ in range(30)]
    assert open_files() == before
    assert Counter(type(poll.error) for poll in polls) == {Unreachable: 30}


def test_a_poll_travels_between_processes_whole() -> None:
    target = Target("closed", "127.0.0.1", "generic", agents.STRONG, free_port(), ping=False)
    poll = visit(target, "status")
    again = pickle.loads(pickle.dumps(poll))
    assert replace(again, error=None) == replace(poll, error=None)
    assert (type(again.error), again.error.reason) == (Unreachable, fault(poll).reason)


# -- ping ----------------------------------------------------------------------------------------


def pinged_only(address: str, *, ping: bool = True) -> Target:
    return Target("camera", address, "generic", ping=ping)


def test_a_device_without_snmp_is_judged_by_ping_alone() -> None:
    need(icmp.available(), "the right to send ICMP")
    poll = visit(pinged_only("127.0.0.1"), *EVERYTHING)
    assert (poll.error, poll.answered, poll.uptime, poll.ports) == (None, ("icmp",), None, None)


def test_the_answer_of_a_ping_sweep_is_not_asked_for_again() -> None:
    dead = poller.poll(pinged_only("127.0.0.1"), ("status",), pinged=False)
    assert (type(dead.error), dead.answered) == (Unreachable, ())
    assert "127.0.0.1 没有应答 ping（共 2 次，每次等 1 秒）" in fault(dead).reason
    alive = poller.poll(pinged_only("192.0.2.77"), ("status",), pinged=True)
    assert (alive.error, alive.answered) == (None, ("icmp",))


def test_a_host_that_answers_ping_but_not_snmp_is_told_apart() -> None:
    need(icmp.available(), "the right to send ICMP")
    port = free_port()
    poll = visit(Target("host", "127.0.0.1", "generic", agents.COMMUNITY, port), "status")
    assert (type(poll.error), poll.answered) == (Unreachable, ("icmp",))
    assert "这个端口上没有 SNMP 服务" in fault(poll).reason


def test_both_answers_are_told(agent: Snmpd) -> None:
    poll = poller.poll(agent.target(), ("status",), pinged=True)
    assert (poll.error, poll.answered) == (None, ("icmp", "snmp"))


def test_a_device_with_no_means_of_asking_is_not_called_dead() -> None:
    poll = visit(pinged_only("127.0.0.1", ping=False), "status")
    assert type(poll.error) is DeviceError
    assert "没有任何检测手段" in fault(poll).reason
