"""Simulated devices with command lines for the configuration bench, served by another process."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from netops.simulator.cli import Cli
from netops.simulator.cli_server import serve, stop

PASSWORD = "bench-only"
# What a county has: dialect → its profile.
KINDS = {
    "huawei_vrp": "huawei_vrp",
    "hp_comware": "h3c_comware",
    "ruijie_os": "ruijie_os",
    "cisco_ios": "cisco_ios",
}


@dataclass(frozen=True, slots=True)
class Box:
    """One device as a client is told of it; `text` is what its configuration ends with."""

    name: str
    profile: str
    user: str
    port: int
    text: str


@dataclass(frozen=True, slots=True)
class Boxes:
    """What a client is to read, with how many sessions at a time."""

    each: tuple[Box, ...]
    sessions: int


@contextmanager
def running(count: int, sessions: int, lines: int) -> Iterator[Boxes]:
    """`count` devices, each with a configuration of its own of some `lines` lines."""
    context = get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=_serve, args=(there, count, lines), daemon=True)
    child.start()
    try:
        yield Boxes(here.recv(), sessions)
    finally:
        here.send("stop")
        child.join()


def _serve(pipe: Connection, count: int, lines: int) -> None:
    os.nice(-5) if os.geteuid() == 0 else None
    asyncio.run(_served(pipe, [_box(number, lines) for number in range(count)]))


async def _served(pipe: Connection, devices: list[Cli]) -> None:
    with TemporaryDirectory(prefix="bench-") as keys:
        opened = await serve(devices, keys=Path(keys))
        pipe.send(tuple(map(_told, devices)))
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        await stop(opened)


def _box(number: int, lines: int) -> Cli:
    dialect = list(KINDS)[number % len(KINDS)]
    routes = [f"10.{number // 250}.{number % 250}.{line}/32" for line in range(min(lines, 250))]
    return Cli(name=f"BOX{number:04}", dialect=dialect, password=PASSWORD, routes=routes)


def _told(device: Cli) -> Box:
    return Box(device.name, KINDS[device.dialect], device.user, device.port, device.running.text())
