"""What the register of addresses knows: the range of an address, the next free one, how many a
range has. Rows outside the asker's scope count, too: an address is never given twice."""

from collections.abc import Iterator, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from inventory.address_alias import AddressAlias
from inventory.address_ranges import (
    Span,
    address,
    gaps,
    place,
    set_aside,
    supernets,
    usable,
    without,
)
from inventory.centre import Centre
from inventory.device import Device
from inventory.prefix import Prefix
from inventory.register import register_named
from inventory.sighting import ArpSighting

GIVEN = ("draft", "asked", "active")  # a binding in these states keeps its address
_WINDOW = 256


def prefix_of(
    session: Session, ip: str, device: Device | None, centre_id: str | None, vlan: int | None = None
) -> Prefix | None:
    """The longest range that holds the address: of those whose gateway is this device, else of the
    centre, else of the nearest one above, else below, where only one fits. `vlan` tells apart equal
    ranges of one gateway. To be read only: it may be of a centre above the scope."""
    table = _prefixes()
    found = _ranges(session, table.c.cidr.in_(supernets(ip)), table.c.retired_at.is_(None))
    if device is not None:
        own = _longest([one for one in found if one.gateway_device_id == device.id])
        if own:
            told = [one for one in own if vlan and one.vlan == vlan]
            return _only(own if len(own) == 1 else told)
    centre = session.get(Centre, centre_id) if found and centre_id else None
    if centre is None:
        return None
    for unit_id in reversed(centre.path.strip("/").split("/")):
        here = [one for one in found if one.centre_id == unit_id]
        if here:
            return _main(_longest(here))
    return _below(session, centre, found)


def range_named(session: Session, key: str, centre_id: str) -> Prefix | None:
    """A range in sight, or, to be read only, one of a centre above `centre_id`: it is handed out by
    those below, too."""
    seen = session.get(Prefix, key)
    centre = session.get(Centre, centre_id) if seen is None else None
    if centre is None:
        return seen
    table, above = _prefixes(), centre.path.strip("/").split("/")
    return _only(_ranges(session, table.c.id == key, table.c.centre_id.in_(above)))


def _ranges(session: Session, *wanted: ColumnElement[bool]) -> list[Prefix]:
    """Ranges in and out of sight, by the bare table: copies that belong to no session."""
    rows = session.connection().execute(select(_prefixes()).where(*wanted))
    return [Prefix(**row) for row in rows.mappings()]


def _prefixes() -> Any:
    return Prefix.__table__


def _below(session: Session, centre: Centre, found: Sequence[Prefix]) -> Prefix | None:
    units = {one.centre_id for one in found}
    inside = select(Centre.id).where(Centre.id.in_(units), Centre.path.startswith(centre.path))
    homes = set(session.scalars(inside))
    return _main(_longest([one for one in found if one.centre_id in homes]))


def _longest(found: Sequence[Prefix]) -> Sequence[Prefix]:
    best = max((one.network.prefixlen for one in found), default=0)
    return [one for one in found if one.network.prefixlen == best]


def _main(equal: Sequence[Prefix]) -> Prefix | None:
    """Of equal ranges the one that is of no separate network; else nobody could say which."""
    return _only([one for one in equal if not one.segment] if len(equal) > 1 else equal)


def _only(found: Sequence[Prefix]) -> Prefix | None:
    return found[0] if len(found) == 1 else None


def next_free(session: Session, prefix: Prefix) -> str | None:
    """The lowest address that nobody has, was promised or is seen with; when only such are left
    that somebody uses without having been given them, the lowest of these; None when full.

    `used_by` tells of the latter who it is.
    """
    begun: dict[str, int] = session.info.setdefault("addresses_begun", {})
    unasked = ""
    for window in _free(session, prefix, begun.get(prefix.id, 0)):
        seen = _seen(session, prefix, window)
        quiet = next((one for one in window if one not in seen), None)
        if quiet is not None:
            begun[prefix.id] = int(ip_address(quiet))  # a sheet need not begin anew in each line
            return quiet
        unasked = unasked or window[0]
    return next_free(session, prefix) if begun.pop(prefix.id, 0) else unasked or None


def used_by(session: Session, prefix: Prefix, ip: str) -> str:
    """The MAC that answers for this address now, "" when none is seen."""
    query = _open(prefix).with_only_columns(ArpSighting.mac).where(ArpSighting.ip == ip)
    return session.connection().execute(query.limit(1)).scalar() or ""


def capacity(prefix: Prefix) -> int:
    """How many addresses of a range can be given out."""
    return sum(high - low + 1 for low, high in _spans(prefix))


def _free(session: Session, prefix: Prefix, begun: int) -> Iterator[list[str]]:
    """The addresses of the range from `begun` on that are not given away, in order, one and then
    more at a time."""
    version = prefix.network.version
    promised = _pending(session, prefix) | _aliases(session, prefix)
    for first, last in _spans(prefix):
        span = max(first, begun), last
        for low, high in gaps(span, partial(_count, session, prefix), _WINDOW):
            query = select(_bindings().c.ip).where(*_between(prefix, low, high))
            taken = promised | set(session.connection().execute(query).scalars())
            texts = (address(number, version) for number in range(low, high + 1))
            if free := [one for one in texts if one not in taken]:
                yield free


def _count(session: Session, prefix: Prefix, low: int, high: int) -> int:
    """How many addresses from one to another are given."""
    query = select(func.count(_bindings().c.sort_key.distinct()))
    within = query.where(*_between(prefix, low, high))
    return int(session.connection().execute(within).scalar_one())


def _spans(prefix: Prefix) -> tuple[Span, ...]:
    """What can be given out: neither the gateway's nor what was set aside."""
    holes = [*set_aside(prefix.reserved or "", prefix.network)]
    if prefix.gateway:
        holes.append((int(ip_address(prefix.gateway)),) * 2)
    return without(usable(prefix.network), holes)


def _bindings() -> Any:
    """The bare table: bindings know this book, not the other way round."""
    return register_named("Binding").__table__


def _given(prefix: Prefix) -> tuple[ColumnElement[bool], ...]:
    table = _bindings()
    alive = table.c.retired_at.is_(None)
    return table.c.prefix_id == prefix.id, table.c.state.in_(GIVEN), alive


def _between(prefix: Prefix, low: int, high: int) -> tuple[ColumnElement[bool], ...]:
    version = prefix.network.version
    first, last = (place(address(number, version)) for number in (low, high))
    key = _bindings().c.sort_key  # PostgreSQL takes no collation after BETWEEN
    return *_given(prefix), key >= first, key <= last


def _pending(session: Session, prefix: Prefix) -> set[str]:
    """What rows of this very act are given."""
    cls: Any = register_named("Binding")
    new = (row for row in session.new if isinstance(row, cls))
    return {row.ip for row in new if row.prefix_id == prefix.id and row.ip}


def _aliases(session: Session, prefix: Prefix) -> set[str]:
    query = select(AddressAlias.ip).where(AddressAlias.prefix_id == prefix.id)
    living = query.where(AddressAlias.retired_at.is_(None))
    return set(session.connection().execute(living).scalars())


def _seen(session: Session, prefix: Prefix, ips: list[str]) -> set[str]:
    query = _open(prefix).with_only_columns(ArpSighting.ip).where(ArpSighting.ip.in_(ips))
    return set(session.connection().execute(query).scalars())


def _open(prefix: Prefix) -> Select[Any]:
    gateway = prefix.gateway or ""
    return select(ArpSighting.id).where(
        ArpSighting.prefix_id == prefix.id, ArpSighting.until.is_(None), ArpSighting.ip != gateway
    )
