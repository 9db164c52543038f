"""SNMP reading from agents that misbehave: every case ends in a clear message, or gets round it."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from netops import snmp
from netops.errors import DeviceError, Unreachable, Unreadable
from netops.reading import SnmpAuth, Target
from netops.snmp_wire import CLOCK
from tests import agents, ber_agent
from tests.agents import Snmpd
from tests.ber_agent import BerAgent, Request, oid, serving

UPTIME = {oid(CLOCK): ber_agent.ticks(4711)}
DESCR, STATUS, IN = (f"1.3.6.1.2.1.{tail}" for tail in ("2.2.1.2", "2.2.1.8", "31.1.1.1.6"))
COLUMNS = (DESCR, STATUS, IN)


def interfaces(count: int, name: bytes = b"GigabitEthernet0/0/%d") -> dict[ber_agent.Oid, bytes]:
    table = dict(UPTIME)
    for row in range(1, count + 1):
        table[*oid(DESCR), row] = ber_agent.octets(name % row)
        table[*oid(STATUS), row] = ber_agent.integer(1 + row % 2)
        table[*oid(IN), row] = ber_agent.counter64(2**40 + row)
    return table


def indexes(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(1, count + 1)))


def expected(count: int, name: bytes = b"GigabitEthernet0/0/%d") -> dict[str, dict[str, object]]:
    rows = range(1, count + 1)
    return {
        "1.3.6.1.2.1.1.3": {"0": 4711},
        DESCR: {str(row): name % row for row in rows},
        STATUS: {str(row): 1 + row % 2 for row in rows},
        IN: {str(row): 2**40 + row for row in rows},
    }


def failure(target: Target, columns: tuple[str, ...] = COLUMNS) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        snmp.read(target, (), columns)
    return caught.value


# -- got round ---------------------------------------------------------------------------------


def test_twenty_thousand_interfaces_are_read_completely_in_few_questions() -> None:
    with serving(BerAgent(interfaces(20_000), room=9000)) as agent:
        rows = snmp.read(agent.target(max_repetitions=50), (), COLUMNS)
    assert rows == expected(20_000)
    assert len(agent.asked) < 1.1 * 3 * 20_000 / 50


def test_more_rows_than_any_device_has_are_cut_off() -> None:
    table = {(*oid(STATUS), row): ber_agent.integer(1) for row in range(snmp.MOST_ROWS + 2)}
    with serving(BerAgent(UPTIME | table)) as agent:
        error = failure(agent.target(max_repetitions=60), (STATUS,))
    assert type(error) is Unreadable
    assert f"{STATUS} 超过 {snmp.MOST_ROWS} 行，已经停止读取" in error.reason


@pytest.mark.parametrize("room", [484, 200, 60])
def test_a_get_that_is_too_big_is_split_until_it_fits(room: int) -> None:
    with serving(BerAgent(interfaces(24), room=room)) as agent:
        rows = snmp.read(agent.target(), (), COLUMNS, indexes=indexes(24))
    assert rows == expected(24)


def test_a_visit_remembers_how_much_fits_into_one_get() -> None:
    with serving(BerAgent(interfaces(24), room=484)) as agent:
        snmp.read(agent.target(), (), COLUMNS, indexes=indexes(24))
    sizes = Counter(len(request.oids) for request in agent.asked)
    assert sizes[snmp.ROOM] == 1
    assert len(agent.asked) <= 10


def test_one_object_that_spoils_its_get_costs_only_itself() -> None:
    bad = (*oid(STATUS), 7)

    def spoiled(agent: BerAgent, request: Request) -> bytes:
        if bad in request.oids:
            return request.reply(b"", ber_agent.GEN_ERR)
        return agent.honest(request)

    with serving(BerAgent(interfaces(24), answer=spoiled)) as agent:
        rows = snmp.read(agent.target(), (), COLUMNS, indexes=indexes(24))
    wanted = expected(24)
    del wanted[STATUS]["7"]
    assert rows == wanted


def test_a_silent_getbulk_falls_back_to_getnext_for_the_whole_visit() -> None:
    def deaf(agent: BerAgent, request: Request) -> bytes | None:
        return None if request.kind == ber_agent.GETBULK else agent.honest(request)

    with serving(BerAgent(interfaces(5), answer=deaf)) as agent:
        rows = snmp.read(agent.target(timeout=3), (), COLUMNS)
    assert rows == expected(5)
    assert [r.kind for r in agent.asked].count(ber_agent.GETBULK) == 1


def test_a_getbulk_that_is_declined_goes_on_by_getnext() -> None:
    def declining(agent: BerAgent, request: Request) -> bytes:
        if request.kind == ber_agent.GETBULK:
            return request.reply(b"", ber_agent.TOO_BIG)
        return agent.honest(request)

    with serving(BerAgent(interfaces(5), answer=declining)) as agent:
        assert snmp.read(agent.target(), (), COLUMNS) == expected(5)


def test_answers_over_four_kilobytes_are_read_all_the_same() -> None:
    long = b"x" * 250 + b"%d"
    with serving(BerAgent(interfaces(24, long), room=60_000)) as agent:
        walked = snmp.read(agent.target(), (), COLUMNS)
        packed = snmp.read(agent.target(), (), COLUMNS, indexes=indexes(24))
    assert walked == packed == expected(24, long)


def test_a_large_get_dropped_in_silence_is_walked_instead() -> None:
    def small(agent: BerAgent, request: Request) -> bytes | None:
        return agent.honest(request) if len(request.oids) <= 10 else None

    with serving(BerAgent(interfaces(24), answer=small)) as agent:
        assert snmp.read(agent.target(timeout=3), (), COLUMNS, indexes=indexes(24)) == expected(24)


def test_one_lost_datagram_is_asked_for_again() -> None:
    seen: Counter[bytes] = Counter()

    def lossy(agent: BerAgent, request: Request) -> bytes | None:
        seen[b"all"] += 1
        return agent.honest(request) if seen[b"all"] % 4 else None

    with serving(BerAgent(interfaces(24), answer=lossy)) as agent:
        assert snmp.read(agent.target(retries=1, timeout=2), (), COLUMNS) == expected(24)


# -- told --------------------------------------------------------------------------------------


@pytest.mark.parametrize("bulk", [True, False])
def test_a_walk_in_circles_is_cut_off(bulk: bool) -> None:
    def looping(agent: BerAgent, request: Request) -> bytes:
        if request.kind == ber_agent.GET:
            return agent.honest(request)
        return agent.honest(replace(request, oids=((*oid(DESCR), request.oids[0][-1] % 7),)))

    with serving(BerAgent(interfaces(40), answer=looping)) as agent:
        error = failure(agent.target(bulk=bulk, max_repetitions=5))
    assert type(error) is Unreadable
    assert f"遍历 {DESCR} 时反复返回同样的行" in error.reason
    assert len(agent.asked) < 30


GARBAGE = {
    "text": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "zeros": bytes(60),
    "one octet": b"0",
    "another version": b"0\x82",
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=list(GARBAGE))
def test_garbage_is_named_as_such(answer: bytes) -> None:
    with serving(BerAgent(UPTIME, answer=lambda _agent, _request: answer)) as agent:
        error = failure(agent.target())
    assert type(error) is Unreadable
    assert "应答不是完整的 SNMP 报文" in error.reason


@pytest.mark.parametrize("auth", [agents.COMMUNITY, agents.STRONG], ids=["v2c", "v3"])
@pytest.mark.parametrize("keep", [0.5, 0.95])
def test_truncated_answers_of_a_real_agent_are_named(
    agent: Snmpd, auth: SnmpAuth, keep: float
) -> None:
    with ber_agent.relay(agent.port, lambda answer: answer[: int(len(answer) * keep)]) as port:
        target = replace(agent.target(), snmp=auth, snmp_port=port)
        error = failure(target)
    assert type(error) is Unreadable
    assert "报文可能被中途截断" in error.reason


def test_an_answer_in_foreign_name_is_no_answer() -> None:
    def foreign(_agent: BerAgent, request: Request) -> bytes:
        return replace(request, community=b"private").reply(b"")

    with serving(BerAgent(UPTIME, answer=foreign)) as agent:
        assert type(failure(agent.target(timeout=0.3))) is Unreachable


def test_no_malformed_answer_escapes_as_anything_but_a_device_error() -> None:
    """Fuzzing: mutated answers make gufo's Rust core panic, which no `except Exception` sees."""
    chance = random.Random(20261121)

    def mutated(agent: BerAgent, request: Request) -> bytes:
        answer = bytearray(agent.honest(request))
        for _ in range(chance.randint(1, 4)):
            answer[chance.randrange(len(answer))] = chance.choice((0, 1, 0x7F, 0x80, 0x84, 0xFF))
        return bytes(answer)

    outcomes = Counter[str]()
    with serving(BerAgent(interfaces(3), answer=mutated)) as agent:
        target = agent.target(timeout=0.05)
        for _ in range(300):
            try:
                snmp.read(target, (), COLUMNS)
                outcomes["read"] += 1
            except DeviceError as error:
                outcomes[type(error).__name__] += 1
    assert sum(outcomes.values()) == 300
    assert outcomes["Unreadable"] > 100
