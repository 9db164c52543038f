"""The parts between a client and snmpsim: the cable, the command line, the switches."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from netops.reading import SnmpAuth
from netops.simulator import agents, control, wires
from netops.simulator.plan import plan
from netops.simulator.power import Mood, Power, UnknownDevice
from tests.patience import ANSWER

T = TypeVar("T")
CORE, ROUTER, SWITCH = "县中心核心交换机", "城关镇接入路由器", "城关镇接入交换机"


def test_a_wire_passes_datagrams_untouched_to_whoever_asked() -> None:
    async def both(ask: Callable[[bytes], Awaitable[bytes]]) -> list[bytes]:
        asked = (ask(b"first"), ask(b"second"), ask(b"\x00" * 2000))
        return list(await asyncio.gather(*asked))

    answers = _over_a_wire(lambda: "up", both)
    assert answers == [b"echo first", b"echo second", b"echo " + b"\x00" * 2000]


def test_a_dead_device_says_nothing() -> None:
    async def silence(ask: Callable[[bytes], Awaitable[bytes]]) -> bool:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(b"anybody?"), 0.3)
        return True

    assert _over_a_wire(lambda: "dead", silence)


def test_a_failing_line_cuts_and_turns_bytes() -> None:
    async def once(ask: Callable[[bytes], Awaitable[bytes]]) -> bytes:
        return await ask(b"hello")

    assert _over_a_wire(lambda: "garbled", once) == b"ec\x97o \x97"


def test_a_silenced_device_may_speak_again_on_the_same_port() -> None:
    moods: list[Mood] = ["dead"]

    async def both(ask: Callable[[bytes], Awaitable[bytes]]) -> bytes:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(b"anybody?"), 0.3)
        moods[0] = "up"
        return await ask(b"now?")

    assert _over_a_wire(lambda: moods[0], both) == b"echo now?"


def test_every_engine_has_a_folder_a_port_and_its_own_credential() -> None:
    v2c, v3 = SnmpAuth("v2c", "demo-only"), plan().snmp(plan().devices[CORE])
    engines = [agents.Engine("A", v2c), agents.Engine("B", v3)]
    line = agents.arguments(engines, [4001, 4002], Path("/cache"))
    assert line[4:] == [
        "--v3-engine-id", "80004fb80441", "--data-dir", "A",
        "--agent-udpv4-endpoint", "127.0.0.1:4001",
        "--v3-engine-id", "80004fb80442", "--data-dir", "B",
        "--v3-user", "demo-watch",
        "--v3-auth-key", "demo-only-auth", "--v3-auth-proto", "SHA256",
        "--v3-priv-key", "demo-only-priv", "--v3-priv-proto", "AES256BLMT",
        "--agent-udpv4-endpoint", "127.0.0.1:4002",
    ]  # fmt: skip


def test_free_ports_are_distinct_and_free() -> None:
    ports = agents.free_ports(40)
    assert len(set(ports)) == 40
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mine:
            mine.bind(("127.0.0.1", port))


def test_what_lies_below_a_dead_device_is_dead_too() -> None:
    power = Power(plan())
    power.put(ROUTER, "dead")
    assert [power.mood(name) for name in (CORE, ROUTER, SWITCH)] == ["up", "dead", "dead"]
    power.put(ROUTER, "up")
    power.put(SWITCH, "garbled")
    assert power.mood(SWITCH) == "garbled"
    power.put(CORE, "dead")
    assert set(power.all().values()) == {"dead"}


def test_an_unknown_device_is_named() -> None:
    with pytest.raises(UnknownDevice, match="没有名为“城关镇交换机”的设备"):
        Power(plan()).put("城关镇交换机", "dead")


def test_control_tells_when_nothing_runs(tmp_path: Path) -> None:
    for home in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(control.NotRunning, match="make run"):
            control.control(home, "list")


def test_control_reaches_a_home_that_lies_deep(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["演示县的数据"] * 8)
    home.mkdir(parents=True)
    asked: list[tuple[str, str, float]] = []

    async def act(act: str, name: str, seconds: float) -> dict[str, str]:
        asked.append((act, name, seconds))
        if act == "kill":
            raise UnknownDevice("演示县没有它")
        return {ROUTER: "up"}

    async def conversation() -> dict[str, str]:
        async with await control.listen(home, act):
            answer = await asyncio.to_thread(control.control, home, "reboot", ROUTER, 3)
            with pytest.raises(UnknownDevice, match="演示县没有它"):
                await asyncio.to_thread(control.control, home, "kill", "x")
        return answer

    assert asyncio.run(conversation()) == {ROUTER: "up"}
    assert asked == [("reboot", ROUTER, 3), ("kill", "x", 20)]
    assert (home / control.SOCKET).stat().st_mode & 0o777 == 0o600


class _Echo(asyncio.DatagramProtocol):
    """An agent that answers every question with "echo " and the question."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, client: wires.Address) -> None:
        self._transport.sendto(b"echo " + data, client)  # type: ignore[attr-defined]


def _over_a_wire(
    mood: Callable[[], Mood],
    talk: Callable[[Callable[[bytes], Awaitable[bytes]]], Awaitable[T]],
) -> T:
    """Lay a wire to an echo and let `talk` ask over it, each question from a port of its own."""

    async def main() -> T:
        loop = asyncio.get_running_loop()
        echo, _ = await loop.create_datagram_endpoint(_Echo, local_addr=("127.0.0.1", 0))
        wire = await wires.lay(echo.get_extra_info("sockname")[1], mood)
        port = wire.get_extra_info("sockname")[1]

        async def ask(question: bytes) -> bytes:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.setblocking(False)
                client.connect(("127.0.0.1", port))
                client.send(question)
                async with asyncio.timeout(ANSWER):
                    return await loop.sock_recv(client, 4096)

        try:
            return await talk(ask)
        finally:
            wire.close()
            echo.close()
            await asyncio.sleep(0)  # let the transports close before the loop does

    return asyncio.run(main())
