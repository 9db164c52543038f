"""Which of our interfaces is each port a device tells of? Asked when the names are read."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from inventory.interface import Interface
from netops import fit
from netops.cycle import Cycle, Seen
from netops.reading import Poll, Port

_LONGEST = 255  # of a DisplayString (RFC 2579), and of our columns
_MAC = 17


def recognise(cycle: Cycle, seen: Seen, poll: Poll) -> None:
    """Which port is which, told by name; until that is known after a restart, `identity_at` stays
    empty, no ifIndex is trusted, and the names are asked for again in the next minute.

    An empty table is an agent that is still starting, never a device that lost all its ports.
    """
    settled = seen.identity_at is not None
    if poll.ports:
        _recognise(cycle, seen, poll, settled=settled)
    if poll.ports or settled or not _any_known(cycle, seen):
        seen.identity_at = poll.at


def _any_known(cycle: Cycle, seen: Seen) -> bool:
    known = select(Interface.id).where(Interface.device_id == seen.device.id)
    return cycle.session.scalar(known.where(Interface.gone_at.is_(None)).limit(1)) is not None


def _recognise(cycle: Cycle, seen: Seen, poll: Poll, *, settled: bool) -> None:
    """Bring the interfaces of one device up to date with the ports it told by name.

    By ifName, else by a unique ifDescr (the profile gives one as the name). ifAlias and
    ifPhysAddress only break ties, and while the device runs (`settled`) so does ifIndex, which is
    constant until it restarts (RFC 2863). What stays ambiguous becomes a new interface and an
    event, never a guess: samples of two ports must not be mixed.
    """
    ports = [_fitting(port) for port in poll.ports or ()]
    query = select(Interface).where(Interface.device_id == seen.device.id)
    known = list(cycle.session.scalars(query))
    by_name, told = _group(known), _group(ports)
    taken: set[int] = set()
    for port in ports:
        found = _candidates(by_name.get(port.name, []), port, alone=len(told[port.name]) == 1)
        if settled and len(found) > 1:
            found = [i for i in found if i.if_index == port.index and i.gone_at is None]
        if len(found) > 1:
            _ambiguous(cycle, seen, port, poll.at)
        free = [i for i in found if i.id not in taken] if len(found) == 1 else []
        interface = free[0] if free else _new(cycle, seen, port)
        taken.add(interface.id)
        _describe(interface, port, poll.at)
    for interface in known:
        if interface.id not in taken and interface.gone_at is None:
            interface.gone_at = poll.at


def _fitting(port: Port) -> Port:
    return port._replace(
        name=fit.text(port.name, _LONGEST), descr=fit.text(port.descr, _LONGEST),
        alias=fit.text(port.alias, _LONGEST), mac=fit.text(port.mac, _MAC),
        type=fit.whole(port.type), speed=fit.whole(port.speed),
    )  # fmt: skip


def _candidates(found: list[Interface], port: Port, *, alone: bool) -> list[Interface]:
    if len(found) <= 1 and alone:
        return found
    return [i for i in found if (i.alias, i.mac) == (port.alias, port.mac)]


def _group(items: Iterable[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for item in items:
        groups[item.name].append(item)
    return groups


def _ambiguous(cycle: Cycle, seen: Seen, port: Port, at: datetime) -> None:
    text = f"{seen.device.name} 有多个端口叫“{port.name}”，无法辨认，另立新端口"
    cycle.event(seen, "identity", at, text, name=port.name)


def _new(cycle: Cycle, seen: Seen, port: Port) -> Interface:
    interface = Interface(
        device_id=seen.device.id, centre_id=seen.device.centre_id, name=port.name, oper_up=None,
        admin_up=None,
    )  # fmt: skip
    cycle.session.add(interface)
    return interface


def _describe(interface: Interface, port: Port, at: datetime) -> None:
    interface.if_index, interface.descr = port.index, port.descr
    interface.alias, interface.mac = port.alias, port.mac
    interface.type, interface.speed = port.type, port.speed
    interface.seen_at, interface.gone_at = at, None
