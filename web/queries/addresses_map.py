"""One range address by address: given out, seen, in violation, free."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from sqlalchemy import ColumnElement, CompoundSelect, select, union
from sqlalchemy.orm import Session

from inventory.address_book import GIVEN
from inventory.address_finding import AddressFinding
from inventory.address_ranges import set_aside
from inventory.binding import Binding
from inventory.columns import ip_order
from inventory.prefix import Prefix
from inventory.sighting import ArpSighting

PAGE = 256  # a /24 on one page

# What a cell of the map can be.
KINDS: Mapping[str, str] = {
    "violation": "违规", "strange": "看到，未登记", "used": "登记，在用", "quiet": "登记，没有看到",
    "asked": "申请中", "gateway": "网关", "reserved": "不分配", "free": "空闲",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One address; `kind` is a key of KINDS. `arp` is who answers for it now, if anybody."""

    ip: str
    kind: str
    binding: Binding | None = None
    arp: ArpSighting | None = None
    finding: AddressFinding | None = None

    @property
    def short(self) -> str:
        """What tells it apart on a page of its neighbours."""
        return self.ip.rpartition("." if "." in self.ip else ":")[2] or "0"


@dataclass(frozen=True, slots=True)
class Map:
    """One page of a range; an IPv6 range has only the addresses that are known."""

    cells: Sequence[Cell]
    page: int
    pages: int
    total: int

    @property
    def known(self) -> list[Cell]:
        """Those there is something to tell of."""
        return [one for one in self.cells if one.kind not in ("free", "reserved")]

    def count(self, kind: str) -> int:
        return sum(one.kind == kind for one in self.cells)


def map_of(session: Session, prefix: Prefix, page: int) -> Map:
    """The page asked for, clamped to what exists."""
    total = prefix.network.num_addresses if prefix.network.version == 4 else _known(session, prefix)
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    ips = list(_ips(session, prefix, (page - 1) * PAGE))
    return Map(list(_cells(session, prefix, ips)), page, pages, total)


def _ips(session: Session, prefix: Prefix, start: int) -> Iterable[str]:
    network = prefix.network
    if network.version == 4:
        last = min(start + PAGE, network.num_addresses)
        return (str(network[number]) for number in range(start, last))
    told = _told(prefix).subquery()
    query = select(told.c.ip).order_by(ip_order(told.c.ip)).offset(start).limit(PAGE)
    return session.scalars(query)


def _known(session: Session, prefix: Prefix) -> int:
    return len(session.execute(_told(prefix)).all())


def _told(prefix: Prefix) -> CompoundSelect[tuple[str]]:
    here = select(Binding.ip).where(*_given(prefix))
    seen = select(ArpSighting.ip).where(
        ArpSighting.until.is_(None), ArpSighting.prefix_id == prefix.id
    )
    return union(here, seen)


def _cells(session: Session, prefix: Prefix, ips: Sequence[str]) -> Iterator[Cell]:
    bindings = {one.ip: one for one in _bindings(session, prefix, ips)}
    arps = {one.ip: one for one in _arps(session, prefix, ips)}
    findings = {str(one.ip): one for one in _findings(session, prefix, ips)}
    kept = _kept(prefix)
    for ip in ips:
        told = bindings.get(ip), arps.get(ip), findings.get(ip)
        aside = any(low <= int(ip_address(ip)) <= high for low, high in kept)
        kind = "gateway" if ip == prefix.gateway else "reserved" if aside else "free"
        yield Cell(ip, _kind(kind, *told), *told)


def _kind(
    plain: str,
    binding: Binding | None,
    arp: ArpSighting | None,
    finding: AddressFinding | None,
) -> str:
    """What an address is of which this is known; `plain` while nothing is."""
    if finding is not None:
        return "violation"
    if binding is not None:
        return "asked" if binding.state != "active" else "used" if arp is not None else "quiet"
    return "strange" if arp is not None and plain != "gateway" else plain


def _kept(prefix: Prefix) -> Sequence[tuple[int, int]]:
    """What is given to nobody: network and broadcast address, what was set aside."""
    network = prefix.network
    told = list(set_aside(prefix.reserved or "", network))
    if network.version == 4 and network.prefixlen < 31:
        told += [(int(one),) * 2 for one in (network.network_address, network.broadcast_address)]
    return told


def _given(prefix: Prefix) -> tuple[ColumnElement[bool], ...]:
    alive = Binding.retired_at.is_(None)
    return Binding.prefix_id == prefix.id, Binding.state.in_(GIVEN), alive


def _bindings(session: Session, prefix: Prefix, ips: Sequence[str]) -> Iterable[Binding]:
    query = select(Binding).where(*_given(prefix), Binding.ip.in_(ips))
    return session.scalars(query.order_by(Binding.state.desc()))  # what is in force comes last


def _arps(session: Session, prefix: Prefix, ips: Sequence[str]) -> Iterable[ArpSighting]:
    query = select(ArpSighting).where(
        ArpSighting.until.is_(None), ArpSighting.prefix_id == prefix.id, ArpSighting.ip.in_(ips)
    )
    return session.scalars(query.order_by(ArpSighting.seen))


def _findings(session: Session, prefix: Prefix, ips: Sequence[str]) -> Iterable[AddressFinding]:
    return session.scalars(
        select(AddressFinding).where(
            AddressFinding.state == "open", AddressFinding.retired_at.is_(None),
            AddressFinding.prefix_id == prefix.id, AddressFinding.ip.in_(ips),
        )
    )  # fmt: skip
