"""What the catalogue is told of one run: begun before anything is read, ended whatever came of it,
each in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backups.backup_keys import centre_key
from backups.gathering import NotGathered, Order
from backups.set_catalogue import Lies, enter
from backups.set_manifest import NAME, Manifest, SetFacts
from backups.sets import folder_of
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_due import owed, runs_of
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import bounds, period_of
from inventory.centre import Centre
from inventory.notice import settle, tell
from inventory.run import JobRun
from inventory.shanghai import today
from inventory.stepping import moving
from playbooks.backup_orders import order_of
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

WORK = "backup-work"  # below the home: dumps lie here, one folder a source, while a set is made
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Begun:
    """One run under way. `size` and `stored` are those of the last good set, 0 before the first."""

    set_id: str
    key_id: str
    print_id: str
    key: bytes = field(repr=False)
    facts: SetFacts
    folder: Path
    order: Order
    limit: int
    size: int = 0
    stored: int = 0
    files: int = 0


def begin(job: Job, now: datetime) -> Begun:
    """Enter the run as `running`. Raises Unfinished for a source that is gone or already being
    backed up; what stands against reading it is entered as failed and raised, too."""
    site = job.site
    with site.database.view(EVERYTHING) as session:
        source = session.get(BackupSource, job.subject)
        if source is None or source.retired_at is not None:
            raise Unfinished("这个备份来源已停用或不存在，没有备份")
    key_id, key, print_id = centre_key(site.database, site.key, source.centre_id)
    row = _entered(job, source, now)
    try:
        with site.database.view(EVERYTHING) as session:
            order = order_of(session, site.key, source, site.home / WORK / source.id)
            last = _last(session, source.id)
            centre = session.get_one(Centre, source.centre_id).name
    except NotGathered as error:
        fail(site, row.id, error.reason, permanent=error.permanent)
        raise Unfinished(error.reason) from error
    facts = SetFacts(
        set_id=row.id, number=row.number, source_id=source.id, source_name=source.name,
        centre_id=source.centre_id, centre_name=centre, kind=source.kind, method=source.method,
        period=row.period, taken_at=now, opaque=source.opaque,
        may_be_empty=bool(job.params.get("accept")),
    )  # fmt: skip
    folder, limit = folder_of(site.home, row), source.limit_kbps * 1000
    known = (last.size, last.stored, last.files) if last else (0, 0, 0)
    return Begun(row.id, key_id, print_id, key, facts, folder, order, limit, *known)


def _entered(job: Job, source: BackupSource, now: datetime) -> BackupSet:
    try:
        with job.site.database.transaction(system("开始数据备份")) as session:
            asked = session.get(JobRun, job.run_id)
            due = owed(source, runs_of(session, source.id), now)
            period = due.period or period_of(source.cadence, today(now))
            by_hand = asked is not None and asked.requested_by != "system"
            late = bounds(period)[1] < today(now)
            row = BackupSet(
                centre_id=source.centre_id, source_id=source.id, kind=source.kind, period=period,
                method=source.method, opaque=source.opaque,
                origin="late" if late else "asked" if by_hand else "due", started_at=now,
                author=asked.requested_name if asked else "值守台",
                by_id=asked.requested_by if asked and by_hand else None,
                run_id=job.run_id, declared=source.revision,
            )  # fmt: skip
            session.add(row)
            session.flush()
            return row
    except IntegrityError:
        raise Unfinished("这个来源正在备份，不再另起一次；请看正在进行的那一次") from None


def _last(session: Session, source_id: str) -> BackupSet | None:
    query = select(BackupSet).where(BackupSet.source_id == source_id)
    query = query.where(BackupSet.state.in_(("good", "expired")))
    return session.scalars(query.order_by(BackupSet.ordinal.desc()).limit(1)).first()


def good(site: Site, begun: Begun, manifest: Manifest) -> None:
    """Everything there is to know of a set that was read back whole, and its own copy, at once."""
    now = datetime.now(UTC)
    with site.database.transaction(system("数据备份完成")) as session:
        row = session.get_one(BackupSet, begun.set_id)
        with moving(session, row):
            row.state, row.ended_at, row.checked_at = "good", now, now
            row.size, row.stored, row.files = manifest.size, manifest.stored, manifest.entries
            row.tool, row.server = manifest.facts.tool[:120], manifest.facts.server[:120]
            row.sha256, row.sm3, row.key_id = manifest.sha256, manifest.sm3, begun.key_id
            row.reason = "；".join(manifest.warnings)[:_LONGEST]
        session.add(
            BackupCopy(
                centre_id=row.centre_id, set_id=row.id, place="own", state="verified",
                size=manifest.stored, made_at=now, verified_at=now,
            )
        )  # fmt: skip
        settle(session, notice_key(row.source_id))


def adopt(site: Site, set_id: str, manifest: Manifest) -> str:
    """A set that was sealed before its run was killed, and was read whole since: its number."""
    with site.database.transaction(system("认领中断时已写完的备份")) as session:
        row = session.get_one(BackupSet, set_id)
        enter(session, manifest, Lies(), site.key)
        with moving(session, row):
            row.reason, row.ended_at = "中断时已写完，重新核对后认领", datetime.now(UTC)
        settle(session, notice_key(row.source_id))
        return row.number


def close_dead(site: Site, source_id: str) -> int:
    """Enter as interrupted what a killed worker left running; how many. Whoever calls is alone
    with the source, so that nobody alive is meant."""
    query = select(BackupSet.id).where(
        BackupSet.source_id == source_id, BackupSet.state == "running"
    )
    with site.database.view(EVERYTHING) as session:
        dead = list(session.scalars(query))
    for set_id in dead:
        end(site, set_id, "interrupted", "备份时值守台停止了，这次没有完成；会自动再做")
    return len(dead)


def interrupted(session: Session, source_ids: Collection[str]) -> Sequence[BackupSet]:
    """The interrupted runs of these sources, in their order."""
    query = select(BackupSet).where(
        BackupSet.source_id.in_(source_ids), BackupSet.state == "interrupted",
        BackupSet.origin != "found",
    )  # fmt: skip
    return session.scalars(query.order_by(BackupSet.source_id, BackupSet.ordinal)).all()


def is_sealed(site: Site, row: BackupSet) -> bool:
    """Was its set sealed, though its run was interrupted?"""
    return (folder_of(site.home, row) / NAME).is_file()


def fail(site: Site, set_id: str, reason: str, *, permanent: bool = False) -> None:
    """A run that came to nothing, and whoever operates the centre is told."""
    end(site, set_id, "failed", reason, permanent=permanent)


def end(
    site: Site, set_id: str, state: str, reason: str, *, permanent: bool = False
) -> None:  # fmt: skip
    """The end of a run without a set; told once while nobody has read of the one before."""
    with site.database.transaction(system("数据备份未完成")) as session:
        row = session.get_one(BackupSet, set_id)
        with moving(session, row):
            row.state, row.reason, row.ended_at = state, reason[:_LONGEST], datetime.now(UTC)
            row.permanent = permanent
        if state != "cancelled":
            _tell(session, row)


def _tell(session: Session, row: BackupSet) -> None:
    source = session.get_one(BackupSource, row.source_id)
    what = "中断" if row.state == "interrupted" else "失败"
    facts: dict[str, Any] = {
        "centre_id": row.centre_id, "level": "critical" if row.permanent else "warning",
        "text": row.reason, "link": f"/r/backup-sets/{row.id}",
    }  # fmt: skip
    title = f"{source.name} {row.period} 期备份{what}：{row.reason}"
    tell(session, "wrong", title, right="operate", key=notice_key(row.source_id), **facts)
    if row.by_id:
        tell(session, "job", title, person_id=row.by_id, **facts)


def notice_key(source_id: str) -> str:
    """The key of the notice that a source could not be backed up."""
    return f"backup:{source_id}"
