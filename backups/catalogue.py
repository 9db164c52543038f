"""The rows of the catalogue: what is known of a device before its configuration is kept, and what
stands there afterwards."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.vault import Header
from inventory.centre import CENTRE_TIERS, Centre
from inventory.config_hearing import state_of
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.notice import tell
from inventory.person import Person

_REPO = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,29}")


@dataclass(frozen=True, slots=True)
class Thing:
    """One device: `repo` is where its text goes now, `latest` its newest configuration (None
    before the first), `suspect` the form of a doubtful read."""

    id: str
    name: str
    centre_id: str
    profile: str
    repo: str
    latest: ConfigSnapshot | None
    suspect: str

    @property
    def form(self) -> str:
        """The form of the newest, "" when there is none. A device that came from elsewhere begins
        anew: what was kept there is not seen here."""
        here = self.latest is not None and self.latest.centre_id == self.centre_id
        return self.latest.form if here and self.latest else ""

    def same(self, form: str) -> bool:
        """Is this what stands there already?"""
        return bool(self.form) and form == self.form


@dataclass(frozen=True, slots=True)
class Entered:
    """What the history says of one configuration: `commit` is "" for what is no text, `trouble` why
    the history could not take it or compare it, "" when it could."""

    repo: str = ""
    commit: str = ""
    added: int = 0
    removed: int = 0
    lines_total: int = 0
    trouble: str = ""


def thing(session: Session, device_id: str) -> Thing:
    """Raises LookupError for a device that is not in sight."""
    device = session.get(Device, device_id)
    if device is None:
        raise LookupError(device_id)
    state = session.get(ConfigState, device_id)
    latest = session.get(ConfigSnapshot, state.snapshot_id) if state and state.snapshot_id else None
    return Thing(
        id=device.id, name=device.name, centre_id=device.centre_id, profile=device.profile,
        repo=repo_of(session, device.centre_id), latest=latest,
        suspect=state.suspect if state else "",
    )  # fmt: skip


def repo_of(session: Session, centre_id: str) -> str:
    """The repository for devices of a unit: named by the code of the nearest centre above it (or
    itself). Townships have none of their own: whether somebody works there changes, and histories
    should stay where they are. A code that is no file name is replaced by the centre's id."""
    table: Any = Centre.__table__
    connection = session.connection()
    path = connection.execute(select(table.c.path).where(table.c.id == centre_id)).scalar() or ""
    keys = [key for key in path.split("/") if key]
    query = select(table.c.id, table.c.code, table.c.tier).where(table.c.id.in_(keys))
    units = {row.id: row for row in connection.execute(query)}
    above = (units[key] for key in reversed(keys) if key in units)
    house = next((unit for unit in above if unit.tier in CENTRE_TIERS), None)
    if house is None:
        return centre_id
    return str(house.code if _REPO.fullmatch(house.code) else house.id)


def known(session: Session, device_id: str) -> set[str]:
    """The ids of all configurations the catalogue has of a device."""
    query = select(ConfigSnapshot.id).where(ConfigSnapshot.device_id == device_id)
    return set(session.scalars(query))


def record(session: Session, header: Header, entered: Entered) -> None:
    """Enter a configuration that is in vault and history: its row, and that it is the newest."""
    state = state_of(session, header.device)
    further = dict(header.further)
    person = session.get(Person, further.pop("by_id", ""))
    digest = header.sha256 if header.origin == "import" else ""
    row = ConfigSnapshot(
        id=header.snapshot, device_id=header.device, centre_id=header.centre,
        taken_at=header.taken_at, origin=header.origin, sha256=digest, size=header.size,
        added=entered.added, removed=entered.removed, lines_total=entered.lines_total,
        repo=entered.repo, commit=entered.commit, before_id=state.snapshot_id,
        by_id=person.id if person else None, **further,
    )  # fmt: skip
    session.add(row)
    state.snapshot_id = row.id


def succeeded(session: Session, device_id: str, at: datetime, saved: str = "") -> None:
    """Note that the configuration was read whole at `at`, whether it had changed or not; `saved` is
    a key of SAVED, "" when nothing was asked."""
    state = state_of(session, device_id)
    state.attempt_at = state.success_at = at
    state.why, state.failures, state.permanent, state.suspect = "", 0, False, ""
    if saved:
        _note_saved(state, saved, at)


def doubted(session: Session, device_id: str, form: str, at: datetime) -> None:
    """Note a read of which so much was missing that nothing was replaced."""
    state = state_of(session, device_id)
    state.attempt_at, state.suspect = at, form
    state.why = "读到的配置不到上次的一半，没有采用；再读一次相同才采用"


def tell_trouble(session: Session, header: Header, trouble: str) -> None:
    """The configuration is safe in the vault; that its history is damaged must be seen to."""
    tell(
        session, "wrong", "配置历史库损坏，新的配置只存了加密原文", centre_id=header.centre,
        text=f"{trouble}。原文可以照常恢复到设备；请检查磁盘，"
        "再在服务器上执行 netops config rebuild 重建历史库。",
        right="operate", level="critical", link=f"/configs/devices/{header.device}",
        key=f"history:{header.device}",
    )  # fmt: skip


def _note_saved(state: ConfigState, saved: str, at: datetime) -> None:
    """Since when there are unsaved changes is told by the first read that saw them."""
    if saved != "no":
        state.unsaved_since = None
    elif state.saved != "no" or state.unsaved_since is None:
        state.unsaved_since = at
    state.saved = saved
