"""A private PostgreSQL cluster for the tests: own data folder, own port, gone afterwards."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def binaries() -> Path | None:
    """Where Debian keeps initdb and postgres, None when they are not installed."""
    return _BIN[-1] if _BIN else None


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster; yields a URL prefix to which a database name is appended."""
    folder = binaries()
    assert folder is not None
    with tempfile.TemporaryDirectory(prefix="netops-pg-") as home:
        Path(home).chmod(0o777)  # the server refuses to run as root and becomes nobody
        data = Path(home) / "data"
        _as_nobody(folder / "initdb", "-D", data, "-U", "netops", "-A", "trust", "--no-sync")
        port = _free_port()
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = (folder / "pg_ctl", "-D", data, "-s", "-w")
        _as_nobody(*control, "-l", f"{home}/log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://netops@127.0.0.1:{port}/"
        finally:
            _as_nobody(*control, "-m", "immediate", "stop")


def _as_nobody(*command: object) -> None:
    root = ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
    words = [*(root if os.geteuid() == 0 else ()), *map(str, command)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
