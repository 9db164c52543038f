"""What the page of one violation shows beside its fields: how it stands now, and the port."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from inventory.address_finding import AddressFinding, FindingSeen
from inventory.device import Device
from inventory.port_names import port_key
from inventory.role import can
from playbooks.isolating import against, cuttings
from web.access import person
from web.registers.beside import beside


@beside("AddressFinding")
def facts(session: Session, row: AddressFinding) -> Mapping[str, Any]:
    """`may_cut`: this person may ask for the port to be shut; `refused` says why it may not be."""
    device = session.get(Device, row.device_id) if row.device_id and row.port else None
    may_cut = device is not None and row.state == "open" and can(person(), "operate", device)
    cuts = cuttings(session, device.id) if device else {}
    return {
        "seen": session.get(FindingSeen, row.id), "may_cut": may_cut,
        "change": cuts.get(port_key(row.port)),
        "refused": against(session, device, row.port) if device and may_cut else "",
    }  # fmt: skip
