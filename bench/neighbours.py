"""A province's addresses, for the benches of bindings: ranges, bindings and what tables tell, made
up as values and as rows."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from bench.assets import batched, stored
from inventory import triggers
from inventory.binding import Binding
from inventory.centre import Centre
from inventory.config_state import ConfigState
from inventory.db import Database
from inventory.device import Device
from inventory.device_binding import DeviceBinding
from inventory.founding import found
from inventory.interface import Interface
from inventory.prefix import Prefix
from inventory.sighting import ArpSighting, FdbSighting
from netops.reconcile_facts import Answer, Book, Bound, Place, Range, Seen

PER_RANGE, ODD = 250, 200  # hosts of a range; every 200th does what it must not
BEGAN = datetime(2026, 9, 1, tzinfo=UTC)


def address(number: int, host: int = 0) -> str:
    """Of the hosts of a range the addresses from .2 on; 0 is the gateway's."""
    return f"10.{number >> 8 & 255}.{number & 255}.{host + 1}"


def card(number: int) -> str:
    return f"28:6e:{number >> 24 & 255:02x}:" + ":".join(
        f"{number >> shift & 255:02x}" for shift in (16, 8, 0)
    )


def book(bindings: int) -> Book:
    """So many bindings, 250 to a range, each with its port."""
    return Book(
        ranges={
            f"r{n}": Range(
                f"r{n}",
                "enforce",
                address(n),
                frozenset({f"00:e0:fc:00:{n >> 8:02x}:{n & 255:02x}"}),
            )
            for n in range(-(-bindings // PER_RANGE))
        },
        bindings=tuple(_bound(n) for n in range(bindings)),
    )


def _bound(number: int) -> Bound:
    place, host = divmod(number, PER_RANGE)
    return Bound(
        f"b{number}", f"r{place}", address(place, host + 1), card(number), "", switch(number),
        number + 1,
    )  # fmt: skip


def switch(number: int) -> str:
    """One for the hosts of a range: a stack of switches."""
    return f"sw{number // PER_RANGE}"


def seen(bindings: int, sightings: int) -> Seen:
    """Half of them answers, told by as many gateways as it takes, half of them places."""
    each = max(1, sightings // 2 // bindings)
    answers = [one for n in range(bindings) for one in _answers(n, each)]
    places = [one for n in range(bindings) for one in _places(n, each)]
    return Seen(answers, places, frozenset(one.mac for one in places))


def _answers(number: int, gateways: int) -> Iterator[Answer]:
    place, host = divmod(number, PER_RANGE)
    mac = card(number + 10_000_000) if number % ODD == 0 else card(number)
    for gateway in range(gateways):
        yield Answer(f"r{place}", address(place, host + 1), mac, f"gw{gateway}", BEGAN)


def _places(number: int, times: int) -> Iterator[Place]:
    mac = card(number + 10_000_000) if number % ODD == 0 else card(number)
    for time in range(times):
        yield Place(mac, switch(number), number + 1, 10, "c", BEGAN + timedelta(seconds=time))


def keep(database: Database, bindings: int, sightings: int) -> str:
    """The same as rows of a founded home; the id of its centre."""
    found(database, "410225", "admin", "管理员")
    with database.engine.begin() as connection:
        triggers.drop(connection)
        centre = connection.scalar(select(Centre.id).where(Centre.code == "410225"))
        assert isinstance(centre, str)
        told = seen(bindings, sightings)
        named = {one.device for one in told.answers} | {one.device for one in told.places}
        devices = {name: _device(centre, name) for name in named}
        _put(connection, Device, (stored(one) for one in devices.values()))
        numbers = range(1, bindings + 1)
        _put(connection, Interface, (_port(centre, devices[switch(n - 1)].id, n) for n in numbers))
        known = book(bindings)
        ranges = {
            name: _prefix(centre, one, devices["gw0"].id) for name, one in known.ranges.items()
        }
        _put(connection, Prefix, (stored(one) for one in ranges.values()))
        ids = {name: one.id for name, one in ranges.items()}
        _put(
            connection,
            Binding,
            (_binding(centre, ids, one, devices[one.device].id) for one in known.bindings),
        )
        _put(connection, ConfigState, (_read(centre, one.id) for one in devices.values()))
        held = (one for number, one in enumerate(known.bindings) if number % ODD)
        _put(connection, DeviceBinding, (_held(centre, one, devices) for one in held))
        _put(connection, ArpSighting, (_arp(centre, ids, one, devices) for one in told.answers))
        _put(connection, FdbSighting, (_fdb(centre, one, devices) for one in told.places))
        triggers.install(connection)
    return centre


def _put(connection: Any, cls: Any, rows: Iterable[dict[str, Any]]) -> None:
    for batch in batched(iter(rows)):
        connection.execute(insert(cls), batch)


def _device(centre: str, name: str) -> Device:
    return Device(
        centre_id=centre,
        name=name,
        address="10.255.0.1",
        kind="switch",
        profile="huawei_vrp",
        revision=1,
    )


def _read(centre: str, device: str) -> dict[str, Any]:
    """Its configuration has been read."""
    return {"centre_id": centre, "device_id": device, "success_at": BEGAN}


def _held(centre: str, one: Bound, devices: dict[str, Device]) -> dict[str, Any]:
    """The switch holds who is bound there to the address; every 200th is missing."""
    return {
        "centre_id": centre, "device_id": devices[one.device].id, "ip": one.ip, "mac": one.mac,
        "port": f"GE0/0/{one.port}", "read_at": BEGAN,
    }  # fmt: skip


def _port(centre: str, device: str, number: int) -> dict[str, Any]:
    return {
        "id": number, "centre_id": centre, "device_id": device, "if_index": number,
        "name": f"GE0/0/{number}", "mac": "", "seen_at": BEGAN,
    }  # fmt: skip


def _prefix(centre: str, one: Range, gateway: str) -> Prefix:
    return Prefix(
        centre_id=centre, cidr=one.gateway.rpartition(".")[0] + ".0/24", name=one.id, mode=one.mode,
        gateway=one.gateway, gateway_device_id=gateway, revision=1,
    )  # fmt: skip


def _binding(centre: str, ids: dict[str, str], one: Bound, switch: str) -> dict[str, Any]:
    row = Binding(
        centre_id=centre, prefix_id=ids[one.prefix], ip=one.ip, mac=one.mac, holder="试验",
        device_id=switch, port=f"GE0/0/{one.port}", state="active", since=BEGAN, revision=1,
    )  # fmt: skip
    return stored(row)


def _arp(
    centre: str, ids: dict[str, str], one: Answer, devices: dict[str, Device]
) -> dict[str, Any]:
    return {
        "centre_id": centre, "device_id": devices[one.device].id, "prefix_id": ids[one.prefix],
        "ip": one.ip, "mac": one.mac, "since": one.since, "seen": one.since,
    }  # fmt: skip


def _fdb(centre: str, one: Place, devices: dict[str, Device]) -> dict[str, Any]:
    return {
        "centre_id": centre, "device_id": devices[one.device].id, "interface_id": one.port,
        "mac": one.mac, "vlan": one.vlan, "since": one.since, "seen": one.since,
    }  # fmt: skip
