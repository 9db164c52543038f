"""A real OpenSSH server of its own: own port, own host key, own account, nothing of the machine's.

The account exists only inside the server's mount namespace, where copies of the passwd and shadow
files lie over the real ones; that takes root (or a namespace in which we are root).
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab import need, need_programs
from tests.patience import until
from tests.peers import BOUND, free_port

LEGACY = """KexAlgorithms diffie-hellman-group14-sha1
HostKeyAlgorithms ssh-rsa
Ciphers aes128-cbc
"""
_SETTINGS = """ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
PidFile none
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PrintMotd no
{more}
"""
THERE = "/run/there"  # where it has its disk besides; whoever is outside sees no such folder
_INSIDE = """
mount --bind {folder}/passwd /etc/passwd
mount --bind {folder}/shadow /etc/shadow
mount -t tmpfs tmpfs /run
mkdir /run/sshd /run/there
mount --rbind / {there}
exec /usr/sbin/sshd -D -e -f {folder}/sshd_config
"""


@dataclass(frozen=True)
class Server:
    port: int
    user: str
    password: str
    key: str  # type and base64, as a known_hosts line has them
    log: Path

    def refusals(self) -> int:
        """How many passwords were turned down."""
        return self.log.read_text().count("Failed password")


@contextmanager
def sshd(folder: Path, more: str = "", key: str = "ed25519") -> Iterator[Server]:
    """Run one server while the block lasts; `more` are further lines of its sshd_config."""
    need_programs("sshd", "ssh-keygen", "openssl", "unshare")
    need(os.geteuid() == 0, "root, for a mount namespace with an account of its own")
    port = free_port()
    _prepare(folder, _SETTINGS.format(port=port, folder=folder, more=more), key)
    public = (folder / "host_key.pub").read_text().split()[:2]
    server = Server(port, "netadmin", "sshd-test-only", " ".join(public), folder / "log")
    line = [*BOUND, "unshare", "--mount", "sh", "-ec", _INSIDE.format(folder=folder, there=THERE)]
    with server.log.open("w") as log, subprocess.Popen(line, stderr=log) as process:
        try:
            _wait(process, server)
            yield server
        finally:
            process.terminate()


def _prepare(folder: Path, settings: str, key: str) -> None:
    secret = _output("openssl", "passwd", "-6", "sshd-test-only")
    size = ["-b", "2048"] if key == "rsa" else []
    _output("ssh-keygen", "-q", "-t", key, *size, "-N", "", "-f", str(folder / "host_key"))
    (folder / "sshd_config").write_text(settings)
    home = folder / "home"
    home.mkdir(mode=0o755)
    passwd, shadow = Path("/etc/passwd").read_text(), Path("/etc/shadow").read_text()
    (folder / "passwd").write_text(f"{passwd}netadmin:x:54321:65534::{home}:/bin/bash\n")
    (folder / "shadow").write_text(f"{shadow}netadmin:{secret}:19000:0:99999:7:::\n")


def _output(*line: str) -> str:
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()


def _wait(process: subprocess.Popen[bytes], server: Server) -> None:
    def listens() -> bool:
        assert process.poll() is None, server.log.read_text()
        return "Server listening" in server.log.read_text()

    until(listens, server.log.read_text, pause=0.02)
