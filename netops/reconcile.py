"""The register of addresses held against what was seen: pure, and linear in both.

One fact is one violation. Of several kinds that fit, the first counts: spoof (the gateway's address
answered by a stranger), taken (a registered address), duplicate (an address nobody holds, answered
by two), other_ip (a registered card at an address nobody holds), random or unknown (a card in no
binding), moved (a registered card at another port), silent (an address nobody holds, answered by a
device of our own). A card that is the culprit of one of the first four is told there, with its
port, and not again below.

What is absent proves nothing: tables age out, so nothing is said of an address that nobody answers.
Rules of duty D3 and Articles 34 and 109.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address

from inventory.macs import virtual
from netops.reconcile_facts import (
    Answer,
    Book,
    Key,
    Place,
    Seen,
    Violation,
)
from netops.reconcile_known import Known, violation

__all__ = ["reconcile"]

_RANKS = ("critical", "warning", "info")
_Answers = Mapping[Key, Sequence[Answer]]


def reconcile(book: Book, seen: Seen) -> list[Violation]:
    """Everything that does not fit, the gravest first."""
    known, where = Known(book, seen), _places(seen.places)
    answers = _by_address(book, seen.answers)
    found = list(_at_addresses(known, answers, where))
    guilty = {mac for one in found for mac in _guilty(one)}
    found += _of_cards(known, answers, where, guilty)
    told = guilty | {one.mac for one in found}
    found += _unheard(known, seen, where, told)
    found += _moved(known, where, told)
    found = _crowds(known, found)
    return sorted(found, key=lambda one: (_RANKS.index(one.severity), one.object))


def _by_address(book: Book, answers: Iterable[Answer]) -> _Answers:
    found: dict[Key, list[Answer]] = defaultdict(list)
    for one in answers:
        if one.prefix in book.ranges:
            found[one.prefix, one.ip].append(one)
    return found


def _places(places: Iterable[Place]) -> Mapping[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for one in places:
        found[one.mac].append(one)
    return found


def _at_addresses(
    known: Known, answers: _Answers, where: Mapping[str, list[Place]]
) -> Iterator[Violation]:
    """Addresses that somebody answers for who should not, and those that two answer for."""
    for key, told in answers.items():
        if known.at_home(key, told):
            continue
        allowed = known.allowed(key)
        strangers = {one.mac for one in told if known.strange(key, one.mac, allowed)}
        if not strangers:
            continue
        if not allowed:
            yield from _duplicate(known, key, told, where)
            continue
        kind = "spoof" if known.is_gateway(key) else "taken"
        for mac in sorted(strangers & _now(told)):
            yield violation(known, kind, key, mac, tuple(told), where)


def _duplicate(
    known: Known, key: Key, told: Sequence[Answer], where: Mapping[str, list[Place]]
) -> Iterator[Violation]:
    """Two at once, or one after the other and back again. Tables keep for long what has gone: two
    that differ prove nothing unless both cards are learned by a switch or told of by a device. A
    gateway is always there, so of its cards each is meant."""
    if len(told) < 2:
        return
    both = {one.mac for one in told if not virtual(one.mac)}
    if not _back_again(told):
        both &= _now(told)
        said = {one.mac for one in told if one.said}
        proved = {mac for mac in both if mac in known.learned or mac in said}
        both = both if known.is_gateway(key) and not proved else proved
    if len(both) < 2 or both <= known.book.own or known.one_asset(key[0], both):
        return
    last = max((one for one in told if one.mac in both), key=lambda one: (one.since, one.mac))
    yield violation(known, "duplicate", key, last.mac, tuple(told), where)


def _back_again(told: Sequence[Answer]) -> bool:
    """Did one table tell a card, then another, then the first again?"""
    turns: dict[str, list[str]] = defaultdict(list)
    for one in sorted(told, key=lambda one: one.since):
        row = turns[one.device]
        if not row or row[-1] != one.mac:
            row.append(one.mac)
    return any(len(row) > len(set(row)) for row in turns.values())


def _now(told: Iterable[Answer]) -> set[str]:
    return {one.mac for one in told if one.until is None}


def _guilty(one: Violation) -> tuple[str, ...]:
    """Of a conflict nobody can say who was first."""
    return one.macs if one.kind == "duplicate" else (one.mac,)


def _of_cards(
    known: Known, answers: _Answers, where: Mapping[str, list[Place]], guilty: set[str]
) -> Iterator[Violation]:
    """Addresses that nobody holds, by what is known of the card that answers."""
    strange: dict[tuple[str, str, str], list[Answer]] = defaultdict(list)
    for key, rows in answers.items():
        if key in known.holder or not known.nobodys(key):
            continue
        for mac in _now(rows) - guilty:
            kind = known.kind(mac, key[0])
            if kind == "other_ip" and not known.comparable(mac, key):
                continue
            whose = key[1] if kind == "silent" else ""
            strange[f"{kind}|{whose}", key[0], mac] += [one for one in rows if one.mac == mac]
    for (kind, prefix, mac), mine in strange.items():
        first = min(mine, key=lambda one: (one.since, one.ip))  # whatever the order they came in
        one = violation(known, kind.split("|")[0], (prefix, first.ip), mac, tuple(mine), where)
        yield _reserved(known, one)


def _reserved(known: Known, one: Violation) -> Violation:
    """An address that is kept free is used by nobody by mistake of the register."""
    spans = known.book.ranges[one.prefix].reserved
    numbers = {int(ip_address(answer.ip)) for answer in one.answers} if spans else ()
    if not any(low <= number <= high for low, high in spans for number in numbers):
        return one
    grave = one.kind == "silent" or one.severity != "info"
    return one._replace(severity=one.severity if grave else "warning", reserved=True)


def _crowds(known: Known, found: Iterable[Violation]) -> list[Violation]:
    """Telephones make up another card each day. Where a range is only watched they are one finding
    per port: a row for each would be thousands a year that nobody reads."""
    alone: list[Violation] = []
    crowds: dict[tuple[str, int], list[Violation]] = defaultdict(list)
    for one in found:
        if one.kind == "random" and known.book.ranges[one.prefix].mode == "watch":
            last = max(one.places, key=lambda place: (place.since, place.port), default=None)
            crowds[one.prefix, last.port if last else 0].append(one)
        else:
            alone.append(one)
    return alone + [_crowd(port, crowd) for (_, port), crowd in crowds.items()]


def _crowd(port: int, crowd: Sequence[Violation]) -> Violation:
    macs = tuple(sorted({one.mac for one in crowd}))
    gravest = min((one.severity for one in crowd), key=_RANKS.index)
    answers = tuple(answer for one in crowd for answer in one.answers)
    places = tuple(place for one in crowd for place in one.places if place.port == port)
    return crowd[0]._replace(
        severity=gravest,
        ip="",
        mac="",
        macs=macs,
        answers=answers,
        places=places,
        port=port,
        reserved=any(one.reserved for one in crowd),
    )


def _unheard(
    known: Known, seen: Seen, where: Mapping[str, list[Place]], told: set[str]
) -> Iterator[Violation]:
    """Cards in no binding at a port of a range's VLAN that answer for no address at all."""
    heard = {one.mac for one in seen.answers if one.until is None}
    for mac, places in where.items():
        if mac in told or mac in heard:
            continue
        ranges = (known.book.vlans.get((one.centre, one.vlan)) for one in places if not one.static)
        prefix = next((one for one in ranges if one in known.book.ranges), None)
        if prefix is not None and known.kind(mac, prefix) in ("random", "unknown"):
            yield violation(known, known.kind(mac, prefix), (prefix, ""), mac, (), where)


def _moved(known: Known, where: Mapping[str, list[Place]], told: set[str]) -> Iterator[Violation]:
    """A card at its registered port may show at others on the way there; at none of its registered
    ports but at another one, it has moved, if its own switch was read. At its own port and at that
    of another end device, and not just in passing, it is there twice: one of the two copies it."""
    for mac, bound in known.cards.items():
        mine = [one for one in bound if one.port and one.prefix in known.book.ranges]
        places = [one for one in where.get(mac, ()) if not one.static]
        if mac in told or not mine or not places:
            continue
        ports = {one.port for one in mine}
        home = [one for one in places if one.port in ports]
        away = [one for one in places if one.port not in ports and not one.many]
        left = not home and all(one.device in known.read for one in mine)
        twice = any(one.lasting for one in home) and any(one.lasting for one in away)
        if away and (left or twice):
            key = mine[0].prefix, mine[0].ip
            yield violation(known, "moved", key, mac, (), where)._replace(twice=twice)
