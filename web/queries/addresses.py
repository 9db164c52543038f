"""How it stands with the addresses: open violations, ranges with their use, what devices hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from inventory.address_book import capacity
from inventory.address_finding import OWED, SEVERITIES, AddressFinding, FindingSeen
from inventory.binding import Binding
from inventory.device import Device
from inventory.device_binding import DeviceBinding
from inventory.prefix import Prefix
from inventory.sighting import ArpSighting, TableWalk

PAGE = 50
SHOWN = 20  # violations of the overview; the register has them all


@dataclass(frozen=True, slots=True)
class Violation:
    """One open finding: how it stands in the tables now, where, and who holds the address."""

    row: AddressFinding
    seen: FindingSeen | None
    device: str
    holder: str


@dataclass(frozen=True, slots=True)
class Range:
    """One range and its use. `total` usable addresses (None where counting says nothing: IPv6);
    `active` bindings in force, `present` of them on a device; `seen` addresses in use now,
    `strange` of them without a binding. `walk` how its gateway's table was read."""

    row: Prefix
    total: int | None
    active: int = 0
    present: int = 0
    seen: int = 0
    strange: int = 0
    gateway: str = ""
    walk: TableWalk | None = None

    @property
    def share(self) -> float | None:
        """Percent of the usable addresses that are given out."""
        return 100 * self.active / self.total if self.total else None

    @property
    def missing(self) -> int:
        """Bindings that should stand on a device, and do not."""
        return self.active - self.present if self.row.mode == "enforce" else 0


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page: the worst violations, one page of ranges, and how many there are of each."""

    violations: Sequence[Violation]
    counts: Mapping[str, int]
    ranges: Sequence[Range]
    total: int
    page: int
    unread: int = 0
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def open(self) -> int:
        return sum(self.counts.values())

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def overview(session: Session, severity: str, page: int) -> Overview:
    """`severity` is a key of SEVERITIES, "" for all of them."""
    total = session.scalar(select(func.count(Prefix.id)).where(Prefix.retired_at.is_(None))) or 0
    page = min(max(1, page), max(1, -(-total // PAGE)))
    return Overview(
        violations(session, severity, SHOWN), counts(session), ranges(session, page), total, page,
        unread(session),
    )  # fmt: skip


def counts(session: Session) -> Mapping[str, int]:
    """How many violations are open, by severity."""
    rows = session.execute(
        select(AddressFinding.severity, func.count())
        .where(unsettled())
        .group_by(AddressFinding.severity)
    )
    found = {row.severity: row[1] for row in rows}
    return {severity: found.get(severity, 0) for severity in SEVERITIES}


def violations(session: Session, severity: str = "", most: int = SHOWN) -> list[Violation]:
    """The worst and oldest first."""
    query = _violations().where(unsettled())
    if severity:
        query = query.where(AddressFinding.severity == severity)
    return [_violation(row) for row in session.execute(query.order_by(*worst_first()).limit(most))]


def violation(session: Session, finding_id: str) -> Violation | None:
    row = session.execute(_violations().where(AddressFinding.id == finding_id)).first()
    return _violation(row) if row else None


def at_ports(session: Session, device_id: str) -> list[Violation]:
    """What is open at the ports of one device."""
    query = _violations().where(unsettled(), AddressFinding.device_id == device_id)
    return [_violation(row) for row in session.execute(query.order_by(*worst_first()))]


def ranges(session: Session, page: int = 1, only: str = "") -> list[Range]:
    """One page of ranges by their names, or one range."""
    query = select(Prefix, Device.name, TableWalk).outerjoin(
        Device, Device.id == Prefix.gateway_device_id
    )
    query = query.outerjoin(TableWalk, _walked())
    query = query.where(Prefix.id == only) if only else query.where(Prefix.retired_at.is_(None))
    query = query.order_by(Prefix.sort_key, Prefix.id).offset((page - 1) * PAGE).limit(PAGE)
    rows = session.execute(query).all()
    keys = [row.id for row, _name, _walk in rows]
    bound, seen = _bound(session, keys), _seen(session, keys)
    return [
        Range(
            row, _total(row), *bound.get(row.id, (0, 0)), *seen.get(row.id, (0, 0)), name or "",
            walk,
        )
        for row, name, walk in rows
    ]  # fmt: skip


def unread(session: Session) -> int:
    """Ranges whose gateway's table was never read whole, so that nothing can be said of them."""
    query = select(func.count(Prefix.id)).outerjoin(TableWalk, _walked())
    never = (Prefix.retired_at.is_(None), Prefix.mode != "none", TableWalk.complete_at.is_(None))
    return session.scalar(query.where(*never)) or 0


