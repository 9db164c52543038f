"""Compiles and runs the fleet of simulated switches (fleet.c) that SNMP benches talk to."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netops.reading import SnmpAuth

HERE = Path(__file__).parent
PORTS = 24  # of each simulated switch

COMMUNITY = SnmpAuth("v2c", community="public")
SHA1 = SnmpAuth("v3", "", "poller", "SHA", "authpass12345", "AES", "privpass12345")
SHA256 = SnmpAuth("v3", "", "poller256", "SHA-256", "authpass12345", "AES", "privpass12345")


class Fleet:
    """A running fleet: every address 127.x.y.z answers on its UDP `port`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._words()[1])

    def pdus(self) -> int:
        """Requests received since it started."""
        self._process.send_signal(signal.SIGUSR1)
        return int(self._words()[1])

    def _words(self) -> list[str]:
        assert self._process.stdout is not None
        words = self._process.stdout.readline().split()
        if not words:
            raise RuntimeError("the fleet stopped; its reason is on stderr")
        return words


@contextmanager
def running() -> Iterator[Fleet]:
    """A fleet on a free port, compiled for the occasion and stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
        program = _build(Path(folder))
        with subprocess.Popen([program, "0"], stdout=subprocess.PIPE, text=True) as process:
            try:
                yield Fleet(process)
            finally:
                process.terminate()


def _build(folder: Path) -> Path:
    compiler = shutil.which("gcc")
    if compiler is None:
        raise RuntimeError("compiling the fleet needs the Debian packages gcc and libssl-dev")
    program = folder / "fleet"
    sources = [HERE / "fleet.c", *sorted((HERE / "fleet").glob("*.c"))]
    subprocess.run(
        [compiler, "-std=c11", "-O2", "-flto", "-Wall", "-o", program, *sources, "-lcrypto"],
        check=True,
    )
    return program


def addresses(count: int) -> tuple[str, ...]:
    """Addresses of the first `count` devices, from 127.1.0.1 on; none ends in 0 or 255."""
    return tuple(f"127.{1 + n // 62_500}.{n // 250 % 250}.{1 + n % 250}" for n in range(count))
