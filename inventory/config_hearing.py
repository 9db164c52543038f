"""A change of a device's configuration that somebody tells of: the device itself, SNMP, a person.

Hearing is cheap and doubtful, reading is dear and sure: whatever is heard only asks for a read, and
many words about one change ask for one.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.config_state import ConfigState
from inventory.db import in_turn
from inventory.device import Device

_LONG = 1000  # of the words that are kept as evidence
_FOUNDING = 4_100_020  # PostgreSQL advisory lock: two may hear of one device for the first time


def state_of(session: Session, device_id: str) -> ConfigState:
    """How it stands with this device, begun where nothing stands yet. LookupError for a device
    that is not there."""
    found = session.get(ConfigState, device_id)
    if found is None:
        in_turn(session, _FOUNDING)
        found = session.get(ConfigState, device_id)
    if found is None:
        device = session.get(Device, device_id)
        if device is None:
            raise LookupError(device_id)
        found = ConfigState(
            device_id=device_id, centre_id=device.centre_id, why="", failures=0, permanent=False,
            saved="unknown", changed_mark="", suspect="", heard_origin="", heard_by="",
            heard_from="", heard_text="", locked_by="",
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def heard(  # noqa: PLR0913  (who said what of which device, when, and how it reached us)
    session: Session,
    device_id: str,
    at: datetime,
    origin: str,
    *,
    who: str = "",
    source: str = "",
    text: str = "",
) -> None:
    """Note a change that is to be read: `origin` is a key of ORIGINS, `at` our own time (aware),
    `who` and `source` what is known of its author, `text` the words without secrets."""
    state = state_of(session, device_id)
    state.heard_at = min(filter(None, (state.heard_at, at)))
    state.heard_last = max(filter(None, (state.heard_last, at)))
    state.heard_origin = state.heard_origin or origin
    state.heard_by = _with(state.heard_by, who)
    state.heard_from = _with(state.heard_from, source)
    state.heard_text = text[:_LONG] or state.heard_text


def answered(state: ConfigState, begun: datetime) -> None:
    """The read that began then is done: what was heard before it is answered by it."""
    if state.heard_last is not None and state.heard_last > begun:
        state.heard_at = state.heard_last
        return
    state.heard_at = state.heard_last = None
    state.heard_origin = state.heard_by = state.heard_from = state.heard_text = ""


def waiting(session: Session, devices: Iterable[str] = ()) -> int:
    """How many devices were heard of and not read yet, of these or of all that are in sight."""
    query = select(func.count()).select_from(ConfigState).where(ConfigState.heard_at.is_not(None))
    chosen = list(devices)
    if chosen:
        query = query.where(ConfigState.device_id.in_(chosen))
    return int(session.scalar(query) or 0)


def _with(known: str, new: str) -> str:
    """Several people may have changed one device before it is read: all of them are named."""
    if not new or new in known.split("、"):
        return known
    return f"{known}、{new}"[:80] if known else new[:80]
