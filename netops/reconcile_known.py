"""What the register says of an address or a card: whose it is, who may answer, how grave it is when
somebody else does. The rules are in `netops.reconcile`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from inventory.macs import random, virtual
from netops.reconcile_facts import (
    Answer,
    Book,
    Bound,
    Key,
    Place,
    Range,
    Seen,
    Violation,
    of_one_line,
)

_SEVERITIES: Mapping[str, tuple[str, str]] = {  # kind: where it is enforced, where only watched
    "spoof": ("critical", "critical"), "taken": ("critical", "warning"),
    "duplicate": ("warning", "warning"), "other_ip": ("warning", "warning"),
    "unknown": ("warning", "info"), "random": ("warning", "info"), "moved": ("warning", "info"),
    "silent": ("info", "info"),
}  # fmt: skip


class Known:
    """The register, looked up by address and by card; `learned` and `read` as in `Seen`."""

    def __init__(self, book: Book, seen: Seen) -> None:
        self.book, self.learned, self.read = book, seen.learned, seen.read
        self.holder: dict[Key, Bound] = {(one.prefix, one.ip): one for one in book.bindings}
        self.cards: dict[str, list[Bound]] = defaultdict(list)
        for one in book.bindings:
            self.cards[one.mac].append(one)

    def bound(self, mac: str, prefix: str) -> list[Bound]:
        """Where a card is registered, as the centre of a range may know it: with itself, below it
        or above it. What another county has written is no business of this one."""
        branch = self.book.ranges[prefix].branch
        return [one for one in self.cards.get(mac, ()) if of_one_line(one.branch, branch)]

    def comparable(self, mac: str, key: Key) -> bool:
        """Machines make up IPv6 addresses of their own, new ones each day (RFC 8981): a card bound
        in IPv4 alone is not at a wrong address there, nor the other way round."""
        return any((":" in one.ip) == (":" in key[1]) for one in self.bound(mac, key[0]))

    def allowed(self, key: Key) -> frozenset[str]:
        """Who may answer for an address; nobody where it is not known whose it is."""
        held, kept = self.holder.get(key), self.book.ranges[key[0]]
        gateway = kept.macs if kept.gateway == key[1] else frozenset()
        mine = {held.mac} if held else set()
        return gateway | mine | self.book.others.get(key, frozenset())

    def strange(self, key: Key, mac: str, allowed: frozenset[str]) -> bool:
        """A machine may answer with any of its own cards. Which group of routers (VRRP, HSRP) a
        gateway belongs to is told by itself or declared: anybody can send from such a card."""
        if mac in allowed:
            return False
        held = self.holder.get(key)
        if held is None or not held.asset:
            return True
        return all(one.asset != held.asset for one in self.bound(mac, key[0]))

    def at_home(self, key: Key, told: Iterable[Answer]) -> bool:
        """Does its holder alone answer, as nearly everywhere?"""
        held = self.holder.get(key)
        return held is not None and all(one.mac == held.mac for one in told)

    def is_gateway(self, key: Key) -> bool:
        return self.book.ranges[key[0]].gateway == key[1]

    def nobodys(self, key: Key) -> bool:
        return not self.is_gateway(key) and not self.allowed(key)

    def one_asset(self, prefix: str, macs: Iterable[str]) -> bool:
        """Do all these cards belong to one machine?"""
        owners = [{one.asset for one in self.bound(mac, prefix) if one.asset} for mac in macs]
        return bool(set.intersection(*owners)) if owners else False

    def kind(self, mac: str, prefix: str) -> str:
        """What a card is that answers for an address nobody holds."""
        if self.bound(mac, prefix):
            return "other_ip"
        if mac in self.book.own or virtual(mac):
            return "silent"
        return "random" if random(mac) else "unknown"


def violation(
    known: Known, kind: str, key: Key, mac: str, answers: tuple[Answer, ...],
    where: Mapping[str, list[Place]],
) -> Violation:  # fmt: skip
    """One violation with its severity, the cards and the places that belong to it, and the binding
    it is about, if any."""
    kept: Range = known.book.ranges[key[0]]
    severity = _SEVERITIES[kind][kept.mode != "enforce"]
    if kind == "duplicate" and kept.gateway == key[1]:
        severity = "critical"  # one of the two is no gateway, only which one is not known
    macs = sorted({mac, *(one.mac for one in answers)})
    places = tuple(one for each in macs for one in where.get(each, ()))
    held = known.holder.get(key) or next(iter(known.bound(mac, key[0])), None)
    return Violation(
        kind, severity, key[0], key[1], mac, tuple(macs), held.id if held else "", answers, places
    )
