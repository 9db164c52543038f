"""The demo county's local control: one line of JSON asked, one answered, over a Unix socket.

Any process of the same user can switch devices: `control(home, "kill", "城关镇接入路由器")`.
"""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netops.simulator.power import UnknownDevice

SOCKET = "control.sock"
ACTS = ("kill", "revive", "garble", "reboot", "list")
Act = Callable[[str, str, float], Awaitable[Mapping[str, str]]]


class NotRunning(RuntimeError):
    """No demo county answers in this home; the message tells what to do."""


class Refused(RuntimeError):
    """The county could not do what was asked; the message says why."""


def control(home: Path, act: str, name: str = "", seconds: float = 20) -> dict[str, str]:
    """Ask the running county to `kill`, `revive`, `garble` or `reboot` a device, or to `list`.

    Answers every device with its mood (up, dead, garbled). `seconds` is how long a reboot takes.
    Raises `UnknownDevice`, `Refused` or `NotRunning`.
    """
    question = json.dumps({"act": act, "name": name, "seconds": seconds})
    try:
        answer = json.loads(_asked(home, question.encode() + b"\n"))
    except (OSError, json.JSONDecodeError) as error:  # gone, or ended before it answered
        raise NotRunning(f"演示县没有在 {home} 运行；请先启动它（make run）。") from error
    if "unknown" in answer:
        raise UnknownDevice(answer["unknown"])
    if "refused" in answer:
        raise Refused(answer["refused"])
    return dict(answer["devices"])


def _asked(home: Path, question: bytes) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line, _near(home) as path:
        line.connect(path)
        line.sendall(question)
        return line.makefile().readline()


async def listen(home: Path, act: Act) -> asyncio.Server:
    """Answer `control` calls with what `act(act, name, seconds)` returns, until closed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await _answer(await reader.readline(), act))
            await writer.drain()
        finally:
            writer.close()

    with _near(home) as path:
        server = await asyncio.start_unix_server(answer, path)
    (home / SOCKET).chmod(0o600)
    return server


async def _answer(question: bytes, act: Act) -> bytes:
    try:
        asked = json.loads(question)
        devices = await act(asked["act"], asked["name"], asked["seconds"])
        answer: dict[str, Any] = {"devices": dict(devices)}
    except UnknownDevice as error:
        answer = {"unknown": str(error)}
    except (ValueError, KeyError, TypeError) as error:
        answer = {"refused": f"控制命令不正确（{error}）。可用的命令：{'、'.join(ACTS)}。"}
    except OSError as error:  # another program took the port meanwhile
        answer = {"refused": f"设备没有恢复应答（{error}）；请重新启动演示县。"}
    return json.dumps(answer, ensure_ascii=False).encode() + b"\n"


@contextmanager
def _near(home: Path) -> Iterator[str]:
    """A short path of the socket: the kernel takes 107 bytes, and a home may lie deep."""
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{SOCKET}"
    finally:
        os.close(folder)
