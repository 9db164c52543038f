"""A place on the network that was opened has an address and a network card: what the request says
of them becomes a binding (duty A25)."""

from typing import Any

from sqlalchemy.orm import Session

from inventory.address_book import prefix_of
from inventory.binding import Binding
from inventory.binding_rules import in_force
from inventory.binding_steps import ask_for
from inventory.device import Device
from inventory.role import Standing, can
from inventory.staff import Staff
from inventory.stepping import moving
from inventory.text import mac as canonical


def carried_over(session: Session, request: Any, who: Standing) -> Binding | None:
    """The binding asked for with an access request that is opened; None where it names no address
    or card, its range is not registered, or the card has that address at that port already.

    Raises Rejected when that address cannot be given to that card.
    """
    if not (request.ip and request.mac):
        return None
    device = session.get(Device, request.device_id) if request.device_id else None
    prefix = prefix_of(session, request.ip, device, request.centre_id)
    if prefix is None:
        return None
    now = in_force(session, prefix.id, request.ip)
    same = now is not None and now.mac == canonical(request.mac)
    if same and (now.device_id, now.port) == (request.device_id, request.port or ""):
        return None
    made = Binding(
        centre_id=request.centre_id, prefix_id=prefix.id, ip=request.ip, mac=request.mac,
        holder=_holder(session, request), unit_id=request.centre_id,
        equipment_id=request.equipment_id, device_id=request.device_id,
        port=request.port or "", vlan=prefix.vlan, request_id=request.id,
        replaces_id=now.id if same else None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if can(who, made.edit_act, made):
        with moving(session, made):
            ask_for(session, made, who)
    return made


def _holder(session: Session, request: Any) -> str:
    """Whoever uses the computer, else the head who answers for it (Article 107)."""
    found = session.get(Staff, request.user_id or request.head_id)
    return found.name if found is not None else ""
