"""Real nodes: network namespaces with real FRR, nftables and OpenSSH, joined by cables.

    with laboratory(tmp_path) as lab:
        router, desk = lab.node("r1"), lab.node("desk")
        lab.cable(router, "lan0", desk, "eth0")
        router.up("lan0", "10.20.1.1/24")
        desk.up("eth0", "10.20.1.2/24")
        frr(router, "interface lan0\n description county\n")
        port = desk.relay("10.20.1.1")  # 127.0.0.1:port is r1's sshd, reached over the cable

Every node logs `USER` in with `PASSWORD`. It takes root (or a namespace in which we are root).
"""

import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from tests.lab import need, need_programs
from tests.patience import until

Answer = TypeVar("Answer")

USER, PASSWORD = "netadmin", "lab-test-only"

_BOOT = """
hostname {name}
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t sysfs sysfs /sys
mkdir -p /run/sshd /run/frr
chown frr:frr /run/frr 2>/dev/null
ip link set lo up
exec sleep infinity
"""
_SSHD = """Port 22
HostKey {folder}/host_key
PidFile none
UsePAM no
UseDNS no
PermitRootLogin yes
PasswordAuthentication yes
KbdInteractiveAuthentication no
PrintMotd no
"""
_FRR = """frr version 8.4.4
frr defaults traditional
hostname {name}
service integrated-vtysh-config
!
{more}
!
end
"""
_NEWNET = 0x40000000


class Node:
    """One namespace (network, mounts, host name, processes); ending `sleep` ends all of it."""

    def __init__(self, name: str, folder: Path, hold: ExitStack) -> None:
        self.name = name
        self.folder = folder
        self._hold = hold
        line = [
            "unshare",
            "--net",
            "--mount",
            "--uts",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "sh",
            "-c",
        ]
        self._outer = subprocess.Popen([*line, _BOOT.format(name=name)])
        hold.callback(_end, self._outer)
        self.pid = self._booted()

    def run(self, *line: str, text: str = "") -> str:
        """Run a program inside to its end and return what it wrote; raises when it fails."""
        whole = subprocess.run(
            self._inside(*line), input=text, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert whole.returncode == 0, f"{self.name}: {' '.join(line)}: {whole.stdout}"
        return whole.stdout

    def start(self, *line: str) -> None:
        """Start a program inside; it lives as long as the node."""
        with (self.folder / f"{Path(line[0]).name}.log").open("a") as log:
            process = subprocess.Popen(
                self._inside(*line), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._hold.callback(_end, process)

    def up(self, port: str, address: str = "") -> None:
        """Switch a port on, with an address such as 10.20.1.1/24."""
        self.run("ip", "link", "set", port, "up")
        if address:
            self.run("ip", "address", "add", address, "dev", port)

    def relay(self, address: str, port: int = 22) -> int:
        """A port on 127.0.0.1, here, whose connections go out from this node to `address`."""
        door = socket.create_server(("127.0.0.1", 0))
        script = Path(__file__).with_name("lab_relay.py")
        line = ["nsenter", "-t", str(self.pid), "-n", sys.executable, str(script)]
        told = [*line, str(door.fileno()), address, str(port)]
        self._hold.callback(_end, subprocess.Popen(told, pass_fds=[door.fileno()]))
        with door:
            return int(door.getsockname()[1])

    def within(self, work: Callable[[], Answer]) -> Answer:
        """Do something here whose sockets are opened in this node's network."""
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_enter, self.pid).result()
            return pool.submit(work).result()

    def _inside(self, *line: str) -> list[str]:
        return ["nsenter", "-t", str(self.pid), "-n", "-m", "-u", "-p", "-w/", *line]

    def _booted(self) -> int:
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children")

        def asleep() -> list[str]:
            return [pid for pid in children.read_text().split() if _program(pid) == "sleep"]

        until(asleep, f"node {self.name} did not come up", pause=0.005)
        return int(asleep()[0])


class Lab:
    """The nodes of one test, gone at its end."""

    def __init__(self, folder: Path, hold: ExitStack) -> None:
        self._folder = folder
        self._hold = hold

    def node(self, name: str) -> Node:
        folder = self._folder / name
        folder.mkdir(parents=True)
        return Node(name, folder, self._hold)

    def cable(self, one: Node, port: str, other: Node, other_port: str) -> None:
        """A wire between two ports, made at once; both are down at first."""
        ends = (port, "netns", str(one.pid)), (other_port, "netns", str(other.pid))
        line = ("ip", "link", "add", *ends[0], "type", "veth", "peer", "name", *ends[1])
        subprocess.run(line, check=True)


@contextmanager
def laboratory(folder: Path) -> Iterator[Lab]:
    """Nodes while the block lasts; everything in them ends with it."""
    need_programs("unshare", "nsenter", "ip", "sshd", "ssh-keygen", "openssl")
    need(os.geteuid() == 0, "root, for network namespaces")
    with ExitStack() as hold:
        yield Lab(folder, hold)


def sshd(
    node: Node, *, shell: str = "/bin/bash", uid: int = 0, groups: tuple[str, ...] = (),
    more: str = "", key: str = "ed25519",
) -> str:  # fmt: skip
    """Let `USER` log in to a node; returns its host key (type and base64). uid 0 may use nft.

    `more` are further lines of its sshd_config, e.g. `tests.openssh.LEGACY` (with key "rsa").
    """
    folder = node.folder
    secret = node.run("openssl", "passwd", "-6", PASSWORD).strip()
    passwd, shadow = Path("/etc/passwd").read_text(), Path("/etc/shadow").read_text()
    home = folder / "home"  # root's own: a node shares the machine's files
    home.mkdir()
    where = "/" if uid else home  # others may not look into the folder of the tests
    (folder / "passwd").write_text(f"{passwd}{USER}:x:{uid}:{uid}::{where}:{shell}\n")
    (folder / "shadow").write_text(f"{shadow}{USER}:{secret}:19000:0:99999:7:::\n")
    (folder / "group").write_text("\n".join(_joined(groups)) + "\n")
    for name in ("passwd", "shadow", "group"):
        node.run("mount", "--bind", str(folder / name), f"/etc/{name}")
    node.run("ssh-keygen", "-q", "-t", key, "-N", "", "-f", str(folder / "host_key"))
    (folder / "sshd_config").write_text(_SSHD.format(folder=folder) + more)
    node.start("/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config"))
    until(lambda: "listening" in (folder / "sshd.log").read_text().lower(), f"no sshd: {node.name}")
    return " ".join((folder / "host_key.pub").read_text().split()[:2])


