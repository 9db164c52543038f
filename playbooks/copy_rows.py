"""What the catalogue says of a copy, and who is told when it is not what it should be."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.set_manifest import Manifest
from backups.spots import Aim
from inventory.act import system
from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlaceState
from inventory.backup_safety import safe
from inventory.backup_set import BackupSet
from inventory.db import Database
from inventory.medium import Medium
from inventory.notice import settle, tell
from inventory.stepping import moving

_AGAIN = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60, 180))
_AT_LAST = timedelta(hours=6)
_REFUSED = timedelta(days=1)  # accounts get locked: a person acts first, or a day goes by
_TOLD_AFTER = 3  # tries in a row
_NEXT = {
    "diverged": "那里的文件没有覆盖。请查明是谁改的，再在副本页上点“重新复制”。",
    "missing": "值守台会重新复制；请查明是谁删的，或磁盘是否坏了。",
}  # fmt: skip


def row_at(session: Session, set_id: str, where: str, place_id: str) -> BackupCopy | None:
    """The row of one set at one place."""
    query = select(BackupCopy).where(
        BackupCopy.set_id == set_id, BackupCopy.place == where, BackupCopy.place_id == place_id
    )
    return session.scalars(query).first()


def note(database: Database, set_id: str, aim: Aim, state: str, **facts: Any) -> None:
    """Write down how it stands with one copy: its row is made when there is none. `reason`
    and `part` (a file's name) say what is wrong."""
    with database.transaction(system("记录备份副本")) as session:
        backup = session.get_one(BackupSet, set_id)
        row = row_at(session, set_id, aim.where, aim.id)
        if row is None:
            row = _made(backup, aim)
            session.add(row)
        row.state, row.place_name = state, aim.name
        row.reason = facts.get("reason", "")
        if state == "verified":
            _verified(session, row, backup, aim)
        elif state in _NEXT:
            _tell(session, row, backup, facts.get("part", ""))


def _made(backup: BackupSet, aim: Aim) -> BackupCopy:
    return BackupCopy(
        centre_id=backup.centre_id, set_id=backup.id, place=aim.where, place_id=aim.id,
        place_name=aim.name, made_at=datetime.now(UTC),
    )  # fmt: skip


def _verified(session: Session, row: BackupCopy, backup: BackupSet, aim: Aim) -> None:
    now = datetime.now(UTC)
    row.verified_at, row.size, row.redo = now, backup.stored, False
    settle(session, _key(row))
    medium = session.get(Medium, aim.id) if aim.where == "medium" else None
    if medium is not None:
        with moving(session, medium):
            medium.written_at = now


def _tell(session: Session, row: BackupCopy, backup: BackupSet, part: str) -> None:
    words = {"diverged": "与登记的不一致", "missing": "不见了"}[row.state]
    named = f"{part}：" if part else ""
    tell(
        session, "wrong", f"备份 {backup.label} 在“{row.place_name}”的副本{words}",
        text=f"{named}{row.reason or words}。{_NEXT[row.state]}", centre_id=row.centre_id,
        right="operate", level="critical", link=f"/r/backup-copies/{row.id}", key=_key(row),
    )  # fmt: skip


def ours_damaged(database: Database, set_id: str, reason: str) -> None:
    """Our own files of a set are wrong: it counts no more, and whoever may mend it is told how."""
    with database.transaction(system("核对备份")) as session:
        backup = session.get_one(BackupSet, set_id)
        own = row_at(session, set_id, "own", "")
        if own is not None:
            own.state, own.reason = "diverged", reason
        if backup.state == "good":
            with moving(session, backup):
                backup.state, backup.reason = "damaged", reason
        session.flush()
        elsewhere = safe(session, backup)
        good = elsewhere.host or elsewhere.medium or elsewhere.disc
        step = "请在好的副本页上点“取回本机”。" if good else "别处没有好的副本：请立即重新备份。"
        tell(
            session, "wrong", f"备份 {backup.label} 在本机的这份已损坏", level="critical",
            text=f"{reason}。{step}", centre_id=backup.centre_id, right="operate",
            link=f"/r/backup-sets/{backup.id}", key=f"backup:{backup.id}:own",
        )  # fmt: skip


def moved_aside(database: Database, set_id: str, aim: Aim) -> None:
    """The wish for another copy is heard: what was there is out of the way."""
    with database.transaction(system("移开不一致的副本")) as session:
        row = row_at(session, set_id, aim.where, aim.id)
        if row is not None:
            row.redo = False


def brought_back(database: Database, set_id: str, manifest: Manifest) -> None:
    """Our own files are whole again: every part was compared with the catalogue's manifest."""
    with database.transaction(system("取回备份")) as session:
        backup = session.get_one(BackupSet, set_id)
        own = row_at(session, set_id, "own", "")
        if own is None:
            own = _made(backup, Aim("", "", "own", backup.centre_id))
            session.add(own)
        own.state, own.reason, own.verified_at = "verified", "", datetime.now(UTC)
        own.size = manifest.stored
        with moving(session, backup):
            backup.state, backup.reason, backup.checked_at = "good", "", own.verified_at
        settle(session, f"backup:{set_id}:own")


def stopped(database: Database, aim: Aim) -> None:
    """A person stopped it: it goes on after a while, as if that were a first failure."""
    with database.observe() as session:
        state = _state(session, aim)
        if state is not None:
            state.attempt_at, state.why = datetime.now(UTC), "有人停止了复制"
            state.next_at = state.attempt_at + timedelta(hours=1)


def reached(database: Database, aim: Aim) -> None:
    """The place did all it was asked for."""
    with database.observe() as session:
        state = _state(session, aim)
        if state is None:
            return
        state.attempt_at = state.success_at = datetime.now(UTC)
        state.why, state.failures, state.next_at = "", 0, None
        settle(session, f"place:{aim.id}")


def failed(database: Database, aim: Aim, reason: str, permanent: bool = False) -> None:
    """The place did not do it: when it is tried again; its last success stays as it is."""
    now = datetime.now(UTC)
    with database.observe() as session:
        state = _state(session, aim)
        if state is None:
            return
        state.attempt_at, state.why = now, reason
        state.failures += 1
        state.next_at = now + (_REFUSED if permanent else backoff(state.failures))
        if permanent or state.failures >= _TOLD_AFTER:
            tell(
                session, "wrong", f"备份复制不到“{aim.name}”", level="warning", text=reason,
                centre_id=aim.centre_id, right="operate", link=f"/r/backup-places/{aim.id}",
                key=f"place:{aim.id}",
            )  # fmt: skip


def backoff(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return _AGAIN[failures - 1] if failures <= len(_AGAIN) else _AT_LAST


def waiting(state: BackupPlaceState | None, now: datetime) -> bool:
    """Is it too early? What lies further ahead than any wait was written by a clock set back."""
    if state is None or state.next_at is None:
        return False
    return now < state.next_at <= now + max(_REFUSED, _AT_LAST)


def states(session: Session) -> Mapping[str, BackupPlaceState]:
    """What is known of each place, by its id."""
    return {one.place_id: one for one in session.scalars(select(BackupPlaceState))}


def _state(session: Session, aim: Aim) -> BackupPlaceState | None:
    """None for a medium: nobody waits for it."""
    if aim.where != "host":
        return None
    state = session.get(BackupPlaceState, aim.id)
    if state is None:
        state = BackupPlaceState(place_id=aim.id, centre_id=aim.centre_id, why="", failures=0)
        session.add(state)
    return state


def _key(row: BackupCopy) -> str:
    return f"copy:{row.id}"
