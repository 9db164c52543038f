"""Logging in over telnet, once: netmiko's own dialogue sends a refused password again and again."""

import re
import socket
import time
from collections.abc import Callable

from netmiko.base_connection import BaseConnection

from netops.errors import Unreachable
from netops.reading import Target
from netops.ssh_faults import place, refused
from netops.ssh_screen import last_line

_USER = r"(?i)(?:user ?name|login|user)\s*:\s*$"
_PASSWORD = r"(?i)password\s*:\s*$"  # noqa: S105
_PROMPT = r"^[^\s*].{0,100}[>\]#$]\s*$"
_NEW_PASSWORD = r"(?i)change (?:now|the password).*\]:?\s*$|please choose.*$"  # noqa: S105

_IAC, _WILL, _DO, _WONT, _DONT = (bytes([code]) for code in (255, 251, 253, 252, 254))
_ECHO, _NO_GO_AHEAD = bytes([1]), bytes([3])


def one_try(connection: BaseConnection, target: Target, seconds: float) -> Callable[..., str]:
    """What netmiko is to do instead of its `telnet_login`: user and password, one time.

    Raises AuthRejected when the device asks again, Unreachable when it says nothing for
    `seconds` or hangs up.
    """
    dialogue = _Dialogue(connection, target, seconds)
    return dialogue.run


class _Dialogue:
    def __init__(self, connection: BaseConnection, target: Target, seconds: float) -> None:
        self._connection = connection
        self._target = target
        self._seconds = seconds

    def run(self) -> str:
        wire = self._connection.remote_conn
        assert wire is not None
        wire.set_option_negotiation_callback(_negotiated)  # type: ignore[union-attr]
        asked = self._heard(_USER, _PASSWORD, _PROMPT)
        if re.search(_USER, asked):
            self._send(self._connection.username)
            asked = self._heard(_PASSWORD, _PROMPT)
        if re.search(_PASSWORD, asked):
            self._send(str(self._connection.password))
            asked = self._heard(_USER, _PASSWORD, _NEW_PASSWORD, _PROMPT)
        if re.search(_NEW_PASSWORD, asked):
            self._send("N")
            asked = self._heard(_PROMPT)
        if not re.search(_PROMPT, asked):
            raise refused(self._target)
        return asked

    def _send(self, text: str) -> None:
        self._connection.write_channel(f"{text}\r")

    def _heard(self, *patterns: str) -> str:
        """The line in which the device waits, once it is one of these."""
        heard = ""
        deadline = time.monotonic() + self._seconds
        while time.monotonic() < deadline:
            heard += self._connection.read_channel()
            waiting = last_line(heard)
            if any(re.search(pattern, waiting) for pattern in patterns):
                return waiting
            time.sleep(0.05)
        raise Unreachable(f"{place(self._target)} 的 Telnet 登录没有下文，请确认端口和登录方式。")


def _negotiated(wire: socket.socket, command: bytes, option: bytes) -> None:
    """Let the device echo (RFC 857, 858), as people's clients do; decline everything else."""
    if command == _WILL:
        accepted = option in (_ECHO, _NO_GO_AHEAD)
        wire.sendall(_IAC + (_DO if accepted else _DONT) + option)
    elif command == _DO:
        wire.sendall(_IAC + _WONT + option)
