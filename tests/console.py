"""`netops up` as its users start it: a process with a home and a port of its own.

with console(tmp_path) as up:
    up.until(lambda: up.devices()["up"] >= 25)
    up.netops("demo", "kill", "城关镇接入路由器")
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.patience import ANSWER, PATIENCE, until
from tests.peers import BOUND, free_port

OURS = ("NETOPS_", "DATABASE_URL")


@dataclass
class Console:
    """A running console."""

    home: Path
    port: int
    process: subprocess.Popen[str]
    told: str  # standard output until it was ready

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def password(self, login: str) -> str:
        """Of a demo account, as printed at the start."""
        found = re.search(rf"^ +{login} +(\S+)", self.told, re.MULTILINE)
        assert found, self.told
        return found[1]

    def health(self) -> dict[str, Any]:
        """/healthz, which needs no login; {} while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=ANSWER) as answer:
                return dict(json.load(answer))
        except OSError:
            return {}

    def devices(self) -> dict[str, int]:
        return dict(self.health().get("devices", {"up": 0, "down": 0, "unreachable": 0}))

    def netops(self, *words: str) -> str:
        """What a command says on this home; it must succeed."""
        done = netops(*words, NETOPS_HOME=str(self.home))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def family(self) -> list[psutil.Process]:
        """Everything it started, and itself."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def until(self, so: Callable[[], object]) -> None:
        """Wait until it is so; when it never is, say what the console was like."""
        until(so, lambda: (self.health(), (self.home / "stderr").read_text("utf-8")), pause=0.3)


@contextmanager
def console(home: Path, *, demo: bool = True) -> Iterator[Console]:
    """`netops up` in `home`, with the shortest cycles; stopped at the end if it still runs.

    `demo` False: somebody has founded this home.
    """
    home.mkdir(exist_ok=True)
    port = free_port()
    with (home / "stderr").open("ab") as stderr:
        process = subprocess.Popen(
            [*BOUND, sys.executable, "-m", "web.cli", "up"],
            env=environment(
                NETOPS_HOME=str(home), NETOPS_HOST="127.0.0.1", NETOPS_PORT=str(port),
                NETOPS_STATUS_SECONDS="10", NETOPS_COUNTER_SECONDS="30",
            ),
            stdout=subprocess.PIPE, stderr=stderr, text=True, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip
    try:
        told = _until(process, "netops init" if demo else "Ctrl-C")
        yield Console(home, port, process, told)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()  # what it started ends with it
        assert process.stdout is not None
        process.stdout.close()


def netops(*words: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """The command as a shell would run it, with only these settings."""
    return subprocess.run(
        [sys.executable, "-m", "web.cli", *words], env=environment(**settings), input=stdin,
        capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip


def environment(**settings: str) -> dict[str, str]:
    """Ours without any setting of the console, and these."""
    return {n: v for n, v in os.environ.items() if not n.startswith(OURS)} | settings


def gone(processes: list[psutil.Process]) -> bool:
    """None of them runs any more; a zombie waits for a parent that is not ours to be."""
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def closed(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _until(process: subprocess.Popen[str], last: str) -> str:
    """What is printed, up to the line that says `last`."""
    assert process.stdout is not None
    told = ""
    while last not in told:
        line = process.stdout.readline()
        assert line, f"ended with status {process.wait()} after: {told}"
        told += line
    return told
