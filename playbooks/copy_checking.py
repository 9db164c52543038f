"""Copies are read again, each within thirty nights: our own by full decoding, the others by their
digests where they lie. A backup that nobody reads is a hope (Article 141)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from backups.backup_keys import key_of
from backups.copying import Diverged, Missing, check_copy
from backups.pace import Pace
from backups.places import Place
from backups.set_format import WrongKey
from backups.set_manifest import read_manifest
from backups.set_reading import verify
from backups.spots import Aim
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlace
from inventory.backup_set import BackupSet
from inventory.home import HomeFact, home_fact
from inventory.run import JobRun
from inventory.secret import SecretError
from inventory.shanghai import today
from inventory.stepping import moving
from inventory.store import Damaged
from playbooks import copy_rows
from playbooks.adopting import adopt
from playbooks.copy_progress import Progress
from playbooks.copy_wanted import Wanted, known
from playbooks.copying import alone_at, ask, at, spot_for
from playbooks.jobs import Job
from playbooks.site import Site
from playbooks.verifying import last_night

FACT = "copies_checked"
OWN = Aim("", "", "own", "")
_NIGHTS = 30


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look found: copies that were read, and sets (ids) of which one was wrong."""

    read: int
    wrong: tuple[str, ...]


def due(site: Site, now: datetime) -> bool:
    """Nobody has looked since the last three o'clock of the night, Shanghai time."""
    with site.database.view(EVERYTHING) as session:
        waiting = select(JobRun.id).where(
            JobRun.kind == "recheck", JobRun.state.in_(("asked", "running"))
        )
        if session.scalars(waiting.limit(1)).first() is not None:
            return False
        before = _last(session)
    return before is None or not last_night(now) <= before <= now


def look(site: Site, now: datetime) -> None:
    """Ask for tonight's part at every place, and for the part of nights on which nobody looked."""
    with site.database.view(EVERYTHING) as session:
        nights = _nights(_last(session), now)
        places = session.scalars(
            select(BackupPlace).where(
                BackupPlace.retired_at.is_(None), BackupPlace.paused.is_(False)
            )
        ).all()
    own = [("", site.centre_id)]
    for subject, centre_id in (*own, *((one.id, one.centre_id) for one in places)):
        ask(site, subject, centre_id, now, kind="recheck", params={"nights": nights})
    with site.database.observe() as session:
        session.merge(HomeFact(name=FACT, value=json.dumps(now.isoformat())))


def recheck(job: Job) -> Mapping[str, Any]:
    """Read copies of one place or medium (`subject`), or of our own folder (""), again. `params`:
    "nights" how many parts of thirty (all, if not given), "sets" which sets, "path" of a medium;
    "adopt" enters what the catalogue does not know instead. Raises Unfinished, Stopped."""
    aim = OWN if not job.subject else spot_for(job.site, job.subject, _path(job)).aim
    with alone_at(job.site.home, job.subject or "own"):
        if job.params.get("adopt"):
            return adopt(job)
        todo = _todo(job, aim)
        told = _ours(job, todo) if not job.subject else _theirs(job, todo)
    return {"read": told.read, "wrong": len(told.wrong), "sets": list(told.wrong[:20])}


def _path(job: Job) -> str:
    return str(job.params.get("path", ""))


def _todo(job: Job, aim: Aim) -> list[Wanted]:
    only, nights = job.params.get("sets"), int(job.params.get("nights", _NIGHTS))
    with job.site.database.view(EVERYTHING) as session:
        ids = only if only is not None else tonight(session, aim, nights, datetime.now(UTC))
        found = (known(session, job.site.home, set_id) for set_id in ids)
        return [one for one in found if one is not None]


def tonight(session: Session, aim: Aim, nights: int, now: datetime) -> list[str]:
    """The sets whose copies at one place were not read for longest: so many thirtieths of all. A
    time that lies ahead was written by a clock set back: it counts as never, and so does what was
    found in our own folder when the catalogue came back from elsewhere. What was read once and
    waits to be read again (a medium that was lost and found) is among them."""
    unread = BackupCopy.state == "copying"
    if aim.where != "own":
        unread = and_(unread, BackupCopy.verified_at.is_not(None))
    here = and_(
        BackupCopy.place == aim.where, BackupCopy.place_id == aim.id,
        or_(BackupCopy.state == "verified", unread),
    )  # fmt: skip
    count = session.scalar(select(func.count()).select_from(BackupCopy).where(here)) or 0
    ahead = or_(BackupCopy.verified_at.is_(None), BackupCopy.verified_at > now + timedelta(days=1))
    query = (
        select(BackupCopy.set_id)
        .where(here)
        .order_by(case((ahead, 0), else_=1), BackupCopy.verified_at, BackupCopy.set_id)
    )
    return list(session.scalars(query.limit(-(-count * nights // _NIGHTS))))


def _ours(job: Job, todo: Sequence[Wanted]) -> Checked:
    progress, wrong = Progress(job, sum(one.size for one in todo)), []
    for one in todo:
        try:
            verify(one.folder, _key(job.site, one), progress.of(one.size, one.label), one.sha256)
        except Damaged as error:
            copy_rows.ours_damaged(job.site.database, one.id, error.reason)
            wrong.append(one.id)
        else:
            _read(job.site, one)
    return Checked(len(todo), tuple(wrong))


def _key(site: Site, one: Wanted) -> bytes | None:
    """The key of a set, None when nobody has it here: then its digests must do."""
    with site.database.view(EVERYTHING) as session:
        try:
            return key_of(session, site.key, read_manifest(one.folder).print_id)
        except (WrongKey, SecretError):
            return None


def _read(site: Site, one: Wanted) -> None:
    copy_rows.note(site.database, one.id, OWN, "verified")
    with site.database.transaction(system("核对备份")) as session:
        backup = session.get_one(BackupSet, one.id)
        with moving(session, backup):
            backup.checked_at = datetime.now(UTC)


def _theirs(job: Job, todo: Sequence[Wanted]) -> Checked:
    spot = spot_for(job.site, job.subject, _path(job))
    progress, wrong = Progress(job, sum(one.size for one in todo)), []
    with at(job.site, spot) as place:
        for one in todo:
            pace = progress.of(one.size, f"{spot.aim.name}：{one.label}", spot.limit)
            if not check_one(job.site, spot.aim, place, one, pace):
                wrong.append(one.id)
    return Checked(len(todo), tuple(wrong))


def check_one(site: Site, aim: Aim, place: Place, one: Wanted, pace: Pace) -> bool:
    """Read one copy where it lies and write down what was found; whether it is good."""
    there = place.folder(one.centre_id, one.source_id, one.id)
    try:
        check_copy(there, one.sha256, pace)
    except Diverged as error:
        copy_rows.note(site.database, one.id, aim, "diverged", reason=str(error), part=error.part)
        return False
    except Missing as error:
        reason = f"{error.part or '整份备份'} 不见了"
        copy_rows.note(site.database, one.id, aim, "missing", reason=reason, part=error.part)
        return False
    copy_rows.note(site.database, one.id, aim, "verified")
    return True


def _last(session: Session) -> datetime | None:
    told = home_fact(session, FACT)
    return datetime.fromisoformat(json.loads(told)) if told else None


def _nights(before: datetime | None, now: datetime) -> int:
    nights = today(now).toordinal() - today(before).toordinal() if before else 1
    return min(max(nights, 1), _NIGHTS)
