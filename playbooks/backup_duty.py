"""Once a minute: every source that owes a backup is asked for one; periods that can no longer be
made up for are told, once (Article 141; duties E1–E3)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.backup_due import Run, done_of, doubtful, may_try, owed, runs
from inventory.backup_miss import BackupMiss
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import AHEAD, bounds
from inventory.credential import Credential
from inventory.keys import new_key
from inventory.notice import tell
from inventory.run import JobRun
from inventory.shanghai import today
from playbooks import backup_rows
from playbooks.site import Site

AT_ONCE = 2  # of the worker's threads for jobs: people's own work must not wait for ours
_NAMED = 6  # periods named in a notice


@dataclass(frozen=True, slots=True)
class Owing:
    """What one source owes: whether it is to be tried now, for `period` ("" for a sealed set that
    is to be read); periods just `missed`; misses that turned out to be none; whether one of two
    clocks was wrong; the interrupted runs of one whose last run `died`."""

    source: BackupSource
    ready: bool
    period: str
    missed: tuple[str, ...]
    void: tuple[BackupMiss, ...]
    doubtful: bool
    died: tuple[BackupSet, ...] = ()


def look(site: Site, now: datetime) -> list[str]:
    """Ask for what is due and tell what is not to be had any more; the sources (ids) asked for."""
    with site.database.view(EVERYTHING) as session:
        found = list(_owing(session, now))
        room = max(AT_ONCE - _under_way(session), 0)
    told = [
        replace(one, ready=one.ready and bool(one.period or _sealed(site, one))) for one in found
    ]
    for one in told:
        if one.missed or one.void or one.doubtful:
            _tell(site, one, now)
    chosen = [one for one in told if one.ready][:room]
    for one in chosen:
        _ask(site, one, now)
    return [one.source.id for one in chosen]


def _sealed(site: Site, owing: Owing) -> bool:
    """Files are looked at with no session open, and only where the last run died: each run takes
    over first what those before it left."""
    return any(backup_rows.is_sealed(site, one) for one in owing.died)


def _owing(session: Session, now: datetime) -> Iterator[Owing]:
    """Of every living source: one that is paused is not tried, and misses what it misses."""
    living = select(BackupSource).where(BackupSource.retired_at.is_(None))
    sources = session.scalars(living.order_by(BackupSource.id)).all()
    ran = runs(session, [one.id for one in sources])
    misses = _misses(session)
    busy = set(session.scalars(select(JobRun.subject).where(*_BUSY)))
    died = backup_rows.interrupted(session, [key for key, row in ran.items() if _died(row)])
    ways = _ways(session, sources)
    for one in sources:
        told = _of(one, ran.get(one.id, ()), misses.get(one.id, ()), now)
        way = ways.get(one.login_id or "")
        free = not one.paused and one.id not in busy and may_try(one, ran.get(one.id, ()), way, now)
        left = tuple(row for row in died if row.source_id == one.id)
        yield replace(told, ready=free, died=left)


def _died(ran: Sequence[Run]) -> bool:
    return bool(ran) and ran[-1].state == "interrupted"


def _ways(session: Session, sources: Iterable[BackupSource]) -> Mapping[str, Credential]:
    wanted = {one.login_id for one in sources if one.login_id}
    query = select(Credential).where(Credential.id.in_(wanted))
    return {one.id: one for one in session.scalars(query)}


def _of(
    source: BackupSource, ran: Sequence[Run], misses: Sequence[BackupMiss], now: datetime
) -> Owing:  # fmt: skip
    told, (_good, once) = owed(source, ran, now), done_of(ran, now)
    standing = [one for one in misses if one.state == "missed"]
    known = {one.period for one in standing}
    missed = tuple(one for one in told.missed if one not in known)
    void = tuple(one for one in standing if one.period in once or _too_early(one, now))
    return Owing(source, False, told.period or "", missed, void, doubtful(ran, now))


def _too_early(miss: BackupMiss, now: datetime) -> bool:
    """Was it told by a clock that had run ahead?"""
    return bounds(miss.period)[1] >= today(now) or miss.told_at > now + AHEAD


_BUSY = (JobRun.kind == "backup", JobRun.state.in_(("asked", "running")))


def _under_way(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(JobRun).where(*_BUSY)) or 0


def _misses(session: Session) -> Mapping[str, Sequence[BackupMiss]]:
    found: dict[str, list[BackupMiss]] = defaultdict(list)
    for row in session.scalars(select(BackupMiss).order_by(BackupMiss.id)):
        found[row.source_id].append(row)
    return found


def _ask(site: Site, owing: Owing, now: datetime) -> None:
    key, source = new_key(), owing.source
    with site.database.observe() as session:
        session.add(
            JobRun(
                id=key, site="local", kind="backup", slot=key, subject=source.id,
                centre_id=source.centre_id, params={}, requested_at=now,
            )
        )  # fmt: skip


def _tell(site: Site, owing: Owing, now: datetime) -> None:
    """What was missed is entered and told in one transaction, so that it is told once."""
    if owing.missed or owing.void:
        with site.database.transaction(system("登记漏做的备份")) as session:
            _void(session, owing.void)
            for period in owing.missed:
                _enter(session, owing.source, period, now)
            if owing.missed:
                _missed(session, owing)
    if owing.doubtful:
        with site.database.observe() as session:
            _doubt(session, owing.source)


def _void(session: Session, misses: Iterable[BackupMiss]) -> None:
    for one in misses:
        session.get_one(BackupMiss, one.id).state = "void"
    session.flush()


def _enter(session: Session, source: BackupSource, period: str, now: datetime) -> None:
    query = select(BackupMiss).where(BackupMiss.source_id == source.id, BackupMiss.period == period)
    row = session.scalars(query).first()
    if row is None:
        row = BackupMiss(centre_id=source.centre_id, source_id=source.id, kind=source.kind)
        row.period = period
        session.add(row)
    row.state, row.told_at = "missed", now


def _missed(session: Session, owing: Owing) -> None:
    source, known = owing.source, owing.missed
    named = "、".join(known[-_NAMED:]) + (f" 等 {len(known)} 期" if len(known) > _NAMED else "")
    tell(
        session, "wrong", f"{source.name} 漏做备份：{named}", centre_id=source.centre_id,
        right="operate", level="critical", link=f"/r/backup-misses?source_id={source.id}",
        key=f"missed:{source.id}:{known[-1]}",
        text="这些时期没有备份，事后不能补做。请写明原因，并核对来源和值守台当时是否在运行。",
    )  # fmt: skip


def _doubt(session: Session, source: BackupSource) -> None:
    tell(
        session, "wrong", f"时钟可疑：{source.name} 有备份的开始时间晚于现在", right="operate",
        centre_id=source.centre_id, level="warning", link=f"/r/backup-sources/{source.id}",
        key=f"clock:{source.id}",
        text="值守台的时钟曾经走快，或者现在走慢了。请核对主机时间；到期的备份照常做。",
    )  # fmt: skip
