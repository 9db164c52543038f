"""The job behind “test the connection” of a source or a place: tried once, now, nothing of it is
kept; the page and the command tell what came of it."""

import shutil
from collections.abc import Mapping
from typing import Any

from backups.gathering import NotGathered, reach
from backups.pace import Pace, Stopped
from backups.place_trial import tried
from backups.places import PlaceError
from backups.spots import spot_of
from inventory.act import EVERYTHING
from inventory.backup_place import BackupPlace
from inventory.backup_source import BackupSource
from inventory.durable import make_folder
from inventory.os_words import cause_of
from netops.errors import DeviceError
from playbooks.backup_orders import order_of
from playbooks.backup_rows import WORK
from playbooks.jobs import Job, Unfinished


def try_reach(job: Job) -> Mapping[str, Any]:
    """`job.subject` is a source or a place. Raises Unfinished with what did not work."""
    try:
        with job.site.database.view(EVERYTHING) as session:
            source = session.get(BackupSource, job.subject)
        return {"told": _source(job, source) if source else _place(job)}
    except Stopped:
        raise Unfinished("已停止，没有试完") from None
    except (NotGathered, PlaceError, DeviceError) as error:
        raise Unfinished(error.reason) from error
    except OSError as error:
        raise Unfinished(f"没有试成：{cause_of(error)}") from error


def _source(job: Job, source: BackupSource) -> str:
    """Secrets for a program lie in a folder of this trial alone, beside those of backups."""
    site = job.site
    work = site.home / WORK / f"try-{job.run_id}"
    make_folder(work)
    try:
        with site.database.view(EVERYTHING) as session:
            order = order_of(session, site.key, source, work)
        return reach(order, Pace(0, job.halted))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _place(job: Job) -> str:
    site = job.site
    with site.database.view(EVERYTHING) as session:
        place = session.get(BackupPlace, job.subject)
        if place is None:
            raise Unfinished("没有这个来源或存放处")
        spot = spot_of(session, site.key, place)
    return tried(spot, site.home)
