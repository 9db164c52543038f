"""The processes that `netops up` starts: each in a session of its own, none outliving it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from web.settings import Settings, elsewhere

PARTS = ("web", "worker")
Children = Mapping[str, subprocess.Popen[bytes]]
_PATIENCE = 15  # seconds a child gets to finish what it is writing
_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None)


@contextmanager
def children(real: Settings, home: Settings) -> Iterator[Children]:
    """Web and worker of `home` by name: the real one, or its demo, which knows where to leave to.

    Ctrl-C reaches the supervisor only, which stops them.
    """
    environment = _environment(real, home)
    at = ("--home", str(home.home)) if home.demo else ()
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for part in PARTS:
            started[part] = _spawn((*at, part), environment)
        yield started
    finally:
        for child in started.values():
            child.terminate()
        for child in started.values():
            _wait(child)


def ended(started: Children) -> str:
    """Which child is gone, and how; "" while all are there."""
    gone = ((name, child.poll()) for name, child in started.items())
    return next(
        (f"{name} 意外退出（状态 {status}）" for name, status in gone if status is not None), ""
    )


def _environment(real: Settings, home: Settings) -> dict[str, str]:
    """Ours; where `--home` chose another home than ours says, that one."""
    same = Settings.from_env().home == real.home
    return (dict(os.environ) if same else elsewhere(os.environ, real.home)) | {
        "NETOPS_PORT": str(home.port),
        "NETOPS_STATUS_SECONDS": str(home.status_seconds),
        "NETOPS_COUNTER_SECONDS": str(home.counter_seconds),
        "NETOPS_SIGHTING_SECONDS": str(home.sighting_seconds),
        "NETOPS_SIGHTING_DAYS": str(home.sighting_days),
        "NETOPS_SYSLOG_PORT": str(home.syslog_port),
        "NETOPS_TRAP_PORT": str(home.trap_port),
    }


def _spawn(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "web.cli", *words],
        env=environment,
        start_new_session=True,
        preexec_fn=partial(_end_with, os.getpid()),  # noqa: PLW1509  (the supervisor has one thread)
    )


def _end_with(parent: int) -> None:
    """Even when the supervisor is killed outright, nothing it started stays behind."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # gone before we asked
        os._exit(1)


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