def frr(node: Node, more: str = "") -> str:
    """Make a node an FRR router whose `USER` logs in to vtysh; `more` is its configuration.

    Returns its host key. `/etc/frr/frr.conf` inside is what it would boot with.
    """
    need_programs("vtysh")
    folder = node.folder / "frr"
    folder.mkdir()
    (folder / "frr.conf").write_text(_FRR.format(name=node.name, more=more))
    (folder / "vtysh.conf").write_text("service integrated-vtysh-config\n")
    node.run("chown", "-R", "frr:frrvty", str(folder))
    node.run("chmod", "0775", str(folder))
    node.run("mount", "--bind", str(folder), "/etc/frr")
    node.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    for daemon in ("zebra", "staticd"):
        node.run(f"/usr/lib/frr/{daemon}", "-d", "-A", "127.0.0.1")
    node.run("vtysh", "-b")
    return sshd(node, shell="/usr/bin/vtysh", uid=5000, groups=("frr", "frrvty"))


def _joined(groups: tuple[str, ...]) -> Iterator[str]:
    """The machine's groups, with `USER` in some of them."""
    for line in Path("/etc/group").read_text().splitlines():
        comma = "" if line.endswith(":") else ","
        yield f"{line}{comma}{USER}" if line.split(":")[0] in groups else line
    yield f"{USER}:x:5000:"


def _enter(pid: int) -> None:
    with Path(f"/proc/{pid}/ns/net").open() as network:
        assert ctypes.CDLL(None, use_errno=True).setns(network.fileno(), _NEWNET) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _program(pid: str) -> str:
    return Path(f"/proc/{pid}/exe").resolve().name
