"""Years of sightings, written past the rules: every host seen at its gateway and at its port, some
of them switched off every night."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from bench.assets import batched, stored
from inventory import triggers
from inventory.binding import Binding
from inventory.db import Database
from inventory.device import Device
from inventory.interface import Interface
from inventory.prefix import Prefix
from inventory.sighting import ArpSighting, FdbSighting, PortRole

_PORTS = 48  # of an access switch; all hosts of fifty hang below one gateway
_SWITCHES = 50
_STAY = 21  # days for which most hosts stay on: daily rows for all would be a hundred million
_NIGHT = timedelta(hours=15)
_RAW = "%Y-%m-%d %H:%M:%S.%f"  # as SQLite keeps it
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Years:
    """What was planted: its beginning and end, the hosts of every night, and the gateways."""

    first: datetime
    last: datetime
    nightly: range
    gateways: tuple[str, ...]


def ip_of(host: int) -> str:
    return f"10.{host // 62_500}.{host // 250 % 250}.{host % 250 + 2}"


def mac_of(host: int) -> str:
    return "00:e0:fc:{:02x}:{:02x}:{:02x}".format(*host.to_bytes(3))


def plant(
    database: Database, centre_id: str, last: datetime, hosts: int, days: int, nightly: int
) -> Years:
    """So many hosts for so many days up to `last`; `nightly` of them have an interval a day, evenly
    spread among the others, which have one in three weeks."""
    gateways, nets, ports = _network(database, centre_id, hosts)
    chosen = range(0, hosts, max(1, hosts // max(nightly, 1)))
    years = Years(last - timedelta(days=days), last, chosen, tuple(gateways))
    with database.engine.begin() as connection:
        for cls in (ArpSighting, FdbSighting):
            for index in cls.__table__.indexes:  # type: ignore[attr-defined]
                index.drop(connection)
        _raw(connection, ArpSighting, _arps(years, centre_id, hosts, nets))
        _raw(connection, FdbSighting, _fdbs(years, centre_id, hosts, ports))
        for cls in (ArpSighting, FdbSighting):
            for index in cls.__table__.indexes:  # type: ignore[attr-defined]
                index.create(connection)
    return years


def _network(
    database: Database, centre_id: str, hosts: int
) -> tuple[list[str], list[str], list[tuple[str, int]]]:
    """Gateways, ranges, and for each host its switch and our number of its port; with bindings."""
    home = {"centre_id": centre_id, "kind": "switch"}
    switches = [
        Device(name=f"接入{n}", address=f"11.0.{n // 250}.{n % 250 + 1}", **home)
        for n in range(hosts // _PORTS + 1)
    ]
    gateways = [
        Device(name=f"网关{n}", address=f"11.1.0.{n + 1}", **home)
        for n in range(len(switches) // _SWITCHES + 1)
    ]
    nets = [
        Prefix(
            centre_id=centre_id, cidr=f"10.{n // 250}.{n % 250}.0/24", name=f"网段{n}",
            mode="watch", reason="试验", gateway_device_id=gateways[n % len(gateways)].id,
        )
        for n in range(hosts // 250 + 1)
    ]  # fmt: skip
    at = datetime.now(UTC)
    ports = [(switches[host // _PORTS].id, host + 1) for host in range(hosts)]
    with database.engine.begin() as connection:
        triggers.drop(connection)
        bound = [_bound(host, nets, centre_id, at) for host in range(hosts)]
        for rows in ([*switches, *gateways], nets, bound):
            for batch in batched(stored(row) for row in rows):
                connection.execute(insert(type(rows[0])), batch)
        triggers.install(connection)
        _plant(connection, Interface, _interfaces(ports, centre_id, at))
        _plant(connection, PortRole, _roles(ports, centre_id, at))
    return [row.id for row in gateways], [row.id for row in nets], ports


def _bound(host: int, nets: list[Prefix], centre_id: str, at: datetime) -> Binding:
    return Binding(
        centre_id=centre_id, prefix_id=nets[host // 250].id, ip=ip_of(host), mac=mac_of(host),
        holder=f"使用人{host}", state="active", since=at - timedelta(days=2000),
    )  # fmt: skip


def _plant(connection: Connection, cls: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    for batch in batched(rows):
        connection.execute(insert(cls), batch)


def _interfaces(
    ports: list[tuple[str, int]], centre_id: str, at: datetime
) -> Iterator[dict[str, Any]]:
    for switch, number in ports:
        yield {
            "id": number, "device_id": switch, "centre_id": centre_id, "if_index": number % _PORTS,
            "name": f"GE0/0/{number % _PORTS + 1}", "seen_at": at, "type": 6,
        }  # fmt: skip


def _roles(ports: list[tuple[str, int]], centre_id: str, at: datetime) -> Iterator[dict[str, Any]]:
    for switch, number in ports:
        yield {
            "interface_id": number, "device_id": switch, "centre_id": centre_id, "role": "edge",
            "macs": 1, "since": at,
        }  # fmt: skip


def _raw(connection: Connection, cls: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    """By the driver: millions of rows."""
    for batch in batched(rows):
        names = ", ".join(batch[0])
        marks = ", ".join("?" for _ in batch[0])
        statement = f"INSERT INTO {cls.__tablename__} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(statement, [tuple(row.values()) for row in batch])


def _arps(years: Years, centre_id: str, hosts: int, nets: list[str]) -> Iterator[dict[str, Any]]:
    for host in range(hosts):
        net = host // 250
        for spell in _spells(years, host):
            yield {
                "device_id": years.gateways[net % len(years.gateways)], "centre_id": centre_id,
                "prefix_id": nets[net], "ip": ip_of(host), "mac": mac_of(host), "origin": "arp",
                "static": False, **spell,
            }  # fmt: skip


def _fdbs(
    years: Years, centre_id: str, hosts: int, ports: list[tuple[str, int]]
) -> Iterator[dict[str, Any]]:
    for host in range(hosts):
        for spell in _spells(years, host):
            yield {
                "device_id": ports[host][0], "centre_id": centre_id,
                "interface_id": ports[host][1], "mac": mac_of(host), "vlan": 10, "edge": True,
                "static": False, "misses": 0, **spell,
            }  # fmt: skip


def _spells(years: Years, host: int) -> Iterator[dict[str, str | None]]:
    """From eight in the morning until eleven at night of the last day; the last one is open."""
    stay = timedelta(days=1 if host in years.nightly else _STAY)
    at = years.first
    while at < years.last:
        told = min(at + stay - _NIGHT, years.last)
        until = told.strftime(_RAW) if told < years.last else None
        yield {"since": at.strftime(_RAW), "seen": told.strftime(_RAW), "until": until}
        at += stay
