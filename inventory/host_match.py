"""Which thing of the register a reported host is: told by MAC, tag, name or address in any
notation, and never guessed. Pure.

What points at two things, or contradicts the one it points at, stays unmatched with the reason.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from inventory import text

_SPLIT = re.compile(r"[,;；，、|\s]+")
_NO_MAC = frozenset(("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"))


@dataclass(frozen=True, slots=True)
class Identity:
    """What a report says of who the host is, in canonical forms; a host may have several cards."""

    name: str = ""
    macs: frozenset[str] = frozenset()
    ips: frozenset[str] = frozenset()
    tag: str = ""

    @property
    def key(self) -> str:
        """By what the next report knows it again; "" when it says nothing of itself."""
        if self.macs:
            return "mac:" + ",".join(sorted(self.macs))
        told = (("tag", self.tag), ("host", self.name), ("ip", ",".join(sorted(self.ips))))
        return next((f"{word}:{value}" for word, value in told if value), "")


@dataclass(frozen=True, slots=True)
class Known:
    """One thing of the register: its id, what it is called, and who it is."""

    id: str
    label: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Match:
    """The thing, or why none was taken."""

    thing: Known | None = None
    why: str = ""


class Index:
    """The things of a register by each of their marks."""

    def __init__(self, things: Iterable[Known]) -> None:
        self._by: dict[tuple[str, str], list[Known]] = {}
        for one in things:
            for mark in marks(one.identity):
                self._by.setdefault(mark, []).append(one)

    def match(self, told: Identity) -> Match:
        """The one thing that every mark which is known at all points at."""
        hits = [{one.id for one in self._by[m]} for m in marks(told) if m in self._by]
        if not hits:
            return Match(None, "台账里没有这台主机")
        found = {one.id: one for m in marks(told) for one in self._by.get(m, ())}
        common = set.intersection(*hits)
        if len(common) != 1 or len(set.union(*hits)) != 1:
            names = "、".join(sorted(one.label for one in found.values())[:3])
            return Match(None, f"与台账里几台设备都有相同之处，分不清：{names}")
        thing = found[common.pop()]
        against = _against(told, thing.identity)
        return Match(None, f"像是 {thing.label}，但{against}") if against else Match(thing)


def marks(one: Identity) -> Iterator[tuple[str, str]]:
    """Everything that may point at a thing."""
    yield from (("mac", value) for value in sorted(one.macs))
    yield from (("ip", value) for value in sorted(one.ips))
    if one.tag:
        yield "tag", one.tag
    if one.name:
        yield "name", one.name


def identity(name: str, mac: str, ip: str, tag: str) -> Identity:
    """From the texts of a report or a register, whatever their notation."""
    return Identity(host_name(name), macs(mac), ips(ip), _folded(tag))


def host_name(name: str) -> str:
    """DOMAIN\\PC-01, pc-01.county.local. and ＰＣ－０１ are one name; an address stays whole."""
    plain = _folded(name).rpartition("\\")[2].strip(".")
    return plain if _address(plain) else plain.partition(".")[0]


def macs(told: str) -> frozenset[str]:
    """The hardware addresses in a cell; what is none, or everybody's, is read past."""
    return frozenset(
        one for part in _SPLIT.split(told) if (one := _mac(part)) not in ("", *_NO_MAC)
    )


def ips(told: str) -> frozenset[str]:
    """The addresses in a cell by which a host can be told: not its own loopback or link-local."""
    parts = (_address(part) for part in _SPLIT.split(told))
    return frozenset(one for one in parts if one and _telling(one))


def _against(told: Identity, known: Identity) -> str:
    """In what a report contradicts the thing it seems to be; addresses do change. A name weighs
    only where nothing stronger agrees."""
    if told.macs and known.macs and not told.macs & known.macs:
        return "MAC 地址与台账不符"
    if told.tag and known.tag and told.tag != known.tag:
        return "资产编号与台账不符"
    sure = bool(told.macs & known.macs) or bool(told.tag and told.tag == known.tag)
    if not sure and told.name and known.name and told.name != known.name:
        return "主机名与台账不符"
    return ""


def _mac(told: str) -> str:
    try:
        return text.mac(told) if told else ""
    except ValueError:
        return ""


def _address(told: str) -> str:
    try:
        return text.ip(told.partition("/")[0].partition("%")[0]) if told else ""
    except ValueError:
        return ""


def _telling(address: str) -> bool:
    one = ip_address(address)
    return not (one.is_loopback or one.is_link_local or one.is_unspecified or one.is_multicast)


def _folded(told: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", told).casefold().split())


def duplicates(keys: Mapping[int, str]) -> dict[str, list[int]]:
    """Key → the rows that bear it, where they are several."""
    found: dict[str, list[int]] = {}
    for number, key in keys.items():
        found.setdefault(key, []).append(number)
    return {key: rows for key, rows in found.items() if len(rows) > 1}
