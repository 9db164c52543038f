"""Copies, or brings back, a small set and pulls its own plug at named steps: see test_copying. Each
step is done in a process of its own, forked before anything was opened."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from backups import sftp_place
from backups.bringing_back import bring_back
from backups.copying import copy_set
from backups.pace import Pace
from backups.places import LocalFolder
from netops.remote import Remote
from tests.backups import small_set

Step = Callable[[str], None]


def plug(at: str) -> Step:
    """Pulled when the step is reached."""

    def step(name: str) -> None:
        if name == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def copied(home: Path, step: Step, port: str, key: str, far: str) -> None:
    known = small_set.Known(key)
    remote = Remote("D1", "127.0.0.1", int(port), "netadmin", "sshd-test-only", known=known)
    with sftp_place.opened(remote, f"{far}/{home.name}") as place:
        copy_set(small_set.folder(home), place.folder("C1", "Q1", "S1"), Pace(), step)


def back(home: Path, step: Step, sha256: str) -> None:
    there = LocalFolder(home / "far", lambda: None)
    bring_back(there, small_set.folder(home), sha256, Pace(), step)


WORKS: Mapping[str, Callable[..., None]] = {"copy": copied, "back": back}


def main(what: str, home: str, steps: str, *words: str) -> None:
    for step in steps.split(","):
        child = os.fork()
        if not child:
            WORKS[what](Path(home, step), plug(step), *words)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{ended}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
