"""A real net-snmp agent for tests, and net-snmp's own tools as an independent reader of it."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from netops.reading import SnmpAuth, Target, Value
from tests.patience import ANSWER, PATIENCE
from tests.peers import BOUND, free_port

COMMUNITY = SnmpAuth("v2c", community="county-ro")
SECRET, CIPHER = "authentic-2026", "encrypted-2026"


def _user(name: str, auth: str = "", priv: str = "") -> SnmpAuth:
    return SnmpAuth("v3", "", name, auth, SECRET if auth else "", priv, CIPHER if priv else "")


# Modern, mixed, stretched keys (SHA-1 is too short for AES-256), legacy, and less than authPriv.
USERS = (
    _user("sha256aes256", "SHA-256", "AES-256"),
    _user("sha512aes192", "SHA-512", "AES-192"),
    _user("sha384aes128", "SHA-384", "AES"),
    _user("sha224aes256", "SHA-224", "AES-256"),
    _user("sha1aes256", "SHA", "AES-256"),
    _user("sha1aes256c", "SHA", "AES-256-C"),
    _user("sha1aes128", "SHA", "AES"),
    _user("md5des", "MD5", "DES"),
    _user("sha256only", "SHA-256"),
    _user("nobody"),
)
STRONG = USERS[0]

NAME, PLACE = "HN-ZMD-ZP-SW01", "郑州机房 A 排"


@dataclass(frozen=True, slots=True)
class Snmpd:
    """A running net-snmp agent on loopback."""

    port: int
    pid: int

    def target(self, auth: SnmpAuth | None = COMMUNITY, profile: str = "generic") -> Target:
        return Target(
            "agent", "127.0.0.1", profile, auth, self.port, ping=False, timeout=ANSWER, retries=1
        )

    def get(self, auth: SnmpAuth, *oids: str) -> dict[str, Value]:
        """What net-snmp's own snmpget reads."""
        return self._tool("snmpget", auth, *oids)

    def walk(self, auth: SnmpAuth, root: str) -> dict[str, Value]:
        """What net-snmp's own snmpbulkwalk reads."""
        return self._tool("snmpbulkwalk", auth, root)

    def _tool(self, program: str, auth: SnmpAuth, *oids: str) -> dict[str, Value]:
        command = [program, *_options(auth), "-Onxt", f"127.0.0.1:{self.port}", *oids]
        done = subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=_environment(),
        )
        return parse(done.stdout)


@contextmanager
def snmpd(home: Path) -> Iterator[Snmpd]:
    """An agent of its own in `home`: v2c COMMUNITY, v3 USERS, on a free UDP port."""
    port = free_port()
    config = home / "snmpd.conf"
    config.write_text(_config(port), encoding="utf-8")
    program = shutil.which("snmpd", path="/usr/sbin:/sbin:/usr/bin")
    assert program is not None
    # smux and the event MIB bind ports and watch things nobody asked for here.
    command = [*BOUND, program, "-f", "-Lf", str(home / "log"), "-C", "-c", str(config)]
    command += ["-I", "-smux,mteTrigger,mteTriggerConf", "-p", str(home / "pid")]
    process = subprocess.Popen(command, env=_environment(home))
    try:
        _until_answering(process, port)
        yield Snmpd(port, process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def parse(output: str) -> dict[str, Value]:
    """OID -> value out of `-Onxt` lines: numbers, numeric OIDs, addresses, strings in hex."""
    lines = re.split(r"\n(?=\.1)", output.strip())  # long hex strings go on in the next line
    found: dict[str, Value] = {}
    for oid, told in (line.split(" = ", 1) for line in lines if " = " in line):
        value = _value(told.strip())
        if value is not None:
            found[oid.lstrip(".")] = value
    return found


def _value(told: str) -> Value | None:
    if told.startswith("No ") or told == "NULL":
        return None
    kind, _, rest = told.partition(": ")
    match kind:
        case "Hex-STRING":
            return bytes.fromhex(rest)
        case "OID":
            return rest.lstrip(".")
        case "IpAddress":
            return rest
        case '""':
            return b""
    return int(rest or kind)


def _options(auth: SnmpAuth) -> list[str]:
    if auth.version == "v2c":
        return ["-v2c", "-c", auth.community]
    options = ["-v3", "-u", auth.user]
    if auth.auth_protocol:
        options += ["-a", auth.auth_protocol, "-A", auth.auth_secret]
    if auth.priv_protocol:
        options += ["-x", auth.priv_protocol, "-X", auth.priv_secret]
    level = {"priv": "authPriv", "auth": "authNoPriv", "noauth": "noAuthNoPriv"}[_level(auth)]
    return [*options, "-l", level]


def _level(auth: SnmpAuth) -> str:
    return "priv" if auth.priv_protocol else "auth" if auth.auth_protocol else "noauth"


def _config(port: int) -> str:
    lines = [
        f"agentaddress udp:127.0.0.1:{port}",
        f"rocommunity {COMMUNITY.community}",
        f"sysName {NAME}",
        f"sysLocation {PLACE}",
    ]
    for user in USERS:
        keys = [user.auth_protocol, f'"{user.auth_secret}"'] if user.auth_protocol else []
        keys += [user.priv_protocol, f'"{user.priv_secret}"'] if user.priv_protocol else []
        lines += [f"createUser {user.user} {' '.join(keys)}"]
        lines += [f"rouser {user.user} {_level(user)}"]
    return "\n".join(lines) + "\n"


def _environment(home: Path | None = None) -> Mapping[str, str]:
    """No MIB files (Debian ships none), and no state outside `home`."""
    extra = {"SNMP_PERSISTENT_DIR": str(home)} if home else {"SNMP_PERSISTENT_DIR": "/nonexistent"}
    return {**os.environ, "MIBS": "", "SNMPCONFPATH": "/nonexistent", **extra}


def _until_answering(process: subprocess.Popen[bytes], port: int) -> None:
    options = [*_options(COMMUNITY), "-r0", "-t1"]
    command = ["snmpget", *options, f"127.0.0.1:{port}", "1.3.6.1.2.1.1.3.0"]
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if (
            subprocess.run(command, capture_output=True, env=_environment(), check=False).returncode
            == 0
        ):
            return
    raise RuntimeError(f"snmpd did not start (exit code {process.returncode})")
