"""Random networks: what their hosts do is written down as it is done, and that is what is found."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from netops.reconcile import reconcile
from netops.reconcile_facts import Answer, Book, Bound, Place, Range, Seen, Violation

T = datetime(2026, 11, 2, 1, tzinfo=UTC)
VRRP = "00:00:5e:00:01:0a"
NETS = {"r": 1, "w": 2}
ROUTERS = ("a", "b")
OWN = {net: frozenset(f"00:e0:fc:00:0{third}:0{n}" for n in (1, 2)) for net, third in NETS.items()}


class Spot(NamedTuple):
    """A registered host: its place, a free address, and cards of nobody (`other`, `third`)."""

    net: str
    ip: str
    free: str
    gate: str
    mac: str
    other: str
    third: str
    port: int


@dataclass
class World:
    """Two routers and a switch. Those that are `fresh` have been walked since; of the others the
    walk broke off, and their tables are those of before."""

    fresh: Mapping[str, bool]
    pick: Callable[..., Any]
    bindings: list[Bound] = field(default_factory=list)
    others: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    expected: set[tuple[str, str, str]] = field(default_factory=set)

    def answer(self, net: str, ip: str, mac: str, before: str = "") -> bool:
        """`mac` answers now ("" nobody), as `before` did; do the tables tell it?"""
        for router in ROUTERS:
            told = mac if self.fresh[router] else before
            if told:
                self.answers.append(Answer(net, ip, told, router, T))
        return any(self.fresh[router] for router in ROUTERS)

    def place(self, mac: str, port: int, before: int = 0) -> bool:
        """Likewise of the switch."""
        told = port if self.fresh["sw"] else before
        if told:
            self.places.append(Place(mac, "sw", told, 10, "c", T))
        return self.fresh["sw"]

    def at_home(self, one: Spot) -> None:
        self.answer(one.net, one.ip, one.mac, one.mac)
        self.place(one.mac, one.port, one.port)

    def expect(self, heard: bool, seen: bool, kind: str, ip: str, mac: str) -> None:
        """A strange card that no router tells is one all the same where its switch tells it, in the
        only range with a VLAN."""
        if heard:
            self.expected.add((kind, ip, mac))
        elif seen:
            self.expected.add((strange(mac), "", mac))


def strange(mac: str) -> str:
    return "random" if mac[1] in "26ae" else "unknown"


def away(world: World, one: Spot) -> None:
    """Silence proves nothing."""


def take(world: World, one: Spot) -> None:
    culprit = world.pick(one.other, "2e" + one.other[2:])
    world.place(one.mac, one.port, one.port)
    seen = world.place(culprit, one.port + 50)
    world.expect(world.answer(one.net, one.ip, culprit, one.mac), seen, "taken", one.ip, culprit)


def spoof(world: World, one: Spot) -> None:
    world.at_home(one)
    seen = world.place(one.other, one.port + 50)
    heard = world.answer(one.net, one.gate, one.other)
    world.expect(heard, seen, "spoof", one.gate, one.other)


def other_address(world: World, one: Spot) -> None:
    world.place(one.mac, one.port, one.port)
    world.answer(one.net, one.ip, "", one.mac)
    if world.answer(one.net, one.free, one.mac):
        world.expected.add(("other_ip", one.free, one.mac))


def move(world: World, one: Spot) -> None:
    world.answer(one.net, one.ip, one.mac, one.mac)
    if world.place(one.mac, one.port + 50, one.port):
        world.expected.add(("moved", one.ip, one.mac))


def stranger(world: World, one: Spot) -> None:
    world.at_home(one)
    culprit = world.pick(one.other, "2a" + one.other[2:])
    heard = world.pick(True, False) and world.answer(one.net, one.free, culprit)
    seen = world.place(culprit, one.port + 50)
    world.expect(heard, seen, strange(culprit), one.free, culprit)


def conflict(world: World, one: Spot) -> None:
    """Two tables that disagree, whenever each of them was read."""
    world.at_home(one)
    two = one.other, one.third
    for router, card in zip(ROUTERS, two, strict=True):
        world.answers.append(Answer(one.net, one.free, card, router, T))
        world.places.append(Place(card, "sw", one.port + 50, 10, "c", T))
    world.expected.add(("duplicate", one.free, max(two)))


def second_card(world: World, one: Spot) -> None:
    """A dock, registered with the same machine."""
    world.bindings.append(Bound(one.free, one.net, one.free, one.other, f"pc{one.port}"))
    world.answer(one.net, one.ip, one.other, one.mac)


def pair(world: World, one: Spot) -> None:
    """Two servers, declared."""
    world.others[one.net, one.ip] = frozenset({one.other})
    world.answer(one.net, one.ip, one.other, one.mac)


def several_addresses(world: World, one: Spot) -> None:
    """A server, each of its addresses registered."""
    world.at_home(one)
    world.bindings.append(Bound(one.free, one.net, one.free, one.mac))
    world.answer(one.net, one.free, one.mac, one.mac)


def copied(world: World, one: Spot) -> None:
    """Its card at another end port, too, and that not just in passing: on a second switch."""
    world.at_home(one)
    world.places = [
        place._replace(lasting=True) if place.mac == one.mac else place for place in world.places
    ]
    world.places.append(Place(one.mac, "sw2", one.port + 5000, 10, "c", T, lasting=True))
    world.expected.add(("moved", one.ip, one.mac))


def privacy(world: World, one: Spot) -> None:
    """A host bound in IPv4 makes up IPv6 addresses."""
    world.at_home(one)
    for day in range(world.pick(1, 9)):
        world.answers.append(Answer("six", f"2001:db8::{one.port:x}:{day + 1}", one.mac, "a", T))


def lease(world: World, one: Spot) -> None:
    """A free address goes from one registered card to its own other user: the old router's table
    has not forgotten, and no switch knows the one who left."""
    world.at_home(one)
    gone = one._replace(mac=one.third)
    world.answers.append(
        Answer(one.net, one.free, gone.mac, "a", T, until=T + timedelta(minutes=5))
    )


DEEDS = (copied, privacy, lease, World.at_home, World.at_home, World.at_home, away, take, spoof,
         other_address, move, stranger, conflict, second_card, pair, several_addresses)  # fmt: skip


def spot(net: str, number: int) -> Spot:
    third = NETS[net]
    cards = (f"28:6e:d4:0{third}:{more:02x}:{number:02x}" for more in range(3))
    subnet = f"10.1.{third}"
    return Spot(
        net, f"{subnet}.{10 + number}", f"{subnet}.{100 + number}", f"{subnet}.1", *cards,
        third * 100 + number,
    )  # fmt: skip


def behind_a_small_switch(world: World) -> None:
    """A link that nobody recognised: its cards show there, too."""
    home = {(one.mac, one.port) for one in world.bindings}
    known = [one for one in world.places if (one.mac, one.port) in home]
    world.places += [one._replace(device="core", port=999) for one in known]


def book(world: World) -> Book:
    modes = {"r": "enforce", "w": "watch"}
    ranges = {
        net: Range(net, modes[net], spot(net, 0).gate, OWN[net] | {VRRP}) for net in NETS
    }  # fmt: skip
    ranges["six"] = Range("six", "watch", "2001:db8::1")
    return Book(
        ranges=ranges, bindings=tuple(world.bindings), others=world.others,
        own=frozenset().union(*OWN.values()), vlans={("c", 10): "r"},
    )  # fmt: skip


def facts(one: Violation) -> Iterator[tuple[str, str, str]]:
    """Made-up cards of a range that is only watched are told together."""
    if one.mac:
        yield one.kind, one.ip, one.mac
    else:
        yield from {(one.kind, answer.ip, answer.mac) for answer in one.answers}


@given(st.data())
@settings(max_examples=25)
def test_nothing_is_missed_and_nobody_is_wronged(data: st.DataObject) -> None:
    fresh = {name: data.draw(st.booleans()) for name in (*ROUTERS, "sw")}
    world = World(fresh, lambda *of: data.draw(st.sampled_from(of)))
    for net in NETS:
        for mac in (*sorted(OWN[net]), VRRP):
            world.answer(net, spot(net, 0).gate, mac, mac)
        for number in range(data.draw(st.integers(1, 20))):
            one = spot(net, number)
            world.bindings.append(
                Bound(one.ip, net, one.ip, one.mac, f"pc{one.port}", "sw", one.port)
            )
            world.pick(*DEEDS)(world, one)
    world.answer("", "192.168.1.5", "28:6e:d4:09:09:09", "28:6e:d4:09:09:09")  # in no range
    if data.draw(st.booleans()):
        behind_a_small_switch(world)
    order = data.draw(st.randoms(use_true_random=False))
    order.shuffle(world.answers)
    order.shuffle(world.places)
    learned = frozenset(one.mac for one in world.places)
    read = frozenset({"sw"} if fresh["sw"] else ())
    told = reconcile(book(world), Seen(world.answers, world.places, learned, read))
    assert len(told) == len({(one.prefix, one.object) for one in told})
    assert {fact for one in told for fact in facts(one)} == world.expected
