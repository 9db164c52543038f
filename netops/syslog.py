"""What a device sends as syslog: RFC 3164 and 5424 as vendors really write them, RFC 6587 framing.

Pure. Whatever arrives becomes a value: a message cut, garbled or without any header still is one.
"""

import codecs
import re
from dataclasses import dataclass
from datetime import datetime

from netops.syslog_clock import STAMP, UPTIME, said

MOST = 4096  # octets read of one message; RFC 5424, 6.1 asks for 2048
LONGEST = 65536  # octets a counted frame may announce
_PRI = re.compile(r"<(\d{1,3})>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff]+|[\ud800-\udfff]")
_SD = r"""(?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*+")*+\])+)"""
_MODERN = re.compile(rf"1 (\S+) (\S+) (\S+) (\S+) (\S+) {_SD}(?: (.*))?", re.DOTALL)
# Cisco's sequence number and origin-id; the mark of a clock that was not set; H3C's per cent sign.
_BEFORE = re.compile(
    rf"[\s:]*(?:\d{{1,10}}: )?(?:(?!{UPTIME})(?P<origin>[^\s:%*.]\S*): )?(?P<mark>[*.%]?)\s*"
)
_NUMBER = re.compile(r"\s*(?:\d{1,10}: )?")
_HOST = re.compile(r"(?P<host>[^\s%:]\S*?)(?:: +(?=%)|(?<!:) +(?=\S))")
_COUNT = re.compile(rb"([1-9]\d{0,5}) ")
_ENDS = re.compile(rb"[\n\x00]")


@dataclass(frozen=True, slots=True)
class Said:
    """One message: `severity` 0–7 or None, `at` the device's own clock as aware UTC where it can
    be known, `host` what the sender calls itself ("" when it does not), `text` the rest."""

    severity: int | None
    at: datetime | None
    host: str
    text: str


def read(octets: bytes, heard: datetime) -> Said:
    """One message as it came, at most 4,096 octets of it; `heard` is our clock (aware), which
    gives the year that RFC 3164 leaves out. Never raises."""
    text = _CONTROL.sub(" ", _decoded(octets)).strip()
    severity = None
    pri = _PRI.match(text)
    if pri is not None and int(pri[1]) < 192:
        severity, text = int(pri[1]) % 8, text[pri.end() :]
    modern = _MODERN.match(text)
    told = _modern(modern, heard) if modern else _older(text, heard)
    return Said(severity, *told)


def _decoded(octets: bytes) -> str:
    """UTF-8, or else the encoding of Chinese devices; a letter cut in half at the end is left."""
    whole = len(octets) <= MOST
    try:
        return codecs.getincrementaldecoder("utf-8")("strict").decode(octets[:MOST], final=whole)
    except UnicodeDecodeError:
        return octets[:MOST].decode("gb18030", "replace")


def _modern(found: re.Match[str], heard: datetime) -> tuple[datetime | None, str, str]:
    """RFC 5424, 6. The tag is put before the text as RFC 3164 has it: one rule reads both."""
    stamp, host, app, process, kind = (found[n] if found[n] != "-" else "" for n in range(1, 6))
    number = f"[{process}]" if process else ""
    tag = f"{app}{number}: " if app else f"{kind}: " if kind else ""
    time = STAMP.match(stamp)
    return said(time, heard) if time else None, host, tag + (found[6] or "").strip()


def _older(text: str, heard: datetime) -> tuple[datetime | None, str, str]:
    """RFC 3164, 4.1 and its relatives; without a time stamp everything is text."""
    before = _BEFORE.match(text)
    assert before is not None  # all of it is optional
    time = STAMP.match(text, before.end())
    if time is None:
        return None, "", text[_end_of_number(text) :]
    rest = text[time.end() :].lstrip(" :")
    host = _HOST.match(rest)
    if host is None:
        return said(time, heard, before["mark"]), before["origin"] or "", rest
    name = before["origin"] or host["host"]
    return said(time, heard, before["mark"]), name, rest[host.end() :]


def _end_of_number(text: str) -> int:
    number = _NUMBER.match(text)
    return number.end() if number else 0


class Frames:
    """The messages of one TCP connection (RFC 6587): counted or ended by a line break, whichever
    each begins like. What it remembers is bounded, whatever is sent."""

    def __init__(self) -> None:
        self._rest = b""
        self._skip = 0  # octets of a counted message that nobody will read
        self._lost = False  # in the rest of an endless line

    def feed(self, octets: bytes) -> list[bytes]:
        """What is complete now, each at most `MOST` octets."""
        self._rest += octets
        found = []
        while (message := self._next()) is not None:
            if message:
                found.append(message)
        return found

    def end(self) -> list[bytes]:
        """The sender has gone: what had no end is a message, too."""
        rest, self._rest = self._rest.strip(b"\r\n\x00 "), b""
        return [rest[:MOST]] if rest and not self._skip and not self._lost else []

    def _next(self) -> bytes | None:
        if self._skip:
            gone = min(self._skip, len(self._rest))
            self._rest, self._skip = self._rest[gone:], self._skip - gone
        if not self._lost:
            self._rest = self._rest.lstrip(b"\r\n\x00 ")
        count = None if self._lost else _COUNT.match(self._rest[:8])
        if count is not None and int(count[1]) <= LONGEST:
            return self._counted(count.end(), int(count[1]))
        return self._line()

    def _counted(self, start: int, size: int) -> bytes | None:
        wanted = min(size, MOST)
        if len(self._rest) < start + wanted:
            return None
        message = self._rest[start : start + wanted]
        self._rest, self._skip = self._rest[start + wanted :], size - wanted
        return message.strip(b"\r\n\x00 ")

    def _line(self) -> bytes | None:
        end = _ENDS.search(self._rest)
        if end is None:
            return self._endless() if len(self._rest) > MOST else None
        line, self._rest = self._rest[: end.start()], self._rest[end.end() :]
        lost, self._lost = self._lost, False
        return b"" if lost else line.strip()[:MOST]

    def _endless(self) -> bytes:
        line, lost = self._rest[:MOST], self._lost
        self._rest, self._lost = b"", True
        return b"" if lost else line
