"""Which sets a place still lacks: asked of the catalogue alone, the newest first."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from backups.retention import sequence
from backups.sets import folder_of
from backups.spots import Aim
from inventory.act import Scope
from inventory.backup_copy import BackupCopy
from inventory.backup_set import BackupSet
from inventory.centre import Centre
from inventory.guard import centres_within

_OPEN = ("copying", "failed", "missing")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One set that is to be copied: `redo` asks for the one there to be moved aside first."""

    id: str
    label: str
    centre_id: str
    source_id: str
    size: int
    sha256: str
    folder: Path
    redo: bool = False


def wanted(
    session: Session, home: Path, aim: Aim, only: Collection[str] | None = None
) -> list[Wanted]:
    """What is to be copied there now (of `only` these sets), the newest first. A copy that differs
    waits for a person; of each source no more than the place keeps."""
    query = _lacking(session, aim)
    if only is not None:
        query = query.where(BackupSet.id.in_(only))
    found = [(backup, bool(redo)) for backup, redo in session.execute(query)]
    if aim.keep:
        newest = _newest(session, {backup.source_id for backup, _ in found}, aim.keep)
        found = [(backup, redo) for backup, redo in found if backup.id in newest]
    found.sort(key=lambda pair: sequence(pair[0].ordinal, pair[0].number), reverse=True)
    return [_wanted(home, backup, redo) for backup, redo in found]


def known(session: Session, home: Path, set_id: str) -> Wanted | None:
    """One set of the catalogue; None when it is not there."""
    backup = session.get(BackupSet, set_id)
    return _wanted(home, backup) if backup is not None else None


def _wanted(home: Path, backup: BackupSet, redo: bool = False) -> Wanted:
    return Wanted(
        backup.id, backup.label, backup.centre_id, backup.source_id, backup.stored, backup.sha256,
        folder_of(home, backup), redo,
    )  # fmt: skip


def _lacking(session: Session, aim: Aim) -> Any:
    """Good sets of the aim's centre and those below it whose own files are there."""
    there = and_(BackupCopy.set_id == BackupSet.id, BackupCopy.place_id == aim.id)
    centre = session.get(Centre, aim.centre_id)
    below = centres_within(Scope((centre.path,) if centre else ()))
    ours_gone = select(BackupCopy.set_id).where(
        BackupCopy.place == "own", BackupCopy.state.in_(("cleared", "missing", "diverged"))
    )
    return (
        select(BackupSet, BackupCopy.redo)
        .outerjoin(BackupCopy, there)
        .where(BackupSet.state == "good", BackupSet.centre_id.in_(below))
        .where(BackupSet.id.not_in(ours_gone))
        .where(or_(BackupCopy.id.is_(None), BackupCopy.state.in_(_OPEN), BackupCopy.redo))
    )


def _newest(session: Session, sources: Collection[str], keep: int) -> set[str]:
    """The newest sets of each source, so many of each."""
    query = select(BackupSet.source_id, BackupSet.ordinal, BackupSet.number, BackupSet.id).where(
        BackupSet.source_id.in_(sources), BackupSet.state == "good"
    )
    by_source: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for source_id, ordinal, number, set_id in session.execute(query):
        by_source[source_id].append((ordinal, number, set_id))
    return {
        set_id
        for sets in by_source.values()
        for _, _, set_id in sorted(sets, key=lambda one: sequence(one[0], one[1]))[-keep:]
    }