def _total(row: Prefix) -> int | None:
    return capacity(row) if row.network.version == 4 else None  # nobody counts those of IPv6


def standing_on_device() -> ColumnElement[bool]:
    """The binding stands in the configuration of some device."""
    same = (DeviceBinding.ip == Binding.ip, DeviceBinding.mac == Binding.mac)
    return exists(select(DeviceBinding.id).where(*same))


def in_force() -> ColumnElement[bool]:
    return and_(Binding.state == "active", Binding.retired_at.is_(None))


def missing(session: Session) -> int:
    """How many bindings in force of enforced ranges stand on no device."""
    query = select(func.count(Binding.id)).join(Prefix, Prefix.id == Binding.prefix_id)
    wanted = query.where(in_force(), Prefix.mode == "enforce", ~standing_on_device())
    return session.scalar(wanted) or 0


def _walked() -> ColumnElement[bool]:
    return and_(TableWalk.device_id == Prefix.gateway_device_id, TableWalk.origin == "arp")


def unsettled() -> ColumnElement[bool]:
    """What somebody must still look at; what was a violation is one when it is over, too (D3)."""
    row = AddressFinding
    owed = and_(row.state == "gone", row.kind.in_(OWED))
    return and_(or_(row.state.in_(("open", "handled")), owed), row.retired_at.is_(None))


def worst_first() -> tuple[ColumnElement[Any], ...]:
    """The order of violations: what goes on before what is over, the worst and oldest first."""
    ranks = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    worst = case(ranks, value=AddressFinding.severity)
    over = case((AddressFinding.state == "open", 0), else_=1)
    return over, worst, AddressFinding.first_at.expression, AddressFinding.id.expression


def _violations() -> Any:
    query: Any = (
        select(AddressFinding, FindingSeen, Device.name, Binding.holder)
        .outerjoin(FindingSeen, FindingSeen.finding_id == AddressFinding.id)
        .outerjoin(Device, Device.id == AddressFinding.device_id)
        .outerjoin(Binding, Binding.id == AddressFinding.binding_id)
    )
    return query


def _violation(row: Any) -> Violation:
    finding, seen, device, holder = row
    return Violation(finding, seen, device or "", holder or "")


def _bound(session: Session, keys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    present = func.sum(case((standing_on_device(), 1), else_=0))
    query = select(Binding.prefix_id, func.count(), present)
    query = query.where(in_force(), Binding.prefix_id.in_(keys)).group_by(Binding.prefix_id)
    return {key: (number, on_device or 0) for key, number, on_device in session.execute(query)}


def _seen(session: Session, keys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    known = exists(
        select(Binding.id).where(
            in_force(), Binding.prefix_id == ArpSighting.prefix_id, Binding.ip == ArpSighting.ip
        )
    )
    strange = func.count(func.distinct(case((~known, ArpSighting.ip))))
    query = (
        select(ArpSighting.prefix_id, func.count(func.distinct(ArpSighting.ip)), strange)
        .join(Prefix, Prefix.id == ArpSighting.prefix_id)
        .where(ArpSighting.until.is_(None), ArpSighting.prefix_id.in_(keys))
        .where(ArpSighting.ip != func.coalesce(Prefix.gateway, ""))
        .group_by(ArpSighting.prefix_id)
    )
    return {str(key): (number, odd) for key, number, odd in session.execute(query)}
