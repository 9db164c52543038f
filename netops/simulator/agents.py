"""The SNMP side of the demo county: snmpsim, with an engine per device.

snmpsim (BSD-2, https://docs.lextudio.com/snmpsim/) gives every device an SNMP engine of its own,
so v2c communities, v3 users and engine IDs are as separate as on real boxes. It has no switch to
silence one engine, and a process each would cost 50 MB times thirty: `wires` does that instead.
"""

import asyncio
import os
import runpy
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from netops.reading import SnmpAuth
from netops.simulator.stage import INDEX
from netops.simulator.wires import LOOPBACK

# An SNMPv3 discovery (RFC 3414 §4): every engine, also one that is only asked by v2c, answers it
# with a Report, and it needs no credential. So it tells "this device is there".
DISCOVERY = bytes.fromhex(
    "303b 020103"  # SNMPv3
    "3011 020400000001 020300ffe3 040104 020103"  # message 1, reportable, USM
    "0410 300e 0400 020100 020100 0400 0400 0400"  # engine, boots, time, user, keys: unknown
    "3011 0400 0400 a00b 020101 020100 020100 3000"  # an empty GET
)


@dataclass(frozen=True, slots=True)
class Engine:
    """What snmpsim must know of one device: its folder under the data root, and its credential."""

    folder: str
    auth: SnmpAuth


def free_ports(count: int) -> list[int]:
    """Distinct UDP ports of the loopback that were free a moment ago."""
    held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    try:
        for taken in held:
            taken.bind((LOOPBACK, 0))
        return [taken.getsockname()[1] for taken in held]
    finally:
        for taken in held:
            taken.close()


# Our names of the protocols are those of `SnmpAuth`; snmpsim has its own.
AUTH = {"MD5": "MD5", "SHA": "SHA", "SHA-224": "SHA224", "SHA-256": "SHA256",
        "SHA-384": "SHA384", "SHA-512": "SHA512"}  # fmt: skip
PRIV = {"DES": "DES", "AES": "AES", "AES-192": "AES192BLMT", "AES-256": "AES256BLMT",
        "AES-256-C": "AES256"}  # fmt: skip


def arguments(engines: Sequence[Engine], ports: Sequence[int], cache: Path) -> list[str]:
    """snmpsim's command line: one engine block per device, all paths relative to the data root."""
    line = ["--log-level=error", "--logging-method=stderr", f"--cache-dir={cache}",
            f"--variation-modules-dir={Path(__file__).with_name('variation')}"]  # fmt: skip
    for engine, port in zip(engines, ports, strict=True):
        line += ["--v3-engine-id", engine_id(engine.folder), "--data-dir", engine.folder]
        line += _user(engine.auth) if engine.auth.version == "v3" else []
        line += ["--agent-udpv4-endpoint", f"{LOOPBACK}:{port}"]
    return line


def engine_id(name: str) -> str:
    """An SNMP engine ID made of a text, so that a device keeps it (RFC 3411, format 4), in hex.
    20408 is the enterprise number snmpsim itself uses."""
    return (0x80000000 + 20408).to_bytes(4).hex() + "04" + name.encode()[:27].hex()


def _user(auth: SnmpAuth) -> list[str]:
    return [
        "--v3-user", auth.user,
        "--v3-auth-key", auth.auth_secret, "--v3-auth-proto", AUTH[auth.auth_protocol],
        "--v3-priv-key", auth.priv_secret, "--v3-priv-proto", PRIV[auth.priv_protocol],
    ]  # fmt: skip


async def launch(
    engines: Sequence[Engine], root: Path
) -> tuple[asyncio.subprocess.Process, list[int]]:
    """Start snmpsim over the folders below `root`; the process, and the UDP port of each engine.

    Between choosing a port and snmpsim's taking it, somebody else may; then all is tried anew.
    """
    for _attempt in range(3):
        ports = free_ports(len(engines))
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "netops.simulator.agents",
            *arguments(engines, ports, root / INDEX),
            stdin=asyncio.subprocess.PIPE, stdout=sys.stderr, cwd=root,
            env={"HOME": str(root)} | os.environ | {"SNMPSIM_ALLOW_ROOT": "true"},
        )  # fmt: skip
        try:
            if not await unanswered(ports, child):
                return child, ports
        except asyncio.CancelledError:
            child.terminate()
            raise
        await end(child)
    raise RuntimeError("snmpsim did not answer for every device, three times over")


async def unanswered(
    ports: Sequence[int], child: asyncio.subprocess.Process, patience: float = 60.0
) -> set[int]:
    """Ask every engine until all have answered; what is left when the child ends or time is up."""
    missing = set(ports)
    loop = asyncio.get_running_loop()
    closing = loop.time() + patience
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setblocking(False)
        asker.bind((LOOPBACK, 0))
        while missing and child.returncode is None and loop.time() < closing:
            for port in missing:
                asker.sendto(DISCOVERY, (LOOPBACK, port))
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    while missing:
                        _report, (_host, port) = await loop.sock_recvfrom(asker, 4096)
                        missing.discard(port)
    return missing


async def end(child: asyncio.subprocess.Process) -> None:
    """Stop snmpsim and wait until it is gone."""
    if child.returncode is None:
        child.terminate()
    await child.wait()


def main() -> None:
    """Be snmpsim, for as long as standard input stays open: never outlive the simulator."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the console, which then stops us
    threading.Thread(target=_hold, daemon=True).start()
    runpy.run_module("snmpsim.commands.responder", run_name="__main__", alter_sys=True)


def _hold() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
