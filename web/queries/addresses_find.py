"""What is known of one address or one network card: who answered when, at which ports, to whom it
is registered, what was found against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, null, select
from sqlalchemy.orm import Session

from inventory.address_finding import AddressFinding
from inventory.binding import Binding
from inventory.device import Device
from inventory.interface import Interface
from inventory.sighting import ArpSighting, FdbSighting
from inventory.text import fold, ip, mac
from inventory.whereabouts import Held, Place, where_is, who_had

_FEW = 5
MOST = 50  # intervals of one table on the page; the newest first


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked about: one canonical address, of IP or of MAC."""

    ip: str = ""
    mac: str = ""

    @property
    def text(self) -> str:
        return self.ip or self.mac


@dataclass(frozen=True, slots=True)
class History:
    """Everything kept about a target, newest first: (ArpSighting, device name), (FdbSighting,
    device name, port), registered holders, findings. `more` when only the newest are here."""

    arp: Sequence[Row[*tuple[Any, ...]]]
    fdb: Sequence[Row[*tuple[Any, ...]]]
    bindings: Sequence[Binding]
    findings: Sequence[AddressFinding]

    @property
    def more(self) -> bool:
        return MOST in (len(self.arp), len(self.fdb))

    @property
    def empty(self) -> bool:
        return not (self.arp or self.fdb or self.bindings or self.findings)


@dataclass(frozen=True, slots=True)
class Answer:
    """Who had the address then (`held`), or where the card was then (`places`)."""

    target: Target
    at: datetime
    held: Sequence[Held]
    places: Sequence[Place]
    history: History


def target_of(text: str) -> Target | None:
    """The address in these words, whatever its notation; None when it is neither."""
    for name, read in (("mac", mac), ("ip", ip)):
        try:
            return Target(**{name: read(fold(text))})
        except ValueError:
            continue
    return None


def answer(session: Session, target: Target, at: datetime, now: bool) -> Answer:
    """How it was at `at`; `now` when no time was asked for: what is told at present."""
    held = who_had(session, target.ip, at) if target.ip else []
    places = where_is(session, target.mac, None if now else at) if target.mac else []
    return Answer(target, at, held, places, history(session, target))


def history(session: Session, target: Target) -> History:
    """Everything kept, whatever time was asked about; the newest of each table."""
    arp = _is(target, ArpSighting.ip, ArpSighting.mac)
    bound = _is(target, Binding.ip, Binding.mac)
    found = _is(target, AddressFinding.ip, AddressFinding.mac)
    newest = func.coalesce(Binding.since, Binding.until).desc()
    return History(
        _arp(session, arp), _fdb(session, target),
        session.scalars(select(Binding).where(bound).order_by(newest).limit(MOST)).all(),
        session.scalars(
            select(AddressFinding)
            .where(found)
            .order_by(AddressFinding.first_at.desc())
            .limit(MOST)
        ).all(),
    )  # fmt: skip


def _is(target: Target, by_ip: Any, by_mac: Any) -> ColumnElement[bool]:
    clause: ColumnElement[bool] = by_ip == target.ip if target.ip else by_mac == target.mac
    return clause


def _arp(session: Session, which: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
    query = (
        select(ArpSighting, Device.name)
        .outerjoin(Device, Device.id == ArpSighting.device_id)
        .where(which)
        .order_by(ArpSighting.since.desc(), ArpSighting.id.desc())
    )
    return session.execute(query.limit(MOST)).all()


def _fdb(session: Session, target: Target) -> Sequence[Row[*tuple[Any, ...]]]:
    """Where a card was seen, at ports where end devices hang."""
    if not target.mac:
        return ()
    query = (
        select(FdbSighting, Device.name, Interface.name)
        .outerjoin(Device, Device.id == FdbSighting.device_id)
        .outerjoin(Interface, Interface.id == FdbSighting.interface_id)
        .where(FdbSighting.mac == target.mac, FdbSighting.edge.is_(True))
        .order_by(FdbSighting.since.desc(), FdbSighting.id.desc())
    )
    return session.execute(query.limit(MOST)).all()


def seen_lately(session: Session, text: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """The newest sightings of the address in these words, whatever its notation: ip (None where
    only a port was told), mac, seen, device. Nothing for words that are no whole address."""
    target = target_of(text)
    if target is None:
        return ()
    by_arp = select(ArpSighting.ip, ArpSighting.mac, ArpSighting.seen, Device.name.label("device"))
    arp = (
        by_arp.outerjoin(Device, Device.id == ArpSighting.device_id)
        .where(_is(target, ArpSighting.ip, ArpSighting.mac))
        .order_by(ArpSighting.seen.desc())
    )
    found = session.execute(arp.limit(_FEW)).all()
    if found or not target.mac:
        return found
    by_port = select(null().label("ip"), FdbSighting.mac, FdbSighting.seen)
    ports = (
        by_port.add_columns(Device.name.label("device"))
        .outerjoin(Device, Device.id == FdbSighting.device_id)
        .where(FdbSighting.mac == target.mac)
        .order_by(FdbSighting.seen.desc())
    )
    return session.execute(ports.limit(_FEW)).all()
