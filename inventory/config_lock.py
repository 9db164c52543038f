"""One session a device: who reads it or writes to it holds it, and nobody else meanwhile."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from platform import node

import psutil
from sqlalchemy import select, update

from inventory.config_hearing import state_of
from inventory.config_state import ConfigState
from inventory.db import Database
from inventory.explained import Explained
from inventory.keys import new_key

_LONGEST = timedelta(hours=2)  # no session lasts so long: its holder is gone, on whatever machine


class Held(Explained):
    """Somebody else is at this device."""

    def __init__(self, since: datetime) -> None:
        super().__init__(f"这台设备正在被另一个操作使用（{since:%H:%M:%S} UTC 起），请稍后再试")


@contextmanager
def device_held(database: Database, device_id: str) -> Iterator[None]:
    """Hold one device for the block. Raises Held while another does, LookupError for no device.

    A holder that died lets go: its process is looked for, and is another one if it began later.
    """
    ours = f"{_myself()}/{new_key()[-8:]}"
    take(database, device_id, ours)
    try:
        yield
    finally:
        let_go(database, device_id, ours)


def take(database: Database, device_id: str, ours: str) -> None:
    """Hold it in the name of `ours`; see `device_held`."""
    now = datetime.now(UTC)
    with database.observe() as session:
        held = state_of(session, device_id)
        before, since = held.locked_by, held.locked_at
        if before and since is not None and not _gone(before, since, now):
            raise Held(since)
        this = update(ConfigState).where(
            ConfigState.device_id == device_id, ConfigState.locked_by == before
        )
        taken = session.execute(
            this.values(locked_by=ours, locked_at=now), execution_options=_PLAIN
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            raise Held(now)


def let_go(database: Database, device_id: str, ours: str) -> None:
    """Give it free again; nothing happens where somebody else holds it by now."""
    mine = update(ConfigState).where(
        ConfigState.device_id == device_id, ConfigState.locked_by == ours
    )
    with database.observe() as session:
        session.execute(mine.values(locked_by="", locked_at=None), execution_options=_PLAIN)


def free_orphans(database: Database) -> int:
    """Let go of what holders that died still hold; how many."""
    now, held = datetime.now(UTC), select(ConfigState).where(ConfigState.locked_by != "")
    with database.observe() as session:
        left = [
            one
            for one in session.scalars(held)
            if one.locked_at is None or _gone(one.locked_by, one.locked_at, now)
        ]
        for one in left:
            one.locked_by, one.locked_at = "", None
    return len(left)


_PLAIN = {"synchronize_session": False}


def _myself() -> str:
    """This process, told apart from a later one of the same number."""
    return f"{node()[:20]}:{os.getpid()}:{int(psutil.Process().create_time())}"


def _gone(holder: str, since: datetime, now: datetime) -> bool:
    if now - since > _LONGEST or since > now + _LONGEST:
        return True
    machine, pid, began = holder.partition("/")[0].rsplit(":", 2)
    if machine != node()[:20]:
        return False
    try:
        return int(psutil.Process(int(pid)).create_time()) != int(began)
    except psutil.NoSuchProcess:
        return True
