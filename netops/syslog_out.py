"""Telling another machine, as syslog has it (RFC 5424), by UDP (RFC 5426) or TCP (RFC 6587).

A copy on a machine that whoever holds this one cannot reach is worth more than any hash.
"""

import re
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

_PRIORITY = 13 * 8 + 6  # facility 13 is "log audit", severity 6 informational (RFC 5424, 6.2.1)
_APP = "netops"
_SD_ID = "netops@32473"  # RFC 5612: the enterprise number for whoever has none of his own
_LONGEST = {"udp": 2048, "tcp": 8000}  # octets; RFC 5424, 6.1, and what rsyslog takes by default
_TIMEOUT = 10.0
_PACE = 0.002  # seconds between two datagrams: nobody says when the receiver's buffer is full
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_UNESCAPED = re.compile(r'(["\\\]])')


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where to send: `way` is udp or tcp."""

    way: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.way}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Message:
    """One event: `kind` (ASCII, at most 32) is the MSGID, `facts` the structured data (names in
    ASCII), `text` what a person reads."""

    at: datetime
    kind: str
    facts: Mapping[str, str]
    text: str


def receiver(text: str) -> Receiver:
    """udp://host:port or tcp://host:port. Raises ValueError, in Chinese."""
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = None
    extra = parts.path or parts.query or parts.fragment or parts.username
    if parts.scheme not in _LONGEST or not parts.hostname or not port or extra:
        raise ValueError("应为 udp://主机:端口 或 tcp://主机:端口")
    return Receiver(parts.scheme, parts.hostname, port)


def encoded(message: Message, way: str, host: str) -> bytes:
    """The message as octets, at most as long as `way` carries: the text is cut, never a letter in
    it. The text begins with the byte order mark that says UTF-8 (RFC 5424, 6.4)."""
    at = message.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    facts = " ".join(f'{name}="{_value(value)}"' for name, value in message.facts.items())
    head = f"<{_PRIORITY}>1 {at} {_name(host)} {_APP} - {message.kind} [{_SD_ID} {facts}] "
    start = head.encode() + b"\xef\xbb\xbf"
    text = _plain(message.text).encode()[: max(0, _LONGEST[way] - len(start))]
    return start + text.decode(errors="ignore").encode()


def send(to: Receiver, messages: Iterable[Message], host: str) -> None:
    """Send all of them, or raise OSError: then whoever asked sends them again.

    By TCP they have arrived: the receiver closed after reading to our end. By UDP nobody knows;
    only a receiver that is not there at all is noticed.
    """
    octets = [encoded(message, to.way, host) for message in messages]
    _by_tcp(to, octets) if to.way == "tcp" else _by_udp(to, octets)


def _by_tcp(to: Receiver, octets: list[bytes]) -> None:
    with socket.create_connection((to.host, to.port), _TIMEOUT) as line:
        line.sendall(b"".join(b"%d %s" % (len(each), each) for each in octets))
        line.shutdown(socket.SHUT_WR)
        while line.recv(1024):
            pass


def _by_udp(to: Receiver, octets: list[bytes]) -> None:
    [(family, kind, protocol, _name, address), *_] = socket.getaddrinfo(
        to.host, to.port, type=socket.SOCK_DGRAM
    )
    with socket.socket(family, kind, protocol) as line:
        line.settimeout(_PACE)
        line.connect(address)
        for each in octets:
            line.send(each)
            _refused(line)


def _refused(line: socket.socket) -> None:
    """Wait the pace; an ICMP "port unreachable" for what was sent comes out here as OSError."""
    began = time.monotonic()
    try:
        line.recv(1)
    except TimeoutError:
        return
    time.sleep(max(0.0, _PACE - (time.monotonic() - began)))


def _plain(text: str) -> str:
    """On one line: a line break would look like another message (CWE-117)."""
    return _CONTROL.sub(" ", text)


def _value(text: str) -> str:
    return _UNESCAPED.sub(r"\\\1", _plain(text))


def _name(host: str) -> str:
    """HOSTNAME is printable ASCII without spaces, "-" when there is none."""
    return re.sub(r"[^\x21-\x7e]", "", host)[:255] or "-"
