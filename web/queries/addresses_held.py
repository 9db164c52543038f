"""Bindings in force against what stands in the configurations of the devices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from inventory.binding import Binding
from inventory.columns import ip_order
from inventory.device import Device
from inventory.device_binding import DeviceBinding
from inventory.prefix import Prefix
from web.queries.addresses import in_force, standing_on_device

PAGE = 50
TABS = {"missing": "登记了，设备上没有", "extra": "设备上有，没有登记", "present": "设备上有"}


@dataclass(frozen=True, slots=True)
class Held:
    """One page of a tab: rows of (Binding, Prefix, Device or None), of (DeviceBinding, Device) for
    "extra"; how many every tab has."""

    tab: str
    rows: Sequence[Row[*tuple[Any, ...]]]
    counts: Mapping[str, int]
    page: int
    pages: int


def held_page(session: Session, tab: str, page: int) -> Held:
    """`tab` is a key of TABS."""
    queries = {"missing": _bound(there=False), "extra": _extra(), "present": _bound(there=True)}
    counts = {key: _count(session, query) for key, query in queries.items()}
    pages = max(1, -(-counts[tab] // PAGE))
    page = min(max(1, page), pages)
    rows = session.execute(queries[tab].offset((page - 1) * PAGE).limit(PAGE)).all()
    return Held(tab, rows, counts, page, pages)


def _count(session: Session, query: Any) -> int:
    inner = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return int(session.scalar(inner) or 0)


def _bound(*, there: bool) -> Any:
    stands = standing_on_device()
    query: Any = (
        select(Binding, Prefix, Device)
        .join(Prefix, Prefix.id == Binding.prefix_id)
        .outerjoin(Device, Device.id == Binding.device_id)
        .where(in_force(), Prefix.mode == "enforce", stands if there else ~stands)
        .order_by(ip_order(Binding.ip), Binding.id)
    )
    return query


def _extra() -> Any:
    same = (Binding.ip == DeviceBinding.ip, Binding.mac == DeviceBinding.mac)
    query: Any = (
        select(DeviceBinding, Device)
        .join(Device, Device.id == DeviceBinding.device_id)
        .where(~exists(select(Binding.id).where(in_force(), *same)))
        .order_by(Device.sort_key, ip_order(DeviceBinding.ip), DeviceBinding.id)
    )
    return query
