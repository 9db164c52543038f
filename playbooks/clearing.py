"""Old backups are cleared away: shown first, asked for by a person, and only what is still safe
without them (Articles 141–143)."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.bringing_back import BACK, finish
from backups.clearing import delete, hide, settle, show
from backups.retention import Kept, spent
from backups.set_writing import alone
from backups.sets import folder_of
from backups.vault import NotKept
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_safety import Safety, safe_all
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.db import in_turn
from inventory.disc_choice import months_of
from inventory.disc_set import DiscSet
from inventory.os_words import cause_of
from inventory.run import JobRun
from inventory.stepping import moving
from playbooks import copy_rows
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

CLEARING = 4_100_042  # PostgreSQL advisory lock: two must not each count on the other's copy
_log = logging.getLogger(__name__)

Sets = Mapping[str, BackupSet]
Month = tuple[str, date]  # of a source (id), by its first day


@dataclass(frozen=True, slots=True)
class Clearing:
    """One set that may be cleared away from our own folder, why, and the bytes that sets free."""

    set: BackupSet
    why: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """One set beyond what the source keeps that must stay all the same, and why."""

    set: BackupSet
    why: str


@dataclass(frozen=True, slots=True)
class Preview:
    """One source: what may go, and what stays though there are newer ones."""

    source: BackupSource
    goes: Sequence[Clearing]
    stays: Sequence[Withheld]


def previews(session: Session, sources: Sequence[BackupSource]) -> list[Preview]:
    """Of each source what may be cleared away, and what would be if nothing were owed: in a
    bounded number of queries. Read with everything in sight."""
    sets, told = _facts(session, sources)
    return [
        Preview(one, _clearable(one, sets, told[one.id]), _withheld(one, sets, told[one.id]))
        for one in sources
    ]


def clearable(session: Session, source: BackupSource) -> Sequence[Clearing]:
    """What may be cleared away of one source, oldest first: shown before it is done. Read with
    everything in sight."""
    return previews(session, [source])[0].goes


def _clearable(source: BackupSource, sets: Sets, facts: Sequence[Kept]) -> list[Clearing]:
    return [
        Clearing(sets[one.id], f"另有 {one.newer} 份更新的已核对备份", one.size)
        for one in spent(facts, source.keep)
    ]


def _withheld(source: BackupSource, sets: Sets, facts: Sequence[Kept]) -> list[Withheld]:
    """What it waits for, said by name."""
    free = [Kept(one.id, one.number, one.size, one.sound, ordinal=one.ordinal) for one in facts]
    beyond = {one.id for one in spent(free, source.keep)}
    return [
        Withheld(sets[one.id], "；".join((*(("已标记保留",) if one.held else ()), *one.owed)))
        for one in facts
        if one.id in beyond and (one.held or one.owed)
    ]


def clear(job: Job) -> Mapping[str, Any]:
    """Clear away of one source (`subject`) the sets that were shown (`params["sets"]`, ids) and may
    still go. Raises Unfinished while the source is being backed up."""
    shown, asker = list(job.params.get("sets", ())), _asker(job)
    cleared, freed = 0, 0
    for number, set_id in enumerate(shown, 1):
        if job.cancelled():
            break
        size = _clear_one(job.site, job.subject, set_id, asker)
        cleared, freed = cleared + (size is not None), freed + (size or 0)
        job.tell(number, len(shown))
    return {"cleared": cleared, "kept": len(shown) - cleared, "bytes": freed}


def begin(site: Site) -> None:
    """At each start: what was being cleared away, or brought back, when we were killed is finished
    or put back."""
    try:
        for draft in sorted((site.home / "sets").glob(f"*/*/*{BACK}")):
            finish(draft.with_name(draft.name.removesuffix(BACK)))
        settle(site.home, partial(_is_expired, site))
    except OSError:
        _log.exception("sets under way were left as they are")  # a worker starts all the same


def _is_expired(site: Site, set_id: str) -> bool:
    with site.database.view(EVERYTHING) as session:
        backup = session.get(BackupSet, set_id)
        return backup is not None and backup.state == "expired"


def _asker(job: Job) -> str:
    """Who asked, for the trail."""
    with job.site.database.view(EVERYTHING) as session:
        return f"{session.get_one(JobRun, job.run_id).requested_name} 发起"


def _clear_one(site: Site, source_id: str, set_id: str, reason: str) -> int | None:
    """The bytes set free; None for one that may not go (any more)."""
    with site.database.view(EVERYTHING) as session:
        backup = session.get(BackupSet, set_id)
        if backup is None or backup.source_id != source_id:
            return None
        folder = folder_of(site.home, backup)
    try:
        with alone(folder.parent):
            hidden = hide(folder)
            size = _expire(site, set_id, reason)
            (delete if size is not None else show)(hidden)
            return size
    except NotKept as error:
        raise Unfinished(error.reason) from error
    except OSError as error:
        raise Unfinished(
            f"清理 {folder.name} 失败：{cause_of(error)}；请检查磁盘和目录权限"
        ) from error


def _expire(site: Site, set_id: str, reason: str) -> int | None:
    """Ask once more and write it down, in one act: a hold that came meanwhile is heard."""
    with site.database.transaction(system("清理备份", reason=reason)) as session:
        in_turn(session, CLEARING)
        backup = session.get_one(BackupSet, set_id)
        source = session.get_one(BackupSource, backup.source_id)
        told = {one.set.id: one for one in clearable(session, source)}.get(set_id)
        if told is None:
            return None
        with moving(session, backup):
            backup.state, backup.reason = "expired", told.why
        own = copy_rows.row_at(session, set_id, "own", "")
        if own is not None:
            own.state, own.reason = "cleared", told.why
        return told.bytes


def _facts(
    session: Session, sources: Sequence[BackupSource]
) -> tuple[Sets, Mapping[str, Sequence[Kept]]]:  # fmt: skip
    """The good sets of these sources, and what retention knows of them, by source."""
    by_id = {one.id: one for one in sources}
    query = select(BackupSet).where(BackupSet.source_id.in_(by_id), BackupSet.state == "good")
    sets = {one.id: one for one in session.scalars(query.order_by(BackupSet.id))}
    safety, burnt = safe_all(session, sets), on_discs(session, by_id)
    facts: dict[str, list[Kept]] = {key: [] for key in by_id}
    for one in sets.values():
        owed = tuple(_owed(by_id[one.source_id], one, safety[one.id], burnt))
        sound = safety[one.id].own
        kept = Kept(one.id, one.number, one.stored, sound, one.held, owed, one.ordinal)
        facts[one.source_id].append(kept)
    return sets, facts


def _owed(
    source: BackupSource, one: BackupSet, safety: Safety, burnt: Collection[Month]
) -> Iterator[str]:
    """What the duties still ask for this set: it stays until it is there."""
    if not safety.host:
        yield "第二台主机上还没有核对过的副本"
    if source.cadence == "monthly" and not safety.medium:
        yield "移动存储介质上还没有核对过的副本"
    if not safety.disc and month_of(one) not in burnt:
        yield f"{quarter_of(one.period)} 已入库的光盘上没有它，也没有同一来源同月的另一份"


def quarter_of(period: str) -> str:
    """The quarter ("2026Q4") whose discs hold the backup of a period: the one it ends in."""
    month = months_of(period)[-1]
    return f"{month.year}Q{(month.month + 2) // 3}"


def month_of(one: BackupSet) -> Month:
    """What discs keep one backup of: a source's month, the one the backup's period ends in."""
    return one.source_id, months_of(one.period)[-1]


def on_discs(session: Session, source_ids: Collection[str]) -> set[Month]:
    """The months of these sources of which a backup was read back on discs that are in store. That
    a quarter's discs are in store says nothing of what was left out of them."""
    query = (
        select(BackupSet)
        .join(BackupCopy, BackupCopy.set_id == BackupSet.id)
        .join(DiscSet, DiscSet.id == BackupCopy.place_id)
        .where(
            BackupCopy.place == "disc", BackupCopy.state == "verified", DiscSet.state == "closed",
            BackupSet.source_id.in_(source_ids),
        )
    )  # fmt: skip
    return {month_of(one) for one in session.scalars(query)}
