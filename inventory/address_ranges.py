"""Arithmetic of address ranges: what may be given out of one, what is set aside. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from inventory.columns import ip_key

Network = IPv4Network | IPv6Network
Span = tuple[int, int]  # the first and the last address, as numbers
_LARGEST = {4: 8, 6: 32}  # a mask shorter than that is a slip of the hand
_PARTS = re.compile(r"[,;\s、]+")


def network(text: str) -> Network:
    """The range a person means; bits of an address in it are dropped (10.1.2.7/24).

    Raises ValueError with a Chinese cause.
    """
    plain = _half(text)
    if "/" not in plain:
        raise ValueError("要写明掩码，如 10.41.25.0/24")
    try:
        found = ip_network(plain, strict=False)
    except ValueError:
        raise ValueError(f"“{text}”不是网段，应如 10.41.25.0/24") from None
    if found.is_multicast or found.is_loopback or found.prefixlen < _LARGEST[found.version]:
        raise ValueError(f"{found} 不能登记：是组播、本机地址，或范围太大")
    return found


def supernets(address: str) -> list[str]:
    """Every range that could hold the address, as it is written in the register."""
    whole = ip_network(address)
    smallest = _LARGEST[whole.version]
    masks = range(smallest, whole.max_prefixlen + 1)
    return [str(whole.supernet(new_prefix=mask)) for mask in masks]


def usable(net: Network) -> Span:
    """What can be given out: not the range's own address nor its broadcast (RFC 950, RFC 3021),
    nor the anycast address of IPv6 routers (RFC 4291 §2.6.1)."""
    low, high = int(net.network_address), int(net.broadcast_address)
    if net.max_prefixlen - net.prefixlen < 2:
        return low, high
    return (low + 1, high - 1) if net.version == 4 else (low + 1, high)


def set_aside(text: str, net: Network) -> tuple[Span, ...]:
    """Addresses and stretches (10.1.2.1-10.1.2.20 or 10.1.2.1-20) that are not given out.

    Raises ValueError with a Chinese cause.
    """
    plain = re.sub(r"\s*[-~至]\s*", "-", _half(text))
    return tuple(_stretch(part, net) for part in _PARTS.split(plain) if part)


def _half(text: str) -> str:
    """As typed with a Chinese keyboard, in ASCII."""
    return unicodedata.normalize("NFKC", text).strip().replace("。", ".")


def _stretch(part: str, net: Network) -> Span:
    first, _, last = part.partition("-")
    if last.isdecimal() and "." in first:
        last = f"{first.rpartition('.')[0]}.{last}"
    try:
        low, high = ip_address(first), ip_address(last or first)
    except ValueError:
        raise ValueError(f"“{part}”不是地址，应如 10.1.2.1 或 10.1.2.1-10.1.2.20") from None
    if low not in net or high not in net or int(high) < int(low):
        raise ValueError(f"“{part}”不在网段 {net} 内，或前后颠倒")
    return int(low), int(high)


def without(span: Span, holes: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of a span."""
    left: list[Span] = []
    low, high = span
    for first, last in sorted(holes):
        if low < first:
            left.append((low, min(first - 1, high)))
        low = max(low, last + 1)
    return (*left, (low, high)) if low <= high else tuple(left)


def address(number: int, version: int) -> str:
    """The canonical text (RFC 5952)."""
    return str(IPv4Address(number) if version == 4 else IPv6Address(number))


def place(ip: str) -> str:
    """A text that sorts as the address does, of one length for all of one kind."""
    return (ip_key(ip) or b"").hex()


def gaps(span: Span, count: Callable[[int, int], int], window: int) -> Iterator[Span]:
    """Stretches, from one address to at most `window`, each beginning with a free one; `count`
    tells how many are taken from one to another. Only what lies before a gap is counted."""
    low, high = span
    size = 1
    while low <= high:
        low = _first_gap(low, high, count)
        if low <= high:
            yield low, min(low + size - 1, high)
        low, size = low + size, min(size * 4, window)


def _first_gap(low: int, high: int, count: Callable[[int, int], int]) -> int:
    """The first free number, `high` + 1 when all are taken: by ever larger steps, then halving."""
    top = low
    while low <= high and count(low, top) == top - low + 1:
        low, top = top + 1, min(high, top + 2 * (top - low + 1))
    while low < top:
        middle = (low + top) // 2
        if count(low, middle) == middle - low + 1:
            low = middle + 1
        else:
            top = middle
    return low
