"""What a configuration binds, read from its text, and how an entry is written into it. Pure.

Vendors write one MAC in three ways, and public examples mix them up: what was sent proves nothing,
only what the device then tells does.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from itertools import groupby
from typing import NamedTuple

from inventory.port_names import port_key
from inventory.text import ip as canonical_ip
from inventory.text import mac as canonical_mac
from netops.binding_facts import Binding
from netops.enforced import Enforced, Entry
from netops.profile import Profile

_MANY = 1024  # addresses that one line may mean
_LINE = 255  # characters of a line that are kept
_OPTION = re.compile(r"\[([^\]]*)\]")
_FIELD = re.compile(r"\{(\w+)\}")
_VLAN = re.compile(r"^vlan (?P<vlan>\d+)$")
_SEPARATOR = " > "
_EVERY = "*"  # checked at every port


class Unwritable(Exception):
    """An entry lacks `field` ("port", "vlan"), which this kind of device wants to be told."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class _Said(NamedTuple):
    """One line with where it stands: `port` by its section, or `vlan`."""

    line: str
    port: str = ""
    vlan: str = ""


def enforced(profile: Profile, running: str) -> Enforced:
    """What a running configuration binds and checks; nothing where the vendor file tells no way."""
    facts = profile.binding
    said = list(_said(facts, running))
    ports = {port_key(one.port): one.port for one in said if one.port}
    entries = dict.fromkeys(one for each in said for one in _entries(facts, each, ports))
    checks: dict[str, str] = {}
    for word, patterns in (("ip", facts.ip_checks), ("arp", facts.arp_checks)):
        for place in _places(patterns, said, ports):
            checks[place] = " ".join(dict.fromkeys((*checks.get(place, "").split(), word)))
    return Enforced(tuple(entries), checks, frozenset(_places(facts.trusted, said, ports)))


def shows(text: str, entry: Entry) -> bool:
    """Is this entry among what a device displays? Columns differ from release to release: a line
    with its address and its MAC, however written, is enough."""
    digits = entry.mac.replace(":", "")
    for line in text.lower().splitlines():
        if entry.ip in line.split() and digits in re.sub(r"[-.:]", "", line):
            return True
    return False


def ports_of(profile: Profile, running: str) -> dict[str, tuple[str, ...]]:
    """Every port that has a section of its own, as it is spelled there, with its lines."""
    found: dict[str, list[str]] = {}
    for one in _said(profile.binding, running):
        if one.port:
            found.setdefault(one.port, []).append(one.line)
    return {port: tuple(lines[1:]) for port, lines in found.items()}


def same(one: Entry, other: Entry) -> bool:
    """Do two entries bind the same? What one of them leaves open is not compared."""
    if (one.ip, one.mac) != (other.ip, other.mac):
        return False
    if one.port and other.port and port_key(one.port) != port_key(other.port):
        return False
    return one.vlan is None or other.vlan is None or one.vlan == other.vlan


def missing(wanted: Iterable[Entry], there: Iterable[Entry]) -> list[Entry]:
    """Those of `wanted` that nothing of `there` binds."""
    by_ip: dict[str, list[Entry]] = {}
    for entry in there:
        by_ip.setdefault(entry.ip, []).append(entry)
    return [one for one in wanted if not any(same(one, each) for each in by_ip.get(one.ip, ()))]


def paths(facts: Binding, templates: Sequence[str], entry: Entry) -> list[tuple[str, ...]]:
    """Templates filled in for one entry: each a line below the sections it stands in. Raises
    Unwritable."""
    words = {
        "ip": entry.ip, "mac": spelled(entry.mac, facts.mac) if entry.mac else "",
        "port": entry.port, "vlan": "" if entry.vlan is None else str(entry.vlan),
    }  # fmt: skip
    return [
        tuple(_filled(part, words) for part in template.split(_SEPARATOR)) for template in templates
    ]


def typed(found: Iterable[tuple[str, ...]], out: str) -> list[str]:
    """Paths as lines to type: neighbours in one section enter it once."""
    lines: list[str] = []
    for above, group in groupby(found, lambda path: path[:-1]):
        lines += [*above, *(path[-1] for path in group), *(out for _ in above)]
    return lines


def spelled(mac: str, notation: str) -> str:
    """A canonical MAC as this vendor writes it."""
    digits = iter(mac.replace(":", ""))
    return "".join(next(digits) if sign == "x" else sign for sign in notation)


def _said(facts: Binding, running: str) -> Iterator[_Said]:
    port = vlan = ""
    for raw in running.splitlines():
        line = " ".join(raw.split())
        if not raw[:1].isspace():  # a separator ends a section, too
            opened, other = facts.section.match(line), _VLAN.match(line)
            port, vlan = opened["port"] if opened else "", other["vlan"] if other else ""
        yield _Said(line, port, vlan)


def _entries(facts: Binding, said: _Said, ports: dict[str, str]) -> Iterator[Entry]:
    for pattern in facts.entries:
        for match in pattern.finditer(said.line):
            for entry in _made(match, said):
                yield entry._replace(port=ports.get(port_key(entry.port), entry.port))


def _made(match: re.Match[str], said: _Said) -> Iterator[Entry]:
    told = match.groupdict()
    vlan = told.get("vlan") or said.vlan
    try:
        mac = canonical_mac(told.get("mac") or "")
        for ip in _addresses(told.get("ips") or told.get("ip") or ""):
            port = told.get("port") or said.port
            yield Entry(ip, mac, port, int(vlan) if vlan.isdecimal() else None, said.line[:_LINE])
    except ValueError:
        return  # not an entry of an address


def _addresses(text: str) -> Iterator[str]:
    """`10.1.1.1`, several of them, `10.1.1.1 to 10.1.1.9`; at most _MANY. Raises ValueError."""
    words = text.split()
    found: list[str] = []
    while words and len(found) < _MANY:
        first = canonical_ip(words.pop(0))
        if len(words) > 1 and words[0] == "to":
            last = ip_address(canonical_ip(words[1]))
            words = words[2:]
            start = ip_address(first)
            count = min(int(last) - int(start) + 1, _MANY - len(found))
            found += [str(start + at) for at in range(count)]
        else:
            found.append(first)
    yield from found


def _places(
    patterns: Sequence[re.Pattern[str]], said: Iterable[_Said], ports: dict[str, str]
) -> Iterator[str]:
    for one in said:
        for match in (m for pattern in patterns for m in pattern.finditer(one.line)):
            told = match.groupdict()
            if told.get("vlans"):
                yield from (f"vlan {vlan}" for vlan in _vlans(told["vlans"]))
            elif port := told.get("port") or one.port:
                yield ports.get(port_key(port), port)
            else:
                yield f"vlan {one.vlan}" if one.vlan else _EVERY


def _vlans(text: str) -> Iterator[int]:
    """`10,20-22`."""
    for part in text.replace(" ", "").split(","):
        low, _, high = part.partition("-")
        if low.isdecimal() and (high or low).isdecimal():
            yield from range(int(low), min(int(high or low), 4094) + 1)


def _filled(template: str, words: dict[str, str]) -> str:
    def option(found: re.Match[str]) -> str:
        return found[1] if all(words[name] for name in _FIELD.findall(found[1])) else ""

    text = _OPTION.sub(option, template)
    empty = next((name for name in _FIELD.findall(text) if not words[name]), "")
    if empty:
        raise Unwritable(empty)
    return text.format(**words)
