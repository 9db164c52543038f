"""The whole way, for real: somebody changes an FRR router over SSH, rsyslog tells the console, and
within a minute the change is kept with their name, by the worker's own process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from backups.configs import Shelf
from inventory.act import EVERYTHING, system
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.home import home_fact
from inventory.log_draft import LogDraft
from inventory.secret import Key
from netops import ssh
from netops.reading import SshAuth, Target
from tests.lab import need_programs
from tests.lab_nodes import PASSWORD, USER, Node, frr, laboratory
from tests.patience import PATIENCE, until

ROOT = Path(__file__).parents[2]
# A node shares the machine's /dev; with one of its own its programs write to its own /dev/log.
_DEV = """
set -e
mkdir /run/dev
for name in null zero full random urandom tty; do
  touch /run/dev/$name; mount --bind /dev/$name /run/dev/$name
done
mkdir /run/dev/pts
mount --bind /dev/pts /run/dev/pts
ln -s pts/ptmx /run/dev/ptmx
mount --rbind /run/dev /dev
"""
_RSYSLOG = """
global(workDirectory="{folder}")
module(load="imuxsock" SysSock.Name="/dev/log")
*.* action(type="omfwd" target="10.20.1.2" port="5514" protocol="tcp" TCP_Framing="octet-counted"
    template="RSYSLOG_SyslogProtocol23Format" queue.type="LinkedList"
    action.resumeRetryCount="-1" action.resumeInterval="1")
"""


@dataclass(frozen=True)
class Watched:
    """A router `r1` at 10.20.1.1, and the console's worker at 10.20.1.2."""

    database: Database
    shelf: Shelf
    router: Node
    desk: Node
    device: str

    def snapshots(self) -> list[ConfigSnapshot]:
        with self.database.view(EVERYTHING) as session:
            return list(session.scalars(select(ConfigSnapshot).order_by(ConfigSnapshot.id)))

    def wait(self, number: int) -> list[ConfigSnapshot]:
        """Its configurations, once there are so many."""
        until(lambda: len(self.snapshots()) >= number, self.why, pause=0.2)
        return self.snapshots()

    def state(self) -> ConfigState:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(ConfigState, self.device)

    def why(self) -> str:
        with self.database.view(EVERYTHING) as session:
            state = session.get(ConfigState, self.device)
        return str(state and (state.why, state.heard_at, state.heard_text))


@pytest.fixture
def watched(founded_database: Database, tmp_path: Path) -> Iterator[Watched]:
    need_programs("rsyslogd", "vtysh")
    with laboratory(tmp_path / "lab") as lab:
        router, desk = lab.node("r1"), lab.node("desk")
        lab.cable(router, "lan0", desk, "eth0")
        router.up("lan0", "10.20.1.1/24")
        desk.up("eth0", "10.20.1.2/24")
        router.run("sh", "-c", _DEV)
        (router.folder / "rsyslog.conf").write_text(_RSYSLOG.format(folder=router.folder))
        router.start(
            "/usr/sbin/rsyslogd", "-n", "-i", "NONE", "-f", str(router.folder / "rsyslog.conf")
        )
        frr(
            router,
            "log syslog informational\nlog commands\n!\ninterface lan0\n description county\n!",
        )
        router.run("/usr/sbin/sshd", "-f", str(router.folder / "sshd_config"), "-p", "2222")
        device, shelf = _registered(founded_database, tmp_path)
        with _worker(desk, tmp_path):
            yield Watched(founded_database, shelf, router, desk, device)


def _registered(database: Database, home: Path) -> tuple[str, Shelf]:
    key = Key.load(home / "secret.key")
    with database.transaction(system("登记")) as session:
        centre = home_fact(session, "centre")
        way = Credential(
            centre_id=centre, name="frr", kind="ssh", user=USER, password=key.seal(PASSWORD)
        )
        session.add(way)
        session.flush()
        row = Device(
            centre_id=centre, name="r1", address="10.20.1.1", kind="router", profile="frr",
            ssh_id=way.id, ssh_port=2222,
        )  # fmt: skip
        session.add(row)
    return row.id, Shelf(database, key, home)


@contextmanager
def _worker(desk: Node, home: Path) -> Iterator[None]:
    """`netops worker` in the desk's network, over the home of this test."""
    told = {
        "NETOPS_HOME": str(home), "NETOPS_SYSLOG_PORT": "5514", "NETOPS_TRAP_PORT": "0",
        "NETOPS_WORKERS": "4",
    }  # fmt: skip
    line = ["nsenter", "-t", str(desk.pid), "-n", sys.executable, "-m", "web.cli", "worker"]
    with (home / "worker.log").open("wb") as log:
        worker = subprocess.Popen(line, cwd=ROOT, env=os.environ | told, stdout=log, stderr=log)
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(PATIENCE)


def test_a_change_on_a_real_router_is_kept_at_its_message_with_its_author(
    watched: Watched,
) -> None:
    first = watched.wait(1)[0]
    changed = datetime.now(UTC)
    watched.desk.within(lambda: _change("ip route 10.99.0.0/16 10.20.1.2"))
    second = watched.wait(2)[1]
    assert second.taken_at > changed
    assert (second.origin, second.author, second.source) == ("syslog", USER, "10.20.1.2")
    text = watched.shelf.text(second)
    assert "ip route 10.99.0.0/16 10.20.1.2" in text
    assert "ip route 10.99" not in watched.shelf.text(first)
    assert second.removed == 0
    # Its later words about the same change ("end", the session's end) are heard and answered, too.
    until(lambda: watched.state().heard_at is None, watched.why)
    with watched.database.view(EVERYTHING) as session:
        texts = session.scalars(select(LogDraft.text)).all()
    assert any(USER in told for told in texts)


def _change(line: str) -> None:
    """What an administrator types, from the desk."""
    target = Target("r1", "10.20.1.1", "frr", ssh=SshAuth(USER, PASSWORD), ssh_port=2222)

    class Anything:
        def expected(self, _host: str, _port: int) -> str | None:
            return None

        def learn(self, _host: str, _port: int, _key: str) -> None:
            return None

    with ssh.connect(target, known=Anything()) as shell:
        for typed in ("configure terminal", line, "end"):
            shell.command(typed)
