"""Lease files of DHCP servers as rows: whom an address is lent to until when. Pure.

dnsmasq(8), `--dhcp-leasefile`: expiry, MAC, address, name, client. Kea, memfile backend
(https://kea.readthedocs.io/en/latest/arm/dhcp4-srv.html): CSV with a headline, each change of a
lease is a further line, the last one counts.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from netops.sighted import ArpRow
from netops.table_rows import arp, ip_in, mac_in

_ASSIGNED = "0"


def rows(texts: Iterable[str], now: datetime) -> tuple[ArpRow, ...]:
    """What is lent at `now`; IPv6 leases without a MAC are left out."""
    return tuple(row for text in texts for row in _rows(text.strip().splitlines(), now.timestamp()))


def _rows(lines: list[str], now: float) -> Iterator[ArpRow]:
    if lines and lines[0].startswith("address,"):
        yield from _kea(lines, now)
    else:
        yield from _dnsmasq(lines, now)


def _dnsmasq(lines: Iterable[str], now: float) -> Iterator[ArpRow]:
    """Expiry 0 is for ever. The MAC may have its type in front ("06-", Token Ring): no Ethernet."""
    for line in lines:
        words = line.split()
        if len(words) == 5 and words[0].isdecimal() and (int(words[0]) > now or words[0] == "0"):
            yield from arp(ip_in(words[2]), mac_in(words[1]))


def _kea(lines: list[str], now: float) -> Iterator[ArpRow]:
    last: dict[str, dict[str, str]] = {}
    for lease in csv.DictReader(lines, restval=""):
        last[lease["address"]] = lease  # the headline of a second file is one without a MAC
    for lease in last.values():
        expire = lease.get("expire", "")
        if lease.get("state") == _ASSIGNED and expire.isdecimal() and int(expire) > now:
            yield from arp(ip_in(lease["address"]), mac_in(lease.get("hwaddr", "")))
