"""What is registered, what was seen, and what does not fit: frozen values, no database.

Addresses and MACs are canonical (`inventory.text`). An address means nothing without its range:
private ranges repeat from county to county, and two gateways of one range tell the same pair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

Key = tuple[str, str]  # range, address


class Range(NamedTuple):
    """A judged range. `macs` are the gateway's own cards, and those of router groups that our own
    devices tell of themselves; none where the gateway is not known."""

    id: str
    mode: str  # enforce or watch
    gateway: str = ""
    macs: frozenset[str] = frozenset()
    branch: str = ""  # path of its centre
    reserved: tuple[tuple[int, int], ...] = ()  # addresses nobody may use, from and to, as numbers


class Bound(NamedTuple):
    """A binding in force. `asset` the equipment that may own several cards ("" not told); `port`
    our number of the registered port, 0 where it is not to be compared."""

    id: str
    prefix: str
    ip: str
    mac: str
    asset: str = ""
    device: str = ""
    port: int = 0
    branch: str = ""  # path of the centre it is kept by


class Answer(NamedTuple):
    """A MAC answered for an address: a row of an ARP or neighbour table of `device`, or what a
    device said of a conflict (`said`). `prefix` "" where no range is registered; `until` None
    while it is told."""

    prefix: str
    ip: str
    mac: str
    device: str
    since: datetime
    until: datetime | None = None
    said: bool = False


class Place(NamedTuple):
    """A MAC learned at a port for end devices. `static`: configured there, so it proves no
    presence; `centre` whose switch it is; `vlan` 0 not told; `many`: several hang at the port, so
    it may be on the way to others; `lasting`: told by complete walks for longer than a card needs
    to be forgotten where it was before."""

    mac: str
    device: str
    port: int
    vlan: int
    centre: str
    since: datetime
    static: bool = False
    many: bool = False
    lasting: bool = False


class Violation(NamedTuple):
    """One thing against the register, with everything that shows it. `mac` is whose it is, `macs`
    everybody involved; `binding` the id of the registration it goes against; `twice`: the card is
    at its own port, too; `reserved`: an address that is kept free. Without a `mac` it is all
    the made-up cards at `port` (0 not known)."""

    kind: str
    severity: str
    prefix: str
    ip: str
    mac: str
    macs: tuple[str, ...]
    binding: str
    answers: tuple[Answer, ...]
    places: tuple[Place, ...]
    twice: bool = False
    reserved: bool = False
    port: int = 0

    @property
    def object(self) -> str:
        """What makes two violations the same: a conflict is its address; a card that is not where
        it belongs is itself, at however many addresses."""
        ip = "" if self.kind in ("other_ip", "unknown", "random", "moved") else self.ip
        mac = "" if self.kind == "duplicate" else self.mac or str(self.port)
        return f"{self.kind}|{self.prefix}|{ip}|{mac}"


@dataclass(frozen=True, slots=True)
class Book:
    """What is registered. `ranges` holds the judged ones only; `others` the MACs that may answer
    for an address beside its holder (aliases, addresses of monitored devices); `own` the cards of
    monitored devices; `vlans` the range of a VLAN of a centre, where it is the only one."""

    ranges: Mapping[str, Range]
    bindings: Sequence[Bound] = ()
    others: Mapping[Key, frozenset[str]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    vlans: Mapping[tuple[str, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the tables tell now: answers open or ended a short while ago, places that are open, and
    every MAC that any switch has learned anywhere (`learned`); `read` the switches whose forwarding
    table was read whole a short while ago."""

    answers: Sequence[Answer] = ()
    places: Sequence[Place] = ()
    learned: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()


def of_one_line(one: str, other: str) -> bool:
    """Is one of two centres (by path) above the other, or the same? Others know nothing of each
    other's addresses."""
    return one.startswith(other) or other.startswith(one)
