"""The catalogue of sets made anew from what lies in the home, on the second machine, on a medium or
on a disc."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.backup_keys import key_of
from backups.pace import Pace
from backups.set_format import WrongKey, unwrap
from backups.set_manifest import Manifest, SetFacts, read_manifest
from backups.set_reading import verify
from backups.sets import found
from inventory.act import Act
from inventory.backup_copy import BackupCopy
from inventory.backup_key import BackupKey
from inventory.backup_set import BackupSet
from inventory.backup_source import KINDS, METHODS, BackupSource
from inventory.centre import Centre
from inventory.db import Database
from inventory.home import home_fact
from inventory.register import Rejected
from inventory.secret import Key, SecretError
from inventory.stepping import moving
from inventory.store import Damaged

_UNPROVED = "各部分完好，但这里没有它的备份密钥，真伪未核对：请用密钥单录入密钥，再找回一次"


@dataclass(frozen=True, slots=True)
class Lies:
    """Which copy a folder is: a key of `inventory.backup_copy.WHERES`, the key and the name of the
    place, medium or disc."""

    place: str = "own"
    place_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was found: sets (ids) entered now, those that were known, and what is damaged, each as
    (folder, why)."""

    entered: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    damaged: tuple[tuple[Path, str], ...] = ()


def rebuild(
    database: Database, root: Path, act: Act, lies: Lies, pace: Pace, key: Key
) -> Rebuilt:  # fmt: skip
    """Enter the sets that lie below a folder into the catalogue; what is there already stays as it
    is but for the copy found now. Each set's parts are read and compared before it is believed, and
    the manifest is proved by the backup key it was sealed under, which the console's `key` opens.

    The source is made anew, paused, where the register has none; a set of an unknown centre becomes
    the home's own. Raises Stopped.
    """
    entered: list[str] = []
    known: list[str] = []
    damaged: list[tuple[Path, str]] = []
    for folder in found(root):
        try:
            manifest = read_manifest(folder)
            verify(folder, None, pace)
            with database.transaction(act) as session:
                fresh = enter(session, manifest, lies, key)
        except Damaged as error:
            damaged.append((folder, error.reason))
        else:
            (entered if fresh else known).append(manifest.facts.set_id)
    return Rebuilt(tuple(entered), tuple(known), tuple(damaged))


def enter(session: Session, manifest: Manifest, lies: Lies, key: Key) -> bool:
    """One set whose parts were read, its source and its copy; whether it was not in the catalogue.
    A run that was killed between sealing its set and saying so is finished now.

    Anybody can write a manifest: it is good only when a backup key of this console proves it, and
    `interrupted` until then. Raises Damaged for what was forged, or cannot be entered.
    """
    proved = _proved(session, manifest, key)
    row = session.get(BackupSet, manifest.facts.set_id)
    fresh = row is None or (row.state == "interrupted" and proved)
    try:
        if row is None:
            facts = _at_home(session, manifest.facts)
            row = _set(session, facts, _source(session, facts))
            session.add(row)
        if fresh:
            with moving(session, row):
                _fill(session, row, manifest, proved=proved)
        if row.sha256 != manifest.sha256:
            raise Damaged(f"与登记的 {row.number} 不符：清单的 SHA-256 不同")
        _copy(session, row, manifest, lies)
        session.flush()
    except Rejected as error:
        raise Damaged(f"登记不了：{error}") from None
    return fresh


def _proved(session: Session, manifest: Manifest, key: Key) -> bool:
    """Is it sealed under a backup key that is here? Raises Damaged when it is not what that key
    sealed."""
    try:
        raw = key_of(session, key, manifest.print_id)
    except (WrongKey, SecretError):
        return False
    unwrap(raw, manifest)
    return True


def _at_home(session: Session, facts: SetFacts) -> SetFacts:
    if session.get(Centre, facts.centre_id) is not None:
        return facts
    return replace(facts, centre_id=home_fact(session, "centre"))


def _source(session: Session, facts: SetFacts) -> BackupSource:
    """Its rules stand in no manifest: it is entered as one that a person feeds, and paused."""
    row = session.get(BackupSource, facts.source_id)
    if row is None:
        row = BackupSource(
            id=facts.source_id, centre_id=facts.centre_id, name=_name(session, facts),
            kind=_kind(facts), method="uploaded", opaque=facts.opaque, paused=True,
            paused_why="从备份清单找回，设置尚未恢复",
            note=f"从备份清单找回，原方式 {facts.method}；请改回原来的设置后再启用",
        )  # fmt: skip
        session.add(row)
        session.flush()
    return row


def _name(session: Session, facts: SetFacts) -> str:
    """Its name, told apart from a source that was declared anew under the same one: a set lies in
    its own source's folder, so it is not given to that."""
    query = select(BackupSource.name).where(BackupSource.centre_id == facts.centre_id)
    taken, name = set(session.scalars(query)), facts.source_name[:50]
    further = (f"{name}（找回 {n}）" for n in count(1))
    return next(one for one in chain((facts.source_name[:60],), further) if one not in taken)


def _set(session: Session, facts: SetFacts, source: BackupSource) -> BackupSet:
    taken = session.scalars(select(BackupSet.id).where(BackupSet.number == facts.number)).first()
    return BackupSet(
        id=facts.set_id, centre_id=facts.centre_id, source_id=source.id, kind=_kind(facts),
        number="" if taken else facts.number, period=facts.period, origin="found",
        method=facts.method if facts.method in METHODS else source.method, opaque=facts.opaque,
        started_at=facts.taken_at, reason=f"原编号 {facts.number}" if taken else "",
    )  # fmt: skip


def _fill(session: Session, row: BackupSet, manifest: Manifest, *, proved: bool) -> None:
    query = select(BackupKey.id).where(BackupKey.print_id == manifest.print_id)
    row.state, row.ended_at = "good" if proved else "interrupted", manifest.facts.taken_at
    row.checked_at = datetime.now(UTC) if proved else None
    told = [one for one in (row.reason or "").split("；") if one and one != _UNPROVED]
    row.reason = "；".join(told if proved else [*told, _UNPROVED])
    row.opaque = row.opaque or manifest.facts.opaque
    if row.origin == "found":  # what was entered before may have been somebody else's words
        facts = manifest.facts
        row.kind, row.period, row.started_at = _kind(facts), facts.period, facts.taken_at
    row.size, row.stored, row.files = manifest.size, manifest.stored, manifest.entries
    row.tool, row.server = manifest.facts.tool, manifest.facts.server
    row.sha256, row.sm3 = manifest.sha256, manifest.sm3
    row.key_id = session.scalars(query).first()


def _copy(session: Session, row: BackupSet, manifest: Manifest, lies: Lies) -> None:
    now = datetime.now(UTC)
    query = select(BackupCopy).where(
        BackupCopy.set_id == row.id, BackupCopy.place == lies.place,
        BackupCopy.place_id == lies.place_id,
    )  # fmt: skip
    copy = session.scalars(query).first()
    if copy is None:
        copy = BackupCopy(
            centre_id=row.centre_id, set_id=row.id, place=lies.place, place_id=lies.place_id,
            place_name=lies.name, size=manifest.stored, made_at=now, state="failed",
            reason=_UNPROVED,
        )  # fmt: skip
        session.add(copy)
    if row.state != "interrupted" and copy.reason == _UNPROVED:
        with moving(session, copy):
            copy.state, copy.verified_at, copy.reason = "verified", now, ""


def _kind(facts: SetFacts) -> str:
    return facts.kind if facts.kind in KINDS else next(iter(KINDS))
