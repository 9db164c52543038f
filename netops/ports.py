"""Ports of one poll become Interface rows, latest counters, rates and samples."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.interface import Interface, InterfaceLatest
from inventory.state import DeviceState
from netops.cycle import Cycle
from netops.reading import Poll, Port
from netops.traffic import rate

_COUNTERS = (
    "in_octets", "out_octets", "in_errors", "out_errors", "in_discards", "out_discards",
)  # fmt: skip
_HIGHEST = 2**63  # 23 years at 100 Gbit/s: a counter beyond it is a broken agent's, and no column's
_LONGEST = 255
_LATEST = ("interface_id", "at", *_COUNTERS, "in_bps", "out_bps", "errors_ps", "discards_ps")
_UPSERT = (
    f"INSERT INTO interface_latest ({', '.join(_LATEST)}) VALUES ({{marks}}) "
    "ON CONFLICT (interface_id) DO UPDATE SET "
    + ", ".join(f"{name}=excluded.{name}" for name in _LATEST[1:])
)


def record_ports(work: Cycle, row: DeviceState, poll: Poll) -> None:
    """Match, update and sample the ports of one poll (`poll.ports` is not None)."""
    ports = poll.ports or ()
    rows = work.session.scalars(select(Interface).where(Interface.device_id == row.device_id)).all()
    if poll.identity is not None:
        matched = _recognise(work, row, rows, ports, poll.at)
    else:
        by_index = {known.if_index: known for known in rows if known.gone_at is None}
        matched = {p.index: by_index[p.index] for p in ports if p.index in by_index}
    _note_links(work, row, matched, ports, poll.at)
    _count(work, row, matched, ports, poll)


def _recognise(
    work: Cycle, row: DeviceState, rows: Iterable[Interface], ports: Iterable[Port], at: datetime
) -> dict[int, Interface]:
    """Which of our interfaces each told port is: by ifName, else by a unique ifDescr.

    ifAlias and ifPhysAddress only break ties. What stays ambiguous becomes a new interface and an
    event, never a guess: samples of two ports must not be mixed.
    """
    known, ports = list(rows), [replace(p, name=p.name[:_LONGEST]) for p in ports]
    by_name = _group(known, "name")
    told = _group(ports, "name")
    matched: dict[int, Interface] = {}
    for port in ports:
        found = by_name.get(port.name, [])
        if len(found) > 1 or len(told[port.name]) > 1:
            found = [i for i in found if (i.alias, i.mac) == (port.alias, port.mac)]
        if len(found) > 1:
            work.event(
                row, "identity", at,
                f"{work.names[row.device_id]} 有多个端口叫“{port.name}”，无法辨认，另立新端口",
                name=port.name,
            )  # fmt: skip
        free = [i for i in found if i not in matched.values()] if len(found) == 1 else []
        interface = free[0] if free else _new(work.session, row, port, at)
        _describe(interface, port, at)
        matched[port.index] = interface
    for interface in known:
        if interface not in matched.values() and interface.gone_at is None:
            interface.gone_at = at
    work.session.flush()  # new interfaces get their ids before samples are keyed by them
    return matched


def _group(items: Iterable[Any], attribute: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for item in items:
        groups[getattr(item, attribute)].append(item)
    return groups


def _new(session: Session, row: DeviceState, port: Port, at: datetime) -> Interface:
    interface = Interface(
        device_id=row.device_id, centre_id=row.centre_id, name=port.name, if_index=port.index,
        seen_at=at,
    )  # fmt: skip
    session.add(interface)
    return interface


def _describe(interface: Interface, port: Port, at: datetime) -> None:
    interface.if_index, interface.descr = port.index, port.descr[:_LONGEST]
    interface.alias = port.alias[:_LONGEST]
    interface.type, interface.mac, interface.speed = port.type, port.mac, port.speed
    interface.seen_at, interface.gone_at = at, None


def _note_links(
    work: Cycle,
    row: DeviceState,
    matched: Mapping[int, Interface],
    ports: Iterable[Port],
    at: datetime,
) -> None:
    for port in ports:
        interface = matched.get(port.index)
        if interface is None or port.oper_up is None:
            continue
        if interface.oper_up is not None and interface.oper_up != port.oper_up:
            word = "恢复连通" if port.oper_up else "断开"
            text = f"{work.names[row.device_id]} 端口 {interface.name} {word}"
            work.event(row, "link", at, text, interface=interface.id, up=port.oper_up)
            interface.changed_at = at
        if (interface.oper_up, interface.admin_up) != (port.oper_up, port.admin_up):
            interface.oper_up, interface.admin_up = port.oper_up, port.admin_up


def _count(
    work: Cycle,
    row: DeviceState,
    matched: Mapping[int, Interface],
    ports: Iterable[Port],
    poll: Poll,
) -> None:
    """Latest counters with rates, and the samples of this slot."""
    ids = [interface.id for interface in matched.values()]
    query = select(*(getattr(InterfaceLatest, name) for name in _LATEST[:8]))
    before = {
        r[0]: r for r in work.session.execute(query.where(InterfaceLatest.interface_id.in_(ids)))
    }
    at = poll.at.timestamp()
    rows = []
    for port in ports:
        interface = matched.get(port.index)
        if interface is None or port.in_octets is None:
            continue
        now = tuple(_plausible(getattr(port, name)) for name in _COUNTERS)
        rows.append((interface.id, at, *now, *_rates(before.get(interface.id), at, now, port.wide)))
        work.ports.append((work.slot, interface.id, *now))
    if rows:
        _upsert(work.session, rows)
        row.counters_at = poll.at


def _plausible(counter: int | None) -> int | None:
    return counter if counter is not None and 0 <= counter < _HIGHEST else None


def _rates(before: Any, at: float, now: tuple[Any, ...], wide: bool) -> tuple[float | None, ...]:
    """in bit/s, out bit/s, errors/s, discards/s; both directions of errors summed."""
    if before is None:
        return (None, None, None, None)
    seconds = at - before[1]
    each = [rate(old, new, seconds, wide=wide) for old, new in zip(before[2:], now, strict=True)]
    octets = [None if value is None else value * 8 for value in each[:2]]
    return (*octets, _sum(each[2:4]), _sum(each[4:6]))


def _sum(values: list[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) if told else None


def _upsert(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Bulk by the driver: the ORM costs twenty times as much here, twelve times a minute."""
    connection = session.connection()
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    connection.exec_driver_sql(_UPSERT.format(marks=", ".join([mark] * len(_LATEST))), rows)
