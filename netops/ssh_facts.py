"""Who a device is, out of what `display version` and its kin say. Pure.

TextFSM templates (ntc-templates) read the answers they know, patterns read the rest.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ntc_templates.parse import ParsingException, parse_output
from textfsm import TextFSMError

from netops.reading import Identity

# The template columns that hold each fact, best first.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "model": ("hardware", "model"),
    "serial": ("serial", "device_serial_number"),
    "version": ("product_version", "version"),
    "uptime": ("uptime",),
}
_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "model": (
        r"^(?:HUAWEI|Huawei|Quidway) (\S.*) uptime is",
        r"^(?:H3C|HPE?) (\S.*?) uptime is",
        r"^System description\s*:.*\(([\w/-]+)\) [Bb]y",
        r"^ZXR10 ([\w-]+)",
        r"^[Cc]isco (\S+) \(",
        r"^\s*DEVICE_NAME\s*:\s*(\S.*)",  # last: a chassis lists its boards so
    ),
    "serial": (
        r"^ESN of .*?:\s*(\w+)",
        r"^System [Ss]erial [Nn]umber\s*:\s*(\w+)",
        r"^Processor board ID (\w+)",
    ),
    "version": (
        r"\bVersion \S+ \((.*V\d{3}R\d{3}\w*)\)",
        r"Comware Software, Version (.+)",
        r"^System software version\s*:\s*(.+)",
        r"^ZTE .*Software, Version:? (.*V\d[\w.]+)",
        r"\bVersion ([^,\s]+),",
        r"^Linux \S+ (\S+)",
    ),
    "uptime": (
        r"\buptime is (.+)",
        r"^System uptime\s*:\s*(.+)",
        r"^(\d+\.\d+ \d+\.\d+)$",  # /proc/uptime
    ),
}
# What the words around a fact say is not part of it; SNMP does not tell them either.
_TRIMMED = {
    "model": r"(\S.*?)(?: (?:Terabit |Routing )*(?:Switch|Router|Firewall))?",
    "version": r"(?:.*? )?(V\d{3}R\d{3}\w*|V\d[\w.]+)",
}
_UNITS = {"year": 365 * 86400, "week": 7 * 86400, "day": 86400, "hour": 3600, "minute": 60}


def identity(platform: str, vendor: str, name: str, answers: Mapping[str, str]) -> Identity:
    """The facts in `answers` (command → its output).

    `platform` is the templates' name for the vendor (netmiko's too), `name` the device's name
    in its prompt. A fact nobody states is "" (uptime: None, else seconds).
    """
    rows = [row for line, answer in answers.items() for row in _rows(platform, line, answer)]
    found = {fact: _fact(fact, rows, answers.values()) for fact in _COLUMNS}
    return Identity(
        sys_name=name,
        vendor=vendor,
        model=found["model"],
        serial=found["serial"],
        version=found["version"],
        uptime=seconds(found["uptime"]),
    )


def seconds(uptime: str) -> float | None:
    """`3 weeks, 2 days`, `23 day(s), 10 hour(s)`, `23:10:59:01` (days first), `/proc/uptime`."""
    if re.fullmatch(r"\d+\.\d+ \d+\.\d+", uptime):
        return float(uptime.split(maxsplit=1)[0])
    if re.fullmatch(r"\d+(:\d+){3}", uptime):
        days, hours, minutes, rest = map(int, uptime.split(":"))
        return float(days * 86400 + hours * 3600 + minutes * 60 + rest)
    spans = re.findall(r"(\d+) (year|week|day|hour|minute)", uptime)
    return float(sum(int(count) * _UNITS[unit] for count, unit in spans)) if spans else None


def _rows(platform: str, line: str, answer: str) -> list[Mapping[str, Any]]:
    try:
        return list(parse_output(platform, line, answer))
    except (ParsingException, TextFSMError):  # no template, or one that dislikes the answer
        return []


def _fact(fact: str, rows: Iterable[Mapping[str, Any]], answers: Iterable[str]) -> str:
    stated = next(_in_columns(fact, rows), "") or next(_in_patterns(fact, answers), "")
    trimmed = re.fullmatch(_TRIMMED.get(fact, "(.*)"), stated)
    return trimmed[1] if trimmed else stated


def _in_columns(fact: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Non-empty cells; a list cell (one entry for each member of a stack) gives its first."""
    for row in rows:
        for column in _COLUMNS[fact]:
            cell = row.get(column, "")
            text = str(cell[0]) if isinstance(cell, list) and cell else str(cell or "")
            if text.strip():
                yield text.strip()


def _in_patterns(fact: str, answers: Iterable[str]) -> Iterator[str]:
    texts = list(answers)
    for pattern in _PATTERNS[fact]:
        found = (re.search(pattern, text, re.MULTILINE) for text in texts)
        yield from (match[1].strip() for match in found if match)
