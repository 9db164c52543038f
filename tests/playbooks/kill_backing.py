"""Back up a source as another process would, and die at a named step: a line "DATABASE HOME
SOURCE RUN STEP" on standard input each time; the status of the child's end is answered. At step
"wait" the child stands still once entered, says its id, and waits to be killed."""

import os
import signal
import sys
from pathlib import Path

import inventory.schema  # noqa: F401  (all the tables)
from inventory.db import open_database
from playbooks.backing_up import back_up
from playbooks.dispatch import Pool
from playbooks.jobs import Job
from playbooks.site import open_site


def main() -> None:
    for line in sys.stdin:
        url, home, source, run, last = line.split()
        child = os.fork()
        if not child:
            site = open_site(open_database(url), Path(home), Path(home, "secret.key"))
            back_up(Job(site, Pool(1), run, source, {}), lambda name, last=last: _step(name, last))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        _say(f"{os.waitstatus_to_exitcode(status)}")


def _step(name: str, last: str) -> None:
    if name == last:
        os.kill(os.getpid(), signal.SIGKILL)
    if last == "wait" and name == "entered":
        _say(f"{os.getpid()}")
        signal.pause()


def _say(word: str) -> None:
    os.write(1, f"{word}\n".encode())


main()
