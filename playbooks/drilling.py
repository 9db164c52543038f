"""Drills (duty E10): a set is restored for trial where it does no harm, and what came of it is a
row nobody can change. A drill that goes wrong is evidence, too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.backup_keys import key_of
from backups.bringing_back import bring_back
from backups.copying import Missing
from backups.disc_opening import laid, refuse_ours, sets_on
from backups.gathering import NotGathered
from backups.iso import NotMade, Unreadable
from backups.key_text import Mistyped, key_from_text
from backups.pace import Pace, Stopped
from backups.places import PlaceError
from backups.set_format import print_of
from backups.set_reading import NotInSet
from backups.sets import folder_of, matched
from backups.spots import opened
from backups.trying import Tried, Unlike, try_database, try_disc, try_files
from backups.trying_console import try_console
from backups.vault import NotKept
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_key import BackupKey
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.drill import KINDS, Drill
from inventory.notice import tell
from inventory.run import JobRun
from inventory.secret import SecretError
from inventory.shanghai import today
from inventory.stepping import moving
from inventory.store import Damaged
from playbooks import drill_scratch
from playbooks.copying import spot_for
from playbooks.drill_orders import order_of_drill
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

_KIND = {"postgresql": "database", "mariadb": "database", "sqlite": "database",
         "console": "console"}  # fmt: skip
_FAULTS = (
    Damaged, NotInSet, NotKept, NotGathered, Unlike, PlaceError, Mistyped, Unfinished, NotMade,
    Unreadable,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One drill as somebody asked for it. Of a set: `set_id`, and `copy_id` where not our own
    folder is to be tried. Of an old disc: `folder` (folders, images or drives, a line
    for each disc), `typed` (the key as it stands on the sheet) and the centre. `name` is unique to
    this drill."""

    name: str
    author: str
    by_id: str | None = None
    set_id: str = ""
    copy_id: str = ""
    folder: str = ""
    centre_id: str = ""
    typed: str = field(default="", repr=False)


@dataclass(slots=True)
class _Trial:
    """One drill under way: what will stand in its row."""

    asked: Asked
    kind: str
    centre_id: str
    source: BackupSource | None = None
    backup: BackupSet | None = None
    taken_from: str = ""
    target: str = ""
    print_id: str = ""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))


def drill(job: Job) -> Mapping[str, Any]:
    """The work "drill": `params` are "set", "copy", "folder" and "typed", the name of the file a
    typed key lies in until now (`drill_scratch.lay_key`). Raises Unfinished when the drill went
    wrong."""
    drill_scratch.sweep(job.site)
    with job.site.database.view(EVERYTHING) as session:
        run = drill_scratch.asker(session, job.run_id)
    told = job.params
    asked = Asked(
        job.run_id, run.requested_name, _somebody(run), str(told.get("set", "")),
        str(told.get("copy", "")), str(told.get("folder", "")), run.centre_id,
        drill_scratch.take_key(job.site, str(told.get("typed", ""))),
    )  # fmt: skip
    pace = Pace(stop=job.halted, tell=lambda done: job.tell(done >> 20, 0, "正在恢复演练（MB）"))
    row = perform(job.site, asked, pace)
    if row.verdict == "bad":
        raise Unfinished(f"演练未通过（{row.number}）：{row.reason}")
    return {"drill": row.id, "number": row.number}


def _somebody(run: JobRun) -> str | None:
    """Who asked; None for the console itself and for its command."""
    return None if run.requested_by == "system" else run.requested_by


def perform(site: Site, asked: Asked, pace: Pace) -> Drill:
    """Do it and write the row, whatever came of it. Raises Unfinished when there is nothing to try
    (no such set)."""
    trial = _trial(site, asked)
    try:
        tried, verdict, reason = _try(site, trial, pace), "good", ""
    except Stopped:
        tried, verdict, reason = Tried(), "cancelled", "有人要求停止，或值守台停止了"
    except _FAULTS as error:
        tried, verdict, reason = Tried(), "bad", error.reason
    except (Missing, FileNotFoundError):
        tried, verdict, reason = Tried(), "bad", "那里没有这份备份，或缺少其中的文件"
    except (SecretError, OSError) as error:
        tried, verdict, reason = Tried(), "bad", str(error)
    return _kept(site, trial, tried, verdict, reason)


def _trial(site: Site, asked: Asked) -> _Trial:
    if asked.folder:
        places = "、".join(asked.folder.splitlines())[:200]
        return _Trial(asked, "disc", asked.centre_id, taken_from=places)
    with site.database.view(EVERYTHING) as session:
        backup = session.get(BackupSet, asked.set_id)
        source = session.get(BackupSource, backup.source_id) if backup is not None else None
        copy = session.get(BackupCopy, asked.copy_id) if asked.copy_id else None
    if backup is None or source is None:
        raise Unfinished("这份备份已不在登记中，没有演练")
    if asked.copy_id and (copy is None or copy.set_id != backup.id):
        raise Unfinished("要演练的副本不是这份备份的，没有演练；请重新打开页面选择")
    return _Trial(
        asked, _kind(source, backup), backup.centre_id, source, backup,
        copy.label if copy else "本机",
    )  # fmt: skip


