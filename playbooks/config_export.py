"""Configurations that a person brings: exported by hand from boxes that nobody can log in to."""

import hashlib
from datetime import datetime

from backups import catalogue
from backups.configs import Kept, Shelf
from inventory.act import Act
from inventory.audit import note
from inventory.config_hearing import answered, state_of
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.device import Device


def bring(shelf: Shelf, device: Device, name: str, data: bytes, who: Act, now: datetime) -> Kept:
    """Keep an exported file; `who.reason` says why it was exported. What was heard of a change
    before `now` is answered by it; the same bytes as last time are an answer, too: somebody looked,
    and nothing had changed.

    Raises Rejected, NotKept, Damaged.
    """
    kept = _same(shelf, device, data, who, now) or shelf.take_in(
        device.id, name, data, who, who.reason, now
    )
    with shelf.database.observe() as session:
        answered(state_of(session, device.id), now)
    return kept


def _same(shelf: Shelf, device: Device, data: bytes, who: Act, now: datetime) -> Kept | None:
    """What is kept already, looked at again; None when it is another."""
    with shelf.database.view(who.scope) as session:
        state = session.get(ConfigState, device.id)
        known = state.snapshot_id if state else None
        latest = session.get(ConfigSnapshot, known) if known else None
    digest = hashlib.sha256(data).hexdigest()
    if latest is None or latest.sha256 != digest or not data:
        return None
    with shelf.database.transaction(who.named("核对设备配置")) as session:
        note(session, who, "Device", device.id, device.centre_id, {"SHA-256": digest})
    with shelf.database.observe() as session:
        catalogue.succeeded(session, device.id, now)
    return Kept(False, latest.id)
