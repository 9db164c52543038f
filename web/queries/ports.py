"""The ports of one device, paged and sorted by the database: a chassis may have thousands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, nulls_last, select
from sqlalchemy.orm import Session

from inventory.interface import Interface, InterfaceLatest

PAGE = 100  # a 52-port switch, with its VLAN interfaces, on one page

_into, _out = (func.coalesce(c, 0.0) for c in (InterfaceLatest.in_bps, InterfaceLatest.out_bps))
_told = InterfaceLatest.in_bps.is_not(None) | InterfaceLatest.out_bps.is_not(None)
_share = case(
    (and_(_told, Interface.speed > 0), 100.0 * case((_into > _out, _into), else_=_out)
     / Interface.speed),
)  # fmt: skip
_ORDERS: Mapping[str, ColumnElement[Any]] = {
    "index": Interface.if_index.expression,
    "name": Interface.name.expression,
    "state": case(
        (Interface.oper_up.is_(True), 0), (Interface.admin_up.is_(True), 1), else_=2
    ),
    "speed": Interface.speed.expression,
    "share": _share,
    "in": InterfaceLatest.in_bps.expression,
    "out": InterfaceLatest.out_bps.expression,
    "errors": InterfaceLatest.errors_ps.expression,
    "discards": InterfaceLatest.discards_ps.expression,
    "changed": Interface.changed_at.expression,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PortAsk:
    """Which ports: `sort` is a key of the orders, with "-" in front for descending."""

    up_only: bool = False
    sort: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class PortPage:
    """Rows of (Interface, InterfaceLatest or None, share 0–100 or None); `up` of `all` are up."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    all: int
    up: int
    page: int
    pages: int


def ports(session: Session, device_id: str, ask: PortAsk) -> PortPage:
    """One page of the ports that the device still tells of."""
    here = (Interface.device_id == device_id, Interface.gone_at.is_(None))
    ups = func.sum(case((Interface.oper_up.is_(True), 1), else_=0))
    total, up = session.execute(select(func.count(), ups).where(*here)).one()
    number = (up or 0) if ask.up_only else total
    pages = max(1, -(-number // PAGE))
    page = min(max(1, ask.page), pages)
    query = _rows().where(*here)
    if ask.up_only:
        query = query.where(Interface.oper_up.is_(True))
    query = query.order_by(*_order(ask.sort)).limit(PAGE).offset((page - 1) * PAGE)
    return PortPage(session.execute(query).all(), total, up or 0, page, pages)


def port(session: Session, device_id: str, key: int) -> Interface | None:
    """One port, if it belongs to this device."""
    query = select(Interface).where(Interface.id == key, Interface.device_id == device_id)
    return session.scalar(query)


def choices(session: Session, device_id: str) -> Sequence[Interface]:
    """The ports worth a graph, the busiest first: those that carried something lately."""
    query = (
        select(Interface)
        .join(InterfaceLatest, InterfaceLatest.interface_id == Interface.id)
        .where(Interface.device_id == device_id, Interface.gone_at.is_(None))
        .order_by((_into + _out).desc(), Interface.if_index)
    )
    return session.scalars(query.limit(PAGE)).all()


def _rows() -> Select[*tuple[Any, ...]]:
    return select(Interface, InterfaceLatest, _share.label("share")).outerjoin(
        InterfaceLatest, InterfaceLatest.interface_id == Interface.id
    )


def _order(sort: str) -> tuple[ColumnElement[Any], ...]:
    column = _ORDERS.get(sort.removeprefix("-"), _ORDERS["index"])
    turned = column.desc() if sort.startswith("-") else column.asc()
    return nulls_last(turned), Interface.id.expression
