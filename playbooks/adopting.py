"""Sets that lie at a place and that the catalogue does not know are entered from their manifests:
after a loss, the catalogue comes back from any place that was left (research: Bareos bscan)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from backups.copying import Diverged, Missing, check_copy, sealed
from backups.places import Place
from backups.set_catalogue import Lies, enter
from backups.set_manifest import Manifest, parse
from backups.sets import folder_of
from backups.spots import Aim
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_set import BackupSet
from inventory.store import Damaged
from playbooks import copy_rows
from playbooks.copy_progress import Progress
from playbooks.copying import at, spot_for
from playbooks.jobs import Job

_NAMED = 20


def adopt(job: Job) -> Mapping[str, Any]:
    """Enter what lies at the place or medium `job.subject` (`params["path"]` for a medium): each
    set is read whole there first. Raises Unfinished, Stopped."""
    spot = spot_for(job.site, job.subject, str(job.params.get("path", "")))
    entered: list[str] = []
    damaged: list[str] = []
    with at(job.site, spot) as place:
        for found in list(place.sets()):
            if _known(job, found[2], spot.aim):
                continue
            try:
                manifest = _read(job, place, found, spot.limit)
                entered.append(_enter(job, manifest, spot.aim))
            except (Damaged, Diverged, Missing) as error:
                damaged.append(f"{'/'.join(found)}：{error}")
    return {"entered": entered, "damaged": damaged[:_NAMED]}


def _known(job: Job, set_id: str, aim: Aim) -> bool:
    """It is in the catalogue together with this copy; checking that is another work. One that was
    not proved is read again: its key may be here by now."""
    with job.site.database.view(EVERYTHING) as session:
        backup = session.get(BackupSet, set_id)
        if backup is not None and backup.state == "interrupted":
            return False
        return copy_rows.row_at(session, set_id, aim.where, aim.id) is not None


def _read(job: Job, place: Place, found: tuple[str, str, str], limit: int) -> Manifest:
    there = place.folder(*found)
    manifest = parse(sealed(there))
    if manifest.facts.set_id != found[2]:
        raise Damaged("清单里的编号与目录不同")
    label = f"{manifest.facts.number} {manifest.facts.period}"
    pace = Progress(job, manifest.stored).of(manifest.stored, label, limit)
    return check_copy(there, manifest.sha256, pace)


def _enter(job: Job, manifest: Manifest, aim: Aim) -> str:
    """Its row and this copy; that our own folder has no such files is said, too."""
    with job.site.database.transaction(system("从副本找回备份登记")) as session:
        enter(session, manifest, Lies(aim.where, aim.id, aim.name), job.site.key)
        session.flush()
        backup = session.get_one(BackupSet, manifest.facts.set_id)
        _ours(job, session, backup)
        return backup.number


def _ours(job: Job, session: Session, backup: BackupSet) -> None:
    if copy_rows.row_at(session, backup.id, "own", "") is None:
        there = folder_of(job.site.home, backup).is_dir()
        session.add(
            BackupCopy(
                centre_id=backup.centre_id, set_id=backup.id, place="own",
                made_at=backup.started_at,
                state="copying" if there else "missing", reason="" if there else "从别处找回登记",
            )
        )  # fmt: skip
