"""A switch is replaced by another: whoever hangs at it hangs at the same port of the new one."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.binding import Binding
from inventory.device import Device

_KEPT = (
    "centre_id", "prefix_id", "ip", "mac", "local_why", "holder", "unit_id", "equipment_id", "port",
    "vlan", "request_id", "note",
)  # fmt: skip


def at_switch(session: Session, device_id: str) -> Sequence[Binding]:
    """The bindings in force at the ports of a switch that nobody is about to replace."""
    alive = Binding.retired_at.is_(None)
    underway = select(Binding.replaces_id).where(
        Binding.state.in_(("draft", "asked")), Binding.replaces_id.is_not(None), alive
    )
    query = select(Binding).where(Binding.device_id == device_id, Binding.state == "active", alive)
    return session.scalars(
        query.where(Binding.id.not_in(underway)).order_by(Binding.sort_key)
    ).all()


def move_to(session: Session, rows: Sequence[Binding], device: Device) -> list[Binding]:
    """A draft for each that replaces it, at the same port of `device`; in force once approved."""
    made = [
        Binding(
            device_id=device.id, replaces_id=row.id, **{name: getattr(row, name) for name in _KEPT}
        )
        for row in rows
    ]
    session.add_all(made)
    session.flush()
    return made
