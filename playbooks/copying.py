"""Every good backup goes to every place of its centre, and to the media people plug in; what could
not be done is tried again (Article 142; duties E5 and E6)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.bringing_back import bring_back
from backups.copying import Diverged, Missing, copy_set
from backups.pace import Pace, Stopped
from backups.places import Place, PlaceError
from backups.sets import matched
from backups.spots import Aim, Spot, aim_of, opened, plugged, spot_of
from inventory.act import EVERYTHING, system
from inventory.backup_place import BackupPlace
from inventory.keys import new_key
from inventory.medium import Medium
from inventory.run import JobRun
from inventory.store import Damaged
from playbooks import copy_rows
from playbooks.copy_progress import Progress
from playbooks.copy_wanted import Wanted, known, wanted
from playbooks.holding import holding
from playbooks.jobs import Job, Unfinished
from playbooks.media import label_medium
from playbooks.place_keeping import tidy
from playbooks.site import Site

_BUSY = "这个存放处正在复制或核对，请等它结束"


def copy(job: Job) -> Mapping[str, Any]:
    """The work of one place or medium (`subject`). `params`: "back" names a set to bring back,
    "path" where a medium is plugged in, "label" that it is to be named first, "sets" which sets
    (all that are wanted, if not given). Raises Unfinished."""
    with alone_at(job.site.home, job.subject):
        path = str(job.params.get("path", ""))
        if job.params.get("label"):
            return _label(job, path)
        spot = spot_for(job.site, job.subject, path)
        back = str(job.params.get("back", ""))
        try:
            return fetch(job, spot, back) if back else _copy_all(job, spot)
        except Stopped:
            if not job.cancelled():
                raise Unfinished("值守台停止时正在复制，启动后接着传") from None
            copy_rows.stopped(job.site.database, spot.aim)
            return {"stopped": spot.aim.name}


def _label(job: Job, path: str) -> Mapping[str, Any]:
    try:
        label_medium(job.site.database, job.site.home, job.subject, path, system("写入介质标识"))
    except PlaceError as error:
        raise Unfinished(error.reason) from error
    return {"labelled": path}


def spot_for(site: Site, subject: str, path: str = "") -> Spot:
    """A place by its id, or the medium of that id plugged in at `path`. Raises Unfinished."""
    with site.database.view(EVERYTHING) as session:
        place, medium = session.get(BackupPlace, subject), session.get(Medium, subject)
        row = place if place is not None and place.retired_at is None else medium
        if row is None:
            raise Unfinished("这个存放处已停用，没有复制")
        aim = aim_of(row)
        try:
            if isinstance(row, Medium):
                return plugged(session, row, path)
            return spot_of(session, site.key, row)
        except PlaceError as error:
            why = error
    copy_rows.failed(site.database, aim, why.reason, why.permanent)
    raise Unfinished(why.reason)


def _copy_all(job: Job, spot: Spot) -> Mapping[str, Any]:
    with job.site.database.view(EVERYTHING) as session:
        todo = wanted(session, job.site.home, spot.aim, job.params.get("sets"))
    progress = Progress(job, sum(one.size for one in todo))
    copied: list[str] = []
    with at(job.site, spot) as place:
        for one in todo:
            pace = progress.of(one.size, f"{one.label} → {spot.aim.name}", spot.limit)
            if _one(job.site, spot.aim, place, one, pace):
                copied.append(one.label)
        cleared = tidy(job.site, place, spot.aim)
    return {"copied": len(copied), "wanted": len(todo), "sets": copied[:20], "cleared": cleared}


def _one(site: Site, aim: Aim, place: Place, one: Wanted, pace: Pace) -> bool:
    """Copy one set; False when it could not be and the others still can. What concerns the whole
    place (unreachable, full, pulled out) is raised, after it was written down."""
    there = place.folder(one.centre_id, one.source_id, one.id)
    copy_rows.note(site.database, one.id, aim, "copying")
    try:
        if one.redo:
            _aside(place, one)
            copy_rows.moved_aside(site.database, one.id, aim)
        matched(one.folder, one)
        copy_set(one.folder, there, pace)
    except Damaged as error:
        copy_rows.note(site.database, one.id, aim, "failed", reason=error.reason)
        copy_rows.ours_damaged(site.database, one.id, error.reason)
        return False
    except Diverged as error:
        copy_rows.note(site.database, one.id, aim, "diverged", reason=str(error), part=error.part)
        return False
    except (PlaceError, Stopped, Missing, FileNotFoundError) as error:
        copy_rows.note(site.database, one.id, aim, "failed", reason=_why(error))
        raise
    copy_rows.note(site.database, one.id, aim, "verified")
    return True


def _why(error: Exception) -> str:
    if isinstance(error, PlaceError):
        return error.reason
    return "已停止，下次接着传" if isinstance(error, Stopped) else "复制时那里的文件不见了"


def _aside(place: Place, one: Wanted) -> None:
    """What lies there keeps its files under another name: somebody may still want to look."""
    folder = place.folder(one.centre_id, one.source_id, one.id)
    if folder.names():
        folder.move_to(f"{one.id}.bad-{new_key()}")


def fetch(job: Job, spot: Spot, set_id: str) -> Mapping[str, Any]:
    """Bring our own files of one set back from this place, whole and verified."""
    with job.site.database.view(EVERYTHING) as session:
        one = known(session, job.site.home, set_id)
    if one is None:
        raise Unfinished("这份备份已不在登记中")
    pace = Progress(job, one.size).of(one.size, f"{spot.aim.name} → {one.label}", spot.limit)
    with at(job.site, spot) as place:
        there = place.folder(one.centre_id, one.source_id, one.id)
        try:
            manifest = bring_back(there, one.folder, one.sha256, pace)
        except Missing as error:
            copy_rows.note(job.site.database, one.id, spot.aim, "missing", part=error.part)
            raise Unfinished(f"“{spot.aim.name}”的这份副本也不完整，没有取回") from error
        except Damaged as error:
            copy_rows.note(job.site.database, one.id, spot.aim, "diverged", reason=error.reason)
            raise Unfinished(error.reason) from error
    copy_rows.brought_back(job.site.database, one.id, manifest)
    return {"set": one.label, "bytes": manifest.stored}


@contextmanager
def at(site: Site, spot: Spot) -> Iterator[Place]:
    """Be at a place, and write down how it went. Raises Unfinished for what the place did not do,
    Stopped."""
    try:
        with opened(spot, site.home) as place:
            yield place
    except PlaceError as error:
        copy_rows.failed(site.database, spot.aim, error.reason, permanent=error.permanent)
        raise Unfinished(error.reason) from error
    except (Missing, FileNotFoundError) as error:
        copy_rows.failed(site.database, spot.aim, _why(error))
        raise Unfinished(_why(error)) from error
    copy_rows.reached(site.database, spot.aim)


@contextmanager
def alone_at(home: Path, subject: str) -> Iterator[None]:
    """Be the only one at work at a place, whichever process; the lock ends with its process.
    Raises Unfinished."""
    with holding(home / "copying" / f"{subject}.lock", _BUSY):
        yield


def look(site: Site, now: datetime) -> list[str]:
    """Ask for the work of every place that waits for a set and may be tried; the places (ids)."""
    with site.database.view(EVERYTHING) as session:
        due = [one for one in _ready(session, now) if wanted(session, site.home, aim_of(one))]
    for place in due:
        ask(site, place.id, place.centre_id, now)
    return [place.id for place in due]


def ask(
    site: Site, subject: str, centre_id: str, now: datetime, *, kind: str = "copy",
    params: Mapping[str, Any] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Put the work of one place on the list."""
    key = new_key()
    with site.database.observe() as session:
        session.add(
            JobRun(
                id=key, site="local", kind=kind, slot=key, subject=subject, centre_id=centre_id,
                requested_at=now, params=dict(params),
            )
        )  # fmt: skip


def _ready(session: Session, now: datetime) -> list[BackupPlace]:
    states = copy_rows.states(session)
    at_work = select(JobRun.subject).where(
        JobRun.kind.in_(("copy", "recheck")), JobRun.state.in_(("asked", "running"))
    )
    busy = set(session.scalars(at_work))
    query = select(BackupPlace).where(
        BackupPlace.retired_at.is_(None), BackupPlace.paused.is_(False)
    )
    return [
        place
        for place in session.scalars(query.order_by(BackupPlace.id))
        if place.id not in busy and not copy_rows.waiting(states.get(place.id), now)
    ]
