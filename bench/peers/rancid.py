"""RANCID's own login script (expect and ssh), the part of it that reads from a device.

`rancid` itself asks a dozen commands the simulated devices do not know; its login script is what
it does for each of them: log in, turn the pager off, send the command, log out.
"""

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.boxes import PASSWORD, Box, Boxes
from bench.measure import Work
from bench.peers.netmiko import whole
from netops.profile import profile_named

SCRIPT = "/usr/lib/rancid/bin/clogin"
# What it logs in to: prompts that end in # at once. Angled prompts are another script's business.
SPEAKS = ("cisco_ios", "ruijie_os")
_SSH = """#!/bin/sh
exec ssh -F {folder}/config -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \\
    -o LogLevel=ERROR -o PubkeyAuthentication=no "$@"
"""
_HOST = "Host {name}\n  HostName 127.0.0.1\n  Port {port}\n"
_LOGIN = """add user {name} {user}
add password {name} {{{password}}} {{{password}}}
add method {name} ssh
add autoenable {name} 1
add sshcmd {name} {folder}/ssh
"""


def present() -> bool:
    """Is RANCID installed here, as Debian does?"""
    return Path(SCRIPT).exists() and shutil.which("ssh") is not None


def client(boxes: Boxes) -> Work:
    """Reads each device's running configuration; counts those that came whole."""
    scratch = TemporaryDirectory(prefix="bench-")
    folder = Path(scratch.name)
    _write(folder, boxes)

    def work() -> int:
        with scratch:
            return whole(boxes, partial(_read, folder))

    return work


def _write(folder: Path, boxes: Boxes) -> None:
    files = {"ssh": [_SSH.format(folder=folder)], "config": [], ".cloginrc": []}
    for box in boxes.each:
        name = box.name.lower()
        files["config"].append(_HOST.format(name=name, port=box.port))
        login = _LOGIN.format(name=name, user=box.user, password=PASSWORD, folder=folder)
        files[".cloginrc"].append(login)
    for name, texts in files.items():
        (folder / name).write_text("".join(texts))
        (folder / name).chmod(0o700)


def _read(folder: Path, box: Box) -> str:
    profile = profile_named(box.profile)
    asked = ";".join((profile.ssh.pager, profile.config.running[0]))
    line = [SCRIPT, "-f", str(folder / ".cloginrc"), "-t", "60", "-c", asked, box.name.lower()]
    done = subprocess.run(
        line, capture_output=True, text=True, check=True,
        env={**os.environ, "HOME": str(folder), "TERM": "dumb"},
    )  # fmt: skip
    found = done.stdout.replace("\r", "")
    return found[: found.rfind(box.text) + len(box.text)]
