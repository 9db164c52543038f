"""The register of addresses against what was seen: each kind, and each pitfall."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from netops.reconcile import reconcile
from netops.reconcile_facts import Answer, Book, Bound, Place, Range, Seen, Violation

T = datetime(2026, 11, 2, 1, tzinfo=UTC)
GW, GW2, VRRP = "00:e0:fc:00:00:01", "00:e0:fc:00:00:02", "00:00:5e:00:01:0a"
STRANGE = "00:00:5e:00:01:63"
ANN, BOB, EVE, PHONE = (
    "28:6e:d4:00:00:0a", "28:6e:d4:00:00:0b", "28:6e:d4:00:00:0e", "2a:6e:d4:00:00:0f",
)  # fmt: skip
BOOK = Book(
    ranges={
        "r": Range("r", "enforce", "10.1.1.1", frozenset({GW, VRRP})),
        "w": Range("w", "watch", "10.1.2.1", frozenset()),
        "six": Range("six", "enforce", "2001:db8::1", frozenset({GW})),
    },
    bindings=(
        Bound("ann", "r", "10.1.1.10", ANN, "pc1", "sw", 10),
        Bound("bob", "r", "10.1.1.11", BOB, "pc2", "sw", 11),
    ),
    own=frozenset({GW, GW2}),
    vlans={("c", 10): "r"},
)


def said(ip: str, mac: str, device: str = "gw", minute: int = 0, **more: Any) -> Answer:
    prefix = {"10.1.1": "r", "10.1.2": "w"}.get(ip.rpartition(".")[0], "")
    return Answer(prefix, ip, mac, device, T + timedelta(minutes=minute), **more)


def at(mac: str, port: int, vlan: int = 10, **more: Any) -> Place:
    return Place(mac, "sw", port, vlan, "c", T, **more)


def found(
    *seen: Answer | Place, book: Book = BOOK, learned: tuple[str, ...] = ()
) -> list[Violation]:
    answers = [one for one in seen if isinstance(one, Answer)]
    places = [one for one in seen if isinstance(one, Place)]
    return reconcile(book, Seen(answers, places, frozenset(learned), frozenset({"sw"})))


def replace_range(key: str, branch: str) -> Range:
    return BOOK.ranges[key]._replace(branch=branch)


def kinds(*seen: Answer | Place, **more: Any) -> list[tuple[str, str, str]]:
    return [(one.kind, one.ip, one.mac) for one in found(*seen, **more)]


GONE: dict[str, Any] = {"until": T + timedelta(minutes=5)}
CASES: Mapping[str, tuple[list[Answer | Place], list[tuple[str, str, str]]]] = {
    "everybody where they belong": (
        [said("10.1.1.10", ANN), at(ANN, 10), said("10.1.1.1", GW)], [],
    ),
    "nobody answers: silence is neither a fault nor an end": ([], []),
    "the gateway is spoofed, and that is all there is to tell of the spoofer": (
        [said("10.1.1.1", EVE), at(EVE, 12)], [("spoof", "10.1.1.1", EVE)],
    ),
    "a virtual gateway": ([said("10.1.1.1", VRRP), said("10.1.1.1", GW)], []),
    "a virtual gateway of another group": (
        [said("10.1.1.1", STRANGE), at(STRANGE, 12)], [("spoof", "10.1.1.1", STRANGE)],
    ),
    "a virtual address is no host's": ([said("10.1.1.10", VRRP)], [("taken", "10.1.1.10", VRRP)]),
    "taken by a registered one from its own port": (
        [said("10.1.1.10", BOB), at(BOB, 11)], [("taken", "10.1.1.10", BOB)],
    ),
    "taken by one that moved, made up its card, and is told by two gateways": (
        [said("10.1.1.10", PHONE), said("10.1.1.10", PHONE, "gw2"), at(PHONE, 7)],
        [("taken", "10.1.1.10", PHONE)],
    ),
    "the holder is back": ([said("10.1.1.10", EVE, **GONE), said("10.1.1.10", ANN, minute=5)], []),
    "two tables that differ, one of which has not forgotten yet": (
        [said("10.1.1.50", ANN), said("10.1.1.50", EVE, "gw2", 1)],
        [("other_ip", "10.1.1.50", ANN), ("unknown", "10.1.1.50", EVE)],
    ),
    "a conflict that a device told of": (
        [said("10.1.1.50", ANN, said=True), said("10.1.1.50", EVE, said=True)],
        [("duplicate", "10.1.1.50", EVE)],
    ),
    "another lease, as arpwatch tells it": (
        [said("10.1.2.50", EVE, said=True), said("10.1.2.50", BOB, "gw2"), at(EVE, 12)],
        [("other_ip", "10.1.2.50", BOB), ("unknown", "10.1.2.50", EVE)],
    ),
    "it changed hands once": (
        [said("10.1.1.50", EVE, **GONE), said("10.1.1.50", ANN, minute=5)],
        [("other_ip", "10.1.1.50", ANN)],
    ),
    "it changes hands back and forth": (
        [
            said("10.1.1.50", EVE, **GONE), said("10.1.1.50", ANN, minute=5, **GONE),
            said("10.1.1.50", EVE, minute=9),
        ],
        [("duplicate", "10.1.1.50", EVE)],
    ),
    "a registered card at an address nobody holds": (
        [said("10.1.1.10", ANN), said("10.1.1.50", ANN), at(ANN, 12)],
        [("other_ip", "10.1.1.50", ANN)],
    ),
    "… at two of them is one": (
        [said("10.1.1.51", ANN, minute=1), said("10.1.1.50", ANN)],
        [("other_ip", "10.1.1.50", ANN)],
    ),
    "IPv6 addresses that a card bound in IPv4 makes up": (
        [Answer("six", f"2001:db8::{n}", ANN, "gw", T) for n in range(2, 5)], [],
    ),
    "a strange card with two addresses is one": (
        [said("10.1.1.50", EVE), said("10.1.1.51", EVE), at(EVE, 12)],
        [("unknown", "10.1.1.50", EVE)],
    ),
    "a strange card that says nothing": ([at(EVE, 12)], [("unknown", "", EVE)]),
    "… in a VLAN of no range": ([at(EVE, 12, 99)], []),
    "… that is only configured there": ([at(EVE, 12, static=True)], []),
    "a card made up": ([said("10.1.1.50", PHONE)], [("random", "10.1.1.50", PHONE)]),
    "another port": ([said("10.1.1.10", ANN), at(ANN, 12)], [("moved", "10.1.1.10", ANN)]),
    "another port on the way": ([at(ANN, 10), at(ANN, 12)], []),
    "… that has many behind it, for hours": (
        [at(ANN, 10, lasting=True), at(ANN, 12, lasting=True, many=True)], [],
    ),
    "a port with many behind it proves none": ([at(ANN, 12, many=True)], []),
    "at two ports for long": (
        [at(ANN, 10, lasting=True), at(ANN, 12, lasting=True)], [("moved", "10.1.1.10", ANN)],
    ),
    "a device of ours at an address nobody holds": (
        [said("10.1.1.60", GW2)], [("silent", "10.1.1.60", GW2)],
    ),
    "outside every range": ([said("192.168.9.9", EVE)], []),
    "the cards of a conflict that a device told of": (
        [said("10.1.1.10", EVE, said=True), said("10.1.1.10", ANN, said=True)],
        [("taken", "10.1.1.10", EVE)],
    ),
    "a gateway nobody knows, answered by two": (
        [said("10.1.2.1", EVE), said("10.1.2.1", BOB, "gw2", 1)],
        [("duplicate", "10.1.2.1", BOB)],
    ),
    "a gateway nobody knows, answered by one": ([said("10.1.2.1", EVE)], []),
}  # fmt: skip


@pytest.mark.parametrize(("seen", "expected"), CASES.values(), ids=CASES.keys())
def test_each_fact_is_one_violation(
    seen: list[Answer | Place], expected: list[tuple[str, str, str]]
) -> None:
    assert kinds(*seen) == expected
    assert kinds(*reversed(seen)) == expected


def test_a_card_that_no_switch_has_learned_is_an_entry_that_has_not_aged_yet() -> None:
    both = (said("10.1.1.50", ANN), said("10.1.1.50", EVE, "gw2", 1))
    assert kinds(*both, learned=(EVE,)) == [
        ("other_ip", "10.1.1.50", ANN), ("unknown", "10.1.1.50", EVE),
    ]  # fmt: skip
    assert kinds(*both, learned=(EVE, ANN)) == [("duplicate", "10.1.1.50", EVE)]


def test_several_cards_of_one_machine_are_one_user() -> None:
    dock = Bound("dock", "r", "10.1.1.12", EVE, "pc1")
    book = replace(BOOK, bindings=(*BOOK.bindings, dock))
    assert kinds(said("10.1.1.10", EVE), book=book) == []
    assert kinds(said("10.1.1.10", EVE)) == [("taken", "10.1.1.10", EVE)]


def test_what_is_declared_may_answer() -> None:
    keys = {("r", "10.1.1.1"): frozenset({GW2}), ("r", "10.1.1.10"): frozenset({BOB})}
    book = replace(BOOK, others=keys)
    seen = (said("10.1.1.1", GW2), said("10.1.1.10", BOB), said("10.1.1.10", ANN, "gw2"))
    assert kinds(*seen, book=book) == []
    assert [kind for kind, *_ in kinds(*seen)] == ["spoof", "taken"]


def test_equal_addresses_of_other_ranges_are_other_addresses() -> None:
    elsewhere = Answer("w", "10.1.1.10", EVE, "gw9", T)
    assert kinds(said("10.1.1.10", ANN), elsewhere) == [("unknown", "10.1.1.10", EVE)]


def test_who_left_a_switch_that_was_not_read_is_not_known() -> None:
    unread = reconcile(BOOK, Seen([], [at(ANN, 12)]))
    assert unread == []


def test_an_address_that_is_kept_free_is_no_mistake_of_the_register() -> None:
    low = int(ip_address("10.1.2.5"))
    kept = BOOK.ranges["w"]._replace(reserved=((low, low + 4),))
    book = replace(BOOK, ranges={"w": kept})
    told = {one.mac: one for one in found(said("10.1.2.6", EVE), said("10.1.2.60", GW), book=book)}
    assert (told[EVE].severity, told[EVE].reserved) == ("warning", True)
    assert (told[GW].severity, told[GW].reserved) == ("info", False)


def test_cards_made_up_are_one_finding_per_port_where_a_range_is_only_watched() -> None:
    macs = [f"2a:6e:d4:00:00:{n:02x}" for n in range(6)]
    answers = [said(f"10.1.2.{20 + n}", mac) for n, mac in enumerate(macs)]
    places = [at(mac, 7 + n % 2) for n, mac in enumerate(macs[:4])]
    told = {one.object: one.macs for one in found(*answers, *places)}
    assert told == {
        "random|w||7": (macs[0], macs[2]), "random|w||8": (macs[1], macs[3]),
        "random|w||0": (macs[4], macs[5]),
    }  # fmt: skip


def test_what_another_county_has_registered_is_not_known_here() -> None:
    ranges = {"w": replace_range("w", "/city/b/"), "r": replace_range("r", "/city/a/")}
    bound = tuple(one._replace(branch="/city/a/") for one in BOOK.bindings)
    book = replace(BOOK, ranges=ranges, bindings=bound)
    (told,) = found(said("10.1.2.9", ANN), book=book)
    assert (told.kind, told.binding) == ("unknown", "")
    above = replace(book, ranges={**ranges, "w": replace_range("w", "/city/")})
    assert [one.binding for one in found(said("10.1.2.9", ANN), book=above)] == ["ann"]


def test_how_grave_it_is_and_what_shows_it() -> None:
    taken, unknown = found(
        said("10.1.1.10", EVE), said("10.1.1.10", ANN, "gw2"), at(EVE, 12), at(ANN, 10),
        said("10.1.2.5", BOB, "gw"), at(PHONE, 9),
    )[::2]  # fmt: skip
    assert (taken.kind, taken.severity, taken.binding) == ("taken", "critical", "ann")
    assert {place.port for place in taken.places} == {10, 12}
    assert (unknown.kind, unknown.severity) == ("random", "warning")
    watched = replace(BOOK, ranges={"r": Range("r", "watch", "10.1.1.1", frozenset({GW}))})
    grades = [one.severity for one in found(said("10.1.1.10", EVE), at(PHONE, 9), book=watched)]
    assert grades == ["warning", "info"]
    spoof = found(said("10.1.1.1", EVE), book=watched)
    assert [one.severity for one in spoof] == ["critical"]
    nobody = replace(BOOK, ranges={})
    assert kinds(said("10.1.1.1", EVE), at(EVE, 2), book=nobody) == []
