"""The demo county in operation: agents, cables and command lines, and what can be done to them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from netops.simulator import agents, control, stage, wires
from netops.simulator.plan import Device, Plan
from netops.simulator.power import Mood, Power
from netops.simulator.shells import Shell, shell

log = logging.getLogger(__name__)

PROCESSES = 2  # of snmpsim: it is slow in Python, and a console has two cores at least
MOODS: Mapping[str, Mood] = {"kill": "dead", "garble": "garbled", "revive": "up"}


class Running:
    """A county whose devices answer. `ports` holds each device's SNMP port, and SSH port or
    None."""

    def __init__(self, county: Plan, root: Path, syslog: int = 0) -> None:
        self._syslog = syslog
        self.ports: dict[str, tuple[int, int | None]] = {}
        self._county = county
        self._root = root
        self._power = Power(county)
        self._agents: list[asyncio.subprocess.Process] = []
        self._shells: dict[str, Shell] = {}
        self._rebooting: set[asyncio.Task[None]] = set()

    async def act(self, act: str, name: str, seconds: float) -> Mapping[str, Mood]:
        """Obey one control command; every device's mood afterwards."""
        if act != "list":
            self._switch(act, name, seconds)
            log.info("%s %s", act, name)
            await self._follow()
        return self._power.all()

    async def open(self, stack: AsyncExitStack, home: Path) -> None:
        """Start everything; what was started is stopped with the stack."""
        agent_ports = await self._launch(stack)
        stack.push_async_callback(self._close)
        for name, device in self._county.devices.items():
            wire = await wires.lay(agent_ports[name], self._power.watched(name))
            stack.callback(wire.close)
            ssh_port = None
            if device.cli:
                keys = home / "keys"
                self._shells[name] = shell(device, self._county, self._root, keys, self._syslog)
                await self._shells[name].open()
                ssh_port = self._shells[name].cli.port
            self.ports[name] = wire.get_extra_info("sockname")[1], ssh_port

    async def ended(self) -> None:
        """Return when an snmpsim has stopped by itself."""
        waiting = [asyncio.create_task(child.wait()) for child in self._agents]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)

    async def _launch(self, stack: AsyncExitStack) -> dict[str, int]:
        """The county's engines, shared out among the processes; each device's agent port."""
        devices = list(self._county.devices.values())
        shares = [devices[n::PROCESSES] for n in range(PROCESSES)]
        launched = await asyncio.gather(*(self._share(share, stack) for share in shares))
        return {name: port for ports in launched for name, port in ports.items()}

    async def _share(self, share: Sequence[Device], stack: AsyncExitStack) -> dict[str, int]:
        engines = [agents.Engine(device.tag, self._county.snmp(device)) for device in share]
        child, ports = await agents.launch(engines, self._root)
        self._agents.append(child)
        stack.push_async_callback(agents.end, child)
        return {device.name: port for device, port in zip(share, ports, strict=True)}

    async def _close(self) -> None:
        for task in self._rebooting:
            task.cancel()
        for one in self._shells.values():
            await one.close()

    def _switch(self, act: str, name: str, seconds: float) -> None:
        if act != "reboot":
            self._power.put(name, MOODS[act])
            return
        self._power.put(name, "dead")
        task = asyncio.create_task(self._reboot(name, seconds))
        self._rebooting.add(task)
        task.add_done_callback(self._rebooting.discard)

    async def _reboot(self, name: str, seconds: float) -> None:
        """Off for a while, then on with fresh counters and the saved configuration."""
        await asyncio.sleep(seconds)
        stage.boot(self._root, self._county.devices[name]).touch()
        if name in self._shells:
            self._shells[name].cli.reboot()
        self._power.put(name, "up")
        await self._follow()

    async def _follow(self) -> None:
        for name, one in self._shells.items():
            await one.follow(self._power.mood(name))


@asynccontextmanager
async def running(home: Path, county: Plan, syslog: int = 0) -> AsyncIterator[Running]:
    """The county below `home`, with its control socket, for the length of the block."""
    alive = Running(county, stage.staged(home, county), syslog)
    async with AsyncExitStack() as stack:
        await alive.open(stack, home)
        server = await control.listen(home, alive.act)
        stack.callback((home / control.SOCKET).unlink, missing_ok=True)
        stack.callback(server.close)
        yield alive