def _kind(source: BackupSource, backup: BackupSet) -> str:
    """A console on PostgreSQL is tried as the database it is."""
    dumped = source.method == "console" and backup.tool.startswith("pg_dump")
    return "database" if dumped else _KIND.get(source.method, "files")


def _try(site: Site, trial: _Trial, pace: Pace) -> Tried:
    with drill_scratch.scratch(site, trial.asked.name) as work:
        if trial.kind == "disc":
            return _try_disc(site.home, trial, work, pace)
        folder = _folder(site, trial, work, pace)
        if trial.kind == "database":
            return _try_database(site, trial, folder, work, pace)
        trial.target = "临时目录，核对后已删除"
        try_set = try_console if trial.kind == "console" else try_files
        return try_set(folder, _key(site, trial), work / "set", pace)


def _try_database(site: Site, trial: _Trial, folder: Path, work: Path, pace: Pace) -> Tried:
    source, key = trial.source, _key(site, trial)
    assert source is not None
    with site.database.view(EVERYTHING) as session:
        order = order_of_drill(session, site.key, source, work)
    trial.target = f"{order.host or '本机'} 上的临时数据库，核对后已删除"
    return try_database(
        folder, key, order, pace, lambda name: drill_scratch.note(work, source.id, name)
    )


def _try_disc(home: Path, trial: _Trial, work: Path, pace: Pace) -> Tried:
    raw = key_from_text(trial.asked.typed)
    trial.print_id = print_of(raw)
    places = trial.asked.folder.splitlines()
    refuse_ours(places, home)
    return try_disc(sets_on(laid(places, work, pace), work, pace), raw, pace)


def _folder(site: Site, trial: _Trial, work: Path, pace: Pace) -> Path:
    """Where the set lies here: our own folder, or one that was fetched from the copy for this."""
    assert trial.backup is not None
    own = folder_of(site.home, trial.backup)
    with site.database.view(EVERYTHING) as session:
        copy = session.get(BackupCopy, trial.asked.copy_id) if trial.asked.copy_id else None
    if copy is None or copy.place == "own":
        matched(own, trial.backup)
        return own
    if copy.place != "host":
        raise Unlike("介质和光盘上的副本，请插上以后用“打开旧盘”演练")
    backup, place = trial.backup, work / "copy"
    with opened(spot_for(site, copy.place_id), site.home) as there:
        folder = there.folder(backup.centre_id, backup.source_id, backup.id)
        bring_back(folder, place, backup.sha256, pace)
    return place


def _key(site: Site, trial: _Trial) -> bytes:
    assert trial.backup is not None
    with site.database.view(EVERYTHING) as session:
        row = session.get(BackupKey, trial.backup.key_id or "")
        trial.print_id = row.print_id if row is not None else ""
        return key_of(session, site.key, trial.print_id)


def _kept(site: Site, trial: _Trial, tried: Tried, verdict: str, reason: str) -> Drill:
    row = Drill(
        centre_id=trial.centre_id, kind=trial.kind, taken_from=trial.taken_from,
        source_id=trial.source.id if trial.source else None,
        set_id=trial.backup.id if trial.backup else None, target=trial.target,
        started_at=trial.started_at, ended_at=datetime.now(UTC), verdict=verdict, reason=reason,
        files=tried.files, size=tried.size, tables=tried.tables, rows=tried.rows,
        compared=tried.compared, digest=tried.digest, tool=tried.tool, print_id=trial.print_id,
        author=trial.asked.author, by_id=trial.asked.by_id,
    )  # fmt: skip
    with site.database.transaction(system("恢复演练")) as session:
        session.add(row)
        session.flush()
        if row.kind == "disc" and row.verdict == "good":
            _proved(session, row.print_id)
        if row.verdict == "bad":
            tell(
                session, "wrong", f"恢复演练未通过：{row.number} {KINDS[row.kind]}",
                centre_id=row.centre_id, right="operate", level="critical",
                text=f"{reason}。请另取一份副本再做一次；查明原因前不要清理其他副本。",
                link=f"/r/drills/{row.id}", key=f"drill:{row.id}",
            )  # fmt: skip
    return row


def _proved(session: Session, print_id: str) -> None:
    """The sheet has opened something: that is the best proof of it."""
    for key in session.scalars(select(BackupKey).where(BackupKey.print_id == print_id)):
        with moving(session, key):
            key.proved_on = today()
