"""Which range each of many addresses is in: `address_book.prefix_of` for whole tables at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.device import Device
from inventory.prefix import Prefix


class _Range(NamedTuple):
    id: str
    version: int
    length: int
    first: int  # the network's bits alone, without those of its hosts
    segment: str
    vlan: int | None
    centre_id: str
    gateway_device_id: str | None


class Homes:
    """All living ranges, read once; `seen_from` a device they stand in its order."""

    def __init__(self, session: Session) -> None:
        query = select(Prefix).where(Prefix.retired_at.is_(None))
        self._ranges = [_range(row) for row in session.scalars(query)]
        self._paths: dict[str, str] = dict(session.execute(select(Centre.id, Centre.path)).all())

    def seen_from(self, device: Device) -> "Home":
        """What a device's tables tell of: its own ranges first, then those of its centre, of the
        centres above, nearest first, and of those below."""
        path = self._paths.get(device.centre_id, "")
        by_centre: dict[str, list[_Range]] = defaultdict(list)
        for each in self._ranges:
            by_centre[each.centre_id].append(each)
        above = [by_centre.pop(unit, []) for unit in reversed(path.strip("/").split("/"))]
        below = [r for unit, some in by_centre.items() if self._inside(unit, path) for r in some]
        own = [one for one in self._ranges if one.gateway_device_id == device.id]
        return Home(own, [*above, below])

    def _inside(self, unit: str, path: str) -> bool:
        return bool(path) and self._paths.get(unit, "").startswith(path)


class Home:
    """The ranges in the order of one device."""

    def __init__(self, own: Iterable[_Range], others: Iterable[Iterable[_Range]]) -> None:
        self._own = _Group(own)
        self._others = [group for some in others if (group := _Group(some))]

    def of(self, ip: str, vlan: int = 0) -> str | None:
        """The id of the range the canonical address is in. `vlan` of the interface that told it
        tells apart equal ranges of one gateway (VRF); without it nobody could say which is meant.
        """
        address = ip_address(ip)
        place = address.version, int(address), address.max_prefixlen
        own = self._own.longest(*place)
        if own:
            return _only(own if len(own) == 1 else [one for one in own if vlan == one.vlan])
        found = (group.longest(*place) for group in self._others)
        return _one(next(filter(None, found), ()))


class _Group:
    def __init__(self, ranges: Iterable[_Range]) -> None:
        self._by_first: dict[tuple[int, int, int], list[_Range]] = defaultdict(list)
        for each in ranges:
            self._by_first[each.version, each.length, each.first].append(each)
        self._lengths = sorted({key[:2] for key in self._by_first}, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._by_first)

    def longest(self, version: int, number: int, bits: int) -> Sequence[_Range]:
        """The ranges of the longest mask that hold the address."""
        fitting = (length for kind, length in self._lengths if kind == version)
        keys = ((version, length, number >> (bits - length)) for length in fitting)
        return next((self._by_first[key] for key in keys if key in self._by_first), ())


def _one(equal: Sequence[_Range]) -> str | None:
    """Of several equal ranges the one that is of no separate network; else nobody could say."""
    return _only([one for one in equal if not one.segment] if len(equal) > 1 else equal)


def _only(found: Sequence[_Range]) -> str | None:
    return found[0].id if len(found) == 1 else None


def _range(row: Prefix) -> _Range:
    net = row.network
    first = int(net.network_address) >> (net.max_prefixlen - net.prefixlen)
    return _Range(
        row.id, net.version, net.prefixlen, first, row.segment, row.vlan, row.centre_id,
        row.gateway_device_id,
    )  # fmt: skip
